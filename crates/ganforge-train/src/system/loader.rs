//! The data of rounds: real images from datasets, latents from the seed.

use burn::tensor::{Device, Int, Tensor, TensorData};
use ganforge_data::{Batch, BatchStream, DataError};
use ganforge_model::{LatentSpec, keyed_rng};

/// Draws the latents of a run.
///
/// ```
/// use ganforge_model::LatentSpec;
/// use ganforge_train::burn::tensor::Device;
/// use ganforge_train::system::Latents;
///
/// let latents = Latents { spec: LatentSpec::normal(64), batch: 16, seed: 7, device: Device::flex() };
/// assert_eq!(latents.draw("latent", 0).dims(), [16, 64]);
/// // The same purpose and step give the same latents.
/// let again = latents.draw("latent", 0) - latents.draw("latent", 0);
/// assert_eq!(again.abs().max().into_scalar::<f32>(), 0.0);
/// ```
#[derive(Debug, Clone)]
pub struct Latents {
    /// Size and distribution.
    pub spec: LatentSpec,
    /// Latents per draw.
    pub batch: usize,
    /// The run's seed.
    pub seed: u64,
    /// Device of the tensors.
    pub device: Device,
}

impl Latents {
    /// The latents of one purpose and step, a pure function of the key.
    ///
    /// # Shapes
    /// - output: `[batch, dimension]`
    #[must_use]
    pub fn draw(&self, purpose: &str, step: u64) -> Tensor<2> {
        let mut rng = keyed_rng(self.seed, purpose, step);
        let numbers = self.spec.draw(self.batch, &mut rng);
        self.spec.tensor(numbers, &self.device)
    }
}

/// Real images with their classes.
#[derive(Debug, Clone)]
pub struct ImageBatch {
    /// `[batch, channels, height, width]`
    pub images: Tensor<4>,
    /// `[batch]`, if the players are conditional.
    pub class: Option<Tensor<1, Int>>,
}

impl ImageBatch {
    fn new(batch: Batch, device: &Device) -> Self {
        let shape = batch.shape;
        let dims = [batch.size, shape.channels, shape.height, shape.width];
        let class = batch.classes.map(|classes| {
            let classes: Vec<i32> = classes.iter().map(|&class| class.cast_signed()).collect();
            let dims = [classes.len()];
            Tensor::from_data(TensorData::new(classes, dims), device)
        });
        Self {
            images: Tensor::from_data(TensorData::new(batch.images, dims), device),
            class,
        }
    }
}

/// An infinite sequence of batches of real images.
pub trait ImageSource {
    /// The next batch.
    ///
    /// # Errors
    /// The data cannot be read any longer.
    fn next_images(&mut self, device: &Device) -> Result<ImageBatch, DataError>;
}

impl ImageSource for BatchStream {
    fn next_images(&mut self, device: &Device) -> Result<ImageBatch, DataError> {
        Ok(ImageBatch::new(self.next()?, device))
    }
}

/// Repeats one batch, for timing.
impl ImageSource for ImageBatch {
    fn next_images(&mut self, _device: &Device) -> Result<ImageBatch, DataError> {
        Ok(self.clone())
    }
}

/// The data that a [`System`](super::System) composes rounds of.
pub struct Loader<'a> {
    /// Images of `[data]`.
    pub images: Box<dyn ImageSource + 'a>,
    /// Images of `[data]` in an order of their own, for a system that takes two batches.
    pub second: Option<Box<dyn ImageSource + 'a>>,
    /// Images of `[target]`, for a system of two domains.
    pub target: Option<Box<dyn ImageSource + 'a>>,
    /// The labelled part of `[data]`, for a semi-supervised system.
    pub labelled: Option<Box<dyn ImageSource + 'a>>,
    /// Latents of the run.
    pub latents: &'a Latents,
}

impl<'a> Loader<'a> {
    /// A loader of one domain without a labelled part.
    #[must_use]
    pub fn new(images: impl ImageSource + 'a, latents: &'a Latents) -> Self {
        Self {
            images: Box::new(images),
            second: None,
            target: None,
            labelled: None,
            latents,
        }
    }

    /// The next batch of real images.
    ///
    /// # Errors
    /// The data cannot be read any longer.
    pub fn next_images(&mut self) -> Result<ImageBatch, DataError> {
        self.images.next_images(&self.latents.device)
    }

    /// The next batch of real images in the second order.
    ///
    /// # Errors
    /// The data cannot be read any longer.
    ///
    /// # Panics
    /// Where [`System::USES_SECOND_BATCH`](super::System::USES_SECOND_BATCH) is false.
    pub fn next_second(&mut self) -> Result<ImageBatch, DataError> {
        let second = self.second.as_mut();
        let second = second.expect("a system that uses a second batch says so");
        second.next_images(&self.latents.device)
    }

    /// The next batch of the second domain.
    ///
    /// # Errors
    /// The data cannot be read any longer.
    ///
    /// # Panics
    /// Where [`System::USES_TARGET`](super::System::USES_TARGET) is false: a recipe's data are checked against it.
    pub fn next_target(&mut self) -> Result<ImageBatch, DataError> {
        let target = self.target.as_mut();
        let target = target.expect("a system that uses a second domain says so");
        target.next_images(&self.latents.device)
    }

    /// The next batch of labelled images.
    ///
    /// # Errors
    /// The data cannot be read any longer.
    ///
    /// # Panics
    /// Where [`System::USES_LABELLED`](super::System::USES_LABELLED) is false: a recipe's data are checked against it.
    pub fn next_labelled(&mut self) -> Result<ImageBatch, DataError> {
        let labelled = self.labelled.as_mut();
        let labelled = labelled.expect("a system that uses a labelled part says so");
        labelled.next_images(&self.latents.device)
    }
}
