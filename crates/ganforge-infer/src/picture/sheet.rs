//! Layout of a grid, and drawing it row by row.

use std::io::{self, Write};

use ganforge_model::{ConfigError, ImageShape};

use super::pixel::{check_picture, pixel};
use crate::error::InferError;

/// White pixels between images.
const GAP: usize = 2;

/// Images with a shorter side are magnified by the smallest integer that reaches it.
const SMALLEST_CELL: usize = 32;

/// The largest number of pixels of a sheet: 16,384 × 16,384.
pub const LARGEST_SHEET: usize = 1 << 28;

/// The factor by which an image is magnified so that its shorter side has 32 pixels or more.
pub fn magnification(image: ImageShape) -> usize {
    let shorter = image.height.min(image.width).max(1);
    SMALLEST_CELL.div_ceil(shorter)
}

/// The layout of a grid.
#[derive(Debug)]
pub struct Sheet {
    image: ImageShape,
    columns: usize,
    scale: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

impl Sheet {
    /// The layout of `count` images, about square by default.
    ///
    /// # Errors
    /// No columns, images that are neither grey nor RGB, or too many of them.
    pub fn lay_out(
        count: usize,
        image: ImageShape,
        columns: Option<usize>,
    ) -> Result<Self, InferError> {
        let columns = match columns {
            Some(0) => return Err(ConfigError::new("columns", 0, "1 or more").into()),
            Some(columns) => columns.min(count),
            None => count.isqrt() + usize::from(count.isqrt().pow(2) < count),
        }
        .max(1);
        check_picture(image)?;
        let scale = magnification(image);
        let side = |cells: usize, pixels: usize| {
            let cell = pixels.checked_mul(scale)?.checked_add(GAP)?;
            cells.checked_mul(cell)?.checked_add(GAP)
        };
        let sides = side(count.div_ceil(columns), image.height).zip(side(columns, image.width));
        match sides {
            Some((height, width))
                if height
                    .checked_mul(width)
                    .is_some_and(|n| n <= LARGEST_SHEET) =>
            {
                Ok(Self {
                    image,
                    columns,
                    scale,
                    height,
                    width,
                })
            }
            Some(_) | None => Err(InferError::GridTooLarge { count, image }),
        }
    }

    /// Bytes of `count` rows of pixels.
    fn rows(&self, count: usize) -> usize {
        count * self.width * self.image.channels
    }

    /// Draws a magnified image into a band of the sheet, `[rows, width, channels]`.
    fn place(&self, image: &[f32], column: usize, band: &mut [u8]) {
        let ImageShape {
            channels,
            height,
            width,
        } = self.image;
        let left = GAP + column * (width * self.scale + GAP);
        for row in 0..height * self.scale {
            for column in 0..width * self.scale {
                let to = (row * self.width + left + column) * channels;
                let from = row / self.scale * width + column / self.scale;
                for channel in 0..channels {
                    band[to + channel] = pixel(image[channel * height * width + from]);
                }
            }
        }
    }
}

/// Draws a sheet image by image, with one row of images in memory.
#[derive(Debug)]
pub struct SheetDrawer {
    sheet: Sheet,
    /// One row of images and the gap below it, `[rows, width, channels]`.
    band: Vec<u8>,
    /// Images drawn into the band.
    filled: usize,
}

impl SheetDrawer {
    /// Starts a sheet with its upper margin.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn begin(sheet: Sheet, out: &mut impl Write) -> io::Result<Self> {
        out.write_all(&vec![u8::MAX; sheet.rows(GAP)])?;
        let band = sheet.rows(sheet.image.height * sheet.scale + GAP);
        Ok(Self {
            band: vec![u8::MAX; band],
            sheet,
            filled: 0,
        })
    }

    /// Draws the next image, `[channels, height, width]`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn add(&mut self, image: &[f32], out: &mut impl Write) -> io::Result<()> {
        self.sheet.place(image, self.filled, &mut self.band);
        self.filled += 1;
        if self.filled == self.sheet.columns {
            self.end(out)?;
        }
        Ok(())
    }

    /// Writes the current row of images, which may be incomplete.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.filled == 0 {
            return Ok(());
        }
        out.write_all(&self.band)?;
        self.band.fill(u8::MAX);
        self.filled = 0;
        Ok(())
    }
}
