//! One image file: its header, or its pixels.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Cursor, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::{ColorType, DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use crate::Skipped;

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
pub(crate) fn read_header(path: &Path) -> Result<Header, Skipped> {
    guarded(path, || {
        let reader = BufReader::new(File::open(path).map_err(|error| error.to_string())?);
        let (format, mut decoder) = decoder(reader)?;
        let (width, height) = decoder.dimensions();
        if width == 0 || height == 0 {
            return Err(format!("it is {height} pixels high and {width} wide"));
        }
        let on_its_side = decoder
            .orientation()
            .is_ok_and(|orientation| orientation.to_exif() >= 5);
        Ok(Header {
            format,
            color: decoder.color_type(),
            height: if on_its_side { width } else { height },
            width: if on_its_side { height } else { width },
        })
    })
}

/// Decodes a file and turns it upright, as its EXIF orientation says.
pub(crate) fn decode(path: &Path) -> Result<DynamicImage, Skipped> {
    guarded(path, || {
        let bytes = fs::read(path).map_err(|error| error.to_string())?;
        let (format, mut decoder) = decoder(Cursor::new(&bytes))?;
        // The JPEG decoder fills what is missing with grey, which would teach the model grey.
        if format == ImageFormat::Jpeg && !is_whole_jpeg(&bytes) {
            return Err("the JPEG is cut short: its end marker is missing".to_owned());
        }
        let orientation = decoder.orientation();
        let mut image = DynamicImage::from_decoder(decoder).map_err(|error| explain(&error))?;
        if let Ok(orientation) = orientation {
            image.apply_orientation(orientation);
        }
        Ok(image)
    })
}

/// Finds the decoder for the content of a file.
fn decoder<'a, R: BufRead + Seek + 'a>(
    reader: R,
) -> Result<(ImageFormat, impl ImageDecoder + 'a), String> {
    let reader = ImageReader::new(reader)
        .with_guessed_format()
        .map_err(|error| error.to_string())?;
    let format = reader
        .format()
        .ok_or("its content is no image of a format known here")?;
    let decoder = reader.into_decoder().map_err(|error| explain(&error))?;
    Ok((format, decoder))
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
        ImageError::Limits(_) => format!("{message}: an image so large is not decoded"),
        _ => message,
    }
}

/// Whether a JPEG reaches its end marker. `bytes` begins with the header that was recognised.
///
/// The segments before the pixels are stepped over by their length, since a preview image inside them has an end marker of its own.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xda;
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        // Any number of fill bytes may stand before a marker.
        if marker == 0xff {
            at += 1;
            continue;
        }
        if marker == START_OF_SCAN {
            // Within the coded pixels 0xff is always followed by 0x00 or a restart marker, so this pair can only be the end.
            return bytes[at..].windows(2).any(|pair| pair == [0xff, 0xd9]);
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    false
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
