//! The adversarial game and its loop.
//!
//! - [`Recipe`] says what to train; [`train()`] does it and leaves a run directory. [`Recipe::parse`] reads one for
//!   networks of your own.
//! - [`Payoff`], [`Penalty`] and [`UpdateRule`] are the rules; [`Gan`] plays them in two phases.
//! - [`Adversarial`] is the loop, as a strategy of burn-train: it owns no formula and knows no screen.
//! - [`evaluation`] measures the generator while it trains, and keeps the best.
//! - A run is a pure function of recipe, data and device: everything random is keyed by seed, purpose and step,
//!   so a resumed run needs no saved generator of random numbers.

mod adam;
mod adversarial;
mod augment;
mod auxiliary;
mod average;
mod beginning;
mod bench;
mod blend;
mod build;
mod error;
pub mod evaluation;
mod feature_matching;
mod game;
mod gan;
mod gradients;
mod historical;
mod journal;
mod learner_model;
mod loader;
mod memory;
mod moment;
mod momentum;
mod one_stage;
mod optimizer;
mod parameters;
mod payoff;
mod penalty;
mod play;
mod presentation;
mod read;
mod recipe;
pub mod run;
mod schedule;
mod seen;
mod series;
mod telemetry;
mod train;
mod write;

pub use adversarial::{Adversarial, Ending, Plan};
pub use augment::{Augmentation, augment};
pub use average::Average;
pub use beginning::Beginning;
pub use bench::{BenchReport, SamplingReport, bench, bench_sampling};
pub use build::{BuiltinGan, build, build_on, signature};
pub use error::{RecipeError, TrainError};
pub use game::{FeatureMatching, Game, InstanceNoise, UpdateRule};
pub use gan::{BothPhases, Gan, Moves, Phase, Round, Start};
pub use historical::History;
pub use journal::Journal;
pub use loader::{Latents, NoValidation, Rounds};
pub use memory::{Machine, MemoryError, check_memory};
pub use moment::Moment;
pub use optimizer::{module_optimizer, module_schedule};
pub use parameters::{number_parameters, trainable_parameters};
pub use payoff::{Base, Divergence, Opponent, Payoff, Targets, jensen_shannon};
pub use penalty::{Anchors, Form, Penalty, Shown};
pub use play::{ClipNorms, Play, RoundSource};
pub use read::read_text;
pub use recipe::{
    AverageConfig, DataConfig, EvaluationConfig, MomentumSchedule, OptimizerConfig, OptimizerKind,
    Optimizers, Override, Recipe, RecipeSource, RunConfig, ScheduleConfig, ScheduleKind, builtin,
    builtin_names,
};
pub use run::{InitialWeights, RunDirectory, RunJournal, StoredRun};
pub use schedule::Schedule;
pub use seen::{Kind, Seen};
pub use series::Series;
pub use telemetry::{
    DiscriminatorTelemetry, GeneratorTelemetry, GradientNorms, Reading, SavedTotals, Totals,
};
pub use train::{MakeRenderer, Outcome, TrainOptions, train};
pub use write::replace;
