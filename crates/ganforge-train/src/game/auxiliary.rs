//! The class loss of a discriminator that tells classes (Odena et al. 2017, "Conditional Image Synthesis With Auxiliary
//! Classifier GANs").

use burn::tensor::{Int, Tensor, activation};
use ganforge_model::DiscriminatorOutput;

/// `-E[log P(class | x)]`, which both players minimise; `None` where the discriminator tells no classes.
///
/// # Shapes
/// - `class`: `[batch]`
/// - output: `[1]`
pub fn class_loss(
    output: &DiscriminatorOutput,
    class: Option<&Tensor<1, Int>>,
) -> Option<Tensor<1>> {
    let (logits, class) = (output.class_logits.as_ref()?, class?);
    let log_shares = activation::log_softmax(logits.clone(), 1);
    let of_class = log_shares.gather(1, class.clone().unsqueeze_dim::<2>(1));
    Some(-of_class.mean())
}
