//! Batch norm and an activation, by the fused operation of `ganforge-ops`.

use burn::module::RunningState;
use burn::nn::BatchNorm;
use burn::tensor::Tensor;
use ganforge_ops::Rectifier;

use crate::layers::Activation;

/// The output of `layer` after an activation, if any. In training, running statistics are updated.
///
/// # Shapes
/// - `input`: `[batch, channels, …]`
/// - output: as `input`
#[must_use]
pub fn batch_norm<const D: usize>(
    layer: &BatchNorm,
    input: Tensor<D>,
    activation: Option<Activation>,
) -> Tensor<D> {
    let fused = activation.map_or(Some(Rectifier::Linear), Activation::rectifier);
    let output = normalise(layer, input, fused.unwrap_or(Rectifier::Linear));
    match (fused, activation) {
        (None, Some(activation)) => activation.forward(output),
        (Some(_), _) | (None, None) => output,
    }
}

/// Normalises by the statistics of the batch in training, by the running statistics in inference, as Burn's `BatchNorm`.
fn normalise<const D: usize>(
    layer: &BatchNorm,
    input: Tensor<D>,
    rectifier: Rectifier,
) -> Tensor<D> {
    let device = input.device();
    let (gamma, beta) = (layer.gamma.val(), layer.beta.val());
    if !(device.is_autodiff() && layer.training.is_enabled()) {
        let mean = layer.running_mean.value().to_device(&device);
        let variance = layer.running_var.value().to_device(&device);
        let per_channel = [gamma, beta, mean, variance];
        return ganforge_ops::batch_norm(input, per_channel, layer.epsilon, rectifier);
    }
    let batch = ganforge_ops::batch_norm_train(input, gamma, beta, layer.epsilon, rectifier);
    update_running(&layer.running_mean, batch.mean, layer.momentum);
    update_running(&layer.running_var, batch.variance, layer.momentum);
    batch.output
}

/// Updates a running statistic by (1 - momentum) · running + momentum · latest.
pub(super) fn update_running(running: &RunningState<Tensor<1>>, latest: Tensor<1>, momentum: f64) {
    let latest = latest.detach();
    let before = running.value_sync().to_device(&latest.device());
    let after = before * (1.0 - momentum) + latest * momentum;
    running.update(after.detach());
}
