//! The key of a turn's random numbers.

use ganforge_model::keyed_rng;
use rand_chacha::ChaCha8Rng;

/// The key of a turn's random numbers, with the progress of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TurnKey {
    /// The run's seed.
    pub seed: u64,
    /// Number of the turn, unique in the run.
    pub turn: u64,
    /// Number of real images that the discriminator has seen before the turn.
    pub images: u64,
}

impl TurnKey {
    /// A random number generator for one purpose in this turn.
    #[must_use]
    pub fn rng(&self, purpose: &str) -> ChaCha8Rng {
        keyed_rng(self.seed, purpose, self.turn)
    }
}
