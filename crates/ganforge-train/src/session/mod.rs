//! The training loop, as a strategy of burn-train.

mod adversarial;
mod beginning;
mod learner_model;
mod options;
mod play;
mod rounds;
mod series;
mod training_data;

pub use adversarial::{Adversarial, Ending, Plan};
pub use beginning::Beginning;
pub(crate) use beginning::Begun;
pub use learner_model::learner;
pub use options::TrainOptions;
pub use play::{Play, RoundSource};
pub use rounds::{NoValidation, Rounds};
pub use series::Series;
pub use training_data::TrainingData;
