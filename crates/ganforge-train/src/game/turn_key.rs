//! Where in a run a turn is.

use ganforge_model::keyed_rng;
use rand_chacha::ChaCha8Rng;

/// The key of what is random in a turn, and how far the run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TurnKey {
    /// The run's seed.
    pub seed: u64,
    /// A number that no other turn of the run has.
    pub turn: u64,
    /// Real images shown to the discriminator before.
    pub images: u64,
}

impl TurnKey {
    /// Random numbers for one purpose in this turn.
    #[must_use]
    pub fn rng(&self, purpose: &str) -> ChaCha8Rng {
        keyed_rng(self.seed, purpose, self.turn)
    }
}
