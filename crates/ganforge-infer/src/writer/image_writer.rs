//! The writer of images, batch by batch.

use ganforge_model::ImageShape;

use super::array::ArrayWriter;
use super::files::FilesWriter;
use super::grid::GridWriter;
use super::output::Output;
use super::plot::PlotWriter;
use crate::error::InferError;
use crate::images::Images;
use crate::picture::GridOptions;

/// Writes a known number of images batch by batch; made by [`Output::open`].
///
/// [`finish`](Self::finish) gives a single file its name. Until then it has a temporary name, and it is removed if the writer is
/// dropped. The memory is one batch, one row of a grid, or all points of a scatter plot.
///
/// ```
/// use ganforge_infer::{GridOptions, Images, Output};
/// use ganforge_model::ImageShape;
///
/// let grey = ImageShape { channels: 1, height: 8, width: 8 };
/// let folder = tempfile::tempdir()?;
/// let output = Output::at(folder.path().join("grey.npy"))?;
/// let mut writer = output.open(5000, grey, &GridOptions::default())?;
/// for _ in 0..50 {
///     writer.add(&Images::new(grey, vec![0.0; 100 * grey.values()])?)?;
/// }
/// writer.finish()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ImageWriter {
    form: Form,
    image: ImageShape,
    announced: usize,
    written: usize,
}

#[derive(Debug)]
enum Form {
    Files(FilesWriter),
    Array(ArrayWriter),
    Grid(Box<GridWriter>),
    Plot(PlotWriter),
}

impl ImageWriter {
    /// Writes the next images.
    ///
    /// # Errors
    /// Images of another shape or more images than announced, or a file that cannot be written.
    pub fn add(&mut self, images: &Images) -> Result<(), InferError> {
        let all = self.written.checked_add(images.count());
        let fits = all.is_some_and(|all| all <= self.announced);
        if !fits || images.spec() != self.image {
            return Err(self.unannounced(all.unwrap_or(usize::MAX), images.spec()));
        }
        for image in images {
            match &mut self.form {
                Form::Files(form) => form.add(image, self.image)?,
                Form::Array(form) => form.add(image)?,
                Form::Grid(form) => form.add(image)?,
                Form::Plot(form) => form.add(image),
            }
        }
        self.written += images.count();
        Ok(())
    }

    /// Completes the output; a single file replaces an older one.
    ///
    /// # Errors
    /// Fewer images than announced, or a file that cannot be written.
    pub fn finish(self) -> Result<(), InferError> {
        if self.written < self.announced {
            return Err(self.unannounced(self.written, self.image));
        }
        match self.form {
            Form::Files(_) => Ok(()),
            Form::Array(form) => form.finish(),
            Form::Grid(form) => form.finish(),
            Form::Plot(form) => form.finish(self.image),
        }
    }

    fn unannounced(&self, count: usize, image: ImageShape) -> InferError {
        InferError::NotAnnounced {
            found: (count, image),
            announced: (self.announced, self.image),
        }
    }
}

impl Output {
    /// Opens a writer for `count` images of one shape; `options` apply to a grid.
    ///
    /// Output that cannot be written fails here, before the first image is computed.
    ///
    /// # Errors
    /// Images that the format cannot show, too many images, an option out of range, or a path that is not writable.
    pub fn open(
        &self,
        count: usize,
        image: ImageShape,
        options: &GridOptions,
    ) -> Result<ImageWriter, InferError> {
        let form = match self {
            Self::Files(folder) => Form::Files(FilesWriter::open(folder, count, image)?),
            Self::Array(path) => Form::Array(ArrayWriter::open(path, count, image)?),
            Self::Grid(path) if image.is_point() => {
                Form::Plot(PlotWriter::open(path, count, options.half_range)?)
            }
            Self::Grid(path) => {
                let writer = GridWriter::open(path, count, image, options.columns)?;
                Form::Grid(Box::new(writer))
            }
        };
        Ok(ImageWriter {
            form,
            image,
            announced: count,
            written: 0,
        })
    }
}
