//! The discriminator as a classifier: `D = σ(s)` estimates the probability that an image is real.
//!
//! Written with `softplus`, so that losses stay finite where `log D` overflows: `-log σ(s) = softplus(-s)`, `-log(1 - σ(s)) = softplus(s)`.

use burn::tensor::{Tensor, activation};

/// Cross entropy with targets 1 - `smoothing` for real images and 0 for fakes (Goodfellow et al. 2014, eq. 1;
/// Salimans et al. 2016, section 3.4).
pub(super) fn discriminator_loss(real: Tensor<2>, fake: Tensor<2>, smoothing: f64) -> Tensor<1> {
    // With target 1 - a: (1-a)·softplus(-s) + a·softplus(s) = softplus(-s) + a·s.
    let on_real = softplus(-real.clone()) + real * smoothing;
    on_real.mean() + softplus(fake).mean()
}

/// E[log D(x)] + E[log(1 - D(G(z)))] (Goodfellow et al. 2014, eq. 1).
pub(super) fn value(real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
    -discriminator_loss(real, fake, 0.0)
}

/// E[log(1 - D(G(z)))] (Goodfellow et al. 2014, eq. 1).
pub(super) fn minimax(fake: Tensor<2>) -> Tensor<1> {
    -softplus(fake).mean()
}

/// -E[log D(G(z))] (Goodfellow et al. 2014, section 3).
pub(super) fn non_saturating(fake: Tensor<2>) -> Tensor<1> {
    softplus(-fake).mean()
}

/// -E[exp(σ⁻¹(D(G(z))))] (Goodfellow 2014, "On distinguishability criteria", section 5).
pub(super) fn maximum_likelihood(fake: Tensor<2>) -> Tensor<1> {
    // σ⁻¹(D) is the logit itself.
    -fake.exp().mean()
}

/// The Jensen-Shannon divergence in nats that corresponds to a value V of the game if the discriminator is near its optimum: `(V + log 4) / 2`,
/// clamped to `[0, log 2]` (Goodfellow et al. 2014, theorem 1).
///
/// # Examples
///
/// ```
/// use ganforge_train::game::payoff::jensen_shannon;
///
/// // A discriminator that outputs 1/2 everywhere has the value -log 4.
/// assert_eq!(jensen_shannon(-(4.0_f64.ln())), 0.0);
/// ```
#[must_use]
pub fn jensen_shannon(value: f64) -> f64 {
    use std::f64::consts::LN_2;
    f64::midpoint(value, 2.0 * LN_2).clamp(0.0, LN_2)
}

pub(super) fn softplus(logits: Tensor<2>) -> Tensor<2> {
    activation::softplus(logits, 1.0)
}
