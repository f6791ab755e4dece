//! How far completed images are from the original ones, at their missing pixels.

use ganforge_model::ImageShape;

/// Sums of errors over the missing pixels of images. Values are those of pixels in [0, 1].
///
/// ```
/// use ganforge_infer::HoleErrors;
/// use ganforge_model::ImageShape;
///
/// let image = ImageShape { channels: 1, height: 1, width: 3 };
/// let mut errors = HoleErrors::default();
/// // The last two pixels are missing; one is black for grey, the other is right.
/// errors.add(image, &[0.5, 0.0, 1.0], &[0.5, -1.0, 1.0], &[0.0, 1.0, 1.0]);
/// assert_eq!((errors.l1(), errors.l2()), (0.25, 0.125));
/// assert!((errors.psnr() - 9.03).abs() < 0.01);
/// assert_eq!((errors.gradient_energy(), errors.real_gradient_energy()), (1.0, 0.25));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct HoleErrors {
    absolute: f64,
    squared: f64,
    values: f64,
    rows: Differences,
    columns: Differences,
}

/// Sums of squared differences of neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Differences {
    real: f64,
    completed: f64,
    pairs: f64,
}

impl Differences {
    fn add(&mut self, real: [f32; 2], completed: [f32; 2]) {
        let squared = |[one, other]: [f32; 2]| (f64::from(one - other) / 2.0).powi(2);
        self.real += squared(real);
        self.completed += squared(completed);
        self.pairs += 1.0;
    }
}

impl HoleErrors {
    /// Adds an image.
    ///
    /// # Shapes
    /// - `original`, `completed`: `channels · height · width` values in [-1, 1]
    /// - `mask`: `height · width` values, 1 at missing pixels and 0 elsewhere
    ///
    /// # Panics
    /// If a length is another.
    pub fn add(&mut self, image: ImageShape, original: &[f32], completed: &[f32], mask: &[f32]) {
        let ImageShape { height, width, .. } = image;
        let is_missing = |index: usize| mask[index] > 0.5;
        let planes = original.chunks(height * width);
        for (real, made) in planes.zip(completed.chunks(height * width)) {
            for at in (0..height * width).filter(|&at| is_missing(at)) {
                let error = f64::from(real[at] - made[at]).abs() / 2.0;
                self.absolute += error;
                self.squared += error * error;
                self.values += 1.0;
                let pair = |other: usize| ([real[at], real[other]], [made[at], made[other]]);
                if at % width > 0 && is_missing(at - 1) {
                    let (real, made) = pair(at - 1);
                    self.rows.add(real, made);
                }
                if at >= width && is_missing(at - width) {
                    let (real, made) = pair(at - width);
                    self.columns.add(real, made);
                }
            }
        }
    }

    /// The mean absolute error; NaN without a missing pixel.
    #[must_use]
    pub fn l1(&self) -> f64 {
        self.absolute / self.values
    }

    /// The mean squared error; NaN without a missing pixel.
    #[must_use]
    pub fn l2(&self) -> f64 {
        self.squared / self.values
    }

    /// The peak signal-to-noise ratio of the mean squared error, in dB.
    #[must_use]
    pub fn psnr(&self) -> f64 {
        -10.0 * self.l2().log10()
    }

    /// Sharpness: the mean squared difference of missing neighbours in a row, plus that in a column, as completed.
    #[must_use]
    pub fn gradient_energy(&self) -> f64 {
        self.energy(|differences| differences.completed)
    }

    /// The same of the original images.
    #[must_use]
    pub fn real_gradient_energy(&self) -> f64 {
        self.energy(|differences| differences.real)
    }

    fn energy(&self, sum: impl Fn(Differences) -> f64) -> f64 {
        let each = [self.rows, self.columns].into_iter();
        let each = each.filter(|differences| differences.pairs > 0.0);
        each.map(|differences| sum(differences) / differences.pairs)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_missing_pixels_count_and_images_are_pooled() {
        let image = ImageShape {
            channels: 2,
            height: 2,
            width: 2,
        };
        let real = [1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0];
        let made = [1.0, 0.0, 1.0, 0.6, -1.0, -1.0, 1.0, -1.0];
        let mut errors = HoleErrors::default();
        // The right column is missing: errors are 0.5 and 0.2 in one channel, 0 in the other.
        errors.add(image, &real, &made, &[0.0, 1.0, 0.0, 1.0]);
        assert!((errors.l1() - 0.7 / 4.0).abs() < 1e-6);
        assert!((errors.l2() - 0.29 / 4.0).abs() < 1e-6);
        // One pair of neighbours per channel, in a column.
        assert!((errors.gradient_energy() - 0.09 / 2.0).abs() < 1e-6);
        errors.add(image, &real, &real, &[0.0, 1.0, 0.0, 1.0]);
        assert!((errors.l1() - 0.7 / 8.0).abs() < 1e-6);
        assert!(errors.real_gradient_energy().abs() < 1e-12);
    }
}
