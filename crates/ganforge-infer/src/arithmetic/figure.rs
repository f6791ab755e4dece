//! The picture of a sum, laid out as figure 7 of the paper: the samples of each concept in a column above the image of their mean latent, and the grid of the
//! result at the right.

use std::io::Cursor;
use std::path::Path;

use ganforge_core::atomic_write;
use ganforge_model::ImageShape;
use image::imageops::{FilterType, replace, resize};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::compute::{Arithmetic, ConceptImages};
use super::concept::Sign;
use crate::error::InferError;
use crate::images::Images;
use crate::picture::{LARGEST_SHEET, check_picture, magnification};

/// White pixels between images, and around the picture.
const GAP: u32 = 2;

/// White pixels between samples and their mean.
const ABOVE_MEAN: u32 = 8;

/// Width of the place of a sign.
const SIGN_WIDTH: u32 = 28;

/// Length and thickness of the strokes of a sign.
const STROKE: [u32; 2] = [12, 2];

const INK: Rgb<u8> = Rgb([0; 3]);

impl Arithmetic {
    /// The samples of each concept in a column, below them the image of their mean with its sign, and the grid of nine images of the result.
    ///
    /// # Errors
    /// Images that are neither grey nor RGB, or too many of them.
    pub fn picture(&self) -> Result<DynamicImage, InferError> {
        let rows = self.concepts.iter().map(|concept| concept.samples.count());
        let mut canvas = Canvas::new(
            self.grid.spec(),
            self.concepts.len(),
            rows.max().unwrap_or(1),
        )?;
        let mut left = GAP;
        for (at, concept) in self.concepts.iter().enumerate() {
            if at > 0 || concept.sign == Sign::Minus {
                canvas.sign(left, concept.sign);
            }
            left += SIGN_WIDTH;
            canvas.concept(left, concept)?;
            left += canvas.cell[1] + GAP;
        }
        canvas.equals(left);
        canvas.grid(left + SIGN_WIDTH, &self.grid)?;
        Ok(canvas.picture.into())
    }

    /// Writes [`picture`](Self::picture) to a `.png` file, atomically.
    ///
    /// # Errors
    /// Another extension, images that cannot be shown, or a file that cannot be written.
    pub fn write_picture(&self, path: impl AsRef<Path>) -> Result<(), InferError> {
        let path = path.as_ref();
        if path
            .extension()
            .is_none_or(|name| !name.eq_ignore_ascii_case("png"))
        {
            let path = path.to_owned();
            return Err(InferError::UnknownFormat { path });
        }
        let mut bytes = Cursor::new(Vec::new());
        self.picture()?.write_to(&mut bytes, ImageFormat::Png)?;
        atomic_write(path, bytes.get_ref()).map_err(|source| InferError::io(path, source))
    }
}

struct Canvas {
    picture: RgbImage,
    /// Height and width of a magnified image.
    cell: [u32; 2],
    /// The upper edge of the means.
    mean_top: u32,
}

impl Canvas {
    /// A white picture with room for columns of `rows` samples, signs and the grid.
    fn new(image: ImageShape, columns: usize, rows: usize) -> Result<Self, InferError> {
        check_picture(image)?;
        let count = columns.saturating_mul(rows).saturating_add(columns + 9);
        let too_large = || InferError::GridTooLarge { count, image };
        let scale = magnification(image);
        let side = |pixels: usize| {
            let side = pixels.checked_mul(scale)?;
            u32::try_from(side).ok()
        };
        let layout = || {
            let cell = [side(image.height)?, side(image.width)?];
            let step = |cells: u32, side: u32| cells.checked_mul(side.checked_add(GAP)?);
            let (columns, rows) = (u32::try_from(columns).ok()?, u32::try_from(rows).ok()?);
            // A column has a row for the mean, and the grid needs three rows.
            let above = step(rows.max(2), cell[0])?;
            let mean_top = above.checked_add(GAP + ABOVE_MEAN)?;
            let height = mean_top.checked_add(cell[0])?.checked_add(GAP)?;
            let signs = columns.checked_add(1)?.checked_mul(SIGN_WIDTH)?;
            let images = step(columns.checked_add(3)?, cell[1])?;
            let width = images.checked_add(signs)?.checked_add(GAP)?;
            Some((cell, mean_top, height, width))
        };
        let (cell, mean_top, height, width) = layout().ok_or_else(too_large)?;
        if u64::from(width) * u64::from(height) > LARGEST_SHEET as u64 {
            return Err(too_large());
        }
        Ok(Self {
            picture: RgbImage::from_pixel(width, height, Rgb([u8::MAX; 3])),
            cell,
            mean_top,
        })
    }

    /// Draws samples from the top, so that concepts of fewer samples end earlier, and the mean.
    fn concept(&mut self, left: u32, concept: &ConceptImages) -> Result<(), InferError> {
        let mut top = GAP;
        for index in 0..concept.samples.count() {
            self.image(left, top, &concept.samples, index)?;
            top += self.cell[0] + GAP;
        }
        self.image(left, self.mean_top, &concept.mean, 0)
    }

    /// Draws the grid of three rows with its lower edge at that of the means.
    fn grid(&mut self, left: u32, images: &Images) -> Result<(), InferError> {
        let [height, width] = self.cell.map(|side| side + GAP);
        let top = self.mean_top - 2 * height;
        let places = (0..3).flat_map(|row| (0..3).map(move |column| (row, column)));
        for (index, (row, column)) in places.enumerate() {
            self.image(left + column * width, top + row * height, images, index)?;
        }
        Ok(())
    }

    fn image(
        &mut self,
        left: u32,
        top: u32,
        images: &Images,
        index: usize,
    ) -> Result<(), InferError> {
        let Some(image) = images.picture(index)? else {
            return Ok(());
        };
        let [height, width] = self.cell;
        let image = resize(&image.to_rgb8(), width, height, FilterType::Nearest);
        replace(&mut self.picture, &image, left.into(), top.into());
        Ok(())
    }

    /// Draws a sign in front of the mean that begins at `left` + [`SIGN_WIDTH`].
    fn sign(&mut self, left: u32, sign: Sign) {
        let [x, y] = self.sign_centre(left);
        let [length, thickness] = STROKE;
        self.stroke([x, y], [length, thickness]);
        if sign == Sign::Plus {
            self.stroke([x, y], [thickness, length]);
        }
    }

    fn equals(&mut self, left: u32) {
        let [x, y] = self.sign_centre(left);
        for y in [y - 2, y + 3] {
            self.stroke([x, y], STROKE);
        }
    }

    fn sign_centre(&self, left: u32) -> [u32; 2] {
        [left + SIGN_WIDTH / 2 - 1, self.mean_top + self.cell[0] / 2]
    }

    /// A black rectangle around a centre.
    fn stroke(&mut self, [x, y]: [u32; 2], [width, height]: [u32; 2]) {
        for row in 0..height {
            for column in 0..width {
                let at = (x + column - width / 2, y + row - height / 2);
                self.picture.put_pixel(at.0, at.1, INK);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREY: ImageShape = ImageShape {
        channels: 1,
        height: 32,
        width: 32,
    };

    /// `count` images of one level.
    fn level(count: usize, level: f32) -> Images {
        Images::new(GREY, vec![level; count * GREY.values()]).unwrap()
    }

    fn sum(signs: &[Sign], samples: usize) -> RgbImage {
        let concept = |&sign: &Sign| ConceptImages {
            sign,
            samples: level(samples, -1.0),
            mean: level(1, 0.0),
        };
        let sum = Arithmetic {
            concepts: signs.iter().map(concept).collect(),
            latent: Vec::new(),
            grid: level(9, 1.0),
        };
        sum.picture().unwrap().to_rgb8()
    }

    #[test]
    fn samples_stand_above_their_mean_and_the_grid_at_the_right() {
        let picture = sum(&[Sign::Plus, Sign::Minus, Sign::Plus], 3);
        let side = 32 + GAP;
        assert_eq!(picture.width(), GAP + 6 * side + 4 * SIGN_WIDTH);
        assert_eq!(picture.height(), GAP + 4 * side + ABOVE_MEAN);
        let grey = |x, y| picture.get_pixel(x, y).0;
        let mean_top = GAP + 3 * side + ABOVE_MEAN;
        for column in 0..3 {
            let left = GAP + SIGN_WIDTH + column * (side + SIGN_WIDTH);
            for row in 0..3 {
                assert_eq!(grey(left, GAP + row * side), [0; 3]);
            }
            assert_eq!(grey(left + 31, mean_top + 31), [128; 3]);
        }
    }

    #[test]
    fn a_first_plus_has_no_sign_and_a_first_minus_has_one() {
        let inked = |signs: &[Sign]| {
            let picture = sum(signs, 3);
            let place =
                (GAP..GAP + SIGN_WIDTH).flat_map(|x| (0..picture.height()).map(move |y| (x, y)));
            place
                .filter(|&(x, y)| picture.get_pixel(x, y).0 == INK.0)
                .count()
        };
        assert_eq!(inked(&[Sign::Plus, Sign::Minus]), 0);
        assert_eq!(inked(&[Sign::Minus, Sign::Plus]), 24);
    }

    #[test]
    fn a_concept_of_one_sample_leaves_space_for_the_grid() {
        let picture = sum(&[Sign::Plus], 1);
        assert_eq!(picture.height(), GAP + 3 * (32 + GAP) + ABOVE_MEAN);
    }
}
