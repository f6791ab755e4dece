//! Payoffs of discriminators that score an image by its energy E(x), a reconstruction error: the score is -E(x).

use burn::tensor::{Tensor, activation};
use serde::{Deserialize, Serialize};

use crate::error::RecipeError;

/// E(x) + max(0, m - E(G(z))) (Zhao et al. 2017, "Energy-based Generative Adversarial Network", equation 1), the hinge of
/// each fake by itself.
pub(super) fn margin_loss(real: Tensor<2>, fake: Tensor<2>, margin: f64) -> Tensor<1> {
    -real.mean() + activation::relu(fake + margin).mean()
}

/// The margin is a number of the energy's own unit, above 0.
pub(super) fn check_margin(margin: f64) -> Result<(), RecipeError> {
    if margin.is_finite() && margin > 0.0 {
        return Ok(());
    }
    Err(RecipeError::value(
        "game.payoff.margin",
        margin,
        "a number above 0: the energy from which on a fake costs the discriminator nothing",
    ))
}

/// BEGAN's equilibrium E L(G(z)) = γ E L(x) of the energies L, and how fast k moves towards it (Berthelot et al. 2017,
/// "BEGAN: Boundary Equilibrium Generative Adversarial Networks", sections 3.3 and 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Equilibrium {
    /// Energy of fakes over that of real images at the equilibrium, in (0, 1]: γ, the paper's diversity ratio.
    pub gamma: f64,
    /// The rate of k, in (0, 1]: the paper's `λ_k`.
    pub lambda: f64,
}

impl Equilibrium {
    /// γ = 0.5 and λ = 0.001, the paper's values.
    pub const PAPER: Self = Self {
        gamma: 0.5,
        lambda: 0.001,
    };

    /// L(x) - k L(G(z)), where `k` is `[1]`; 0 where absent.
    pub(super) fn discriminator_loss(
        real: Tensor<2>,
        fake: Tensor<2>,
        k: Option<Tensor<1>>,
    ) -> Tensor<1> {
        let on_real = -real.mean();
        match k {
            Some(k) => on_real + fake.mean() * k.detach(),
            None => on_real,
        }
    }

    /// γ L(x) - L(G(z)): how far the energies are from their equilibrium; k grows where it is above 0.
    ///
    /// # Shapes
    /// - `real`, `fake`: `[batch, outputs]`, scores
    /// - output: `[1]`
    #[must_use]
    pub fn imbalance(self, real: &Tensor<2>, fake: &Tensor<2>) -> Tensor<1> {
        fake.clone().mean() - real.clone().mean() * self.gamma
    }

    /// M = L(x) + |γ L(x) - L(G(z))|, the paper's measure of convergence (section 3.4.1). It falls, too, while the generator
    /// collapses.
    ///
    /// # Shapes
    /// - `real`, `fake`: `[batch, outputs]`, scores
    /// - output: `[1]`
    #[must_use]
    pub fn convergence(self, real: &Tensor<2>, fake: &Tensor<2>) -> Tensor<1> {
        self.imbalance(real, fake).abs() - real.clone().mean()
    }

    pub(super) fn check(self) -> Result<(), RecipeError> {
        for (key, value) in [("gamma", self.gamma), ("lambda", self.lambda)] {
            if !(value > 0.0 && value <= 1.0) {
                let key = format!("game.payoff.{key}");
                return Err(RecipeError::value(key, value, "above 0 and at most 1"));
            }
        }
        Ok(())
    }
}

impl Default for Equilibrium {
    fn default() -> Self {
        Self::PAPER
    }
}
