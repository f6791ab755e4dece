//! A scatter plot, drawn when all points are known.

use std::io::Cursor;
use std::path::Path;

use ganforge_model::ImageShape;
use image::ImageFormat;

use super::output_file::OutputFile;
use crate::error::InferError;
use crate::images::Images;
use crate::picture::{check_half_range, scatter};

/// The largest number of points: 128 MiB, and 64 per pixel.
const MOST: usize = 1 << 24;

/// Collects points and plots them.
#[derive(Debug)]
pub struct PlotWriter {
    file: OutputFile,
    points: Vec<f32>,
    half_range: Option<f32>,
}

impl PlotWriter {
    pub fn open(path: &Path, count: usize, half_range: Option<f32>) -> Result<Self, InferError> {
        check_half_range(half_range)?;
        if count > MOST {
            return Err(InferError::TooManyPoints { count, most: MOST });
        }
        Ok(Self {
            file: OutputFile::create(path)?,
            points: Vec::new(),
            half_range,
        })
    }

    pub fn add(&mut self, point: &[f32]) {
        self.points.extend(point);
    }

    pub fn finish(mut self, point: ImageShape) -> Result<(), InferError> {
        let points = Images::new(point, self.points)?;
        let mut bytes = Cursor::new(Vec::new());
        scatter(&points, self.half_range)?.write_to(&mut bytes, ImageFormat::Png)?;
        self.file.write(bytes.get_ref())?;
        self.file.commit()
    }
}
