//! The rounds of a run as a data loader of burn-train.

use std::convert::Infallible;
use std::sync::Arc;

use burn::data::dataloader::{DataLoader, DataLoaderIterator, Progress};
use burn::data::dataset::DatasetError;
use burn::tensor::Device;
use ganforge_data::DataError;

use super::training_data::TrainingData;
use crate::system::{Latents, Loader, System};

/// The rounds of a run from any round on; reproducible.
#[derive(Clone)]
pub struct Rounds<S> {
    /// The system, which defines a round.
    pub system: S,
    /// The source of real images.
    pub data: TrainingData,
    /// The source of latents.
    pub latents: Latents,
    /// The first round; a resumed run has consumed those before.
    pub first_round: u64,
}

impl<S: System> DataLoader<S::Round> for Rounds<S> {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<S::Round> + 'a> {
        let loader = self
            .data
            .loader(&self.latents, self.first_round, S::USES_SECOND_BATCH);
        Box::new(RoundIterator {
            rounds: self,
            loader: loader.map_err(Some),
            next: self.first_round,
        })
    }

    fn num_items(&self) -> usize {
        self.data.images.len()
    }

    fn to_device(&self, device: &Device) -> Arc<dyn DataLoader<S::Round>> {
        let mut moved = self.clone();
        moved.latents.device = device.clone();
        Arc::new(moved)
    }

    /// The sequence of rounds is infinite, so a part of it is all of it.
    fn slice(&self, _start: usize, _end: usize) -> Arc<dyn DataLoader<S::Round>> {
        Arc::new(self.clone())
    }
}

struct RoundIterator<'a, S> {
    rounds: &'a Rounds<S>,
    loader: Result<Loader<'a>, Option<DataError>>,
    next: u64,
}

impl<S: System> Iterator for RoundIterator<'_, S> {
    type Item = Result<S::Round, DatasetError>;

    /// Ends only after an error.
    fn next(&mut self) -> Option<Self::Item> {
        let index = self.next;
        let round = match &mut self.loader {
            Ok(loader) => self.rounds.system.next_round(loader, index),
            Err(error) => Err(error.take()?),
        };
        self.next += 1;
        Some(round.map_err(DatasetError::new))
    }
}

impl<S: System> DataLoaderIterator<S::Round> for RoundIterator<'_, S> {
    fn progress(&self) -> Progress {
        let images = (self.next - self.rounds.first_round) as usize * self.rounds.latents.batch;
        Progress::new(images, usize::MAX, Some("images".to_owned()))
    }
}

/// The validation set of a game, which has none.
#[derive(Clone)]
pub struct NoValidation;

impl DataLoader<Infallible> for NoValidation {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<Infallible> + 'a> {
        Box::new(Empty)
    }

    fn num_items(&self) -> usize {
        0
    }

    fn to_device(&self, _device: &Device) -> Arc<dyn DataLoader<Infallible>> {
        Arc::new(Self)
    }

    fn slice(&self, _start: usize, _end: usize) -> Arc<dyn DataLoader<Infallible>> {
        Arc::new(Self)
    }
}

struct Empty;

impl Iterator for Empty {
    type Item = Result<Infallible, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}

impl DataLoaderIterator<Infallible> for Empty {
    fn progress(&self) -> Progress {
        Progress::new(0, 0, None)
    }
}
