//! The input of a generator's first layer: latents, the class, and the reference batch of virtual batch norm.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;

use super::kind::Norm;
use crate::layers::append_one_hot;
use crate::layers::condition::one_hot;
use crate::{ConfigError, GeneratorInput, LatentSpec, NetworkSize};

/// The options of an [`InputLayer`].
#[derive(Debug, Clone, Copy)]
pub struct InputLayerConfig {
    /// Norm of the hidden layers.
    pub norm: Norm,
    /// Size of the reference batch of virtual batch norm, 1 or more; ignored by other norms.
    pub reference: usize,
    /// Latents of the generator.
    pub latent: LatentSpec,
    /// 0 for an unconditional generator.
    pub classes: usize,
}

impl InputLayerConfig {
    /// Checks the options.
    ///
    /// # Errors
    /// The key is `latent`, `norm` or `norm_reference`.
    pub fn check(&self) -> Result<(), ConfigError> {
        ConfigError::at_least_one("latent", self.latent.dimension)?;
        ConfigError::at_least_one("norm_reference", self.reference)?;
        self.norm.check(self.classes)
    }

    /// Inputs of the first layer; saturates instead of overflowing.
    #[must_use]
    pub fn columns(&self) -> usize {
        match self.norm {
            Norm::ConditionalBatch => self.latent.dimension,
            Norm::None
            | Norm::Batch
            | Norm::UnscaledBatch
            | Norm::BatchShift
            | Norm::VirtualBatch => self.latent.dimension.saturating_add(self.classes),
        }
    }

    /// Adds the reference batch, which passes through all layers counted so far with every batch.
    pub(crate) fn add_to(&self, size: &mut NetworkSize) {
        if self.norm == Norm::VirtualBatch {
            size.matrices += self.reference as f64 * self.columns() as f64;
            size.per_batch += self.reference as f64 * size.per_image;
        }
    }

    /// Creates the layer; the reference batch, if any, is drawn from `rng`, and its classes are 0, 1, 2, … cyclically.
    #[must_use]
    pub fn init(&self, rng: &mut ChaCha8Rng, device: &Device) -> InputLayer {
        let reference = (self.norm == Norm::VirtualBatch).then(|| {
            let numbers = self.latent.draw(self.reference, rng);
            let noise = self.latent.tensor(numbers, device);
            let rows = if self.classes > 0 {
                append_one_hot(noise, self.cyclic_classes(device), self.classes)
            } else {
                noise
            };
            // Not `from_tensor`, whose parameter would be trainable.
            Param::initialized(ParamId::new(), rows)
        });
        InputLayer {
            reference,
            norm: self.norm,
            classes: self.classes,
        }
    }

    fn cyclic_classes(&self, device: &Device) -> Tensor<1, Int> {
        let class = |index| i32::try_from(index % self.classes).expect("a class fits an i32");
        let classes: Vec<i32> = (0..self.reference).map(class).collect();
        Tensor::from_data(TensorData::new(classes, [self.reference]), device)
    }
}

/// Computes the input of a generator's first layer.
#[derive(Module, Debug)]
pub struct InputLayer {
    /// `[reference, columns]`, the reference batch of virtual batch norm; not trainable.
    reference: Option<Param<Tensor<2>>>,
    #[module(skip)]
    norm: Norm,
    classes: usize,
}

impl InputLayer {
    /// The input of the first layer, and the context of the norms.
    ///
    /// # Shapes
    /// - `input.noise`: `[batch, dimension]`
    /// - rows: `[batch, columns]`, or `[reference + batch, columns]` with virtual batch norm
    #[must_use]
    pub fn forward(&self, input: &GeneratorInput) -> (Tensor<2>, NormContext) {
        let noise = input.expect_noise();
        let class = input.class.clone();
        let mut context = NormContext {
            class: None,
            reference: 0,
        };
        let mut rows = match class {
            Some(class) if self.norm == Norm::ConditionalBatch => {
                context.class = Some(one_hot(class, self.classes));
                noise
            }
            Some(class) => append_one_hot(noise, class, self.classes),
            None => noise,
        };
        if let Some(reference) = &self.reference {
            let reference = reference.val();
            [context.reference, _] = reference.dims();
            rows = Tensor::cat(vec![reference, rows], 0);
        }
        (rows, context)
    }

    /// Rows that pass through the network for a batch of `rows`, including the reference batch.
    pub(crate) fn rows(&self, rows: usize) -> usize {
        let reference = self.reference.as_ref();
        rows.saturating_add(reference.map_or(0, |reference| reference.val().dims()[0]))
    }
}

/// Inputs of all norms in one forward pass.
#[derive(Debug, Clone)]
pub struct NormContext {
    /// `[batch, classes]`, one-hot, for conditional batch norm.
    pub(super) class: Option<Tensor<2>>,
    /// Size of the reference batch, which comes before the batch; 0 without one.
    pub(super) reference: usize,
}

impl NormContext {
    /// Removes the reference batch.
    ///
    /// # Shapes
    /// - `output`: `[reference + batch, …]`
    /// - output: `[batch, …]`
    #[must_use]
    pub fn without_reference<const D: usize>(&self, output: Tensor<D>) -> Tensor<D> {
        match self.reference {
            0 => output,
            count => {
                let rows = output.dims()[0];
                output.narrow(0, count, rows - count)
            }
        }
    }
}
