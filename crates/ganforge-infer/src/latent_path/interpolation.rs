//! Interpolation between two latents.

use ganforge_model::LatentDistribution;

/// How to pass from one latent to another.
///
/// ```
/// use ganforge_infer::Interpolation;
///
/// let (a, b) = ([2.0, 0.0], [0.0, 2.0]);
/// assert_eq!(Interpolation::Linear.between(&a, &b, 0.5), [1.0, 1.0]);
/// // Half way on the circle, at the same distance from the origin.
/// let half = Interpolation::Spherical.between(&a, &b, 0.5);
/// assert!(half.iter().all(|x| (x - 2.0_f32.sqrt()).abs() < 1e-6));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpolation {
    /// On the straight line, (1 - t) a + t b.
    Linear,
    /// On the great circle of their directions, sin((1 - t) θ) / sin θ · a + sin(t θ) / sin θ · b, where θ is the angle between a and b (Shoemake 1985; for
    /// latents White 2016, "Sampling Generative Networks", section 2.1). Normal latents of many coordinates lie near a sphere, whose inside the network has
    /// never seen; a straight line passes through it.
    Spherical,
}

/// The sine of an angle below which two directions count as parallel or opposite, where the great circle is not defined.
const PARALLEL: f64 = 1e-6;

impl Interpolation {
    /// Spherical for normal latents; linear for uniform ones, whose cube contains every straight line between two of its points.
    #[must_use]
    pub fn of(distribution: LatentDistribution) -> Self {
        match distribution {
            LatentDistribution::Normal => Self::Spherical,
            LatentDistribution::Uniform
            | LatentDistribution::UnitInterval
            | LatentDistribution::UniformUnitVariance => Self::Linear,
        }
    }

    /// The point at the share `t` of the way, from `a` at 0 to `b` at 1; both `[dimension]`. The ends are exact. Spherical interpolation is linear where
    /// a or b is 0 or their directions are parallel or opposite.
    ///
    /// # Panics
    /// If the dimensions differ.
    #[must_use]
    pub fn between(self, a: &[f32], b: &[f32], t: f64) -> Vec<f32> {
        assert_eq!(a.len(), b.len(), "latents of one model");
        let (left, right) = match self {
            Self::Linear => (1.0 - t, t),
            Self::Spherical => spherical(a, b, t),
        };
        let pairs = a.iter().zip(b);
        pairs
            .map(|(a, b)| (left * f64::from(*a) + right * f64::from(*b)) as f32)
            .collect()
    }
}

/// The factors of a and b.
fn spherical(a: &[f32], b: &[f32], t: f64) -> (f64, f64) {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        let pairs = a.iter().zip(b);
        pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let cosine = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
    let angle = cosine.clamp(-1.0, 1.0).acos();
    let sine = angle.sin();
    // An ordered comparison is false for the NaN of a zero vector.
    if sine > PARALLEL {
        (((1.0 - t) * angle).sin() / sine, (t * angle).sin() / sine)
    } else {
        (1.0 - t, t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn norm(vector: &[f32]) -> f32 {
        vector.iter().map(|x| x * x).sum::<f32>().sqrt()
    }

    #[test]
    fn ends_are_exact_and_parallel_latents_are_interpolated_linearly() {
        for kind in [Interpolation::Linear, Interpolation::Spherical] {
            let (a, b) = ([0.3, -0.7, 1.9], [-1.1, 0.2, 0.4]);
            assert_eq!(kind.between(&a, &b, 0.0), a);
            assert_eq!(kind.between(&a, &b, 1.0), b);
            assert_eq!(kind.between(&[1.0, 0.0], &[3.0, 0.0], 0.5), [2.0, 0.0]);
            assert_eq!(kind.between(&[1.0, 0.0], &[-1.0, 0.0], 0.25), [0.5, 0.0]);
            assert_eq!(kind.between(&[0.0, 0.0], &[0.0, 4.0], 0.5), [0.0, 2.0]);
        }
    }

    #[test]
    fn equal_norms_are_kept_and_angles_are_divided_evenly() {
        let (a, b) = ([3.0, 4.0, 0.0], [0.0, 3.0, 4.0]);
        let points: Vec<Vec<f32>> = (0..=4)
            .map(|step| Interpolation::Spherical.between(&a, &b, f64::from(step) / 4.0))
            .collect();
        let steps: Vec<f32> = points
            .windows(2)
            .map(|pair| {
                let difference: Vec<f32> =
                    pair[0].iter().zip(&pair[1]).map(|(a, b)| a - b).collect();
                norm(&difference)
            })
            .collect();
        for (point, step) in points.iter().zip(&steps) {
            assert!((norm(point) - 5.0).abs() < 1e-5, "{point:?}");
            assert!((step - steps[0]).abs() < 1e-5, "{steps:?}");
        }
    }
}
