//! Both players in one module, and the two phases of a training step.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use ganforge_model::{Discriminator, Generator, Latent};

use crate::average::Average;
use crate::game::Game;
use crate::penalty::Shown;
use crate::telemetry::{DiscriminatorTelemetry, GeneratorTelemetry};

/// Everything one training step has to work with.
#[derive(Debug, Clone)]
pub struct Round {
    /// `[batch, channels, height, width]`, real images.
    pub real: Tensor<4>,
    /// What the generator makes as many fakes from. Its class is that of the real image in the same row, so
    /// that real and fake follow the same class frequencies.
    pub latent: Latent,
}

/// A generator, a discriminator and the average of the generators so far, playing one game.
#[derive(Module, Debug)]
pub struct Gan<G: Generator, D: Discriminator> {
    /// Makes images.
    pub generator: G,
    /// Judges them.
    pub discriminator: D,
    /// The running average of the generator, which is what a finished run ships.
    pub average: Option<Average<G>>,
    /// The rules.
    #[module(skip)]
    pub game: Game,
}

/// Gradients of one player, with what the step tells about itself.
pub struct Phase<T> {
    /// For the parameters of the player whose turn it is, and for no other.
    pub gradients: GradientsParams,
    /// Left on the device until a tick asks.
    pub telemetry: T,
}

impl<G: Generator, D: Discriminator> Gan<G, D> {
    /// Images from latents, with the graph that leads back to the generator.
    #[must_use]
    pub fn fakes(&self, latent: &Latent) -> Tensor<4> {
        self.generator.forward(latent.clone())
    }

    /// The discriminator's gradients on real images and fakes; nothing reaches the generator.
    #[must_use]
    pub fn discriminator_phase(
        &self,
        round: &Round,
        fakes: &Tensor<4>,
    ) -> Phase<DiscriminatorTelemetry> {
        let judged = self.judge(round, &fakes.clone().detach());
        Phase {
            gradients: GradientsParams::from_grads(judged.loss.backward(), &self.discriminator),
            telemetry: judged.telemetry,
        }
    }

    /// The generator's gradients through a discriminator whose own parameters get none.
    #[must_use]
    pub fn generator_phase(&self, round: &Round, fakes: Tensor<4>) -> Phase<GeneratorTelemetry> {
        let (loss, telemetry) = self.generator_loss(round, fakes);
        Phase {
            gradients: GradientsParams::from_grads(loss.backward(), &self.generator),
            telemetry,
        }
    }

    /// Both players' gradients at the same weights, from one backward pass.
    ///
    /// The losses share no parameter that both would move: the discriminator's sees detached fakes, the
    /// generator's a discriminator without gradients. So the gradient of their sum is both gradients.
    #[must_use]
    pub fn simultaneous_phase(
        &self,
        round: &Round,
    ) -> Phase<(DiscriminatorTelemetry, GeneratorTelemetry)> {
        let fakes = self.fakes(&round.latent);
        let judged = self.judge(round, &fakes.clone().detach());
        let (generator_loss, generator) = self.generator_loss(round, fakes);
        let gradients = (judged.loss + generator_loss).backward();
        Phase {
            gradients: GradientsParams::from_grads(gradients, self),
            telemetry: (judged.telemetry, generator),
        }
    }

    /// The discriminator's loss; its graph leads back into the fakes as far as they have one.
    pub(crate) fn judge(&self, round: &Round, fakes: &Tensor<4>) -> Judged {
        let payoff = self.game.payoff;
        let real = score(&self.discriminator, round.real.clone(), &round.latent);
        let fake = score(&self.discriminator, fakes.clone(), &round.latent);
        let loss = payoff.discriminator_loss(real.clone(), fake.clone(), self.game.label_smoothing);
        let telemetry = DiscriminatorTelemetry::new(payoff, &loss, &real, &fake);
        let (loss, telemetry) = match self.penalty(round, fakes) {
            Some(penalty) => (loss + penalty.clone(), telemetry.with_penalty(&penalty)),
            None => (loss, telemetry),
        };
        Judged {
            loss,
            real,
            fake,
            telemetry,
        }
    }

    /// The sum of the penalties that are terms of the discriminator's loss.
    fn penalty(&self, round: &Round, fakes: &Tensor<4>) -> Option<Tensor<1>> {
        let shown = Shown {
            real: &round.real,
            fake: fakes,
            class: round.latent.class.as_ref(),
        };
        let penalties = self.game.penalties.iter();
        penalties
            .filter_map(|penalty| penalty.loss(&self.discriminator, shown))
            .reduce(|sum, penalty| sum + penalty)
    }

    fn generator_loss(&self, round: &Round, fakes: Tensor<4>) -> (Tensor<1>, GeneratorTelemetry) {
        let judge = self.discriminator.clone().no_grad();
        let fake = score(&judge, fakes, &round.latent);
        let real = || score(&judge, round.real.clone(), &round.latent);
        let loss = self.game.payoff.generator_loss(real, fake);
        let telemetry = GeneratorTelemetry::new(&loss);
        (loss, telemetry)
    }
}

/// What the discriminator makes of a round.
pub(crate) struct Judged {
    /// `[1]`, with the penalties.
    pub(crate) loss: Tensor<1>,
    /// `[batch, outputs]`, logits of real images.
    pub(crate) real: Tensor<2>,
    /// `[batch, outputs]`, logits of fakes.
    pub(crate) fake: Tensor<2>,
    pub(crate) telemetry: DiscriminatorTelemetry,
}

/// The logits of images, each judged as one of the class that its row's latent asks for.
fn score<D: Discriminator>(judge: &D, images: Tensor<4>, latent: &Latent) -> Tensor<2> {
    judge.forward(images, latent.class.clone()).logits
}

#[cfg(test)]
#[path = "gan_tests.rs"]
mod tests;
