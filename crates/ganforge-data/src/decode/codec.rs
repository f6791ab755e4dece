//! Reads the header or the pixels of one image file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::jpeg::JpegMarkers;
use super::memory_budget::reserve;
use super::size_limit::SizeLimit;
use super::webp::WebPChunks;
use crate::error::Skipped;
use crate::transform::Transform;

/// The header of an image file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) format: ImageFormat,
    pub(crate) color: ColorType,
    /// Pixels, after the EXIF orientation is applied.
    pub(crate) height: u32,
    /// Pixels, after the EXIF orientation is applied.
    pub(crate) width: u32,
}

/// Reads the header of a file. The format is detected by content, not by name.
pub(crate) fn read_header(path: &Path, limit: SizeLimit) -> Result<Header, Skipped> {
    guarded(path, || {
        let (file, length) = open(path, limit)?;
        let _reservation = reserve(overhead(length));
        let opened = OpenedImage::new(BufReader::new(file), length, limit)?;
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
    limit: SizeLimit,
    transform: &Transform,
    out: &mut [u8],
) -> Result<(), Skipped> {
    let scratch = |size| transform.scratch_bytes(size);
    decode(path, limit, scratch, |image| transform.apply(image, out))
}

/// Decodes a file, applies its EXIF orientation and passes it to `then`. `scratch` returns for a size (width, height) how many bytes `then` allocates beside
/// the image and a copy of it.
///
/// The call waits for the shared memory budget; what `then` returns is not counted.
pub(crate) fn decode<T>(
    path: &Path,
    limit: SizeLimit,
    scratch: impl Fn((u32, u32)) -> u64,
    then: impl FnOnce(DynamicImage) -> T,
) -> Result<T, Skipped> {
    guarded(path, || {
        let (_, length) = open(path, limit)?;
        let mut bytes_needed = overhead(length);
        loop {
            let mut reservation = reserve(bytes_needed);
            let bytes = read(path, limit)?;
            let length = bytes.len() as u64;
            let opened = OpenedImage::new(Cursor::new(&bytes), length, limit)?;
            let jpeg = JpegMarkers::parse(&bytes);
            // The JPEG decoder fills missing pixels with grey, which a model would learn.
            if opened.format == ImageFormat::Jpeg && !jpeg.is_complete {
                return Err("the JPEG is cut short: its end marker is missing".to_owned());
            }
            let peak = opened.peak(length, jpeg.has_one_scan);
            bytes_needed = peak.saturating_add(scratch(opened.upright_size()));
            if reservation.grow(bytes_needed) {
                return Ok(then(opened.pixels()?));
            }
            // Waiting while holding a reservation could deadlock, so it is released and the file is read again once its pixels fit.
        }
    })
}

/// Opens a file and returns it with its length.
fn open(path: &Path, limit: SizeLimit) -> Result<(File, u64), String> {
    let open = || {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok((file, length))
    };
    let (file, length) = open().map_err(|error: io::Error| error.to_string())?;
    limit.check_length(length)?;
    Ok((file, length))
}

/// Reads a file up to the length it had when it was opened, even if it grows.
fn read(path: &Path, limit: SizeLimit) -> Result<Vec<u8>, String> {
    let (file, length) = open(path, limit)?;
    let mut bytes = Vec::new();
    let read = file.take(length).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Bytes that decoding a file of `length` bytes may take beside its pixels: the file, the decoder's copy of it and decompressed metadata such as colour
/// profiles.
fn overhead(length: u64) -> u64 {
    const MIN: u64 = 16 << 20;
    MIN + 4 * length
}

/// A file whose header has been read and whose size is within the limit.
struct OpenedImage<'a> {
    format: ImageFormat,
    decoder: Box<dyn ImageDecoder + 'a>,
    /// The rotation or reflection that makes the image upright.
    orientation: Orientation,
}

impl<'a> OpenedImage<'a> {
    /// Selects the decoder for a file of `length` bytes by content.
    fn new(
        reader: impl BufRead + Seek + 'a,
        length: u64,
        limit: SizeLimit,
    ) -> Result<Self, String> {
        let reader = ImageReader::new(reader)
            .with_guessed_format()
            .map_err(|error| error.to_string())?;
        let format = reader
            .format()
            .ok_or("its content is no image of a format known here")?;
        let mut reader = reader.into_inner();
        let webp = match format {
            ImageFormat::WebP => {
                WebPChunks::read(&mut reader).map_err(|error| error.to_string())?
            }
            _ => WebPChunks::default(),
        };
        let mut reader = ImageReader::with_format(reader, format);
        // Of the supported formats only PNG obeys this limit, for everything except the pixels.
        reader.limits(limits(overhead(length)));
        let mut decoder = reader.into_decoder().map_err(|error| explain(&error))?;
        let size = decoder.dimensions();
        limit.check_size(size)?;
        if webp.exceeds(size) {
            return Err("the picture inside is larger than the image".to_owned());
        }
        // Only GIF obeys this limit, for a frame that does not cover the image, which is kept beside the image.
        let pixels = limits(decoder.total_bytes());
        decoder
            .set_limits(pixels)
            .map_err(|error| explain(&error))?;
        // The decoder would allocate the claimed length of a truncated metadata chunk.
        let orientation = if webp.is_truncated {
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

    /// (width, height) after the orientation is applied.
    fn upright_size(&self) -> (u32, u32) {
        let (width, height) = self.decoder.dimensions();
        if self.orientation.to_exif() >= 5 {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// Peak memory in bytes of decoding a file of `length` bytes, applying its orientation and converting its colours. `one_scan` applies to a JPEG.
    fn peak(&self, length: u64, one_scan: bool) -> u64 {
        let (width, height) = self.decoder.dimensions();
        let color = self.decoder.color_type();
        let decoded = u64::from(color.bytes_per_pixel());
        let decoding = match self.format {
            // Two bytes per coefficient of up to four components.
            ImageFormat::Jpeg if !one_scan => decoded + 8,
            // A frame, its colour planes and alpha, and the canvas.
            ImageFormat::WebP => decoded + 12,
            // A frame beside the image.
            ImageFormat::Gif => 2 * decoded,
            _ => decoded,
        };
        // Conversions hold two images at a time: the decoded and the 8-bit one, that and a rotated or RGBA copy, RGBA and RGB.
        let eight_bits = u64::from(color.channel_count());
        let pixel = decoding
            .max(decoded + eight_bits)
            .max(eight_bits + 4)
            .max(7);
        overhead(length).saturating_add(u64::from(width) * u64::from(height) * pixel)
    }

    /// The pixels, upright and reduced to 8 bits per channel before they are rotated, which halves the size of the copy.
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

/// The message of a decoder error on one line, with advice.
fn explain(error: &ImageError) -> String {
    // Some decoders end their messages with a line break.
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

/// Runs a decoder and turns its errors and panics into a reason to skip the file: a damaged file must not end a run.
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
    fn reducing_to_eight_bits_first_gives_the_same_pixels() {
        let folder = tempfile::tempdir().unwrap();
        let limit = SizeLimit { max_pixels: 65536 };
        for (index, image) in levels().into_iter().enumerate() {
            let path = folder.path().join(format!("{index}.png"));
            image.save(&path).unwrap();
            let read = decode(&path, limit, |_| 0, |image| image).unwrap();
            assert_eq!(read.color().bytes_per_pixel(), read.color().channel_count());
            assert!(read.to_rgba8() == image.to_rgba8(), "{index}");
            assert!(read.to_rgb8() == image.to_rgb8(), "{index}");
            if !image.color().has_color() {
                assert!(read.to_luma8() == image.to_luma8(), "{index}");
            }
        }
    }
}
