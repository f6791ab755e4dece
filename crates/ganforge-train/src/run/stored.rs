//! An existing run, opened for resuming.

use std::path::Path;

use ganforge_core::read_text;
use toml::{Table, Value};

use super::changes::{Change, changes};
use super::checkpoint::Checkpoint;
use super::directory::{RecipeText, RunDirectory};
use super::initial_weights::InitialWeights;
use super::lock::RunLock;
use super::rewind::set_aside_after;
use crate::error::{RecipeError, TrainError};
use crate::recipe::{Override, Recipe, RecipeSource};
use crate::system::System;

/// A locked run with its verified checkpoint.
#[derive(Debug)]
pub struct StoredRun {
    directory: RunDirectory,
    lock: RunLock,
    checkpoint: Option<Checkpoint>,
    /// The source of its initial weights, if it was killed before its first checkpoint.
    initial: Option<InitialWeights>,
    /// Whether the user chose the checkpoint, so that later files are moved aside.
    is_chosen: bool,
    recipe: String,
    source: Option<String>,
    warnings: Vec<String>,
}

impl StoredRun {
    /// Opens the run in `folder` at its last checkpoint. A run that was killed before its first checkpoint starts again.
    ///
    /// # Errors
    /// If there is no run, if another process trains in it, or if its checkpoint is damaged or missing.
    pub fn open(folder: &Path) -> Result<Self, TrainError> {
        let mut run = Self::lock(folder)?;
        let checkpoints = run.directory.checkpoints();
        match checkpoints.find()? {
            Some(found) if found.checkpoint.manifest.files.is_empty() => {
                run.initial = found.checkpoint.manifest.from.map(InitialWeights::new);
            }
            Some(found) => {
                run.warnings.extend(found.warning);
                run.checkpoint = Some(found.checkpoint);
            }
            // The model file is written after the first checkpoint is complete.
            None if run.directory.model().exists() => {
                return Err(TrainError::CheckpointLost {
                    checkpoints: checkpoints.path().to_owned(),
                    model: run.directory.model(),
                });
            }
            None => {}
        }
        Ok(run)
    }

    /// Opens the run in `folder` at the checkpoint in another folder: an older one of the run, or a copy. Later files are moved aside when training
    /// starts.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_at(folder: &Path, checkpoint: &Path) -> Result<Self, TrainError> {
        let mut run = Self::lock(folder)?;
        run.checkpoint = Some(Checkpoint::open(checkpoint)?);
        run.is_chosen = true;
        Ok(run)
    }

    fn lock(folder: &Path) -> Result<Self, TrainError> {
        let directory = RunDirectory::new(folder);
        let path = directory.recipe();
        if !path.is_file() {
            return Err(TrainError::NoCheckpoint(
                directory.checkpoints().path().to_owned(),
            ));
        }
        let lock = RunLock::acquire(folder)?;
        let recipe = read_text(&path).map_err(|source| TrainError::io(&path, source))?;
        Ok(Self {
            source: read_text(&directory.recipe_source()).ok(),
            directory,
            lock,
            checkpoint: None,
            initial: None,
            is_chosen: false,
            recipe,
            warnings: Vec::new(),
        })
    }

    /// The checkpoint to resume from; `None` if the run was killed before its first one.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.checkpoint.as_ref()
    }

    /// Trained weights that the run starts from again.
    #[must_use]
    pub fn initial_weights(&self) -> Option<&InitialWeights> {
        self.initial.as_ref()
    }

    /// Number of real images that the discriminator has seen so far.
    #[must_use]
    pub fn images(&self) -> u64 {
        let checkpoint = self.checkpoint.as_ref();
        checkpoint.map_or(0, |checkpoint| checkpoint.manifest.images)
    }

    /// The name of the run's system.
    ///
    /// # Errors
    /// If the recipe cannot be read.
    pub fn system(&self) -> Result<String, TrainError> {
        Ok(RecipeSource::new("recipe", &self.recipe).system(&[])?)
    }

    /// The run's recipe with later changes: those of its source file, if `named` is that file, and overrides.
    ///
    /// # Errors
    /// If the recipe is not the run's, or cannot be read.
    pub fn recipe<S: System>(
        &mut self,
        named: &RecipeSource,
        overrides: &[Override],
    ) -> Result<Recipe<S>, TrainError> {
        let stored: Recipe<S> = Recipe::parse(named.name(), &self.recipe, &[])?;
        let text = match named.file_text() {
            Some(text) if text == self.recipe => {
                return Ok(Recipe::parse(named.name(), text, overrides)?);
            }
            Some(text) => text,
            None => {
                self.expect_name(&stored.experiment.name, named.name())?;
                return Ok(Recipe::parse(named.name(), &self.recipe, overrides)?);
            }
        };
        let now: Recipe<S> = Recipe::parse(named.name(), text, &[])?;
        self.expect_name(&stored.experiment.name, &now.experiment.name)?;
        let mut table = to_table(&stored)?;
        let source = self.source.as_deref();
        // A file that this version cannot read is not compared.
        let was: Option<Recipe<S>> =
            source.and_then(|source| Recipe::parse(named.name(), source, &[]).ok());
        match was {
            Some(was) => {
                for edit in changes(&to_table(&was)?, &to_table(&now)?) {
                    set(&mut table, &edit.key, edit.now);
                }
                self.source = Some(text.to_owned());
            }
            None if to_table(&now)? == table => {}
            None => self.warnings.push(format!(
                "{} differs from the run's own recipe, which counts: change single keys with --set",
                named.name()
            )),
        }
        let text = toml::to_string(&table).unwrap_or_default();
        Ok(Recipe::parse(named.name(), &text, overrides)?)
    }

    /// The changed keys of `recipe`, all of which may change.
    ///
    /// # Errors
    /// Changed keys that must stay constant during a run, each with both values.
    pub fn changes<S: System>(&self, recipe: &Recipe<S>) -> Result<Vec<Change>, TrainError> {
        let trained = self.checkpoint.as_ref().and_then(Checkpoint::recipe);
        let trained = trained.as_deref().unwrap_or(&self.recipe);
        let was: Recipe<S> = Recipe::parse("recipe", trained, &[])?;
        // Without a checkpoint there is no training to contradict.
        let (free, refused): (Vec<Change>, Vec<Change>) =
            changes(&to_table(&was)?, &to_table(recipe)?)
                .into_iter()
                .partition(|change| self.checkpoint.is_none() || change.is_free());
        if refused.is_empty() {
            return Ok(free.into_iter().filter(Change::is_news).collect());
        }
        let refused: Vec<String> = refused.iter().map(Change::to_string).collect();
        Err(TrainError::Changed {
            run: self.directory.path().to_owned(),
            changes: refused.join("; "),
        })
    }

    /// Prepares the folder, which was not changed before. Returns the lock, to be held while training, and warnings.
    ///
    /// # Errors
    /// A file system error.
    pub(crate) fn resume(self, resolved: String) -> Result<(RunLock, Vec<String>), TrainError> {
        let images = self.images();
        if let Some(checkpoint) = &self.checkpoint {
            if self.is_chosen {
                set_aside_after(&self.directory, checkpoint)?;
            } else {
                self.directory.checkpoints().make_current(checkpoint)?;
            }
        }
        let recipe = RecipeText {
            resolved,
            source: self.source,
        };
        let mut warnings = self.warnings;
        warnings.extend(self.directory.resume(&recipe, images)?);
        Ok((self.lock, warnings))
    }

    fn expect_name(&self, stored: &str, asked: &str) -> Result<(), TrainError> {
        if stored == asked {
            return Ok(());
        }
        Err(TrainError::OtherRecipe {
            run: self.directory.path().to_owned(),
            stored: stored.to_owned(),
            asked: asked.to_owned(),
        })
    }
}

/// A resolved recipe as a table.
fn to_table<S: System>(recipe: &Recipe<S>) -> Result<Table, RecipeError> {
    // This program can read what it wrote.
    Ok(recipe.to_toml()?.parse().unwrap_or_default())
}

/// Sets or removes the value at a dotted path; empty tables are removed, too.
fn set(table: &mut Table, key: &str, value: Option<Value>) {
    match key.split_once('.') {
        None => match value {
            Some(value) => {
                table.insert(key.to_owned(), value);
            }
            None => {
                table.remove(key);
            }
        },
        Some((first, rest)) => {
            let inner = table
                .entry(first.to_owned())
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                set(inner, rest, value);
                if inner.is_empty() {
                    table.remove(first);
                }
            }
        }
    }
}
