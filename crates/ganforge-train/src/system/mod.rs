//! Systems: the networks of each player, the data of a round, and the loss of each player.
//!
//! A [`System`] is one such combination. [`Gan`] is one generator against one discriminator, [`Lapgan`] such a pair at each
//! level of a pyramid. The loop, the update rules, optimizers, checkpoints, telemetry, evaluation and the run directory depend on this trait only.

mod bidirectional;
mod context_encoder;
mod gan;
mod infogan;
mod interface;
mod lapgan;
mod loader;
mod one_stage;
mod players;
mod rules;
mod semi_supervised;
mod translation;

pub use bidirectional::{Ali, Bidirectional, BidirectionalRound, Bigan, EncoderAndGenerator};
pub use context_encoder::{ContextEncoder, InpaintingConfig, InpaintingRound};
pub use gan::{Gan, GanRound};
pub use infogan::{InfoGan, InfoGanRound, Recogniser};
pub use interface::{About, Detach, Setting, Shipped, System, Turn};
pub use lapgan::{Lapgan, LapganRound};
pub use loader::{ImageBatch, ImageSource, Latents, Loader};
pub use players::{Players, Start};
pub use semi_supervised::{SemiSupervised, SemiSupervisedRound};
pub use translation::{
    CycleGan, CycleRules, DiscoGan, DiscoRules, Discriminators, Distance, ImagePool, Translation,
    TranslationRound, TranslationRules, Weights,
};
