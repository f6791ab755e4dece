//! The Fréchet distance between Gaussian fits of two sets of features (FID if the features are those of Inception-v3).
//!
//! M. Heusel, H. Ramsauer, T. Unterthiner, B. Nessler, S. Hochreiter, "GANs trained by a two time-scale update rule converge to a local Nash
//! equilibrium", 2017, after D. C. Dowson and B. V. Landau, "The Fréchet distance between multivariate normal distributions", 1982:
//!
//! ```text
//! d² = ‖μ₁ - μ₂‖² + tr(Σ₁ + Σ₂ - 2 (Σ₁ Σ₂)^½)
//! ```
//!
//! The product Σ₁ Σ₂ is not symmetric, but it has the eigenvalues of the symmetric matrix Σ₁^½ Σ₂ Σ₁^½. This needs no complex square root and no offset on the
//! diagonal, and works for singular covariances. If there are fewer samples than dimensions, the trace is the sum of the singular values of the product of the
//! centered samples, X₁ X₂ᵀ / √((n₁ - 1)(n₂ - 1)), and no covariance is formed.

mod moments;
mod spectrum;

use faer::diag::Diag;
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, get_global_parallelism};

use crate::error::EvalError;
use crate::features::Features;
use moments::LARGEST;

pub(crate) use moments::BLOCK;
pub use moments::Moments;

const NAME: &str = "the Fréchet distance";

/// The squared Fréchet distance, as it is usually reported, from the moments of two sets.
///
/// The covariances are unbiased. The value decreases with the number of samples, so compare only equal numbers.
///
/// ```
/// use ganforge_eval::Features;
/// use ganforge_eval::metrics::{Moments, frechet};
///
/// // Means 0 and 3, standard deviations 1 and 1: the squared distance is 9.
/// let first = Moments::of(&Features::new(3, 1, vec![-1.0, 0.0, 1.0])?)?;
/// let second = Moments::of(&Features::new(3, 1, vec![2.0, 3.0, 4.0])?)?;
/// assert!((frechet(&first, &second)? - 9.0).abs() < 1e-9);
/// # Ok::<(), ganforge_eval::EvalError>(())
/// ```
///
/// # Errors
/// The dimensions differ, one side has fewer than two samples, or the eigenvalue iteration does not converge.
pub fn frechet(samples: &Moments, reference: &Moments) -> Result<f64, EvalError> {
    if samples.dimensions() != reference.dimensions() {
        return Err(EvalError::Sizes {
            first: samples.dimensions(),
            second: reference.dimensions(),
        });
    }
    at_least_two(samples.samples(), "samples")?;
    at_least_two(reference.samples(), "reference samples")?;
    let (first, second) = (samples.covariance(), reference.covariance());
    let traces = trace(&first) + trace(&second);
    let shared = trace_of_root(first, &second)?;
    Ok((squared_distance(&samples.mean(), &reference.mean()) + traces - 2.0 * shared).max(0.0))
}

/// The squared Fréchet distance between two sets in memory, from their covariances or, if these are larger, from the product of the samples.
///
/// # Errors
/// As [`frechet`]; and [`EvalError::TooLarge`] if there are more than 4,096 dimensions and more than 4,096 samples.
pub fn frechet_of_features(samples: &Features, reference: &Features) -> Result<f64, EvalError> {
    samples.same_space(reference)?;
    samples.at_least(2, NAME, "samples")?;
    reference.at_least(2, NAME, "reference samples")?;
    let (dimensions, first, second) = (samples.columns(), samples.rows(), reference.rows());
    if dimensions <= first.max(second) && dimensions <= LARGEST {
        return frechet(&Moments::of(samples)?, &Moments::of(reference)?);
    }
    frechet_fits(dimensions, first.max(second))?;
    let (samples, reference) = (Centered::new(samples), Centered::new(reference));
    let traces = samples.total_variance() + reference.total_variance();
    let shared = sum_of_singular_values(&samples, &reference)?;
    Ok((squared_distance(&samples.mean, &reference.mean) + traces - 2.0 * shared).max(0.0))
}

/// Whether the matrices of a Fréchet distance fit into 2 GiB. `images` is the larger of the numbers of samples and real images.
///
/// # Errors
/// [`EvalError::TooLarge`] if there are more than 4,096 dimensions and more than 4,096 images.
pub fn frechet_fits(dimensions: usize, images: usize) -> Result<(), EvalError> {
    if dimensions <= LARGEST || images <= LARGEST {
        return Ok(());
    }
    Err(EvalError::TooLarge {
        dimensions,
        limit: LARGEST,
    })
}

fn at_least_two(count: usize, what: &'static str) -> Result<(), EvalError> {
    if count >= 2 {
        return Ok(());
    }
    Err(EvalError::TooFew {
        metric: NAME,
        what,
        needed: 2,
        count,
    })
}

/// tr((Σ₁ Σ₂)^½) of two covariances.
fn trace_of_root(first: Mat<f64>, second: &Mat<f64>) -> Result<f64, EvalError> {
    let size = first.nrows();
    let (values, vectors) = spectrum::eigen(&first)?;
    drop(first);
    // In ascending order. Eigenvalues below the rounding error of the largest belong to directions without variance.
    let noise = values[size - 1] * size as f64 * f64::EPSILON;
    let flat = values.partition_point(|&value| value <= noise);
    if flat == size {
        return Ok(0.0);
    }
    let mut roots = Diag::zeros(size - flat);
    for (root, value) in roots.column_vector_mut().iter_mut().zip(&values[flat..]) {
        *root = value.sqrt();
    }
    // With Σ₁ = Q Λ Qᵀ, the eigenvalues of Λ^½ Qᵀ Σ₂ Q Λ^½.
    let half = vectors.get(.., flat..) * roots;
    drop(vectors);
    let rotated = half.transpose() * (second * &half);
    let values = spectrum::eigenvalues(&rotated)?;
    Ok(values.iter().map(|value| value.max(0.0).sqrt()).sum())
}

/// A set and its mean, read as centered rows.
struct Centered<'a> {
    features: &'a Features,
    mean: Vec<f64>,
}

/// Dimensions converted to double precision at a time.
const SLICE: usize = 512;

impl<'a> Centered<'a> {
    fn new(features: &'a Features) -> Self {
        let mean = features.mean();
        Self { features, mean }
    }

    /// The trace of the unbiased covariance.
    fn total_variance(&self) -> f64 {
        let squares: f64 = self
            .features
            .iter()
            .map(|row| squared_distance_to(row, &self.mean))
            .sum();
        squares / (self.features.rows() as f64 - 1.0)
    }

    /// `count` dimensions of all samples, from `first` on, centered.
    fn slice(&self, first: usize, count: usize) -> Mat<f64> {
        Mat::from_fn(self.features.rows(), count, |row, column| {
            let at = first + column;
            f64::from(self.features.row(row)[at]) - self.mean[at]
        })
    }
}

/// The sum of the singular values of X₁ X₂ᵀ / √((n₁ - 1)(n₂ - 1)), which is tr((Σ₁ Σ₂)^½).
fn sum_of_singular_values(first: &Centered, second: &Centered) -> Result<f64, EvalError> {
    let (rows, columns) = (first.features.rows(), second.features.rows());
    let mut product = Mat::zeros(rows, columns);
    let dimensions = first.features.columns();
    for start in (0..dimensions).step_by(SLICE) {
        let count = SLICE.min(dimensions - start);
        matmul(
            &mut product,
            Accum::Add,
            first.slice(start, count),
            second.slice(start, count).transpose(),
            1.0,
            get_global_parallelism(),
        );
    }
    let values = spectrum::singular_values(&product)?;
    let scale = ((rows as f64 - 1.0) * (columns as f64 - 1.0)).sqrt();
    Ok(values.iter().sum::<f64>() / scale)
}

fn trace(matrix: &Mat<f64>) -> f64 {
    matrix.diagonal().column_vector().iter().sum()
}

fn squared_distance(first: &[f64], second: &[f64]) -> f64 {
    let squares = first.iter().zip(second).map(|(a, b)| (a - b).powi(2));
    squares.sum()
}

fn squared_distance_to(row: &[f32], mean: &[f64]) -> f64 {
    let squares = row
        .iter()
        .zip(mean)
        .map(|(&a, b)| (f64::from(a) - b).powi(2));
    squares.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::scattered;

    /// Samples with exactly this mean and a diagonal unbiased covariance.
    fn cross(mean: [f32; 2], variance: [f32; 2]) -> Features {
        // Each point ±√(1.5 v) along an axis, with n - 1 = 3.
        let [x, y] = variance.map(|variance| (1.5 * variance).sqrt());
        let points = [[x, 0.0], [-x, 0.0], [0.0, y], [0.0, -y]];
        let data = points
            .iter()
            .flat_map(|[x, y]| [x + mean[0], y + mean[1]])
            .collect();
        Features::new(4, 2, data).unwrap()
    }

    #[test]
    fn gaussians_with_common_axes_have_the_closed_form() {
        // ‖μ₁ - μ₂‖² + Σ (σ₁ - σ₂)²
        let (first, second) = (
            cross([1.0, 2.0], [4.0, 9.0]),
            cross([-2.0, 6.0], [1.0, 25.0]),
        );
        let found = frechet_of_features(&first, &second).unwrap();
        assert!((found - (25.0 + 1.0 + 4.0)).abs() < 1e-5, "{found}");
    }

    #[test]
    fn a_set_has_distance_zero_from_itself_even_if_its_covariance_is_singular() {
        let flat = cross([0.5, 0.5], [4.0, 0.0]);
        assert!(frechet_of_features(&flat, &flat).unwrap() < 1e-7);
        let still = Features::new(3, 2, vec![1.0; 6]).unwrap();
        assert!(frechet_of_features(&still, &still).unwrap() < 1e-12);
        let set = scattered(50, 8, 1);
        assert!(frechet_of_features(&set, &set).unwrap() < 1e-7);
    }

    #[test]
    fn both_algorithms_agree_if_samples_are_fewer_than_dimensions() {
        let (first, second) = (scattered(20, 30, 1), scattered(25, 30, 2));
        let short = frechet_of_features(&first, &second).unwrap();
        let long = frechet(
            &Moments::of(&first).unwrap(),
            &Moments::of(&second).unwrap(),
        )
        .unwrap();
        assert!((short - long).abs() < 1e-6 * long, "{short} {long}");
    }

    #[test]
    fn the_number_of_threads_does_not_change_the_result() {
        // Large enough to use several threads, by covariances and by the product of the samples.
        for (samples, dimensions) in [(420, 400), (300, 420)] {
            let (first, second) = (
                scattered(samples, dimensions, 1),
                scattered(samples - 30, dimensions, 2),
            );
            let with = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                let run = || frechet_of_features(&first, &second).unwrap().to_bits();
                pool.unwrap().install(run)
            };
            let one = with(1);
            for threads in [2, 3, 8] {
                assert_eq!(one, with(threads), "{dimensions} dimensions, {threads}");
            }
        }
    }

    #[test]
    fn the_distance_is_symmetric() {
        let (first, second) = (scattered(40, 6, 1), scattered(60, 6, 2));
        let there = frechet_of_features(&first, &second).unwrap();
        let back = frechet_of_features(&second, &first).unwrap();
        assert!(there > 0.01 && (there - back).abs() < 1e-10 * there);
    }

    #[test]
    fn a_single_sample_and_different_dimensions_are_refused() {
        let (set, one) = (scattered(9, 3, 1), scattered(1, 3, 1));
        let refused = frechet_of_features(&set, &one).unwrap_err().to_string();
        assert!(
            refused.contains("at least 2 reference samples are needed, and there are 1"),
            "{refused}"
        );
        let moments = [&one, &set].map(|set| Moments::of(set).unwrap());
        assert!(frechet(&moments[0], &moments[1]).is_err());
        let other = scattered(9, 4, 1);
        assert!(frechet_of_features(&set, &other).is_err());
        let moments = [&other, &set].map(|set| Moments::of(set).unwrap());
        assert!(frechet(&moments[0], &moments[1]).is_err());
    }
}
