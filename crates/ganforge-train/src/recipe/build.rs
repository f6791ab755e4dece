//! Building the players of a recipe.

use burn::tensor::{Device, Tensor, TensorData};
use ganforge_core::{choose, keyed_rng};
use ganforge_data::Dataset;
use ganforge_infer::Signature;

use super::Recipe;
use crate::error::TrainError;
use crate::system::{Players, Setting, Start, System};

impl<S: System> Recipe<S> {
    /// Players with initial weights that depend only on the seed. `steps_before` is 0 in a new run.
    ///
    /// # Errors
    /// If the rules are not defined for these images, or a network cannot be built for them.
    pub fn build(
        &self,
        signature: &Signature,
        steps_before: u64,
        device: &Device,
    ) -> Result<Players<S>, TrainError> {
        self.assemble(signature, None, None, steps_before, device)
    }

    /// Players for these data, with initial weights that depend on the seed, and on the mean image if the system uses it.
    ///
    /// # Errors
    /// As [`build`](Self::build); also if the data cannot be read.
    pub fn build_on(
        &self,
        dataset: &Dataset,
        steps_before: u64,
        device: &Device,
    ) -> Result<Players<S>, TrainError> {
        // The weights of a resumed run come from its checkpoint.
        let needs_mean = self.system.needs_mean_image() && steps_before == 0;
        let mean = needs_mean.then(|| dataset.mean_image()).transpose()?;
        let count = self.system.initial_images().min(dataset.len());
        let needs_images = count > 0 && steps_before == 0;
        let images = needs_images
            .then(|| some_images(dataset, count, self.experiment.run.seed, device))
            .transpose()?;
        let signature = self.signature(dataset);
        self.system.check_data(dataset)?;
        let (mean, images) = (mean.as_deref(), images.as_ref());
        self.assemble(&signature, mean, images, steps_before, device)
    }

    fn assemble(
        &self,
        signature: &Signature,
        mean_image: Option<&[f32]>,
        images: Option<&Tensor<4>>,
        steps_before: u64,
        device: &Device,
    ) -> Result<Players<S>, TrainError> {
        let Self { experiment, system } = self;
        experiment.game.check_images(signature.image)?;
        let setting = Setting {
            image: signature.image,
            classes: signature.classes.len(),
            mean_image,
            images,
            device,
        };
        let (generator, discriminator) = system.init(experiment, &setting)?;
        let start = Start::of(experiment, steps_before);
        let (system, game) = (system.clone(), experiment.game.clone());
        Ok(Players::new(system, generator, discriminator, game, start))
    }

    /// The specification of the generator's inputs and outputs for these data.
    #[must_use]
    pub fn signature(&self, dataset: &Dataset) -> Signature {
        let classes = match self.system.sample_classes() {
            Some(classes) => classes,
            None if self.experiment.data.labels => dataset.classes().to_vec(),
            None => Vec::new(),
        };
        Signature {
            latent: self.system.latent(),
            image: dataset.shape(),
            input: self.system.input(dataset.shape()),
            classes,
        }
    }
}

/// `count` images of a dataset, chosen by the seed, `[count, channels, height, width]`.
fn some_images(
    dataset: &Dataset,
    count: usize,
    seed: u64,
    device: &Device,
) -> Result<Tensor<4>, TrainError> {
    let mut rng = keyed_rng(seed, "initial images", 0);
    let indices = choose(&mut rng, dataset.len(), count);
    let shape = dataset.shape();
    let dims = [count, shape.channels, shape.height, shape.width];
    let data = TensorData::new(dataset.gather(&indices)?.images, dims);
    Ok(Tensor::from_data(data, device))
}
