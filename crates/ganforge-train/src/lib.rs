//! The adversarial game and its loop.
//!
//! - [`Recipe`] says what to train; [`train()`] does it and leaves a run directory. [`Recipe::parse`] reads one for
//!   networks of your own.
//! - [`Payoff`], [`Penalty`] and [`UpdateRule`] are the rules; [`Gan`] plays them in two phases.
//! - [`Adversarial`] is the loop, as a strategy of burn-train: it owns no formula and knows no screen.
//! - [`evaluation`] measures the generator while it trains, and keeps the best.
//! - A run is a pure function of recipe, data and device: everything random is keyed by seed, purpose and step,
//!   so a resumed run needs no saved generator of random numbers.

mod bench;
mod error;
pub mod evaluation;
pub mod game;
mod memory;
pub mod optimizer;
pub mod recipe;
pub mod run;
pub mod session;
pub mod system;
pub mod telemetry;
mod train;
pub mod weights;

pub use bench::{BenchReport, SamplingReport, bench, bench_sampling};
pub use error::{RecipeError, TrainError};
pub use game::augment::{Augmentation, augment};
pub use game::payoff::{Base, Divergence, Opponent, Payoff, Targets, jensen_shannon};
pub use game::penalty::{Anchors, Form, Penalty, PenaltyInput};
pub use game::{FeatureMatching, Game, InstanceNoise, Scored, Source, TurnKey, UpdateRule};
pub use memory::{MemoryError, SystemMemory, check_memory};
pub use optimizer::{Schedule, module_optimizer, module_schedule};
pub use recipe::{
    AverageConfig, DataConfig, EvaluationConfig, MomentumSchedule, OptimizerConfig, OptimizerKind,
    Optimizers, Override, Recipe, RecipeSource, RunConfig, ScheduleConfig, ScheduleKind, builtin,
    builtin_names,
};
pub use run::{Beginning, InitialWeights, RunDirectory, RunJournal, StoredRun};
pub use session::{
    Adversarial, ClipNorms, Ending, Latents, NoValidation, Plan, Play, RoundSource, Rounds, Series,
};
pub use system::{
    BothPhases, BuiltinGan, Gan, Moves, Phase, Round, Start, build, build_on, signature,
};
pub use telemetry::{
    DiscriminatorTelemetry, GeneratorTelemetry, GradientNorms, Journal, Reading, SavedTotals,
    Totals,
};
pub use train::{MakeRenderer, Outcome, TrainOptions, train};
pub use weights::{Average, History, number_parameters, trainable_parameters};
