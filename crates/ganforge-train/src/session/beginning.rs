//! The start of a run: with new weights, with trained weights, or at a checkpoint.

use burn::module::Module;
use burn::optim::OptimizerRecord;
use burn::optim::lr_scheduler::LrSchedulerRecord;
use burn::store::ModuleRecord;
use burn::tensor::Device;
use burn::train::Learner;

use super::learner_model::learner;
use super::training_data::TrainingData;
use crate::error::TrainError;
use crate::game::PerPlayer;
use crate::recipe::Recipe;
use crate::run::checkpoint::{
    Checkpoint, DataChange, Manifest, ModelPart, OptimizerPart, SchedulerPart, restore,
};
use crate::run::{InitialWeights, StoredRun};
use crate::system::{Players, Start, System};
use crate::weights::{Average, number_parameters};

/// How a run starts.
pub enum Beginning {
    /// A new run with weights drawn from the seed. A directory that holds a run already is rejected.
    New,
    /// A new run from trained weights: fine-tuning.
    Weights(InitialWeights),
    /// A run resumed at a checkpoint in its own directory.
    Resume(Box<StoredRun>),
}

/// The position of a run with its players, and warnings.
pub(crate) struct Begun<S: System> {
    pub(crate) manifest: Manifest,
    pub(crate) learner: Learner<Players<S>>,
    pub(crate) warnings: Vec<String>,
}

impl Beginning {
    /// The checkpoint on disk, if the run is resumed.
    pub(crate) fn checkpoint(&self) -> Option<&Checkpoint> {
        match self {
            Self::Resume(run) => run.checkpoint(),
            Self::New | Self::Weights(_) => None,
        }
    }

    /// Builds the players of `recipe` in their initial state on `device`, without changing any file.
    ///
    /// # Errors
    /// If the run cannot be resumed with this recipe or these data, or weights do not fit.
    pub(crate) fn begin<S: System>(
        &self,
        recipe: &Recipe<S>,
        data: &TrainingData,
        accept_data: bool,
        device: &Device,
    ) -> Result<Begun<S>, TrainError> {
        let mut manifest = Manifest::at_the_beginning(&data.fingerprint(), data.images.len());
        let mut warnings = Vec::new();
        if let Self::Resume(run) = self {
            run.changes(recipe)?;
            if let Some(checkpoint) = run.checkpoint() {
                manifest = checkpoint.manifest.clone();
                check_images(recipe, checkpoint)?;
                warnings.extend(check_data(&mut manifest, data, accept_data)?);
            }
        }
        let mut players = recipe.build_on(&data.images, manifest.step, device)?;
        let start = Start::of(&recipe.experiment, manifest.step);
        let weights = match self {
            Self::Weights(weights) => Some(weights),
            Self::Resume(run) => run.initial_weights(),
            Self::New => None,
        };
        if let Some(weights) = weights {
            players = weights.put_into(players, start, device, &mut warnings)?;
            manifest.from = Some(weights.path().display().to_string());
        }
        if manifest.from.is_some() {
            players.average = players.average.map(Average::without_warm_up);
            let average = players.discriminator_average;
            players.discriminator_average = average.map(Average::without_warm_up);
        }
        let learner = match self.checkpoint() {
            Some(checkpoint) => restored(recipe, players, start, checkpoint)?,
            None => learner(&recipe.experiment, players),
        };
        Ok(Begun {
            manifest,
            learner,
            warnings,
        })
    }
}

/// Checks that the completed steps correspond to the counted images.
fn check_images<S: System>(recipe: &Recipe<S>, checkpoint: &Checkpoint) -> Result<(), TrainError> {
    let Manifest { step, images, .. } = checkpoint.manifest;
    if step.saturating_mul(recipe.experiment.images_per_step()) == images {
        return Ok(());
    }
    Err(TrainError::Checkpoint {
        path: checkpoint.folder.clone(),
        reason: format!(
            "{step} steps showed {images} images; resume with the run.batch and game.discriminator_steps of those steps"
        ),
    })
}

/// Rejects changed data, or records that they are accepted.
fn check_data(
    manifest: &mut Manifest,
    data: &TrainingData,
    accept: bool,
) -> Result<Option<String>, TrainError> {
    let (found, found_images) = (data.fingerprint(), data.images.len());
    if manifest.data_fingerprint == found {
        manifest.data_images = Some(found_images);
        return Ok(None);
    }
    if !accept {
        return Err(TrainError::OtherData {
            expected: manifest.data_fingerprint.clone(),
            expected_images: manifest.data_images,
            found,
            found_images,
        });
    }
    let change = DataChange {
        after_images: manifest.images,
        from_fingerprint: std::mem::replace(&mut manifest.data_fingerprint, found.clone()),
        from_images: manifest.data_images.replace(found_images),
        to_fingerprint: found.clone(),
        to_images: found_images,
    };
    let before = change
        .from_images
        .map_or_else(String::new, |images| format!("{images} images, "));
    let warning = format!(
        "the data changed after {} images: {before}fingerprint {}, now {found_images} images, fingerprint {found}",
        change.after_images, change.from_fingerprint
    );
    manifest.data_changes.push(change);
    Ok(Some(warning))
}

/// Loads players, moments and schedules from the checkpoint.
fn restored<S: System>(
    recipe: &Recipe<S>,
    mut players: Players<S>,
    start: Start,
    checkpoint: &Checkpoint,
) -> Result<Learner<Players<S>>, TrainError> {
    let had_average = checkpoint
        .had_average()
        .unwrap_or(players.average.is_some());
    let has_average = players.average.is_some();
    if had_average != has_average {
        // The half-life does not matter for loading.
        let any = PerPlayer {
            generator: 1.0,
            discriminator: 1.0,
        };
        players.start_averages(had_average.then_some(any), start.updates);
        players = number_parameters(players);
    }
    let record: ModuleRecord = restore(checkpoint, ModelPart::FILE)?;
    players = players
        .try_load_record(record)
        .map_err(|error| TrainError::Checkpoint {
            path: checkpoint.folder.clone(),
            reason: format!(
                "it does not fit the networks that the recipe and the data make now ({}); resume with the recipe and the data it was made with",
                first_complaint(&error.to_string())
            ),
        })?;
    if had_average != has_average {
        players.start_averages(start.half_life, start.updates);
        players = number_parameters(players);
    }
    let mut learner = learner(&recipe.experiment, players);
    let moments: OptimizerRecord = restore(checkpoint, OptimizerPart::FILE)?;
    learner.load_optim(moments);
    let position: LrSchedulerRecord = restore(checkpoint, SchedulerPart::FILE)?;
    learner.load_scheduler(position);
    Ok(learner)
}

/// Burn lists every tensor that does not fit, `["…", "…"]`; the first is enough.
fn first_complaint(errors: &str) -> &str {
    let first = errors.split("\", \"").next().unwrap_or(errors);
    let first = first.rsplit("[\"").next().unwrap_or(first);
    first.trim_end_matches("\"]")
}
