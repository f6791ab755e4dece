//! Rounds of the game: real images from a dataset, latents from the seed.

use std::convert::Infallible;
use std::sync::Arc;

use burn::data::dataloader::{DataLoader, DataLoaderIterator, Progress};
use burn::data::dataset::DatasetError;
use burn::tensor::{Device, Int, Tensor, TensorData};
use ganforge_data::{Batch, BatchStream, DataError, Dataset};
use ganforge_model::{Latent, LatentSpec, keyed_rng};

use crate::system::Round;

/// Draws the latents of a run.
#[derive(Debug, Clone)]
pub struct Latents {
    /// Size and distribution.
    pub spec: LatentSpec,
    /// Latents per draw.
    pub batch: usize,
    /// Key of all that is random here.
    pub seed: u64,
    /// Where tensors are made.
    pub device: Device,
}

impl Latents {
    /// The latents of one purpose and step, a pure function of the key.
    ///
    /// # Shapes
    /// - `class`: `[batch]`
    #[must_use]
    pub fn draw(&self, purpose: &str, step: u64, class: Option<Tensor<1, Int>>) -> Latent {
        let mut rng = keyed_rng(self.seed, purpose, step);
        let numbers = self.spec.draw(self.batch, &mut rng);
        Latent {
            noise: self.spec.tensor(numbers, &self.device),
            class,
        }
    }
}

/// Deals the rounds of a run, from any round on, always the same.
#[derive(Clone)]
pub struct Rounds {
    /// Where real images come from.
    pub dataset: Dataset,
    /// What fakes are made from.
    pub latents: Latents,
    /// The first round dealt; those before were dealt by the run that is resumed.
    pub first_round: u64,
}

impl Rounds {
    fn round(&self, batch: Batch, index: u64) -> Round {
        let device = &self.latents.device;
        let shape = batch.shape;
        let dims = [batch.size, shape.channels, shape.height, shape.width];
        let class = batch.classes.map(|classes| {
            let classes: Vec<i32> = classes.iter().map(|&class| class.cast_signed()).collect();
            let dims = [classes.len()];
            Tensor::from_data(TensorData::new(classes, dims), device)
        });
        Round {
            real: Tensor::from_data(TensorData::new(batch.images, dims), device),
            latent: self.latents.draw("latent", index, class),
        }
    }
}

impl DataLoader<Round> for Rounds {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<Round> + 'a> {
        let Latents { batch, seed, .. } = self.latents;
        let stream = BatchStream::new(self.dataset.clone(), batch, seed, self.first_round);
        Box::new(RoundIterator {
            rounds: self,
            stream: stream.map_err(Some),
            next: self.first_round,
        })
    }

    fn num_items(&self) -> usize {
        self.dataset.len()
    }

    fn to_device(&self, device: &Device) -> Arc<dyn DataLoader<Round>> {
        let mut moved = self.clone();
        moved.latents.device = device.clone();
        Arc::new(moved)
    }

    /// Rounds have no end, so a part of them is all of them.
    fn slice(&self, _start: usize, _end: usize) -> Arc<dyn DataLoader<Round>> {
        Arc::new(self.clone())
    }
}

struct RoundIterator<'a> {
    rounds: &'a Rounds,
    stream: Result<BatchStream, Option<DataError>>,
    next: u64,
}

impl Iterator for RoundIterator<'_> {
    type Item = Result<Round, DatasetError>;

    /// Never ends but on an error.
    fn next(&mut self) -> Option<Self::Item> {
        let batch = match &mut self.stream {
            Ok(stream) => stream.next(),
            Err(error) => Err(error.take()?),
        };
        let index = self.next;
        self.next += 1;
        let round = batch.map(|batch| self.rounds.round(batch, index));
        Some(round.map_err(DatasetError::new))
    }
}

impl DataLoaderIterator<Round> for RoundIterator<'_> {
    fn progress(&self) -> Progress {
        let dealt = (self.next - self.rounds.first_round) as usize * self.rounds.latents.batch;
        Progress::new(dealt, usize::MAX, Some("images".to_owned()))
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
