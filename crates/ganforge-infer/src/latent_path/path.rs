//! A path through several latents.

use super::interpolation::Interpolation;
use crate::error::InferError;
use crate::vectors::Vectors;

/// A path from latent to latent.
///
/// ```
/// use ganforge_infer::{Interpolation, LatentPath, Vectors};
///
/// let corners = Vectors::new(2, vec![0.0, 0.0, 1.0, 0.0, 1.0, 1.0])?;
/// let path = LatentPath { steps: 2, closed: false, interpolation: Interpolation::Linear };
/// let points = path.through(&corners)?;
/// assert_eq!(points.data(), [0.0, 0.0, 0.5, 0.0, 1.0, 0.0, 1.0, 0.5, 1.0, 1.0]);
/// // A closed path goes on to its first latent, and leaves it out at the end: a film of it repeats without a halt.
/// let loop_of_three = LatentPath { closed: true, ..path };
/// assert_eq!(loop_of_three.through(&corners)?.count(), 6);
/// # Ok::<(), ganforge_infer::InferError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatentPath {
    /// Steps from one latent to the next, 1 or more.
    pub steps: usize,
    /// Whether the path returns to its first latent.
    pub closed: bool,
    /// The way between two latents.
    pub interpolation: Interpolation,
}

impl LatentPath {
    /// The points of the path through these latents: `steps` for each of the ways between two of them, and the last latent if the path is open.
    ///
    /// # Errors
    /// Fewer than two latents, or no steps.
    pub fn through(&self, latents: &Vectors) -> Result<Vectors, InferError> {
        if latents.count() < 2 {
            return Err(InferError::Latents {
                found: latents.count(),
                dimension: latents.dimension(),
                allowed: "two or more, to pass from one to the next".to_owned(),
            });
        }
        if self.steps == 0 {
            return Err(ganforge_model::ConfigError::new("steps", 0, "1 or more").into());
        }
        let ways = latents.count() - usize::from(!self.closed);
        let mut data = Vec::new();
        for way in 0..ways {
            let (from, to) = (latents.row(way), latents.row((way + 1) % latents.count()));
            for step in 0..self.steps {
                let share = step as f64 / self.steps as f64;
                data.extend(self.interpolation.between(from, to, share));
            }
        }
        if !self.closed {
            data.extend(latents.row(latents.count() - 1));
        }
        Vectors::new(latents.dimension(), data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_latent_and_no_steps_are_refused() {
        let path = LatentPath {
            steps: 0,
            closed: false,
            interpolation: Interpolation::Linear,
        };
        let one = Vectors::new(2, vec![0.0; 2]).unwrap();
        let two = Vectors::new(2, vec![0.0; 4]).unwrap();
        assert!(
            path.through(&one)
                .unwrap_err()
                .to_string()
                .contains("two or more")
        );
        assert!(
            path.through(&two)
                .unwrap_err()
                .to_string()
                .contains("steps")
        );
    }
}
