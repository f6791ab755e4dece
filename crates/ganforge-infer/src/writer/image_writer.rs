//! Images to a file or a folder as they are drawn, in memory that does not grow with their number.

use ganforge_model::ImageSpec;

use super::array::ArrayWriter;
use super::files::FilesWriter;
use super::grid::GridWriter;
use super::output::Output;
use super::plot::PlotWriter;
use crate::error::InferError;
use crate::images::Images;
use crate::picture::GridOptions;

/// Writes a number of images that is known beforehand, batch after batch; made by [`Output::open`].
///
/// A single file gets its name when [`finish`](Self::finish) has written the last of it. Until then it stands beside its
/// place under a temporary name, and is removed if the writer is dropped. Only one batch is held, one row of a grid, or
/// all points of a scatter plot.
///
/// ```
/// use ganforge_infer::{GridOptions, Images, Output};
/// use ganforge_model::ImageSpec;
///
/// let grey = ImageSpec { channels: 1, height: 8, width: 8 };
/// let folder = tempfile::tempdir()?;
/// let output = Output::at(folder.path().join("grey.npy"))?;
/// let mut writer = output.open(5000, grey, &GridOptions::default())?;
/// for _ in 0..50 {
///     writer.add(&Images::new(grey, vec![0.0; 100 * grey.len()])?)?;
/// }
/// writer.finish()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ImageWriter {
    form: Form,
    image: ImageSpec,
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
    /// Images of another size or more of them than were announced, or what the file system says, by its path.
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

    /// Completes what was written: a single file now has its name, in place of an older one.
    ///
    /// # Errors
    /// Fewer images than were announced, or what the file system says, by its path.
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

    fn unannounced(&self, count: usize, image: ImageSpec) -> InferError {
        InferError::NotAnnounced {
            found: (count, image),
            announced: (self.announced, self.image),
        }
    }
}

impl Output {
    /// Prepares to write `count` images of one size in this form; `options` lay out a grid.
    ///
    /// What cannot be written is refused here, before the first image is computed.
    ///
    /// # Errors
    /// Images that this form does not show, too many of them, an option out of range, or a place where nothing can be
    /// written.
    pub fn open(
        &self,
        count: usize,
        image: ImageSpec,
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
