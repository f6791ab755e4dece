//! Summarises one image from its decoded pixels.

use ganforge_core::ImageShape;
use image::{ColorType, DynamicImage, ImageFormat, RgbaImage};
use sha2::{Digest, Sha256};

use crate::decode::{Header, SizeLimit, decode};
use crate::error::Skipped;
use crate::sources::folder::{ScannedImage, class_of};
use crate::sources::idx::IdxImages;
use crate::storage::StackedDigits;
use crate::transform::side;

/// The properties of one image.
#[derive(Debug)]
pub(super) struct ImageSummary {
    /// The name of its file, or `#` and its index in an IDX file.
    pub(super) name: String,
    pub(super) class: Option<String>,
    pub(super) format: &'static str,
    pub(super) color: &'static str,
    pub(super) has_color: bool,
    pub(super) has_alpha: bool,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Of size and pixels, to find duplicates.
    pub(super) digest: [u8; 16],
    /// True if every channel spans less than 1/64 of the range from black to white.
    pub(super) nearly_constant: bool,
}

/// Decodes and summarises one image file.
pub(super) fn summarize_file(
    image: &ScannedImage,
    limit: SizeLimit,
) -> Result<ImageSummary, Skipped> {
    let summarize = |pixels: DynamicImage| summarize_pixels(image, &pixels.into_rgba8());
    decode(&image.path, limit, |_| 0, summarize)
}

fn summarize_pixels(image: &ScannedImage, decoded: &RgbaImage) -> ImageSummary {
    let Header { format, color, .. } = image.header;
    let (width, height) = decoded.dimensions();
    let nearly_constant = (0..4)
        .all(|channel| is_nearly_constant(decoded.pixels().map(|pixel| pixel.0[channel]), u8::MAX));
    ImageSummary {
        name: image.name.clone(),
        class: class_of(&image.name).map(str::to_owned),
        format: format_name(format),
        color: color_name(color),
        has_color: color.has_color(),
        has_alpha: color.has_alpha(),
        width,
        height,
        digest: digest(width, height, decoded.as_raw()),
        nearly_constant,
    }
}

/// Summarises image `index` of an IDX file.
pub(super) fn summarize_idx(images: &IdxImages, index: usize, label: Option<u32>) -> ImageSummary {
    let values = images.height * images.width;
    let pixels = &images.pixels[index * values..][..values];
    let (width, height) = (side(images.width), side(images.height));
    ImageSummary {
        name: format!("#{index}"),
        class: label.map(|label| label.to_string()),
        format: "IDX",
        color: "8-bit grey",
        has_color: false,
        has_alpha: false,
        width,
        height,
        digest: digest(width, height, pixels),
        nearly_constant: is_nearly_constant(pixels.iter().copied(), images.white_level),
    }
}

/// Summarises image `index` of stacked digits.
pub(super) fn summarize_stacked(
    images: &StackedDigits,
    shape: ImageShape,
    index: usize,
    class: Option<String>,
) -> ImageSummary {
    let mut pixels = vec![0; shape.values()];
    images.read(index, &mut pixels);
    let (width, height) = (side(shape.width), side(shape.height));
    ImageSummary {
        name: format!("#{index}"),
        class,
        format: "IDX, stacked",
        color: "8-bit RGB",
        has_color: true,
        has_alpha: false,
        width,
        height,
        digest: digest(width, height, &pixels),
        nearly_constant: pixels
            .chunks_exact(shape.height * shape.width)
            .all(|plane| is_nearly_constant(plane.iter().copied(), images.white_level())),
    }
}

fn is_nearly_constant(values: impl Iterator<Item = u8> + Clone, white: u8) -> bool {
    let darkest = values.clone().min().unwrap_or(0);
    let brightest = values.max().unwrap_or(0);
    u32::from(brightest - darkest) * 64 < u32::from(white)
}

fn digest(width: u32, height: u32, pixels: &[u8]) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(width.to_le_bytes());
    hash.update(height.to_le_bytes());
    hash.update(pixels);
    let mut digest = [0; 16];
    digest.copy_from_slice(&hash.finalize()[..16]);
    digest
}

fn format_name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::WebP => "WebP",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Gif => "GIF",
        _ => "other",
    }
}

fn color_name(color: ColorType) -> &'static str {
    match color {
        ColorType::L8 => "8-bit grey",
        ColorType::La8 => "8-bit grey with transparency",
        ColorType::Rgb8 => "8-bit RGB",
        ColorType::Rgba8 => "8-bit RGB with transparency",
        ColorType::L16 => "16-bit grey",
        ColorType::La16 => "16-bit grey with transparency",
        ColorType::Rgb16 => "16-bit RGB",
        ColorType::Rgba16 => "16-bit RGB with transparency",
        _ => "floating-point RGB",
    }
}
