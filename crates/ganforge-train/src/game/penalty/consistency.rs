//! Consistency regularisation: augmenting an image should not change its score (Zhang et al. 2020, "Consistency Regularization for Generative
//! Adversarial Networks").

use burn::tensor::Tensor;
use ganforge_model::{Discriminator, DiscriminatorInput};

use super::input::PenaltyInput;
use crate::game::Scored;
use crate::game::augment::{Augmentation, augment};

/// `λ·E‖D(x) - D(T(x))‖²` on real images, plus the same on fakes with its own weight.
///
/// # Shapes
/// - output: `[1]`
pub fn consistency<D: Discriminator>(
    discriminator: &D,
    input: PenaltyInput<'_>,
    augmentations: &[Augmentation],
    [lambda_real, lambda_fake]: [f64; 2],
) -> Tensor<1> {
    let term = |scored: &Scored, purpose: &str| {
        let images = scored.images.clone().detach();
        let augmented = augment(augmentations, images, &mut input.key.rng(purpose));
        let augmented_score = discriminator
            .forward(DiscriminatorInput::new(augmented).with_class(input.class.cloned()))
            .logits;
        distance(scored.score(), augmented_score)
    };
    let real = term(input.real, "consistency of real images") * lambda_real;
    if lambda_fake == 0.0 {
        return real;
    }
    real + term(input.fake, "consistency of fakes") * lambda_fake
}

/// The mean squared distance between two outputs for the same images.
///
/// # Shapes
/// - `one`, `other`: `[batch, outputs]`
/// - output: `[1]`
pub(super) fn distance(one: Tensor<2>, other: Tensor<2>) -> Tensor<1> {
    (one - other).square().sum_dim(1).mean()
}
