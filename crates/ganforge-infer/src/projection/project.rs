//! The latent whose image is nearest to a given one.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use ganforge_model::{Generator, GeneratorInput, GeneratorNet, LatentDistribution};

use super::adam::Adam;
use super::options::ProjectionOptions;
use crate::error::InferError;
use crate::images::Images;
use crate::sampling::{Sampler, class_tensor};
use crate::vectors::Vectors;

/// The latent whose image is nearest to a given one, as found by gradient descent.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// The latent, one row.
    pub latent: Vectors,
    /// Its class, if the model has classes.
    pub class: Option<usize>,
    /// Its image.
    pub image: Images,
    /// Root of the mean squared difference of pixels to the image given, in [-1, 1].
    pub error: f64,
    /// The same of every start.
    pub errors: Vec<f64>,
}

impl Sampler {
    /// Finds the latent whose image is nearest to `image`: Adam on the mean squared difference of pixels, from several starts at a time. Uniform latents
    /// are kept in their range.
    ///
    /// `progress` is called after each step with the number of steps done; the search ends early, with what it has, where it returns false.
    ///
    /// The image found need not resemble the one given: a generator draws what it was trained on, and pixels are a poor measure of likeness.
    ///
    /// ```
    /// # let model = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixture/digits.safetensors");
    /// use ganforge_infer::{ProjectionOptions, SampleOptions, Sampler};
    ///
    /// let sampler = Sampler::open(model)?;
    /// let image = sampler.sample(&SampleOptions::new(1, 7))?;
    /// let found = sampler.project(&image, &ProjectionOptions::default(), |_| true)?;
    /// assert!(found.error < 0.3);
    /// # Ok::<(), ganforge_infer::InferError>(())
    /// ```
    ///
    /// # Errors
    /// An option out of range, a model that takes images, more or fewer than one image or of another shape, or a device that fails.
    pub fn project(
        &self,
        image: &Images,
        options: &ProjectionOptions,
        mut progress: impl FnMut(usize) -> bool,
    ) -> Result<Projection, InferError> {
        let signature = self.signature();
        options.check(signature)?;
        if image.spec() != signature.image || image.count() != 1 {
            return Err(InferError::Target {
                found: (image.count(), image.spec()),
                expected: signature.image,
            });
        }
        let search = Search::new(self, image, options);
        let mut latents = search.starts(self, options);
        let mut adam = Adam::new(&latents);
        for step in 0..options.steps {
            let rate = options.rate * (1.0 - step as f64 / options.steps as f64);
            latents = search.step(latents, &mut adam, rate);
            if !progress(step + 1) {
                break;
            }
        }
        search.best(self, latents)
    }
}

/// What does not change during a search.
struct Search {
    network: GeneratorNet,
    /// `[1, channels, height, width]`.
    target: Tensor<4>,
    classes: Vec<usize>,
    range: Option<(f64, f64)>,
    device: Device,
}

impl Search {
    fn new(sampler: &Sampler, image: &Images, options: &ProjectionOptions) -> Self {
        let signature = sampler.signature();
        let device = sampler.device().clone().autodiff();
        let shape = image.spec();
        let dims = [1, shape.channels, shape.height, shape.width];
        let classes = match options.class {
            Some(class) => vec![class; options.starts],
            None => signature.default_classes(0..options.starts),
        };
        Self {
            // In inference mode, with constant weights.
            network: sampler.network().valid().no_grad().to_device(&device),
            target: Tensor::from_data(TensorData::new(image.data().to_vec(), dims), &device),
            classes,
            range: range(signature.latent.distribution),
            device,
        }
    }

    fn starts(&self, sampler: &Sampler, options: &ProjectionOptions) -> Tensor<2> {
        let starts = 0..options.starts as u64;
        let latents = starts.flat_map(|index| sampler.latent(options.seed, index));
        let plain = self.device.clone().without_autodiff();
        sampler.signature().latent.tensor(latents.collect(), &plain)
    }

    /// Mean squared differences of pixels, `[starts]`.
    fn losses(&self, latents: Tensor<2>) -> Tensor<1> {
        let is_conditional = !self.classes.is_empty();
        let images = self.network.forward(GeneratorInput {
            noise: Some(latents),
            class: is_conditional.then(|| class_tensor(&self.classes, &self.device)),
            image: None,
        });
        let difference = (images - self.target.clone()).square();
        difference.flatten::<2>(1, 3).mean_dim(1).squeeze_dim(1)
    }

    fn step(&self, latents: Tensor<2>, adam: &mut Adam, rate: f64) -> Tensor<2> {
        let tracked = Tensor::from_inner(latents.clone()).require_grad();
        // No start depends on another, so that the gradient of the sum is that of each.
        let gradients = self.losses(tracked.clone()).sum().backward();
        let Some(gradient) = tracked.grad(&gradients) else {
            return latents;
        };
        let moved = adam.update(latents, &gradient.inner(), rate);
        match self.range {
            Some((low, high)) => moved.clamp(low, high),
            None => moved,
        }
    }

    /// The start with the nearest image.
    fn best(&self, sampler: &Sampler, latents: Tensor<2>) -> Result<Projection, InferError> {
        let losses: Vec<f32> = self
            .losses(Tensor::from_inner(latents.clone()))
            .try_into_vec_as()?;
        let errors: Vec<f64> = losses.iter().map(|loss| f64::from(*loss).sqrt()).collect();
        let best = (0..errors.len())
            .min_by(|a, b| errors[*a].total_cmp(&errors[*b]))
            .unwrap_or_default();
        let dimension = sampler.signature().latent.dimension;
        let latents = Vectors::new(dimension, latents.try_into_vec_as()?)?;
        let class = self.classes.get(best).copied();
        let latent = latents.row(best).to_vec();
        Ok(Projection {
            image: sampler.generate(latent.clone(), class.as_ref().map(std::slice::from_ref))?,
            latent: Vectors::new(dimension, latent)?,
            class,
            error: errors[best],
            errors,
        })
    }
}

/// The range of a coordinate; `None` if it has no bounds.
fn range(distribution: LatentDistribution) -> Option<(f64, f64)> {
    match distribution {
        LatentDistribution::Normal => None,
        LatentDistribution::Uniform => Some((-1.0, 1.0)),
        LatentDistribution::UnitInterval => Some((0.0, 1.0)),
        LatentDistribution::UniformUnitVariance => Some((-(3.0_f64.sqrt()), 3.0_f64.sqrt())),
    }
}
