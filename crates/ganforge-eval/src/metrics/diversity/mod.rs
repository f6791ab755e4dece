//! Diversity of samples: the mean multi-scale structural similarity of random pairs.
//!
//! A. Odena, C. Olah, J. Shlens, "Conditional image synthesis with auxiliary classifier GANs", 2017, section 4.2: 1 means that all samples are the
//! same image. The target is the value of real images. The paper takes pairs within a class; pass samples of one class for that.

mod ms_ssim;

use ganforge_core::{ImageShape, below, keyed_rng};
use rayon::prelude::*;

use crate::error::EvalError;
use crate::estimate::Estimate;
use crate::features::Features;
use ms_ssim::ms_ssim;

pub use ms_ssim::ms_ssim_scales;

const NAME: &str = "diversity";

/// The mean similarity of `pairs` random pairs of different samples, with its standard error over pairs. `seed` determines the pairs.
///
/// # Shapes
/// `images`: every row is an image of `shape` in [-1, 1].
///
/// # Errors
/// The shape does not match the rows, or there are fewer than two samples or two pairs.
pub fn diversity(
    images: &Features,
    shape: ImageShape,
    pairs: usize,
    seed: u64,
) -> Result<Estimate, EvalError> {
    let ImageShape {
        channels,
        height,
        width,
    } = shape;
    if shape.checked_values() != Some(images.columns()) {
        return Err(EvalError::ImageSize {
            channels,
            height,
            width,
            columns: images.columns(),
        });
    }
    images.at_least(2, NAME, "samples")?;
    if pairs < 2 {
        return Err(EvalError::Parameter {
            metric: NAME,
            name: "number of pairs",
            value: pairs.to_string(),
            allowed: "2 or more",
        });
    }
    let mut rng = keyed_rng(seed, "diversity-pairs", 0);
    let chosen: Vec<(usize, usize)> = (0..pairs)
        .map(|_| {
            let first = below(&mut rng, images.rows());
            let step = 1 + below(&mut rng, images.rows() - 1);
            (first, (first + step) % images.rows())
        })
        .collect();
    let similarities: Vec<f64> = chosen
        .into_par_iter()
        .map(|(first, second)| ms_ssim(images.row(first), images.row(second), [height, width]))
        .collect();
    Ok(Estimate::mean(&similarities))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::scattered;

    fn shape(channels: usize, height: usize, width: usize) -> ImageShape {
        ImageShape {
            channels,
            height,
            width,
        }
    }

    #[test]
    fn identical_images_have_similarity_one() {
        let image = scattered(1, 28 * 28, 1).row(0).repeat(5);
        let images = Features::new(5, 28 * 28, image).unwrap();
        let found = diversity(&images, shape(1, 28, 28), 10, 0).unwrap();
        assert!((found.value - 1.0).abs() < 1e-9);
    }

    #[test]
    fn noise_has_low_similarity() {
        let images = scattered(20, 3 * 12 * 16, 1);
        let found = diversity(&images, shape(3, 12, 16), 50, 0).unwrap();
        assert!(found.value < 0.3, "{found:?}");
    }

    #[test]
    fn a_sample_is_never_paired_with_itself() {
        let (white, black) = (vec![1.0; 64], vec![-1.0; 64]);
        let images = Features::new(2, 64, [white, black].concat()).unwrap();
        let found = diversity(&images, shape(1, 8, 8), 100, 3).unwrap();
        assert!(found.value < 0.01, "{found:?}");
    }

    #[test]
    fn invalid_input_is_refused() {
        let images = scattered(4, 64, 1);
        let refused = |images: &Features, size, pairs| {
            diversity(images, size, pairs, 0).unwrap_err().to_string()
        };
        assert!(refused(&images, shape(3, 8, 8), 9).contains("3 × 8 × 8 have 192 values"));
        assert!(refused(&images, shape(usize::MAX, 8, 8), 9).contains("the samples have 64"));
        assert!(refused(&images, shape(1, 8, 8), 1).contains("number of pairs is 1"));
        assert!(refused(&scattered(1, 64, 1), shape(1, 8, 8), 9).contains("at least 2 samples"));
    }
}
