//! Consistency: what is done to an image should not change its score (Zhang et al. 2020, "Consistency Regularization for
//! Generative Adversarial Networks").

use burn::tensor::Tensor;
use ganforge_model::{Discriminator, DiscriminatorInput};

use super::PenaltyInput;
use crate::game::Scored;
use crate::game::augment::{Augmentation, augment};

/// `λ·E‖D(x) - D(T(x))‖²` on real images, and the same with its own weight on fakes.
///
/// # Shapes
/// - output: `[1]`
pub fn consistency<D: Discriminator>(
    judge: &D,
    shown: PenaltyInput<'_>,
    augmentations: &[Augmentation],
    [lambda_real, lambda_fake]: [f64; 2],
) -> Tensor<1> {
    let term = |seen: &Scored, purpose: &str| {
        let images = seen.images.clone().detach();
        let changed = augment(augmentations, images, &mut shown.key.rng(purpose));
        let again = judge
            .forward(DiscriminatorInput::new(changed).with_class(shown.class.cloned()))
            .logits;
        distance(seen.score(), again)
    };
    let real = term(shown.real, "consistency of real images") * lambda_real;
    if lambda_fake == 0.0 {
        return real;
    }
    real + term(shown.fake, "consistency of fakes") * lambda_fake
}

/// The mean squared distance between two judgements of the same images.
///
/// # Shapes
/// - `one`, `other`: `[batch, outputs]`
/// - output: `[1]`
pub(super) fn distance(one: Tensor<2>, other: Tensor<2>) -> Tensor<1> {
    (one - other).square().sum_dim(1).mean()
}
