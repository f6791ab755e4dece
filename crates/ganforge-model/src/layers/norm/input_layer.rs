//! Where latents and classes enter a generator: what its first layer takes depends on how the others are normalised.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;

use super::kind::Norm;
use crate::layers::append_one_hot;
use crate::layers::condition::one_hot;
use crate::{ConfigError, GeneratorInput, LatentSpec, NetworkSize};

/// What an [`InputLayer`] is made for.
#[derive(Debug, Clone, Copy)]
pub struct InputLayerConfig {
    /// How the layers that follow are normalised.
    pub norm: Norm,
    /// Latents in the reference batch of virtual batch norm, 1 or more; other norms have none.
    pub reference: usize,
    /// What the generator is fed.
    pub latent: LatentSpec,
    /// 0 for an unconditional generator.
    pub classes: usize,
}

impl InputLayerConfig {
    /// Fails unless there is something to enter, in a way that the norm allows.
    ///
    /// # Errors
    /// Names `latent`, `norm` or `norm_reference`.
    pub fn check(&self) -> Result<(), ConfigError> {
        ConfigError::at_least_one("latent", self.latent.dimension)?;
        ConfigError::at_least_one("norm_reference", self.reference)?;
        self.norm.check(self.classes)
    }

    /// Inputs of the first layer; the largest number there is where the sum would overflow.
    #[must_use]
    pub fn columns(&self) -> usize {
        match self.norm {
            Norm::ConditionalBatch => self.latent.dimension,
            Norm::None | Norm::Batch | Norm::VirtualBatch => {
                self.latent.dimension.saturating_add(self.classes)
            }
        }
    }

    /// Adds the reference batch, which goes through the layers so far with every batch, to the size of a network.
    pub(crate) fn add_to(&self, size: &mut NetworkSize) {
        if self.norm == Norm::VirtualBatch {
            size.matrices += self.reference as f64 * self.columns() as f64;
            size.per_batch += self.reference as f64 * size.per_image;
        }
    }

    /// Draws the reference batch, if there is one, from `rng`; its classes come in turn.
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
            // Not made by `from_tensor`, which would have it trained.
            Param::initialized(ParamId::new(), rows)
        });
        InputLayer {
            reference,
            norm: self.norm,
            classes: self.classes,
        }
    }

    fn cyclic_classes(&self, device: &Device) -> Tensor<1, Int> {
        let in_turn = |index| i32::try_from(index % self.classes).expect("labels are few");
        let classes: Vec<i32> = (0..self.reference).map(in_turn).collect();
        Tensor::from_data(TensorData::new(classes, [self.reference]), device)
    }
}

/// Makes rows for a generator's first layer.
#[derive(Module, Debug)]
pub struct InputLayer {
    /// `[reference, columns]`: rows of virtual batch norm, which no gradient moves.
    reference: Option<Param<Tensor<2>>>,
    #[module(skip)]
    norm: Norm,
    classes: usize,
}

impl InputLayer {
    /// Rows for the first layer, and what the norms after it have to know.
    ///
    /// # Shapes
    /// - `input.noise`: `[batch, dimension]`
    /// - rows: `[batch, columns]`, or `[reference + batch, columns]` under virtual batch norm
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

    /// Rows that go through the network for a batch of `rows`.
    pub(crate) fn rows(&self, rows: usize) -> usize {
        let reference = self.reference.as_ref();
        rows.saturating_add(reference.map_or(0, |reference| reference.val().dims()[0]))
    }
}

/// What the normalised layers of one pass share.
#[derive(Debug, Clone)]
pub struct NormContext {
    /// `[batch, classes]`, one-hot, for conditional batch norm.
    pub(super) class: Option<Tensor<2>>,
    /// Rows of the reference batch, which go before the batch's own.
    pub(super) reference: usize,
}

impl NormContext {
    /// The batch's own rows.
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
