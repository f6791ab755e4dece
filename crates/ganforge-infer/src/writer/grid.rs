//! A grid, encoded from top to bottom as images arrive.

use std::io;
use std::path::{Path, PathBuf};

use ganforge_core::Sink;
use ganforge_model::ImageShape;
use png::{BitDepth, ColorType, Compression, Encoder, StreamWriter};

use super::output_file::OutputFile;
use crate::error::InferError;
use crate::picture::{Sheet, SheetDrawer};

/// Bytes per chunk of the encoded picture.
const CHUNK: usize = 1 << 16;

/// Draws and encodes a grid image by image.
pub struct GridWriter {
    drawer: SheetDrawer,
    // Dropped before the file, because dropping the encoder writes its end.
    encoder: StreamWriter<'static, Sink>,
    file: OutputFile,
    path: PathBuf,
}

impl GridWriter {
    pub fn open(
        path: &Path,
        count: usize,
        image: ImageShape,
        columns: Option<usize>,
    ) -> Result<Self, InferError> {
        let sheet = Sheet::lay_out(count, image, columns)?;
        let file = OutputFile::create(path)?;
        let begin = || {
            let mut encoder = encoder(&sheet, image, file.sink())?;
            let drawer = SheetDrawer::begin(sheet, &mut encoder)?;
            Ok((encoder, drawer))
        };
        let begun: io::Result<_> = begin();
        let (encoder, drawer) = begun.map_err(|source| InferError::io(path, source))?;
        Ok(Self {
            drawer,
            encoder,
            file,
            path: path.to_owned(),
        })
    }

    pub fn add(&mut self, image: &[f32]) -> Result<(), InferError> {
        let drawn = self.drawer.add(image, &mut self.encoder);
        drawn.map_err(|source| InferError::io(&self.path, source))
    }

    pub fn finish(mut self) -> Result<(), InferError> {
        let drawn = self.drawer.end(&mut self.encoder);
        let encoded = drawn.and_then(|()| Ok(self.encoder.finish()?));
        encoded.map_err(|source| InferError::io(&self.path, source))?;
        self.file.commit()
    }
}

impl std::fmt::Debug for GridWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GridWriter")
            .field("drawer", &self.drawer)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

/// An encoder for a picture of the size of the sheet.
fn encoder(
    sheet: &Sheet,
    image: ImageShape,
    sink: Sink,
) -> io::Result<StreamWriter<'static, Sink>> {
    let [width, height] = [sheet.width, sheet.height].map(u32::try_from);
    let size = width.and_then(|width| Ok((width, height?)));
    let (width, height) = size.map_err(io::Error::other)?;
    let mut encoder = Encoder::new(sink, width, height);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_color(if image.channels == 1 {
        ColorType::Grayscale
    } else {
        ColorType::Rgb
    });
    encoder.set_compression(Compression::Fast);
    let writer = encoder.write_header()?;
    Ok(writer.into_stream_writer_with_size(CHUNK)?)
}
