//! The Gaussian Parzen-window log-likelihood of Goodfellow et al., 2014, "Generative adversarial nets", table 1, after O. Breuleux, Y. Bengio,
//! P. Vincent, "Quickly generating representative samples from an RBM-derived process", 2011.
//!
//! The density of n samples sᵢ under Gaussian windows of width σ gives the log-likelihood of a test point, in nats:
//!
//! ```text
//! log p(x) = log (1/n) Σᵢ exp(-‖x - sᵢ‖² / 2σ²) - d/2 log(2πσ²)
//! ```
//!
//! σ maximizes the likelihood of validation data over a grid; test data are not used for that. The measure favours samples near the mean of the data and is
//! provided for comparison with that table. Distances are in single precision, sums of exponentials in double precision.

use crate::error::EvalError;
use crate::estimate::Estimate;
use crate::features::Features;
use crate::pairs::{Center, Pairs};

/// The candidate widths of the authors' code, for pixels in [0, 1]: `numpy.logspace(-1, 0, 10)`.
pub const PARZEN_GRID: [f64; 10] = [
    0.1,
    0.129_154_966_501_488_4,
    0.166_810_053_720_005_87,
    0.215_443_469_003_188_37,
    0.278_255_940_220_712_5,
    0.359_381_366_380_462_74,
    0.464_158_883_361_277_9,
    0.599_484_250_318_941,
    0.774_263_682_681_127,
    1.0,
];

/// A log-likelihood and the width of its window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likelihood {
    /// Mean log-likelihood of the test points in nats, with its standard error.
    pub nats: Estimate,
    /// The width that maximizes the likelihood of the validation points.
    pub sigma: f64,
}

const NAME: &str = "the Parzen log-likelihood";

/// Chooses a width from `grid` on `validation`, and returns the log-likelihood of `test`.
///
/// # Errors
/// The dimensions differ, there is no sample, no validation point or fewer than two test points, or the grid is empty or has a width that is not above 0.
pub fn parzen(
    samples: &Features,
    validation: &Features,
    test: &Features,
    grid: &[f64],
) -> Result<Likelihood, EvalError> {
    validation.same_space(samples)?;
    test.same_space(samples)?;
    samples.at_least(1, NAME, "samples")?;
    validation.at_least(1, NAME, "validation samples")?;
    test.at_least(2, NAME, "test samples")?;
    if let Some(wrong) = grid
        .iter()
        .find(|sigma| !(sigma.is_finite() && **sigma > 0.0))
    {
        return Err(wrong_grid(wrong.to_string()));
    }
    let center = Center::of(samples);
    let columns = log_likelihoods(&center, samples, validation, grid);
    let (sigma, _) = grid
        .iter()
        .zip(columns.iter().map(|nats| nats.iter().sum::<f64>()))
        .max_by(|(_, first), (_, second)| first.total_cmp(second))
        .ok_or_else(|| wrong_grid("empty".into()))?;
    let nats = log_likelihoods(&center, samples, test, &[*sigma]).concat();
    Ok(Likelihood {
        nats: Estimate::mean(&nats),
        sigma: *sigma,
    })
}

fn wrong_grid(value: String) -> EvalError {
    EvalError::Parameter {
        metric: NAME,
        name: "width",
        value,
        allowed: "at least one, each above 0",
    }
}

/// The log-likelihood of every point, for every width.
fn log_likelihoods(
    center: &Center,
    samples: &Features,
    points: &Features,
    grid: &[f64],
) -> Vec<Vec<f64>> {
    let blocks = center.distances(
        points,
        samples,
        Pairs::All,
        |rows| (rows.start, vec![LogSumExp::new(grid.len()); rows.len()]),
        |(first, windows), tile| {
            for (row, distances) in tile.rows() {
                windows[row - *first].insert(distances, grid);
            }
        },
    );
    let windows: Vec<LogSumExp> = blocks
        .into_iter()
        .flat_map(|(_, windows)| windows)
        .collect();
    let (count, dimensions) = (samples.rows() as f64, samples.columns() as f64);
    grid.iter()
        .enumerate()
        .map(|(at, sigma)| {
            let volume = dimensions / 2.0 * (std::f64::consts::TAU * sigma * sigma).ln();
            let normaliser = count.ln() + volume;
            windows
                .iter()
                .map(|window| window.log_sum(at, *sigma) - normaliser)
                .collect()
        })
        .collect()
}

/// A running log-sum-exp at one point, for every width. Exponents are relative to that of the nearest sample, so none overflows and the largest term is 1.
#[derive(Clone)]
struct LogSumExp {
    nearest: f64,
    sums: Vec<f64>,
}

/// Terms with a larger negative exponent are below the rounding error of the largest, even ten million of them.
const NEGLIGIBLE: f64 = 53.0;

impl LogSumExp {
    fn new(widths: usize) -> Self {
        Self {
            nearest: f64::INFINITY,
            sums: vec![0.0; widths],
        }
    }

    fn insert(&mut self, distances: &[f32], grid: &[f64]) {
        let nearest = f64::from(distances.iter().copied().fold(f32::INFINITY, f32::min));
        if nearest < self.nearest {
            for (sum, sigma) in self.sums.iter_mut().zip(grid) {
                *sum *= exponential(self.nearest - nearest, *sigma);
            }
            self.nearest = nearest;
        }
        for (sum, sigma) in self.sums.iter_mut().zip(grid) {
            let farthest = self.nearest + NEGLIGIBLE * 2.0 * sigma * sigma;
            *sum += distances
                .iter()
                .map(|&distance| f64::from(distance))
                .filter(|&distance| distance < farthest)
                .map(|distance| exponential(distance - self.nearest, *sigma))
                .sum::<f64>();
        }
    }

    fn log_sum(&self, at: usize, sigma: f64) -> f64 {
        self.sums[at].ln() - self.nearest / (2.0 * sigma * sigma)
    }
}

fn exponential(distance: f64, sigma: f64) -> f64 {
    (-distance / (2.0 * sigma * sigma)).exp()
}

#[cfg(test)]
#[expect(
    clippy::float_cmp,
    reason = "shares of few samples and small integers are exact"
)]
mod tests {
    use super::*;
    use crate::Spread;
    use crate::tests::scattered;

    /// log N(x; s, σ² I) from the squared distance.
    fn gaussian(squared: f64, dimensions: f64, sigma: f64) -> f64 {
        -squared / (2.0 * sigma * sigma)
            - dimensions / 2.0 * (std::f64::consts::TAU * sigma * sigma).ln()
    }

    #[test]
    fn one_sample_gives_one_gaussian() {
        let center = Features::new(1, 2, vec![1.0, 2.0]).unwrap();
        let test = Features::new(2, 2, vec![4.0, 6.0, 1.0, 2.0]).unwrap();
        let found = parzen(&center, &test, &test, &[0.5]).unwrap();
        let exact = [gaussian(25.0, 2.0, 0.5), gaussian(0.0, 2.0, 0.5)];
        let mean = f64::midpoint(exact[0], exact[1]);
        assert!((found.nats.value - mean).abs() < 1e-6 * mean.abs());
        // The standard error of two values is their difference divided by √8.
        let error = (exact[1] - exact[0]) / 8.0_f64.sqrt();
        let Spread::StandardError(found) = found.nats.spread else {
            panic!("a standard error");
        };
        assert!((found - error).abs() < 1e-6 * error);
    }

    #[test]
    fn many_tiles_and_far_points_neither_overflow_nor_underflow() {
        let samples = scattered(2500, 3, 1);
        let far = Features::new(2, 3, vec![300.0, 0.0, 0.0, 0.0, 0.0, 0.0]).unwrap();
        let found = log_likelihoods(&Center::of(&samples), &samples, &far, &[0.1, 1.0]);
        for (sigma, found) in [0.1, 1.0].into_iter().zip(&found) {
            for (point, found) in far.iter().zip(found) {
                let logs: Vec<f64> = samples
                    .iter()
                    .map(|sample| {
                        let squares = point
                            .iter()
                            .zip(sample)
                            .map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2));
                        gaussian(squares.sum(), 3.0, sigma)
                    })
                    .collect();
                let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = logs.iter().map(|log| (log - largest).exp()).sum();
                let exact = largest + (sum / 2500.0).ln();
                assert!(
                    (found - exact).abs() < 1e-5 * exact.abs(),
                    "{found} {exact}"
                );
            }
        }
    }

    #[test]
    fn the_width_is_chosen_on_the_validation_points() {
        let line = |points: &[f32]| Features::new(points.len(), 1, points.to_vec()).unwrap();
        // The maximum-likelihood width of one Gaussian is the root mean square distance from its center.
        let grid = [0.1, 0.5, 2.0];
        let chosen = |validation: &[f32]| {
            let found = parzen(&line(&[0.0]), &line(validation), &line(&[9.0, -9.0]), &grid);
            found.unwrap().sigma
        };
        assert_eq!(chosen(&[0.5, -0.5]), 0.5);
        assert_eq!(chosen(&[2.0, -2.0]), 2.0);
        assert_eq!(chosen(&[0.0, 0.0]), 0.1);
    }

    #[test]
    fn the_grid_is_that_of_the_authors() {
        for (at, sigma) in PARZEN_GRID.into_iter().enumerate() {
            let exact = 10_f64.powf(at as f64 / 9.0 - 1.0);
            assert!((sigma - exact).abs() < 1e-15);
        }
    }

    #[test]
    fn invalid_input_is_refused() {
        let (set, none) = (scattered(5, 2, 1), Features::new(0, 2, Vec::new()).unwrap());
        let refused = |samples: &Features, validation: &Features, test: &Features, grid: &[f64]| {
            parzen(samples, validation, test, grid)
                .unwrap_err()
                .to_string()
        };
        assert!(refused(&none, &set, &set, &PARZEN_GRID).contains("at least 1 samples"));
        assert!(refused(&set, &none, &set, &PARZEN_GRID).contains("at least 1 validation samples"));
        assert!(
            refused(&set, &set, &scattered(1, 2, 1), &PARZEN_GRID)
                .contains("at least 2 test samples")
        );
        assert!(refused(&set, &set, &set, &[]).contains("width is empty"));
        assert!(refused(&set, &set, &set, &[0.1, 0.0]).contains("width is 0"));
        assert!(refused(&set, &set, &set, &[f64::NAN]).contains("width is NaN"));
        assert!(
            refused(&set, &set, &scattered(5, 3, 1), &PARZEN_GRID).contains("same feature space")
        );
    }
}
