//! Least squares (Mao et al. 2017, "Least Squares Generative Adversarial Networks", eq. 9).

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::square;
use crate::error::RecipeError;

/// The scores both players aim at: the paper's b, a and c.
///
/// With b - c = 1 and b - a = 2 the generator minimises the Pearson χ² divergence between p + q and 2q (theorem 1 of
/// the paper), as for `{ real = 1, fake = -1, generator = 0 }`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Targets {
    /// Score that the discriminator wants real images to have: b.
    pub real: f64,
    /// Score that the discriminator wants fakes to have: a.
    pub fake: f64,
    /// Score that the generator wants its fakes to get: c.
    pub generator: f64,
}

impl Targets {
    /// Those of a 0-1 coding, where the generator wants fakes to pass for real.
    pub const BINARY: Self = Self {
        real: 1.0,
        fake: 0.0,
        generator: 1.0,
    };

    /// ½ E[(s - b)²] over real images and ½ E[(s - a)²] over fakes, b moved by `smoothing` of its way to a.
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

    /// As far from what is wanted of real images as from what is wanted of fakes.
    pub(super) fn middle(self) -> f64 {
        f64::midpoint(self.real, self.fake)
    }

    /// The recipes' order is real above fake: reports and accuracies read scores so.
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
