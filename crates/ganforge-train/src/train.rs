//! From a recipe to a trained model: restores a checkpoint, sets the run directory up, hands over to burn-train.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use burn::module::Module;
use burn::optim::OptimizerRecord;
use burn::optim::lr_scheduler::LrSchedulerRecord;
use burn::store::ModuleRecord;
use burn::tensor::Device;
use burn::train::checkpoint::{CheckpointingAction, CheckpointingStrategy};
use burn::train::logger::InMemoryMetricLogger;
use burn::train::metric::store::EventStoreClient;
use burn::train::renderer::MetricsRenderer;
use burn::train::{Interrupter, Learner, SupervisedTraining, TrainingStrategy};
use ganforge_data::{DataError, Dataset};
use ganforge_model::{Discriminator, DiscriminatorArchitecture, Generator, GeneratorArchitecture};

use crate::adversarial::{Adversarial, Ending, Plan, shipped};
use crate::build::{build_on, signature};
use crate::checkpoint::{
    CheckpointFolder, Manifest, ModelPart, OptimizerPart, SchedulerPart, restore,
};
use crate::error::TrainError;
use crate::evaluation::{examiner, protocols};
use crate::gan::Gan;
use crate::loader::{Latents, NoValidation, Rounds};
use crate::optimizer::{module_optimizer, module_schedule};
use crate::play::ClipNorms;
use crate::recipe::{Optimizers, Recipe};
use crate::run_directory::{RunDirectory, RunJournal};
use crate::series::Series;

/// Where a run goes and who watches it.
pub struct TrainOptions {
    /// The run directory.
    pub out: PathBuf,
    /// Go on from the checkpoint there, instead of starting anew.
    pub resume: bool,
    /// Shows progress; burn-train's own choice where absent.
    pub renderer: Option<Box<dyn MetricsRenderer>>,
    /// Stops the run after the step under way, with a checkpoint.
    pub interrupter: Interrupter,
    /// Keep an `experiment.log` in the run directory, which installs a process-wide logger.
    pub log: bool,
}

/// What a run reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The model file.
    pub model: PathBuf,
    /// Real images shown to the discriminator, all sessions together.
    pub images: u64,
    /// True where the run was stopped before its end; it can be resumed.
    pub interrupted: bool,
    /// Figures of this session's evaluations that are missing, and why; they are in the log, too.
    pub warnings: Vec<String>,
}

/// Trains by a recipe, on one device: built-in networks, or yours where the recipe describes them.
///
/// # Errors
/// A recipe, data or folder that does not fit; figures that are no numbers any more; a full disk. The last good
/// checkpoint is kept in every case.
pub fn train<G: GeneratorArchitecture, D: DiscriminatorArchitecture>(
    recipe: &Recipe<G, D>,
    dataset: &Dataset,
    device: &Device,
    options: TrainOptions,
) -> Result<Outcome, TrainError> {
    let directory = RunDirectory::new(&options.out);
    let checkpoints = directory.checkpoints();
    if recipe.run.batch > dataset.len() {
        return Err(TrainError::Data(DataError::BatchSize {
            batch: recipe.run.batch,
            images: dataset.len(),
        }));
    }
    let images_per_step = recipe.images_per_step();
    let start = start(&directory, images_per_step, dataset, options.resume)?;
    let training_device = device.clone().autodiff();
    let signature = signature(recipe, dataset);
    let gan = build_on(recipe, dataset, start.step, &training_device)?;
    let plan = Plan {
        steps: recipe.steps(),
        images_per_step,
        tick: recipe.run.tick,
        checkpoint: recipe.run.checkpoint_every(),
        evaluation: recipe.evaluation_every(),
    };
    let resumed = (start.step > 0).then_some(&checkpoints);
    let learner = learner(&recipe.optimizer, gan, &plan, resumed)?;
    let goes_on = options.resume.then_some(&directory);
    let generator = shipped(&learner.model());
    let examiner = examiner(recipe, dataset, &signature, device, goes_on, &generator)?;
    // Nothing in the folder is touched before everything is known to fit.
    if options.resume {
        directory.go_on(recipe, start.images)?;
    } else {
        directory.begin(recipe)?;
    }
    if let Some(examiner) = &examiner {
        protocols::write(&directory.evaluation(), examiner.protocols())?;
    }
    let latents = Latents {
        spec: recipe.generator.latent(),
        batch: recipe.run.batch,
        seed: recipe.run.seed,
        device: training_device,
    };
    let rounds = Rounds {
        latents: latents.clone(),
        first_round: start.step * recipe.game.batches_per_step() as u64,
        dataset: dataset.clone(),
    };
    let journal = RunJournal::new(
        directory.clone(),
        recipe,
        signature,
        dataset.fingerprint().to_owned(),
        device.clone(),
    );
    let strategy = Arc::new(Adversarial {
        game: recipe.game.clone(),
        latents,
        clip_norms: ClipNorms::of(&recipe.optimizer),
        plan,
        start,
        checkpoints: checkpoints.clone(),
        warnings: dataset
            .skipped()
            .iter()
            .map(|skipped| format!("skipped {skipped}"))
            .collect(),
        journal: Mutex::new(Box::new(journal)),
        examiner: Mutex::new(examiner),
        ending: Mutex::default(),
    });
    let training = training(recipe, &directory, &checkpoints, rounds, options)
        .with_training_strategy(TrainingStrategy::Custom(strategy.clone()));
    let result = training.launch(learner);
    let ending = std::mem::take(
        &mut *strategy
            .ending
            .lock()
            .unwrap_or_else(PoisonError::into_inner),
    );
    let Ending {
        images,
        interrupted,
        warnings,
        failure,
        ..
    } = ending;
    if let Some(failure) = failure {
        return Err(failure);
    }
    if let Some(error) = result.error {
        return Err(TrainError::Stopped(error.to_string()));
    }
    Ok(Outcome {
        model: directory.model(),
        images,
        interrupted,
        warnings,
    })
}

/// Where the run starts: at zero, or where its last checkpoint stands.
fn start(
    directory: &RunDirectory,
    images_per_step: u64,
    dataset: &Dataset,
    resume: bool,
) -> Result<Manifest, TrainError> {
    let found = dataset.fingerprint();
    if !resume {
        return Ok(Manifest::at_the_beginning(found));
    }
    let checkpoints = directory.checkpoints();
    let manifest = match checkpoints.manifest()? {
        Some(manifest) => manifest,
        // A run that was killed before its first checkpoint goes on from its first step.
        None if directory.recipe().is_file() => return Ok(Manifest::at_the_beginning(found)),
        None => return Err(TrainError::NoCheckpoint(checkpoints.path().to_owned())),
    };
    let images = manifest.step.saturating_mul(images_per_step);
    if images != manifest.images {
        return Err(TrainError::Checkpoint {
            path: checkpoints.path().to_owned(),
            reason: format!(
                "{} steps showed {} images; resume with the run.batch and game.discriminator_steps of those steps",
                manifest.step, manifest.images
            ),
        });
    }
    if manifest.data_fingerprint != found {
        return Err(TrainError::OtherData {
            expected: manifest.data_fingerprint,
            found: found.to_owned(),
        });
    }
    Ok(manifest)
}

fn learner<G: Generator + 'static, D: Discriminator + 'static>(
    optimizers: &Optimizers,
    gan: Gan<G, D>,
    plan: &Plan,
    checkpoints: Option<&CheckpointFolder>,
) -> Result<Learner<Gan<G, D>>, TrainError> {
    let optimizer = module_optimizer(optimizers, &gan, plan.images_per_step);
    let schedule = module_schedule(optimizers, &gan, plan.steps, plan.images_per_step);
    let Some(folder) = checkpoints else {
        return Ok(Learner::new(gan, optimizer, schedule));
    };
    let misfit = |error: &dyn std::fmt::Display| TrainError::Checkpoint {
        path: folder.path().to_owned(),
        reason: format!(
            "it does not fit the recipe ({}); resume with the recipe it was made with",
            first_complaint(&error.to_string())
        ),
    };
    let model: ModuleRecord = restore(folder, ModelPart::FILE).map_err(|error| misfit(&error))?;
    let gan = gan.try_load_record(model).map_err(|error| misfit(&error))?;
    let mut learner = Learner::new(gan, optimizer, schedule);
    let moments: OptimizerRecord =
        restore(folder, OptimizerPart::FILE).map_err(|error| misfit(&error))?;
    learner.load_optim(moments);
    let position: LrSchedulerRecord =
        restore(folder, SchedulerPart::FILE).map_err(|error| misfit(&error))?;
    learner.load_scheduler(position);
    Ok(learner)
}

/// Burn lists every tensor that does not fit, `["…", "…"]`; one says enough.
fn first_complaint(errors: &str) -> &str {
    let first = errors.split("\", \"").next().unwrap_or(errors);
    let first = first.rsplit("[\"").next().unwrap_or(first);
    first.trim_end_matches("\"]")
}

fn training<G: GeneratorArchitecture, D: DiscriminatorArchitecture>(
    recipe: &Recipe<G, D>,
    directory: &RunDirectory,
    checkpoints: &CheckpointFolder,
    rounds: Rounds,
    options: TrainOptions,
) -> SupervisedTraining<Gan<G::Network, D::Network>> {
    let mut training =
        SupervisedTraining::new(directory.path(), Arc::new(rounds), Arc::new(NoValidation))
            .label(&recipe.name)
            .num_epochs(1)
            .with_interrupter(options.interrupter)
            // The run directory keeps its own metrics, by images seen.
            .with_metric_logger(InMemoryMetricLogger::new())
            .with_custom_checkpointers(
                ModelPart(checkpoints.clone()),
                OptimizerPart(checkpoints.clone()),
                SchedulerPart(checkpoints.clone()),
            )
            .with_checkpointing_strategy(WhenTold);
    let evaluation = recipe.evaluation.as_ref();
    let metrics = evaluation.map_or_else(BTreeSet::new, |asked| asked.metrics.clone());
    for series in Series::all(&metrics) {
        training = training.metric_train_numeric(series);
    }
    if let Some(renderer) = options.renderer {
        training = training.renderer(renderer);
    }
    if !options.log {
        training = training.with_application_logger(None);
    }
    training
}

/// The loop decides when; every checkpoint it asks for is written.
struct WhenTold;

impl CheckpointingStrategy for WhenTold {
    fn checkpointing(&mut self, _step: usize, _: &EventStoreClient) -> Vec<CheckpointingAction> {
        vec![CheckpointingAction::Save]
    }
}
