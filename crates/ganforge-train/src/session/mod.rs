//! The training loop, as a strategy of burn-train.

mod adversarial;
mod learner_model;
mod loader;
mod play;
mod series;

pub(crate) use adversarial::shipped;
pub use adversarial::{Adversarial, Ending, Plan};
pub use loader::{Latents, NoValidation, Rounds};
pub use play::{ClipNorms, Play, RoundSource};
pub use series::Series;
