//! R1 and R2: zero-centred gradient penalties on real images or on fakes (Mescheder et al. 2018, "Which Training Methods for GANs do actually
//! Converge?", section 4.1).

use burn::tensor::Tensor;

/// `γ/2 · E‖∇D(x)‖²`.
///
/// # Shapes
/// - `squared_gradient_norm`: `[batch]`
/// - output: `[1]`
pub fn zero_centred(squared_gradient_norm: Tensor<1>, gamma: f64) -> Tensor<1> {
    squared_gradient_norm.mean() * (gamma / 2.0)
}
