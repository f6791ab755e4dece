//! Who plays: which networks each player owns, what a round of data is, and what each player minimises.
//!
//! A [`System`] is what a recipe says of that. [`Gan`] is one generator against one discriminator. The loop, the update
//! rules, optimizers, checkpoints, telemetry, evaluation and the run directory know this trait only.

mod gan;
mod interface;
mod loader;
mod one_stage;
mod players;

pub use gan::{Gan, GanRound};
pub use interface::{About, Detach, Setting, System, Turn};
pub use loader::{ImageBatch, ImageSource, Latents, Loader};
pub use players::{Players, Start};
