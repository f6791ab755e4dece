//! Batch normalisation and the activation after it, run by the sweeps of `ganforge-ops` where those are faster.

use burn::module::RunningState;
use burn::nn::BatchNorm;
use burn::tensor::Tensor;
use ganforge_ops::Rectifier;

use crate::layers::Activation;

/// What `layer.forward` is, and the activation of that, if there is one.
///
/// # Shapes
/// - `input`: `[batch, channels, …]`
/// - output: that of `input`
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

/// By the batch's own mean and variance while training, by their running averages in inference, as in Burn's `BatchNorm`.
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
    follow(&layer.running_mean, batch.mean, layer.momentum);
    follow(&layer.running_var, batch.variance, layer.momentum);
    batch.output
}

/// Moves a running statistic towards the latest batch's, of which `share` goes into it.
pub(super) fn follow(running: &RunningState<Tensor<1>>, latest: Tensor<1>, share: f64) {
    let latest = latest.detach();
    let before = running.value_sync().to_device(&latest.device());
    let after = before * (1.0 - share) + latest * share;
    running.update(after.detach());
}
