//! Where images go: a path says in what form.

use std::path::{Path, PathBuf};

use crate::error::InferError;
use crate::images::Images;
use crate::picture::GridOptions;

/// A form of output, and its place.
///
/// Every file is written beside its place and renamed, so that an interrupted write leaves no half file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// All images in one `.png` file.
    Grid(PathBuf),
    /// One `.png` file for each image, in a folder.
    Files(PathBuf),
    /// The raw numbers, in a `.npy` file.
    Array(PathBuf),
}

impl Output {
    /// What a path asks for: a grid (`.png`), an array (`.npy`), or a folder of files (a folder that is
    /// there, a name ending in `/`, or one without an extension).
    ///
    /// # Errors
    /// Any other extension.
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

    /// Writes `images` in this form; `options` lay out a grid. [`open`](Self::open) takes them batch by batch.
    ///
    /// # Errors
    /// Images that this form does not show, or what the file system says, by its path.
    pub fn write(&self, images: &Images, options: &GridOptions) -> Result<(), InferError> {
        let mut writer = self.open(images.count(), images.spec(), options)?;
        writer.add(images)?;
        writer.finish()
    }
}

impl Images {
    /// Writes [`grid`](Self::grid) to a `.png` file, whole or not at all.
    ///
    /// # Errors
    /// Another extension, images that have no grid, or what the file system says, by its path.
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

    /// Writes each image to a file of its own in `folder`, `000000.png` and so on; files of these names
    /// are replaced, others stay.
    ///
    /// # Errors
    /// Images that are neither grey nor RGB, or what the file system says, by its path.
    pub fn write_files(&self, folder: impl AsRef<Path>) -> Result<(), InferError> {
        let folder = folder.as_ref().to_owned();
        Output::Files(folder).write(self, &GridOptions::default())
    }
}
