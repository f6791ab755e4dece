//! Formats of output, by path.

use std::path::{Path, PathBuf};

use crate::error::InferError;
use crate::images::Images;
use crate::picture::GridOptions;

/// A format of output and its path. Every file is written atomically.
///
/// ```
/// use ganforge_infer::Output;
///
/// assert!(matches!(Output::at("grid.png")?, Output::Grid(_)));
/// assert!(matches!(Output::at("samples.npy")?, Output::Array(_)));
/// assert!(matches!(Output::at("folder/")?, Output::Files(_)));
/// assert!(Output::at("samples.gif").is_err());
/// # Ok::<(), ganforge_infer::InferError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// All images in one `.png` file.
    Grid(PathBuf),
    /// One `.png` file per image, in a folder.
    Files(PathBuf),
    /// The raw values, in a `.npy` file.
    Array(PathBuf),
}

impl Output {
    /// The format of a path: a grid (`.png`), an array (`.npy`), or a folder of files (an existing folder, a name ending in `/`, or
    /// one without an extension).
    ///
    /// # Errors
    /// [`InferError::UnknownFormat`] for any other extension.
    pub fn at(path: impl AsRef<Path>) -> Result<Self, InferError> {
        let path = path.as_ref();
        let ends_in_separator = path
            .as_os_str()
            .as_encoded_bytes()
            .last()
            .is_some_and(|&byte| std::path::is_separator(byte.into()));
        if path.is_dir() || ends_in_separator {
            return Ok(Self::Files(path.to_owned()));
        }
        match path.extension() {
            None => Ok(Self::Files(path.to_owned())),
            Some(extension) if extension.eq_ignore_ascii_case("png") => {
                Ok(Self::Grid(path.to_owned()))
            }
            Some(extension) if extension.eq_ignore_ascii_case("npy") => {
                Ok(Self::Array(path.to_owned()))
            }
            Some(_) => Err(InferError::UnknownFormat {
                path: path.to_owned(),
            }),
        }
    }

    /// Writes `images` in this format; `options` apply to a grid. [`open`](Self::open) takes images batch by batch.
    ///
    /// # Errors
    /// Images that the format cannot show, or a file that cannot be written.
    pub fn write(&self, images: &Images, options: &GridOptions) -> Result<(), InferError> {
        let mut writer = self.open(images.count(), images.spec(), options)?;
        writer.add(images)?;
        writer.finish()
    }
}

impl Images {
    /// Writes [`grid`](Self::grid) to a `.png` file, atomically.
    ///
    /// # Errors
    /// Another extension, images that cannot be shown, or a file that cannot be written.
    pub fn write_grid(
        &self,
        path: impl AsRef<Path>,
        options: &GridOptions,
    ) -> Result<(), InferError> {
        match Output::at(&path)? {
            output @ Output::Grid(_) => output.write(self, options),
            Output::Files(path) | Output::Array(path) => Err(InferError::UnknownFormat { path }),
        }
    }

    /// Writes every image to a file of its own in `folder`: `000000.png`, `000001.png` and so on. Files of these names are replaced.
    ///
    /// # Errors
    /// Images that are neither grey nor RGB, or a file that cannot be written.
    pub fn write_files(&self, folder: impl AsRef<Path>) -> Result<(), InferError> {
        let folder = folder.as_ref().to_owned();
        Output::Files(folder).write(self, &GridOptions::default())
    }
}
