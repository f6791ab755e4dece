//! Least squares (Mao et al. 2017, "Least Squares Generative Adversarial Networks", eq. 9).

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::square::square;
use crate::error::RecipeError;

/// The target scores of both players: the paper's b, a and c.
///
/// With b - c = 1 and b - a = 2 the generator minimises the Pearson χ² divergence between p + q and 2q (theorem 1 of
/// the paper), as for `{ real = 1, fake = -1, generator = 0 }`.
///
/// # Examples
///
/// ```
/// use ganforge_train::game::payoff::{Payoff, Targets};
///
/// let payoff: Payoff = serde_json::from_str(
///     r#"{ "kind": "least-squares", "fake": -1, "generator": 0 }"#,
/// )?;
/// let targets = Targets { real: 1.0, fake: -1.0, generator: 0.0 };
/// assert_eq!(payoff, Payoff::LeastSquares(targets));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Targets {
    /// The discriminator's target for real images: b.
    pub real: f64,
    /// The discriminator's target for fakes: a.
    pub fake: f64,
    /// The generator's target for fakes: c.
    pub generator: f64,
}

impl Targets {
    /// Binary targets: 1 for real images and for the generator, 0 for fakes.
    pub const BINARY: Self = Self {
        real: 1.0,
        fake: 0.0,
        generator: 1.0,
    };

    /// ½ E[(s - b)²] over real images plus ½ E[(s - a)²] over fakes; `smoothing` moves b by this fraction towards a.
    pub(super) fn discriminator_loss(
        self,
        real: Tensor<2>,
        fake: Tensor<2>,
        smoothing: f64,
    ) -> Tensor<1> {
        let target = self.real + smoothing * (self.fake - self.real);
        (square(real - target).mean() + square(fake - self.fake).mean()) * 0.5
    }

    /// ½ E[(s - c)²] over fakes.
    pub(super) fn generator_loss(self, fake: Tensor<2>) -> Tensor<1> {
        square(fake - self.generator).mean() * 0.5
    }

    /// The midpoint between the targets of real images and fakes.
    pub(super) fn midpoint(self) -> f64 {
        f64::midpoint(self.real, self.fake)
    }

    /// Checks that targets of real images are above those of fakes, as reports and accuracies assume.
    pub(super) fn check(self) -> Result<(), RecipeError> {
        let Self {
            real,
            fake,
            generator,
        } = self;
        if !(real.is_finite() && fake.is_finite() && real > fake) {
            return Err(RecipeError::value(
                "game.payoff.real",
                real,
                format!("a number above the target of fakes, {fake}"),
            ));
        }
        if !(generator.is_finite() && generator > fake) {
            return Err(RecipeError::value(
                "game.payoff.generator",
                generator,
                format!(
                    "a number above {fake}, or the generator would want its fakes to be known as such"
                ),
            ));
        }
        Ok(())
    }
}

impl Default for Targets {
    fn default() -> Self {
        Self::BINARY
    }
}
