//! The training loop: a [`SupervisedLearningStrategy`] of burn-train that plays a game instead of minimising one loss.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use burn::data::dataloader::{DataLoader, Progress};
use burn::module::Module;
use burn::train::checkpoint::CheckpointerError;
use burn::train::metric::store::EventStoreClient;
use burn::train::{
    EventProcessorTraining, Interrupter, Learner, LearnerEvent, LearningCheckpointer,
    SupervisedLearningStrategy, SupervisedTrainingEventProcessor, TrainLoader, TrainingComponents,
    TrainingError, TrainingItem, ValidLoader,
};
use ganforge_core::printable;

use super::play::Play;
use crate::error::TrainError;
use crate::evaluation::{Examiner, OwnMetrics};
use crate::experiment::Experiment;
use crate::game::PerPlayer;
use crate::run::checkpoint::{CheckpointFolder, Manifest};
use crate::system::{Latents, Players, Shipped, System};
use crate::telemetry::{Journal, Reading, Totals};
use crate::weights::has_finite_parameters;

/// Trains the players of a system on one device.
pub struct Adversarial<S: System> {
    /// The system.
    pub system: S,
    /// Latents of generator turns that do not reuse the discriminator's fakes.
    pub latents: Latents,
    /// Gradient clipping: the largest L2 norm of each player's gradient; `None` for no clipping.
    pub clip_norms: PerPlayer<Option<f64>>,
    /// Length of the run and intervals of its reports.
    pub plan: Plan,
    /// The position at which the run starts: zero, or that of a checkpoint.
    pub start: Manifest,
    /// Whether `start` is a checkpoint on disk.
    pub is_saved: bool,
    /// The folder of checkpoints.
    pub checkpoints: CheckpointFolder,
    /// Warnings for the run's log, such as skipped files of the data.
    pub warnings: Vec<String>,
    /// Receives the readings and models.
    pub journal: Mutex<Box<dyn Journal<Shipped<S>>>>,
    /// Evaluates the generator, if the recipe asks for it.
    pub examiner: Mutex<Option<Examiner>>,
    /// Metrics of the system's own.
    pub own_metrics: Option<OwnMetrics<S>>,
    /// The outcome of the run.
    pub ending: Mutex<Ending>,
}

/// Length of a run, and intervals of its reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Number of steps.
    pub steps: u64,
    /// Real images that one step consumes.
    pub images_per_step: u64,
    /// Images between two readings.
    pub tick: u64,
    /// Images between two checkpoints.
    pub checkpoint: u64,
    /// Images between two evaluations, a multiple of a tick; `None` without evaluation.
    pub evaluation: Option<u64>,
}

/// How a run ended.
#[derive(Debug, Default)]
pub struct Ending {
    /// Number of completed steps over all sessions.
    pub step: u64,
    /// Number of real images seen over all sessions.
    pub images: u64,
    /// Whether the run was stopped before its last step.
    pub interrupted: bool,
    /// The metrics without a value, and why.
    pub warnings: Vec<String>,
    /// The error that stopped the run, if any.
    pub failure: Option<TrainError>,
}

impl Plan {
    /// The plan of an experiment.
    #[must_use]
    pub fn of(experiment: &Experiment) -> Self {
        Self {
            steps: experiment.steps(),
            images_per_step: experiment.images_per_step(),
            tick: experiment.run.tick,
            checkpoint: experiment.run.checkpoint_every(),
            evaluation: experiment.evaluation_every(),
        }
    }

    fn images(&self, step: u64) -> u64 {
        step * self.images_per_step
    }

    /// Whether `step` steps complete another `every` images, or the run.
    fn completes(&self, step: u64, every: u64) -> bool {
        step == self.steps
            || self.images(step) / every > self.images(step.saturating_sub(1)) / every
    }
}

impl<S: System> SupervisedLearningStrategy<Players<S>> for Adversarial<S> {
    fn fit(
        &self,
        components: TrainingComponents<Players<S>>,
        mut learner: Learner<Players<S>>,
        rounds: TrainLoader<Players<S>>,
        _validation: ValidLoader<Players<S>>,
        _starting_epoch: usize,
    ) -> (Players<S>, SupervisedTrainingEventProcessor<Players<S>>) {
        let mut session = Session {
            strategy: self,
            interrupter: components.interrupter,
            events: components.event_processor,
            checkpointer: components.checkpointer,
            store: components.event_store,
            step: self.start.step,
            saved: self.is_saved.then_some(self.start.step),
            began: Instant::now(),
            warnings: Vec::new(),
        };
        let failure = session.run(&mut learner, rounds.as_ref()).err();
        // Waits for a checkpoint that is still being written.
        drop(session.checkpointer.take());
        // Read here, because the dashboard forgets on closing why the run was stopped.
        let stopped = session.interrupter.error();
        let failure = failure.or_else(|| stopped.map(|error| cause(&error)));
        let images = self.plan.images(session.step);
        match &failure {
            Some(failure) => {
                let failure = failure.to_string();
                log::error!("ended after {images} images: {}", printable(&failure));
            }
            None if session.step < self.plan.steps => {
                log::info!("interrupted after {images} images");
            }
            None => log::info!("done after {images} images"),
        }
        *self.ending.lock().unwrap_or_else(PoisonError::into_inner) = Ending {
            step: session.step,
            images,
            interrupted: session.step < self.plan.steps,
            warnings: std::mem::take(&mut session.warnings),
            failure,
        };
        (learner.model(), session.events)
    }
}

/// The error of burn-train, without the layers that wrap a message of ours.
fn cause(error: &TrainingError) -> TrainError {
    match error {
        TrainingError::Checkpoint(CheckpointerError::Unknown(reason)) => {
            TrainError::NotSaved(reason.clone())
        }
        other => TrainError::Stopped(other.to_string()),
    }
}

/// One session of training, from a start or a resume to the end or an interrupt.
struct Session<'a, S: System> {
    strategy: &'a Adversarial<S>,
    interrupter: Interrupter,
    events: SupervisedTrainingEventProcessor<Players<S>>,
    checkpointer: Option<LearningCheckpointer<Players<S>>>,
    store: std::sync::Arc<EventStoreClient>,
    /// Number of completed steps.
    step: u64,
    /// The step of the last checkpoint, if there is one.
    saved: Option<u64>,
    began: Instant,
    warnings: Vec<String>,
}

impl<S: System> Session<'_, S> {
    fn run(
        &mut self,
        learner: &mut Learner<Players<S>>,
        rounds: &dyn DataLoader<S::Round>,
    ) -> Result<(), TrainError> {
        let plan = self.strategy.plan;
        // The log opens only here: burn-train installs it when training is launched.
        for warning in &self.strategy.warnings {
            log::warn!("{}", printable(warning));
        }
        log::info!("from step {} to {}", self.step, plan.steps);
        self.announce(LearnerEvent::StartSplit {
            epoch_number: 1,
            total_items: plan.images(plan.steps) as usize,
        });
        let mut rounds = rounds.iter();
        let latents = &self.strategy.latents;
        let mut play = Play::new(learner, &mut rounds, latents)
            .with_clip_norms(self.strategy.clip_norms)
            .with_totals(Totals::restore(
                &self.strategy.start.totals,
                &latents.device,
            ));
        // Weights from elsewhere are recorded at once, so that a run that is killed early starts from them again.
        if self.strategy.start.from.is_some() && self.saved.is_none() {
            self.save(&mut play)?;
        }
        let mut tick_began = Instant::now();
        let mut tick_from = self.step;
        while self.step < plan.steps && !self.interrupter.should_stop() {
            let ticks = plan.completes(self.step + 1, plan.tick);
            let norms = play.step(self.step, ticks)?;
            self.step += 1;
            if ticks {
                let images = plan.images(self.step - tick_from);
                let reading = self.read(play.totals(), norms, images, tick_began);
                self.tick(reading, &play.learner().model())?;
                tick_began = Instant::now();
                tick_from = self.step;
            }
            if plan.completes(self.step, plan.checkpoint) {
                self.save(&mut play)?;
            }
        }
        if self.interrupter.error().is_none() && self.step > self.saved.unwrap_or(0) {
            self.save(&mut play)?;
        }
        self.announce(LearnerEvent::EndSplit(1));
        Ok(())
    }

    fn read(
        &self,
        totals: &mut Totals,
        norms: PerPlayer<f64>,
        images: u64,
        began: Instant,
    ) -> Reading {
        // Waits for the device before reading the clock, so that the rate counts only completed steps.
        let mut reading = totals.read(self.strategy.plan.images(self.step), norms);
        reading.images_per_second = images as f64 / began.elapsed().as_secs_f64().max(1e-9);
        reading
    }

    fn tick(&mut self, mut reading: Reading, players: &Players<S>) -> Result<(), TrainError> {
        if let Some(figure) = reading.not_finite() {
            return Err(self.not_finite(figure));
        }
        let shipped = players.shipped();
        let is_best = self.examine(&mut reading, &shipped)?;
        self.journal(|journal| {
            journal.tick(&reading, &shipped)?;
            if is_best {
                journal.best(reading.images, &shipped)?;
            }
            Ok(())
        })?;
        let plan = self.strategy.plan;
        let progress = Progress::new(
            reading.images as usize,
            plan.images(plan.steps) as usize,
            Some("images".to_owned()),
        );
        let item = TrainingItem::new(reading, progress, Some(self.step as usize), None);
        self.announce(LearnerEvent::ProcessedItem(item));
        Ok(())
    }

    /// Adds the metrics of the shipped networks to a reading when due; true if the generator is the best so far.
    fn examine(&mut self, reading: &mut Reading, shipped: &Shipped<S>) -> Result<bool, TrainError> {
        let Adversarial {
            plan,
            examiner,
            own_metrics,
            ..
        } = self.strategy;
        let due = |every| plan.completes(self.step, every);
        if !plan.evaluation.is_some_and(due) {
            return Ok(false);
        }
        if let Some(metrics) = own_metrics {
            reading.terms.extend(metrics.measure(shipped)?);
        }
        let mut examiner = examiner.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(examiner) = examiner.as_mut() else {
            return Ok(false);
        };
        let examined = examiner.examine(self.strategy.system.sampled(&shipped.generator))?;
        for reason in examined.without {
            let warning = format!("after {} images: {reason}", reading.images);
            log::warn!("{}", printable(&warning));
            self.warnings.push(warning);
        }
        if examined.is_best {
            log::info!("the best model so far after {} images", reading.images);
        }
        reading.figures = examined.figures;
        Ok(examined.is_best)
    }

    fn save(&mut self, play: &mut Play<'_, S>) -> Result<(), TrainError> {
        let strategy = self.strategy;
        let players = play.learner().model();
        let images = strategy.plan.images(self.step);
        // A checkpoint may be due between two ticks: non-finite weights must not replace the last good one.
        if !play.totals().is_finite() {
            return Err(self.not_finite("a loss or score"));
        }
        if !has_finite_parameters(&players) {
            return Err(self.not_finite("a weight"));
        }
        // A snapshot updates running statistics; without it the checkpoint would contain those of the previous step.
        let _ = players.valid();
        let files = self.journal(|journal| journal.checkpoint(images, &players.shipped()))?;
        if let Some(checkpointer) = &mut self.checkpointer {
            let manifest = Manifest {
                step: self.step,
                images,
                seconds: strategy.start.seconds + self.began.elapsed().as_secs_f64(),
                totals: play.totals().save(),
                ..strategy.start.clone()
            };
            strategy.checkpoints.announce(manifest, files);
            checkpointer.checkpoint(play.learner(), self.step as usize, &self.store);
        }
        self.saved = Some(self.step);
        log::info!("checkpoint after {images} images");
        Ok(())
    }

    fn not_finite(&self, figure: &str) -> TrainError {
        let plan = self.strategy.plan;
        TrainError::NotFinite {
            figure: figure.to_owned(),
            images: plan.images(self.step),
            kept: self.saved.map(|step| plan.images(step)),
        }
    }

    fn journal<T>(
        &self,
        entry: impl FnOnce(&mut dyn Journal<Shipped<S>>) -> Result<T, TrainError>,
    ) -> Result<T, TrainError> {
        let mut journal = self
            .strategy
            .journal
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        entry(journal.as_mut())
    }

    fn announce(&mut self, event: LearnerEvent<Reading>) {
        let announced = self.events.process_train(event);
        self.interrupter.fail_on_error(announced);
    }
}
