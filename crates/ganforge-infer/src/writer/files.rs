//! A folder with one picture per image.

use std::io::{Cursor, ErrorKind};
use std::path::{Path, PathBuf};

use ganforge_model::ImageShape;
use image::ImageFormat;

use super::output_file::OutputFile;
use crate::error::InferError;
use crate::picture::{check_picture, picture};

/// The largest number of files in a folder that file systems handle well.
const MOST: usize = 10_000_000;

/// Writes `000000.png`, `000001.png` and so on, each atomically.
#[derive(Debug)]
pub struct FilesWriter {
    folder: PathBuf,
    next: usize,
}

impl FilesWriter {
    pub fn open(folder: &Path, count: usize, image: ImageShape) -> Result<Self, InferError> {
        check_picture(image)?;
        if count > MOST {
            return Err(InferError::TooManyFiles { count, most: MOST });
        }
        if folder.exists() && !folder.is_dir() {
            return Err(InferError::io(folder, ErrorKind::NotADirectory.into()));
        }
        let writer = Self {
            folder: folder.to_owned(),
            next: 0,
        };
        // Create and remove a file, to fail early if the folder is not writable.
        OutputFile::create(&writer.next_file()).map(drop)?;
        Ok(writer)
    }

    pub fn add(&mut self, image: &[f32], spec: ImageShape) -> Result<(), InferError> {
        let mut bytes = Cursor::new(Vec::new());
        picture(image, spec)?.write_to(&mut bytes, ImageFormat::Png)?;
        let mut file = OutputFile::create(&self.next_file())?;
        file.write(bytes.get_ref())?;
        // Waiting for the disk for every file would take longer than sampling.
        file.commit_unsynced()?;
        self.next += 1;
        Ok(())
    }

    fn next_file(&self) -> PathBuf {
        self.folder.join(format!("{:06}.png", self.next))
    }
}
