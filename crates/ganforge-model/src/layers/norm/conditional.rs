//! Conditional batch norm (Dumoulin et al. 2017, "A Learned Representation for Artistic Style"; in GANs since Miyato & Koyama
//! 2018, "cGANs with Projection Discriminator").

use burn::module::{Flag, Module, Param, RunningState};
use burn::tensor::{Device, Tensor};
use ganforge_ops::Rectifier;

use super::batch::update_running;
use super::kind::EPSILON;

/// Weight of the latest batch in the running statistics, as in Burn's `BatchNorm`.
const MOMENTUM: f64 = 0.1;

/// Batch norm with a scale and shift per class: `γ_y·x̂ + β_y`, where x̂ is normalised by the mean and variance over all
/// classes.
#[derive(Module, Debug)]
pub struct ConditionalBatchNorm {
    /// `[classes, channels]`.
    gamma: Param<Tensor<2>>,
    /// `[classes, channels]`.
    beta: Param<Tensor<2>>,
    /// False in a frozen layer, which uses running statistics also in training.
    training: Param<Flag>,
    running_mean: RunningState<Tensor<1>>,
    running_var: RunningState<Tensor<1>>,
}

impl ConditionalBatchNorm {
    /// A layer with scales 1 and shifts 0.
    #[must_use]
    pub fn new(channels: usize, classes: usize, device: &Device) -> Self {
        Self {
            gamma: Param::from_tensor(Tensor::ones([classes, channels], device)),
            beta: Param::from_tensor(Tensor::zeros([classes, channels], device)),
            training: Param::from_bool(true),
            running_mean: RunningState::new(Tensor::zeros([channels], device)),
            running_var: RunningState::new(Tensor::ones([channels], device)),
        }
    }

    /// Normalises a batch.
    ///
    /// # Shapes
    /// - `input`: `[batch, channels, …]`
    /// - `class`: `[batch, classes]`, one-hot
    /// - output: as `input`
    #[must_use]
    pub fn forward<const D: usize>(&self, input: Tensor<D>, class: &Tensor<2>) -> Tensor<D> {
        let mut per_class = [1; D];
        per_class[..2].copy_from_slice(&input.dims()[..2]);
        let gamma = class.clone().matmul(self.gamma.val()).reshape(per_class);
        let beta = class.clone().matmul(self.beta.val()).reshape(per_class);
        self.standardise(input) * gamma + beta
    }

    /// Normalises by the statistics of the batch in training, by the running statistics in inference.
    fn standardise<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        let device = input.device();
        let [_, channels] = self.gamma.val().dims();
        let ones = Tensor::ones([channels], &device);
        let zeros = Tensor::zeros([channels], &device);
        if !(device.is_autodiff() && self.training.is_enabled()) {
            let mean = self.running_mean.value().to_device(&device);
            let variance = self.running_var.value().to_device(&device);
            let per_channel = [ones, zeros, mean, variance];
            return ganforge_ops::batch_norm(input, per_channel, EPSILON, Rectifier::Linear);
        }
        let batch = ganforge_ops::batch_norm_train(input, ones, zeros, EPSILON, Rectifier::Linear);
        update_running(&self.running_mean, batch.mean, MOMENTUM);
        update_running(&self.running_var, batch.variance, MOMENTUM);
        batch.output
    }
}
