//! Grids of images.

use image::DynamicImage;

use super::pixel::to_picture;
use super::scatter::scatter;
use super::sheet::{Sheet, SheetDrawer};
use crate::error::InferError;
use crate::images::Images;

/// The layout of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GridOptions {
    /// Images per row, 1 or more; by default the grid is about square.
    pub columns: Option<usize>,
    /// For points in the plane: half the side of the square shown around the origin, above 0, in the units of the points;
    /// by default large enough for every point. Set it to compare plots.
    pub half_range: Option<f32>,
}

impl Images {
    /// All images in one picture on white ground, row by row; points in the plane become a scatter plot.
    ///
    /// ```
    /// # use ganforge_infer::{GridOptions, Images};
    /// # use ganforge_model::ImageShape;
    /// let grey = ImageShape { channels: 1, height: 32, width: 32 };
    /// let images = Images::new(grey, vec![0.0; 4 * 32 * 32])?;
    /// let grid = images.grid(&GridOptions::default())?;
    /// // Two rows of two images, with gaps of two pixels.
    /// assert_eq!((grid.width(), grid.height()), (70, 70));
    /// # Ok::<(), ganforge_infer::InferError>(())
    /// ```
    ///
    /// # Errors
    /// An option out of range, images that are neither grey nor RGB nor points, or too many images.
    pub fn grid(&self, options: &GridOptions) -> Result<DynamicImage, InferError> {
        if self.spec().is_point() {
            return scatter(self, options.half_range);
        }
        let sheet = Sheet::lay_out(self.count(), self.spec(), options.columns)?;
        let (width, height) = (sheet.width, sheet.height);
        let bytes = self.draw(sheet).map_err(image::ImageError::IoError)?;
        to_picture(bytes, width, height, self.spec())
    }

    /// The bytes of a sheet, `[height, width, channels]`.
    fn draw(&self, sheet: Sheet) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut drawer = SheetDrawer::begin(sheet, &mut bytes)?;
        for image in self {
            drawer.add(image, &mut bytes)?;
        }
        drawer.end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use ganforge_model::ImageShape;

    use super::*;

    fn grey(count: usize, height: usize, width: usize) -> Images {
        let spec = ImageShape {
            channels: 1,
            height,
            width,
        };
        Images::new(spec, vec![-1.0; count * height * width]).unwrap()
    }

    fn size(images: &Images, columns: Option<usize>) -> [u32; 2] {
        let options = GridOptions {
            columns,
            ..GridOptions::default()
        };
        let grid = images.grid(&options).unwrap();
        [grid.height(), grid.width()]
    }

    #[test]
    fn a_grid_is_near_square_and_its_images_at_least_32_pixels_wide() {
        assert_eq!(size(&grey(64, 8, 8), None), [2 + 8 * 34; 2]);
        assert_eq!(size(&grey(10, 28, 28), None), [2 + 3 * 58, 2 + 4 * 58]);
        assert_eq!(size(&grey(1, 64, 128), None), [2 + 66, 2 + 130]);
        assert_eq!(size(&grey(20, 32, 32), Some(10)), [2 + 2 * 34, 2 + 10 * 34]);
        assert_eq!(size(&grey(3, 32, 32), Some(10)), [2 + 34, 2 + 3 * 34]);
    }

    #[test]
    fn images_are_in_reading_order_on_white_and_magnified() {
        let spec = ImageShape {
            channels: 1,
            height: 16,
            width: 16,
        };
        let mut data = vec![-1.0; 3 * spec.values()];
        data[spec.values()..2 * spec.values()].fill(0.0);
        data[0] = 1.0;
        let images = Images::new(spec, data).unwrap();
        let grid = images.grid(&GridOptions::default()).unwrap().to_luma8();
        let at = |x, y| grid.get_pixel(x, y).0[0];
        assert_eq!([at(0, 0), at(2, 2), at(3, 3), at(4, 4)], [255, 255, 255, 0]);
        assert_eq!(
            [at(33, 2), at(34, 2), at(35, 2), at(36, 2)],
            [0, 255, 255, 128]
        );
        assert_eq!([at(2, 36), at(36, 36), at(69, 69)], [0, 255, 255]);
    }

    #[test]
    fn channels_keep_their_order() {
        let spec = ImageShape {
            channels: 3,
            height: 32,
            width: 32,
        };
        let data = [1.0, -1.0, 0.0].map(|level| vec![level; 32 * 32]).concat();
        let grid = Images::new(spec, data)
            .unwrap()
            .grid(&GridOptions::default())
            .unwrap()
            .to_rgb8();
        assert_eq!(grid.get_pixel(20, 20).0, [255, 0, 128]);
        assert_eq!(grid.get_pixel(1, 20).0, [255; 3]);
    }

    #[test]
    fn a_grid_without_columns_or_too_large_is_refused() {
        let zero = GridOptions {
            columns: Some(0),
            ..GridOptions::default()
        };
        let error = grey(4, 8, 8).grid(&zero).unwrap_err();
        assert_eq!(error.to_string(), "`columns` is 0, allowed: 1 or more");
        // A single row of pixels is magnified in both directions.
        let error = grey(1, 1, 1 << 24)
            .grid(&GridOptions::default())
            .unwrap_err();
        assert!(matches!(error, InferError::GridTooLarge { .. }), "{error}");
    }
}
