//! The multi-scale structural similarity of two images (MS-SSIM).
//!
//! Z. Wang, E. P. Simoncelli, A. C. Bovik, "Multi-scale structural similarity for image quality assessment", 2003: a weighted product of contrast and structure at every
//! scale and luminance at the coarsest. As in pytorch-msssim, windows are Gaussian, 11 pixels wide with standard deviation 1.5, and lie inside the image, and a
//! negative mean of contrast and structure is clamped to 0. Channels are averaged.
//!
//! Deviations for small images: only the scales at which a window fits are used, with weights rescaled to the sum of all five (two scales at 28 × 28, three at
//! 64 × 64); images smaller than a window get a smaller window with a proportional standard deviation. An odd row or column is dropped before halving.

/// The paper's weights, finest scale first.
const WEIGHTS: [f64; 5] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
const WINDOW: usize = 11;
const DEVIATION: f64 = 1.5;
/// (0.01 L)² and (0.03 L)² for values from 0 to L = 2. Luminance compares ratios of means, so black is 0.
const LUMINANCE: f64 = 0.02 * 0.02;
const CONTRAST: f64 = 0.06 * 0.06;

/// The number of scales for an image of this size, 1 to 5.
#[must_use]
pub fn ms_ssim_scales(height: usize, width: usize) -> usize {
    let mut side = height.min(width);
    let mut scales = 1;
    while scales < WEIGHTS.len() && side / 2 >= WINDOW {
        side /= 2;
        scales += 1;
    }
    scales
}

/// The similarity of two images `[channels, height, width]` in [-1, 1]: 0 for unrelated images, 1 for identical ones.
pub fn ms_ssim(first: &[f32], second: &[f32], [height, width]: [usize; 2]) -> f64 {
    let window = window(height.min(width));
    let weights = &WEIGHTS[..ms_ssim_scales(height, width)];
    let total = weights.iter().sum::<f64>() / WEIGHTS.iter().sum::<f64>();
    let channels = first
        .chunks_exact(height * width)
        .zip(second.chunks_exact(height * width));
    let count = channels.len() as f64;
    let sum: f64 = channels
        .map(|(first, second)| {
            let mut planes = [first, second].map(|values| Plane::new(values, width));
            let mut product = 1.0;
            for (scale, weight) in weights.iter().enumerate() {
                if scale > 0 {
                    planes = planes.map(|plane| plane.halved());
                }
                let compared = compare(&planes, &window);
                let last = scale + 1 == weights.len();
                let value = if last {
                    compared.whole
                } else {
                    compared.structure
                };
                product *= value.max(0.0).powf(weight / total);
            }
            product
        })
        .sum();
    sum / count
}

/// The weights of the window, which sum to 1.
fn window(side: usize) -> Vec<f64> {
    let taps = side.min(WINDOW);
    let deviation = DEVIATION * taps as f64 / WINDOW as f64;
    let middle = (taps as f64 - 1.0) / 2.0;
    let gaussian = |at| (-((at as f64 - middle) / deviation).powi(2) / 2.0).exp();
    let total: f64 = (0..taps).map(gaussian).sum();
    (0..taps).map(|at| gaussian(at) / total).collect()
}

/// The terms of the similarity, averaged over an image.
struct SsimMeans {
    /// Contrast and structure.
    structure: f64,
    /// Contrast, structure and luminance.
    whole: f64,
}

fn compare([first, second]: &[Plane; 2], window: &[f64]) -> SsimMeans {
    let blurred = |product: &dyn Fn(f64, f64) -> f64| {
        let pairs = first.values.iter().zip(&second.values);
        let values = pairs.map(|(&a, &b)| product(a, b)).collect();
        Plane {
            values,
            width: first.width,
        }
        .blurred(window)
        .values
    };
    let (means, other_means) = (blurred(&|a, _| a), blurred(&|_, b| b));
    let (squares, other_squares) = (blurred(&|a, _| a * a), blurred(&|_, b| b * b));
    let products = blurred(&|a, b| a * b);
    let (mut structure, mut whole) = (0.0, 0.0);
    for at in 0..means.len() {
        let (mean, other) = (means[at], other_means[at]);
        let variances = squares[at] - mean * mean + other_squares[at] - other * other;
        let covariance = products[at] - mean * other;
        let contrast = (2.0 * covariance + CONTRAST) / (variances + CONTRAST);
        let luminance =
            (2.0 * mean * other + LUMINANCE) / (mean * mean + other * other + LUMINANCE);
        structure += contrast;
        whole += contrast * luminance;
    }
    let count = means.len() as f64;
    SsimMeans {
        structure: structure / count,
        whole: whole / count,
    }
}

/// One channel of an image.
struct Plane {
    values: Vec<f64>,
    width: usize,
}

impl Plane {
    /// From values in [-1, 1], shifted to [0, 2].
    fn new(values: &[f32], width: usize) -> Self {
        let values = values.iter().map(|&value| f64::from(value) + 1.0);
        Self {
            values: values.collect(),
            width,
        }
    }

    /// Weighted means over all windows inside the image.
    fn blurred(&self, window: &[f64]) -> Self {
        let weighted = |values: &mut dyn Iterator<Item = f64>| -> f64 {
            values.zip(window).map(|(value, tap)| value * tap).sum()
        };
        let taps = window.len();
        let rows: Vec<Vec<f64>> = self
            .values
            .chunks_exact(self.width)
            .map(|row| {
                row.windows(taps)
                    .map(|part| weighted(&mut part.iter().copied()))
                    .collect()
            })
            .collect();
        let width = self.width + 1 - taps;
        let values = rows
            .windows(taps)
            .flat_map(|rows| {
                (0..width).map(|column| weighted(&mut rows.iter().map(|row| row[column])))
            })
            .collect();
        Self { values, width }
    }

    /// Average pooling of 2 × 2 pixels.
    fn halved(&self) -> Self {
        let width = self.width / 2;
        let rows: Vec<&[f64]> = self.values.chunks_exact(self.width).collect();
        let values = rows
            .chunks_exact(2)
            .flat_map(|pair| {
                (0..width).map(|column| {
                    let columns = 2 * column..2 * column + 2;
                    (pair[0][columns.clone()].iter().chain(&pair[1][columns])).sum::<f64>() / 4.0
                })
            })
            .collect();
        Self { values, width }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_images_have_fewer_scales() {
        let found = [8, 21, 22, 28, 43, 44, 64, 176, 1000].map(|side| ms_ssim_scales(side, side));
        assert_eq!(found, [1, 1, 2, 2, 2, 3, 3, 5, 5]);
        assert_eq!(ms_ssim_scales(28, 200), 2);
    }

    #[test]
    fn window_weights_sum_to_one_and_are_largest_in_the_middle() {
        for side in [1, 4, 11, 64] {
            let taps = window(side);
            assert_eq!(taps.len(), side.min(11));
            assert!((taps.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!(taps.iter().all(|tap| *tap <= taps[taps.len() / 2] + 1e-15));
        }
    }

    #[test]
    fn constant_images_differ_only_in_luminance() {
        // (2ab + c) / (a² + b² + c) for the values a = 0.5 and b = 1 above black.
        let found = ms_ssim(&[-0.5; 64], &[0.0; 64], [8, 8]);
        let luminance = (1.0 + LUMINANCE) / (1.25 + LUMINANCE);
        // The paper's weights sum to a little more than 1.
        assert!((found - luminance.powf(1.0001)).abs() < 1e-9);
    }
}
