//! How good a run's generator is, told by the metrics of `ganforge-eval`: while it trains, and to whoever asks afterwards.
//!
//! [`Real`] turns data into an evaluator that knows all real images its metrics take. An [`Examiner`] keeps one through a run and measures every generator
//! that comes along, on samples from the same latents; `ganforge evaluate` asks the same way, so that both say the same of one model.

mod asked;
mod error;
mod examiner;
pub(crate) mod protocols;
mod real;
mod stand_ins;
mod usual;

pub use asked::Asked;
pub use error::RealError;
pub use examiner::{Examined, Examiner};
pub use protocols::Protocols;
pub use real::Real;
pub use stand_ins::StandIns;
pub use usual::Usual;

use burn::tensor::Device;
use ganforge_data::Dataset;
use ganforge_infer::Signature;
use ganforge_model::{GeneratorArchitecture, ModelFile};

use crate::error::TrainError;
use crate::recipe::Recipe;
use crate::run::RunDirectory;

/// An examiner for a run of `recipe`, where the recipe wants one, which has already measured one generator: what cannot be measured is known before training.
///
/// That generator is the best so far of a run that goes on, measured again because only the file itself says what a kill has left; else it is `generator`, the
/// one training starts from.
///
/// # Errors
/// Metrics that the data do not admit, too few images, or a protocol other than that of the run's figures so far.
pub(crate) fn examiner<G: GeneratorArchitecture, D>(
    recipe: &Recipe<G, D>,
    dataset: &Dataset,
    signature: &Signature,
    device: &Device,
    goes_on: Option<&RunDirectory>,
    accept_data: bool,
    generator: &G::Network,
) -> Result<Option<Examiner>, TrainError> {
    let Some(asked) = &recipe.evaluation else {
        return Ok(None);
    };
    let mut examiner = Examiner::new(recipe, asked, dataset, signature.clone(), device)?;
    // The real images may be others where the user says so.
    if let Some(directory) = goes_on.filter(|_| !accept_data) {
        protocols::check(&directory.evaluation(), &examiner.protocols())?;
    }
    let best = goes_on.map(RunDirectory::best);
    match best.filter(|path| asked.keep_best.is_some() && path.exists()) {
        Some(path) => {
            let best = ModelFile::<G>::open(&path).and_then(|file| file.network(device));
            let best = best.map_err(|error| TrainError::Best {
                path,
                reason: error.to_string(),
            })?;
            examiner.recall(&best)?;
        }
        None => examiner.try_on(generator)?,
    }
    Ok(Some(examiner))
}
