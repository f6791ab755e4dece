//! Both players' gradients from one forward and one backward pass through the discriminator (Shen et al. 2021,
//! "Training Generative Adversarial Networks in One Stage").
//!
//! Where a fake's score depends on that fake alone, both players' gradients with respect to it point along the same
//! ∂s/∂x: the discriminator's is `L_D'(s)·∂s/∂x`, the generator's `L_G'(s)·∂s/∂x`. So the generator's is the
//! discriminator's, rescaled by `L_G'(s) / L_D'(s)`. The step is the simultaneous one, with less work.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Int, Tensor};
use ganforge_model::Discriminator;

use crate::game::{AdversarialLoss, Game, Loss, PerPlayer, Source};

/// Both players' gradients, through the discriminator once.
///
/// Equal to those of the simultaneous step where each fake is scored alone, by a payoff without a margin; recipes that do
/// otherwise are refused.
///
/// # Shapes
/// - `real`, `fakes`: `[batch, channels, height, width]`
/// - `class`: `[batch]`
///
/// # Panics
/// With a discriminator whose logits do not depend on the images.
pub(super) fn one_stage<G: Module, D: Discriminator>(
    loss: &AdversarialLoss<'_, D>,
    generator: &G,
    real: Tensor<4>,
    fakes: Tensor<4>,
    class: Option<&Tensor<1, Int>>,
) -> PerPlayer<(GradientsParams, Loss)> {
    let fakes = loss.preprocess(fakes, Source::Fake);
    // The discriminator's graph ends at a leaf of its own, where its gradient with respect to the fakes is read.
    let leaf = fakes.clone().detach().require_grad();
    let scores = loss.score(real, leaf.clone(), class);
    let mut gradients = scores.loss.loss.clone().backward();
    let at_fakes = leaf
        .grad_remove(&mut gradients)
        .expect("the loss on fakes depends on the fakes");
    let (generator_loss, factor) = rescale(loss.game, &scores.real, &scores.fake);
    let [batch, ..] = at_fakes.dims();
    let pull = Tensor::from_inner(at_fakes * factor.reshape([batch, 1, 1, 1]));
    // A function of the generator alone whose gradient with respect to the fakes is `pull`.
    let through_generator = (fakes * pull).sum().backward();
    PerPlayer {
        discriminator: (
            GradientsParams::from_grads(gradients, loss.discriminator),
            scores.loss,
        ),
        generator: (
            GradientsParams::from_grads(through_generator, generator),
            generator_loss,
        ),
    }
}

/// The generator's loss, and `L_G'(s) / L_D'(s)` for each fake.
fn rescale(game: &Game, real: &Tensor<2>, fake: &Tensor<2>) -> (Loss, Tensor<2>) {
    let payoff = game.payoff;
    let derivative = |loss: &dyn Fn(Tensor<2>) -> Tensor<1>| {
        let score = fake.clone().detach().require_grad();
        let loss = loss(score.clone());
        let derivative = score.grad(&loss.clone().backward());
        (loss, derivative.expect("the loss depends on the score"))
    };
    let real = real.clone().detach();
    let (_, discriminator) = derivative(&|score| {
        payoff.discriminator_loss(real.clone(), score, game.label_smoothing, None)
    });
    let (loss, generator) = derivative(&|score| payoff.generator_loss(|| real.clone(), score));
    // A derivative that has underflowed to zero has taken the fake's gradient with it.
    let flat = discriminator.clone().equal_scalar(0.0);
    let factor = (generator / discriminator).mask_fill(flat, 0.0);
    (Loss::new("generator_loss", loss), factor)
}
