//! Training by a recipe: builds or restores the players, prepares the run directory, runs burn-train.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::Device;
use burn::train::checkpoint::{CheckpointingAction, CheckpointingStrategy};
use burn::train::logger::InMemoryMetricLogger;
use burn::train::metric::store::EventStoreClient;
use burn::train::{SupervisedTraining, TrainingStrategy};
use ganforge_data::{DataError, Dataset};
use ganforge_infer::Signature;

use crate::error::{RecipeError, TrainError};
use crate::evaluation::{Examiner, OwnMetrics, Protocols, examiner, protocols};
use crate::experiment::Experiment;
use crate::memory::check_memory;
use crate::recipe::Recipe;
use crate::run::checkpoint::{CheckpointFolder, Manifest, ModelPart, OptimizerPart, SchedulerPart};
use crate::run::{RecipeText, RunDirectory, RunJournal, RunLock};
use crate::session::{
    Adversarial, Beginning, Begun, NoValidation, Plan, Rounds, Series, TrainOptions, TrainingData,
};
use crate::system::{Latents, Players, Shipped, System};

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The model file.
    pub model: PathBuf,
    /// Number of real images that the discriminator has seen over all sessions.
    pub images: u64,
    /// Whether the run was stopped before its end; it can be resumed.
    pub interrupted: bool,
    /// Metrics without a value in this session, and why; also in the log.
    pub warnings: Vec<String>,
}

/// Trains the networks of a recipe on one device.
///
/// # Errors
/// If recipe, data or directory do not match, a value becomes non-finite, or the disk is full. The last good checkpoint is
/// always kept.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let out = folder.path().join("run");
/// use ganforge_train::burn::tensor::Device;
/// use ganforge_train::{Recipe, TrainOptions, TrainingData, train};
///
/// // Ten steps of 64 images.
/// let recipe = Recipe::load("digits", &["run.images=640".parse()?])?;
/// let data = TrainingData::open(&recipe.experiment)?;
/// let outcome = train(&recipe, &data, &Device::flex(), TrainOptions::new(&out))?;
/// assert_eq!((outcome.images, outcome.interrupted), (640, false));
/// assert_eq!(outcome.model, out.join("model.safetensors"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn train<S: System>(
    recipe: &Recipe<S>,
    data: impl Into<TrainingData>,
    device: &Device,
    mut options: TrainOptions,
) -> Result<Outcome, TrainError> {
    let data = data.into();
    let dataset = &data.images;
    let experiment = &recipe.experiment;
    let directory = RunDirectory::new(&options.out);
    check_sizes(recipe.experiment.run.batch, &data)?;
    let memory_warning = check_memory(recipe, Some(&data), device)?;
    let training_device = device.clone().autodiff();
    let beginning = options.take_beginning()?;
    let Begun {
        manifest,
        learner,
        mut warnings,
    } = beginning.begin(recipe, &data, options.accept_data, &training_device)?;
    let is_saved = beginning.checkpoint().is_some();
    let signature = recipe.signature(dataset);
    let shipped = learner.model().shipped();
    let resumed = matches!(beginning, Beginning::Resume(_)).then_some(&directory);
    let examiner = examiner(
        recipe,
        dataset,
        &signature,
        device,
        resumed,
        options.accept_data,
        &shipped.generator,
    )?;
    let own_metrics = OwnMetrics::of(recipe, device)?;
    let journal = journal(recipe, &data, signature, &directory, device)?;
    // The directory is not changed before everything is checked.
    let protocols = examiner.as_ref().map(Examiner::protocols);
    let (_lock, found) = prepare_directory(
        beginning,
        &journal,
        &manifest,
        &shipped,
        options.source.take(),
        protocols,
    )?;
    warnings.extend(found);
    warnings.extend(memory_warning);
    warnings.extend(recipe.warnings());
    if options.log
        && let Some(warning) = check_log(&directory)
    {
        options.log = false;
        warnings.push(warning);
    }
    for warning in &warnings {
        (options.warn)(warning);
    }
    warnings.extend(skipped_files(&data));
    let latents = latents(recipe, training_device);
    let rounds = Rounds {
        system: recipe.system.clone(),
        latents: latents.clone(),
        first_round: manifest.step * recipe.experiment.game.batches_per_step() as u64,
        data,
    };
    let checkpoints = directory
        .checkpoints()
        .keeping(recipe.experiment.run.keep)
        .publishing(directory.model());
    let strategy = Arc::new(Adversarial {
        system: recipe.system.clone(),
        latents,
        clip_norms: experiment.optimizer.as_ref().map(|player| player.clip_norm),
        plan: Plan::of(experiment),
        start: manifest,
        is_saved,
        checkpoints: checkpoints.clone(),
        warnings,
        journal: Mutex::new(Box::new(journal)),
        examiner: Mutex::new(examiner),
        own_metrics,
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
    match (ending.failure, result.error) {
        (Some(failure), _) => Err(failure),
        (None, Some(error)) => Err(TrainError::Stopped(error.to_string())),
        (None, None) => Ok(Outcome {
            model: directory.model(),
            images: ending.images,
            interrupted: ending.interrupted,
            warnings: ending.warnings,
        }),
    }
}

/// The journal of a run, which writes into `directory`.
fn journal<S: System>(
    recipe: &Recipe<S>,
    data: &TrainingData,
    signature: Signature,
    directory: &RunDirectory,
    device: &Device,
) -> Result<RunJournal<S>, TrainError> {
    let Experiment {
        run, data: config, ..
    } = &recipe.experiment;
    let inputs = recipe
        .system
        .sample_inputs(&data.images, run.samples, run.seed)?;
    let journal = RunJournal::new(
        directory.clone(),
        recipe,
        signature,
        data.fingerprint(),
        device.clone(),
    )?;
    let label_names = match config.labelled {
        Some(_) => data.images.classes().to_vec(),
        None => Vec::new(),
    };
    Ok(journal.with_inputs(inputs).with_label_names(label_names))
}

fn latents<S: System>(recipe: &Recipe<S>, device: Device) -> Latents {
    Latents {
        spec: recipe.system.latent(),
        batch: recipe.experiment.run.batch,
        seed: recipe.experiment.run.seed,
        device,
    }
}

/// One line for each file that was not used.
fn skipped_files(data: &TrainingData) -> Vec<String> {
    let target = data.target.as_ref().map_or(&[][..], Dataset::skipped);
    let skipped = data.images.skipped().iter().chain(target);
    skipped.map(|file| format!("skipped {file}")).collect()
}

fn check_batch(batch: usize, images: usize) -> Result<(), TrainError> {
    if batch <= images {
        return Ok(());
    }
    Err(TrainError::Data(DataError::BatchSize { batch, images }))
}

/// Refuses data of fewer images than a batch, and a second domain whose images have another shape.
fn check_sizes(batch: usize, data: &TrainingData) -> Result<(), TrainError> {
    let images = &data.images;
    let Some(target) = &data.target else {
        return check_batch(batch, images.len());
    };
    for (table, count) in [("data", images.len()), ("target", target.len())] {
        if count < batch {
            let allowed = format!("{batch} images or more, a batch (run.batch)");
            return Err(RecipeError::value(table, format!("{count} images"), allowed).into());
        }
    }
    if target.shape() == images.shape() {
        return Ok(());
    }
    let allowed = format!(
        "{}, the shape of [data]; target.size and target.channels change it",
        images.shape()
    );
    Err(RecipeError::value("target", format!("of shape {}", target.shape()), allowed).into())
}

/// Prepares and locks the run directory. Returns the lock and warnings.
fn prepare_directory<S: System>(
    beginning: Beginning,
    journal: &RunJournal<S>,
    manifest: &Manifest,
    shipped: &Shipped<S>,
    source: Option<String>,
    protocols: Option<Protocols>,
) -> Result<(RunLock, Vec<String>), TrainError> {
    let directory = journal.directory();
    let is_saved = beginning.checkpoint().is_some();
    let resolved = journal.recipe().to_owned();
    let taken = match beginning {
        Beginning::Resume(run) => run.resume(resolved)?,
        Beginning::New | Beginning::Weights(_) => {
            let recipe = RecipeText { resolved, source };
            (directory.begin(&recipe)?, Vec::new())
        }
    };
    if is_saved {
        // The previous session may have been killed between its last checkpoint and the model file.
        journal.publish(manifest.images, shipped)?;
    } else if manifest.from.is_some() {
        directory.checkpoints().note_beginning(manifest)?;
    }
    if let Some(protocols) = protocols {
        protocols::write(&directory.evaluation(), protocols)?;
    }
    Ok(taken)
}

/// Checks that the log can be written; training continues without it, with the returned warning.
fn check_log(directory: &RunDirectory) -> Option<String> {
    let path = directory.log();
    let opened = OpenOptions::new().create(true).append(true).open(&path);
    opened
        .err()
        .map(|error| format!("{}: {error}; the run keeps no log", path.display()))
}

fn training<S: System>(
    recipe: &Recipe<S>,
    directory: &RunDirectory,
    checkpoints: &CheckpointFolder,
    rounds: Rounds<S>,
    options: TrainOptions,
) -> SupervisedTraining<Players<S>> {
    let mut training =
        SupervisedTraining::new(directory.path(), Arc::new(rounds), Arc::new(NoValidation))
            .label(&recipe.experiment.name)
            .num_epochs(1)
            .with_interrupter(options.interrupter)
            // The run directory stores its own metrics.
            .with_metric_logger(InMemoryMetricLogger::new())
            .with_custom_checkpointers(
                ModelPart(checkpoints.clone()),
                OptimizerPart(checkpoints.clone()),
                SchedulerPart(checkpoints.clone()),
            )
            .with_checkpointing_strategy(SaveAlways);
    let evaluation = recipe.experiment.evaluation.as_ref();
    let metrics = evaluation.map_or_else(BTreeSet::new, |evaluation| evaluation.metrics.clone());
    let mut terms = recipe.system.own_metrics().to_vec();
    terms.extend(recipe.system.terms());
    terms.extend(recipe.experiment.game.terms());
    for series in Series::all(&metrics, &terms) {
        training = training.metric_train_numeric(series);
    }
    if let Some(make) = options.renderer {
        training = training.renderer(make());
    }
    if !options.log {
        training = training.with_application_logger(None);
    }
    training
}

/// The training loop decides when to save; every requested checkpoint is written.
struct SaveAlways;

impl CheckpointingStrategy for SaveAlways {
    fn checkpointing(&mut self, _step: usize, _: &EventStoreClient) -> Vec<CheckpointingAction> {
        vec![CheckpointingAction::Save]
    }
}
