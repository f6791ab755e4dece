//! Evaluation of a run: an [`Examiner`] measures the generator at the run's ticks with the metrics of `ganforge-eval`, always on samples of the same latents.

mod examiner;
mod own_metrics;
pub(crate) mod protocols;

pub use examiner::{Examined, Examiner};
pub(crate) use own_metrics::OwnMetrics;
pub use protocols::Protocols;

use crate::system::System;
use burn::tensor::Device;
use ganforge_data::Dataset;
use ganforge_infer::Signature;

use crate::error::TrainError;
use crate::recipe::Recipe;
use crate::run::RunDirectory;

/// The examiner of a run, if the recipe has an `[evaluation]`. It has already measured one generator, so that whatever cannot be measured fails before training.
///
/// `resumed` is the directory of a resumed run: its best model is measured again, because the file may be newer than the last checkpoint if the process was killed.
/// A new run measures `generator`, the one training starts from.
///
/// # Errors
/// Metrics that the data do not admit, too few images, or a protocol other than that of the run's figures so far.
pub(crate) fn examiner<S: System>(
    recipe: &Recipe<S>,
    dataset: &Dataset,
    signature: &Signature,
    device: &Device,
    resumed: Option<&RunDirectory>,
    accept_data: bool,
    generator: &S::Generator,
) -> Result<Option<Examiner>, TrainError> {
    let Some(config) = &recipe.experiment.evaluation else {
        return Ok(None);
    };
    let mut examiner = Examiner::new(recipe, config, dataset, signature.clone(), device)?;
    // With `accept_data`, the real images may differ.
    if let Some(directory) = resumed.filter(|_| !accept_data) {
        protocols::check(&directory.evaluation(), &examiner.protocols())?;
    }
    let best = resumed.map(RunDirectory::best);
    match best.filter(|path| config.keep_best.is_some() && path.exists()) {
        Some(path) => {
            let best = S::open_model(&path, device);
            let best = best.map_err(|error| TrainError::Best {
                path,
                reason: error.to_string(),
            })?;
            examiner.restore_best(recipe.system.sampled(&best))?;
        }
        None => examiner.dry_run(recipe.system.sampled(generator))?,
    }
    Ok(Some(examiner))
}
