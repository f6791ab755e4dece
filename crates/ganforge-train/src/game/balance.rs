//! The one number that BEGAN's discriminator remembers.

use burn::module::{Module, RunningState};
use burn::tensor::{Device, Tensor};

use super::payoff::Equilibrium;

/// k in [0, 1], the weight of fakes in the discriminator's loss (Berthelot et al. 2017, section 3.4). Clones share it;
/// records hold it.
#[derive(Module, Debug)]
pub struct Balance {
    k: RunningState<Tensor<1>>,
}

impl Balance {
    /// k = 0.
    #[must_use]
    pub fn new(device: &Device) -> Self {
        Self {
            k: RunningState::new(Tensor::zeros([1], device)),
        }
    }

    /// k, `[1]`, without gradients.
    #[must_use]
    pub fn value(&self) -> Tensor<1> {
        self.k.value_sync().detach()
    }

    /// Replaces k by k + λ (γ L(x) - L(G(z))), held in [0, 1].
    ///
    /// # Shapes
    /// - `real`, `fake`: `[batch, outputs]`, scores
    pub fn observe(&self, real: &Tensor<2>, fake: &Tensor<2>, equilibrium: Equilibrium) {
        let imbalance = equilibrium.imbalance(real, fake).detach();
        let k = self.value() + imbalance * equilibrium.lambda;
        self.k.update(k.clamp(0.0, 1.0));
        // An update waits for the next reading; read at once, so that a record taken next has it.
        let _ = self.k.value_sync();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Equilibrium = Equilibrium {
        gamma: 0.5,
        lambda: 0.1,
    };

    /// Scores of one image with so much energy.
    fn energy(energy: f32) -> Tensor<2> {
        Tensor::from_data([[-energy]], &Device::flex().autodiff())
    }

    fn k(balance: &Balance) -> f32 {
        balance.value().into_scalar()
    }

    #[test]
    fn k_follows_the_energies_and_stays_between_0_and_1() {
        let balance = Balance::new(&Device::flex().autodiff());
        for (real, fake, expected) in [
            (1.0, 4.0, 0.0),
            (4.0, 1.0, 0.1),
            (4.0, 3.0, 0.0),
            (6.0, 1.0, 0.2),
            (100.0, 1.0, 1.0),
            (1.0, 2.0, 0.85),
        ] {
            balance.observe(&energy(real), &energy(fake), RULE);
            let found = k(&balance);
            assert!((found - expected).abs() < 1e-6, "{found}, {expected}");
        }
    }

    #[test]
    fn records_hold_k() {
        let device = Device::flex().autodiff();
        let balance = Balance::new(&device);
        balance.observe(&energy(8.0), &energy(1.0), RULE);
        let restored = Balance::new(&device).load_record(balance.into_record());
        assert!((k(&restored) - 0.3).abs() < 1e-6);
    }
}
