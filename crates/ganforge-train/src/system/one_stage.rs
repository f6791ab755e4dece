//! Both players' gradients from one forward and one backward pass through the discriminator (Shen et al. 2021,
//! "Training Generative Adversarial Networks in One Stage").
//!
//! Where a fake's score depends on that fake alone, both players' gradients by it point along the same ∂s/∂x: the
//! discriminator's is `L_D'(s)·∂s/∂x`, the generator's `L_G'(s)·∂s/∂x`. So the generator's is the discriminator's,
//! rescaled by `L_G'(s) / L_D'(s)`. The step is the simultaneous one, with less work.

use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use ganforge_model::{Discriminator, Generator};

use super::gan::{BothPhases, Gan, Round};
use crate::game::{Source, TurnKey};
use crate::telemetry::GeneratorTelemetry;

impl<G: Generator, D: Discriminator> Gan<G, D> {
    /// Both players' gradients, through the discriminator once.
    ///
    /// Equal to those of [`simultaneous_phase`](Self::simultaneous_phase) where each fake is judged alone, by a payoff
    /// without a margin; recipes that do otherwise are refused.
    ///
    /// # Panics
    /// With a discriminator whose logits do not depend on the images.
    #[must_use]
    pub fn one_stage_phase(&self, round: &Round, key: TurnKey) -> BothPhases {
        let fakes = self
            .game
            .preprocess(self.fakes(&round.latent), Source::Fake, key);
        // The discriminator's graph ends at a leaf of its own, where its gradient by the fakes is picked up.
        let leaf = fakes.clone().detach().require_grad();
        let judged = self.judge(round, leaf.clone(), key);
        let mut gradients = judged.loss.backward();
        let by_fakes = leaf
            .grad_remove(&mut gradients)
            .expect("the loss on fakes depends on the fakes");
        let (generator_loss, factor) = self.rescale(&judged.real, &judged.fake);
        let [batch, ..] = by_fakes.dims();
        let pull = Tensor::from_inner(by_fakes * factor.reshape([batch, 1, 1, 1]));
        // A function of the generator alone whose gradient by the fakes is `pull`.
        let generator = (fakes * pull).sum().backward();
        BothPhases {
            discriminator: GradientsParams::from_grads(gradients, &self.discriminator),
            generator: GradientsParams::from_grads(generator, &self.generator),
            telemetry: (judged.telemetry, generator_loss),
        }
    }

    /// The generator's loss, and `L_G'(s) / L_D'(s)` for each fake.
    fn rescale(&self, real: &Tensor<2>, fake: &Tensor<2>) -> (GeneratorTelemetry, Tensor<2>) {
        let payoff = self.game.payoff;
        let slope = |loss: &dyn Fn(Tensor<2>) -> Tensor<1>| {
            let score = fake.clone().detach().require_grad();
            let loss = loss(score.clone());
            let slope = score.grad(&loss.clone().backward());
            (loss, slope.expect("the loss depends on the score"))
        };
        let real = real.clone().detach();
        let (_, discriminator) = slope(&|score| {
            payoff.discriminator_loss(real.clone(), score, self.game.label_smoothing)
        });
        let (loss, generator) = slope(&|score| payoff.generator_loss(|| real.clone(), score));
        // A slope that has underflowed to zero has taken the fake's gradient with it.
        let flat = discriminator.clone().equal_scalar(0.0);
        let factor = (generator / discriminator).mask_fill(flat, 0.0);
        (GeneratorTelemetry::new(&loss), factor)
    }
}
