//! Mixtures of 2-D Gaussians: toy distributions with known modes, for measuring mode collapse.
//!
//! Protocol: Z. Lin, A. Khetan, G. Fanti, S. Oh, "`PacGAN`: the power of two samples in generative adversarial networks", 2018, section 4.1:
//! a ring of 8 and a grid of 25 equally weighted modes, 100,000 points.

use std::f32::consts::FRAC_1_SQRT_2;
use std::f64::consts::TAU;

use ganforge_core::{below, keyed_rng};
use rand_chacha::rand_core::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::raw_dataset::RawDataset;
use crate::error::DataError;
use crate::options::{DataOptions, Split};

/// Equally weighted isotropic 2-D Gaussians of one standard deviation.
///
/// ```
/// use ganforge_data::{Mixture, keyed_rng};
///
/// let ring = Mixture::ring8();
/// let ([x, y], mode) = ring.draw(&mut keyed_rng(7, "points", 0));
/// let [center_x, center_y] = ring.centers[mode];
/// assert!((x - center_x).hypot(y - center_y) < 6.0 * ring.sigma);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// The means; the class of a point is the index of its mean.
    pub centers: Vec<[f32; 2]>,
    /// The standard deviation of each coordinate.
    pub sigma: f32,
}

impl Mixture {
    /// Eight modes on the unit circle, standard deviation 0.01.
    #[must_use]
    pub fn ring8() -> Self {
        let diagonal = FRAC_1_SQRT_2;
        Self {
            centers: vec![
                [1.0, 0.0],
                [diagonal, diagonal],
                [0.0, 1.0],
                [-diagonal, diagonal],
                [-1.0, 0.0],
                [-diagonal, -diagonal],
                [0.0, -1.0],
                [diagonal, -diagonal],
            ],
            sigma: 0.01,
        }
    }

    /// Five modes on a circle of radius 1 around (-3, 0), standard deviation 0.05: the first domain of a translation.
    #[must_use]
    pub fn ring5() -> Self {
        Self {
            centers: circle(5, 1.0, -3.0),
            sigma: 0.05,
        }
    }

    /// Ten modes on a circle of radius 1.5 around (3, 0), standard deviation 0.05: the second domain of a translation.
    #[must_use]
    pub fn ring10() -> Self {
        Self {
            centers: circle(10, 1.5, 3.0),
            sigma: 0.05,
        }
    }

    /// Twenty-five modes at {-4, -2, 0, 2, 4} × {-4, -2, 0, 2, 4}, standard deviation 0.05.
    #[must_use]
    pub fn grid25() -> Self {
        let line = [-4.0, -2.0, 0.0, 2.0, 4.0];
        Self {
            centers: line.iter().flat_map(|&x| line.map(|y| [x, y])).collect(),
            sigma: 0.05,
        }
    }

    /// Draws one point and returns it with the index of its mode.
    ///
    /// # Panics
    ///
    /// When `centers` is empty.
    pub fn draw(&self, rng: &mut impl Rng) -> ([f32; 2], usize) {
        let mode = below(rng, self.centers.len());
        let point = self.centers[mode].map(|center| {
            let noise: f32 = StandardNormal.sample(rng);
            center + self.sigma * noise
        });
        (point, mode)
    }
}

/// `count` points at equal distances on a circle around `(x, 0)`, the first to the right of its centre.
fn circle(count: u16, radius: f64, x: f64) -> Vec<[f32; 2]> {
    let angle = |index: u16| f64::from(index) * TAU / f64::from(count);
    let point = |angle: f64| [x + radius * angle.cos(), radius * angle.sin()];
    let points = (0..count).map(|index| point(angle(index)));
    points
        .map(|point| point.map(|value| value as f32))
        .collect()
}

/// Number of points of the protocol.
const POINTS: usize = 100_000;

/// Draws the points of a mixture. They do not depend on the seed of a run: every run trains on the same points.
pub(crate) fn load(
    mixture: &Mixture,
    name: &str,
    options: &DataOptions,
) -> Result<RawDataset, DataError> {
    options.check_points()?;
    let split = match options.split {
        Split::Train => 0,
        Split::Test => 1,
    };
    let mut rng = keyed_rng(0, name, split);
    let (points, modes) = (0..POINTS)
        .map(|_| {
            let (point, mode) = mixture.draw(&mut rng);
            (point, u32::try_from(mode).unwrap_or(u32::MAX))
        })
        .unzip();
    Ok(RawDataset::points(points, Some(modes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fraction of points within three standard deviations of their mean; 1 - exp(-9/2) = 0.98889 in two dimensions.
    fn high_quality(mixture: &Mixture, count: usize) -> f64 {
        let mut rng = keyed_rng(1, "test", 0);
        let near = (0..count)
            .filter(|_| {
                let ([x, y], mode) = mixture.draw(&mut rng);
                let [center_x, center_y] = mixture.centers[mode];
                (x - center_x).hypot(y - center_y) <= 3.0 * mixture.sigma
            })
            .count();
        f64::from(u32::try_from(near).unwrap()) / f64::from(u32::try_from(count).unwrap())
    }

    #[test]
    fn the_expected_fraction_of_points_lies_within_three_deviations() {
        for mixture in [
            Mixture::ring5(),
            Mixture::ring8(),
            Mixture::ring10(),
            Mixture::grid25(),
        ] {
            let fraction = high_quality(&mixture, 50_000);
            assert!((fraction - 0.98889).abs() < 0.002, "{fraction}");
        }
    }

    #[test]
    fn modes_are_equally_likely() {
        let mixture = Mixture::grid25();
        let mut counts = [0; 25];
        let mut rng = keyed_rng(2, "test", 0);
        for _ in 0..25_000 {
            counts[mixture.draw(&mut rng).1] += 1;
        }
        assert!(
            counts.iter().all(|count| (850..1150).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn the_ring_has_radius_one_and_the_grid_spacing_two() {
        let ring = Mixture::ring8();
        assert_eq!(ring.centers.len(), 8);
        assert!(
            ring.centers
                .iter()
                .all(|[x, y]| (x.hypot(*y) - 1.0).abs() < 1e-6)
        );
        for (ring, modes, x, radius) in [
            (Mixture::ring5(), 5, -3.0, 1.0),
            (Mixture::ring10(), 10, 3.0, 1.5),
        ] {
            assert_eq!(ring.centers.len(), modes);
            let mut centers = ring.centers.iter();
            assert!(centers.all(|center| ((center[0] - x).hypot(center[1]) - radius).abs() < 1e-6));
            // The first is the rightmost, and all neighbours are at the same distance.
            let [right, up] = ring.centers[0];
            assert!((right - x - radius).abs() < 1e-6 && up.abs() < 1e-6);
            let apart = 2.0 * radius * (std::f32::consts::PI / modes as f32).sin();
            let next = ring.centers.iter().cycle().skip(1);
            for (center, next) in ring.centers.iter().zip(next) {
                let distance = (center[0] - next[0]).hypot(center[1] - next[1]);
                assert!((distance - apart).abs() < 1e-5, "{distance}, {apart}");
            }
        }
        let grid = Mixture::grid25();
        assert_eq!(grid.centers.len(), 25);
        assert_eq!((grid.centers[0], grid.centers[24]), ([-4.0; 2], [4.0; 2]));
    }
}
