//! The class loss of a discriminator with an auxiliary classifier (Odena et al. 2017, "Conditional Image Synthesis With Auxiliary Classifier GANs").

use burn::tensor::{Int, Tensor, activation};
use ganforge_model::DiscriminatorOutput;

/// The cross-entropy `-E[log P(class | x)]`, which both players minimise; `None` without class logits or without classes.
///
/// # Shapes
/// - `class`: `[batch]`
/// - output: `[1]`
pub fn class_loss(
    output: &DiscriminatorOutput,
    class: Option<&Tensor<1, Int>>,
) -> Option<Tensor<1>> {
    let (logits, class) = (output.class_logits.as_ref()?, class?);
    let log_probabilities = activation::log_softmax(logits.clone(), 1);
    let class_log_probability = log_probabilities.gather(1, class.clone().unsqueeze_dim::<2>(1));
    Some(-class_log_probability.mean())
}
