//! One image file: its header, or its pixels.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::bound::Bound;
use super::jpeg::Jpeg;
use super::memory;
use super::webp::WebP;
use crate::Skipped;
use crate::fit::Fit;

/// What a header says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) format: ImageFormat,
    pub(crate) color: ColorType,
    /// Pixels, upright.
    pub(crate) height: u32,
    /// Pixels, upright.
    pub(crate) width: u32,
}

/// Reads the header of a file, by its content and not its name.
pub(crate) fn read_header(path: &Path, bound: Bound) -> Result<Header, Skipped> {
    guarded(path, || {
        let (file, length) = open(path, bound)?;
        let _share = memory::share(beside_pixels(length));
        let opened = Opened::of(BufReader::new(file), length, bound)?;
        let (width, height) = opened.upright_size();
        Ok(Header {
            format: opened.format,
            color: opened.decoder.color_type(),
            height,
            width,
        })
    })
}

/// Decodes a file and writes it into `out`, `[channels, height, width]`.
pub(crate) fn decode_into(
    path: &Path,
    bound: Bound,
    fit: &Fit,
    out: &mut [u8],
) -> Result<(), Skipped> {
    let scratch = |size| fit.scratch(size);
    decode(path, bound, scratch, |image| fit.apply(image, out))
}

/// Decodes a file, turns it upright as its EXIF orientation says, and hands it to `then`. `scratch` tells for a size (width, height) how many bytes `then`
/// takes beside the image and a copy of it.
///
/// As many files are decoded at a time as there is memory for; what `then` returns is not counted.
pub(crate) fn decode<T>(
    path: &Path,
    bound: Bound,
    scratch: impl Fn((u32, u32)) -> u64,
    then: impl FnOnce(DynamicImage) -> T,
) -> Result<T, Skipped> {
    guarded(path, || {
        let (_, length) = open(path, bound)?;
        let mut wanted = beside_pixels(length);
        loop {
            let mut share = memory::share(wanted);
            let bytes = read(path, bound)?;
            let length = bytes.len() as u64;
            let opened = Opened::of(Cursor::new(&bytes), length, bound)?;
            let jpeg = Jpeg::of(&bytes);
            // The JPEG decoder fills what is missing with grey, which would teach the model grey.
            if opened.format == ImageFormat::Jpeg && !jpeg.is_whole {
                return Err("the JPEG is cut short: its end marker is missing".to_owned());
            }
            let peak = opened.peak(length, jpeg.has_one_scan);
            wanted = peak.saturating_add(scratch(opened.upright_size()));
            if share.grow(wanted) {
                return Ok(then(opened.pixels()?));
            }
            // To wait with a share in hand could be for ever, so the file is given up and read again when there is room for its pixels.
        }
    })
}

/// Opens a file and tells its length.
fn open(path: &Path, bound: Bound) -> Result<(File, u64), String> {
    let open = || {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok((file, length))
    };
    let (file, length) = open().map_err(|error: io::Error| error.to_string())?;
    bound.check_length(length)?;
    Ok((file, length))
}

/// The bytes of a file, even if it grows meanwhile no more than its length.
fn read(path: &Path, bound: Bound) -> Result<Vec<u8>, String> {
    let (file, length) = open(path, bound)?;
    let mut bytes = Vec::new();
    let read = file.take(length).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Bytes that a file of so many may take beside its pixels: as it is, as the decoder's copy of it, and what it unpacks to (a colour profile, above all).
fn beside_pixels(length: u64) -> u64 {
    const LEAST: u64 = 16 << 20;
    LEAST + 4 * length
}

/// A file whose header was read, and whose size is within the bound.
struct Opened<'a> {
    format: ImageFormat,
    decoder: Box<dyn ImageDecoder + 'a>,
    /// How it has to be turned.
    orientation: Orientation,
}

impl<'a> Opened<'a> {
    /// Finds the decoder for the content of a file of `length` bytes.
    fn of(reader: impl BufRead + Seek + 'a, length: u64, bound: Bound) -> Result<Self, String> {
        let reader = ImageReader::new(reader)
            .with_guessed_format()
            .map_err(|error| error.to_string())?;
        let format = reader
            .format()
            .ok_or("its content is no image of a format known here")?;
        let mut reader = reader.into_inner();
        let webp = match format {
            ImageFormat::WebP => WebP::of(&mut reader).map_err(|error| error.to_string())?,
            _ => WebP::default(),
        };
        let mut reader = ImageReader::with_format(reader, format);
        // Of the formats read here only PNG minds this limit, and not for the pixels but for all else.
        reader.limits(limits(beside_pixels(length)));
        let mut decoder = reader.into_decoder().map_err(|error| explain(&error))?;
        let size = decoder.dimensions();
        bound.check_size(size)?;
        if webp.exceeds(size) {
            return Err("the picture inside is larger than the image".to_owned());
        }
        // And of these only GIF: for a frame that does not cover the image, which it keeps beside the image.
        let pixels = limits(decoder.total_bytes());
        decoder
            .set_limits(pixels)
            .map_err(|error| explain(&error))?;
        // For metadata in a chunk that is longer than the file, as much memory would be taken as the chunk says.
        let orientation = if webp.is_cut {
            None
        } else {
            decoder.orientation().ok()
        };
        Ok(Self {
            format,
            decoder: Box::new(decoder),
            orientation: orientation.unwrap_or(Orientation::NoTransforms),
        })
    }

    /// (width, height) of the image when it is turned upright.
    fn upright_size(&self) -> (u32, u32) {
        let (width, height) = self.decoder.dimensions();
        if self.orientation.to_exif() >= 5 {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// Bytes in memory at most until a file of `length` bytes is decoded, turned, and converted to another kind of colour. `one_scan` is said of a JPEG.
    fn peak(&self, length: u64, one_scan: bool) -> u64 {
        let (width, height) = self.decoder.dimensions();
        let color = self.decoder.color_type();
        let decoded = u64::from(color.bytes_per_pixel());
        let decoding = match self.format {
            // Two bytes for the coefficients of each of up to four components.
            ImageFormat::Jpeg if !one_scan => decoded + 8,
            // A frame, the planes and the transparency that it is made of, and the canvas that it is laid on.
            ImageFormat::WebP => decoded + 12,
            // A frame beside the image.
            ImageFormat::Gif => 2 * decoded,
            _ => decoded,
        };
        // Then there are two images for a while: one of 8 bits beside what was decoded, RGBA or a turned one beside that, and RGB beside RGBA.
        let eight_bits = u64::from(color.channel_count());
        let pixel = decoding
            .max(decoded + eight_bits)
            .max(eight_bits + 4)
            .max(7);
        beside_pixels(length).saturating_add(u64::from(width) * u64::from(height) * pixel)
    }

    /// The pixels, upright and of 8 bits: more are not used, and would make the turned copy twice as large.
    fn pixels(self) -> Result<DynamicImage, String> {
        let image = DynamicImage::from_decoder(self.decoder).map_err(|error| explain(&error))?;
        let mut image = match image.color() {
            ColorType::L16 => image.into_luma8().into(),
            ColorType::La16 => image.into_luma_alpha8().into(),
            ColorType::Rgb16 | ColorType::Rgb32F => image.into_rgb8().into(),
            ColorType::Rgba16 | ColorType::Rgba32F => image.into_rgba8().into(),
            _ => image,
        };
        image.apply_orientation(self.orientation);
        Ok(image)
    }
}

fn limits(bytes: u64) -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(bytes);
    limits
}

/// An error of the decoder in few words.
fn explain(error: &ImageError) -> String {
    // Some decoders end their messages with a new line.
    let message = error.to_string();
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    match error {
        ImageError::Unsupported(_) => {
            format!("{message}; convert it to PNG, JPEG, WebP, BMP or GIF")
        }
        ImageError::Limits(_) => {
            format!("{message}: it unpacks to far more than an image of its size needs")
        }
        _ => message,
    }
}

/// Runs a decoder so that whatever happens in it becomes a reason to leave the file out.
///
/// Decoders meet every kind of broken file here; should one of them panic, the file is at fault and not the run.
fn guarded<T>(path: &Path, decode: impl FnOnce() -> Result<T, String>) -> Result<T, Skipped> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err("the decoder failed on it".to_owned()))
        .map_err(|reason| Skipped {
            path: path.to_owned(),
            reason,
        })
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Luma, LumaA, Rgb, Rgba};

    use super::*;

    /// Every level of 16 bits, in every channel.
    fn levels() -> [DynamicImage; 4] {
        let level = |x: u32, y: u32| u16::try_from(x * 256 + y).unwrap();
        [
            ImageBuffer::from_fn(256, 256, |x, y| Luma([level(x, y)])).into(),
            ImageBuffer::from_fn(256, 256, |x, y| LumaA([level(x, y), level(y, x)])).into(),
            ImageBuffer::from_fn(256, 256, |x, y| {
                Rgb([level(x, y), level(y, x), level(255 - x, y)])
            })
            .into(),
            ImageBuffer::from_fn(256, 256, |x, y| {
                Rgba([
                    level(x, y),
                    level(y, x),
                    level(255 - x, y),
                    level(y, 255 - x),
                ])
            })
            .into(),
        ]
    }

    #[test]
    fn sixteen_bits_become_the_same_eight_at_once_or_by_way_of_another_colour() {
        let folder = tempfile::tempdir().unwrap();
        let bound = Bound { max_pixels: 65536 };
        for (index, image) in levels().into_iter().enumerate() {
            let path = folder.path().join(format!("{index}.png"));
            image.save(&path).unwrap();
            let read = decode(&path, bound, |_| 0, |image| image).unwrap();
            assert_eq!(read.color().bytes_per_pixel(), read.color().channel_count());
            assert!(read.to_rgba8() == image.to_rgba8(), "{index}");
            assert!(read.to_rgb8() == image.to_rgb8(), "{index}");
            if !image.color().has_color() {
                assert!(read.to_luma8() == image.to_luma8(), "{index}");
            }
        }
    }
}
