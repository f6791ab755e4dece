//! Films: GIF and animated PNG.

use std::iter;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ganforge_core::atomic_write;
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, RgbImage};

use crate::error::CliError;

/// A format of films.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilmFormat {
    /// At most 256 colours an image, shown everywhere.
    Gif,
    /// Every colour, shown by browsers; other programs show the first image.
    Apng,
}

impl FilmFormat {
    /// The format of a path, by its extension.
    pub fn at(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "gif" => Some(Self::Gif),
            "apng" => Some(Self::Apng),
            _ => None,
        }
    }
}

/// A film that repeats for ever, of `count` images, one at least.
pub struct Film {
    pub path: PathBuf,
    pub format: FilmFormat,
    pub count: usize,
}

impl Film {
    /// Encodes the images, each shown for a time, and writes the file atomically. Nothing is written if an image is an error.
    pub fn write(
        &self,
        images: impl Iterator<Item = Result<(RgbImage, Duration), CliError>>,
    ) -> Result<(), CliError> {
        let bytes = match self.format {
            FilmFormat::Gif => gif(images),
            FilmFormat::Apng => self.apng(images),
        }?;
        atomic_write(&self.path, &bytes).map_err(|error| self.failed(&error))
    }

    fn apng(
        &self,
        mut images: impl Iterator<Item = Result<(RgbImage, Duration), CliError>>,
    ) -> Result<Vec<u8>, CliError> {
        let Some(first) = images.next() else {
            return Ok(Vec::new());
        };
        let first = first?;
        let (width, height) = first.0.dimensions();
        let count = u32::try_from(self.count).map_err(|error| self.failed(&error))?;
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder
            .set_animated(count, 0)
            .and_then(|()| encoder.write_header())
            .map_err(|error| self.failed(&error))?;
        for image in iter::once(Ok(first)).chain(images) {
            let (image, time) = image?;
            let milliseconds = u16::try_from(time.as_millis()).unwrap_or(u16::MAX);
            writer
                .set_frame_delay(milliseconds, 1000)
                .and_then(|()| writer.write_image_data(&image))
                .map_err(|error| self.failed(&error))?;
        }
        writer.finish().map_err(|error| self.failed(&error))?;
        Ok(bytes)
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> CliError {
        CliError::System(format!("{}: {error}", self.path.display()))
    }
}

fn gif(
    images: impl Iterator<Item = Result<(RgbImage, Duration), CliError>>,
) -> Result<Vec<u8>, CliError> {
    let failed = |error: image::ImageError| CliError::System(format!("GIF: {error}"));
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 10);
    encoder.set_repeat(Repeat::Infinite).map_err(failed)?;
    for image in images {
        let (image, time) = image?;
        let rgba = image::DynamicImage::from(image).into_rgba8();
        let frame = Frame::from_parts(rgba, 0, 0, Delay::from_saturating_duration(time));
        encoder.encode_frame(frame).map_err(failed)?;
    }
    drop(encoder);
    Ok(bytes)
}
