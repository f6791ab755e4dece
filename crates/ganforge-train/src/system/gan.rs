//! Both players in one module, and the two phases of a training step.

use std::cell::LazyCell;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use ganforge_model::{Discriminator, Generator, Latent, keyed_rng};

use crate::game::penalty::{Anchors, Penalty, PenaltyInput};
use crate::game::{Game, Scored, Source, TurnKey, add_noise, class_loss, feature_matching};
use crate::telemetry::{DiscriminatorTelemetry, GeneratorTelemetry};
use crate::weights::{Average, History, number_parameters};

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
    /// Average scores, for a penalty that holds scores to them.
    anchors: Option<Anchors>,
    /// The players' pasts, which historical averaging pulls them to.
    pub(crate) generator_history: Option<History<G>>,
    pub(crate) discriminator_history: Option<History<D>>,
}

/// Where a [`Gan`] begins.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Start {
    /// Updates after which a step counts half in the generator's average; no average where absent.
    pub half_life: Option<f64>,
    /// What is random about the players' state beside their weights follows from it.
    pub seed: u64,
    /// How far the run came that is resumed.
    pub moves: Moves,
}

/// How often each player has moved, in the sessions before this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moves {
    /// Updates of the generator.
    pub generator: u64,
    /// Updates of the discriminator.
    pub discriminator: u64,
}

/// Gradients of one player, with what the step tells about itself.
pub struct Phase<T> {
    /// For the parameters of the player whose turn it is, and for no other.
    pub gradients: GradientsParams,
    /// Left on the device until a tick asks.
    pub telemetry: T,
}

/// Gradients of both players, taken at the same weights.
pub struct BothPhases {
    /// The discriminator's gradients.
    pub discriminator: GradientsParams,
    /// The generator's gradients.
    pub generator: GradientsParams,
    /// Left on the device until a tick asks.
    pub telemetry: (DiscriminatorTelemetry, GeneratorTelemetry),
}

impl<G: Generator, D: Discriminator> Gan<G, D> {
    /// Two players ready to play: with whatever state the rules need beside their weights, and every parameter under an
    /// identity of its own.
    #[must_use]
    pub fn new(generator: G, discriminator: D, game: Game, start: Start) -> Self {
        let mut rng = keyed_rng(start.seed, "constraints on the discriminator", 0);
        let penalties = game.penalties.iter();
        let discriminator = penalties.fold(discriminator, |discriminator, penalty| {
            penalty.before_training(discriminator, &mut rng)
        });
        let half_life = start.half_life;
        let average =
            half_life.map(|half_life| Average::new(&generator, half_life, start.moves.generator));
        let holds_scores = |penalty: &Penalty| matches!(penalty, Penalty::LeCam { .. });
        let anchors = game.penalties.iter().any(holds_scores).then(|| {
            let device = generator.devices().into_iter().next();
            Anchors::new(&device.unwrap_or_default())
        });
        let remembers = game.historical_averaging > 0.0;
        let generator_history = remembers.then(|| History::new(&generator, start.moves.generator));
        let discriminator_history =
            remembers.then(|| History::new(&discriminator, start.moves.discriminator));
        number_parameters(Self {
            generator,
            discriminator,
            average,
            game,
            anchors,
            generator_history,
            discriminator_history,
        })
    }

    /// Images from latents, with the graph that leads back to the generator.
    #[must_use]
    pub fn fakes(&self, latent: &Latent) -> Tensor<4> {
        let fakes = self.generator.forward(latent.clone());
        if self.game.generator_noise > 0.0 {
            add_noise(fakes, self.game.generator_noise)
        } else {
            fakes
        }
    }

    /// The discriminator's gradients on real images and fakes; nothing reaches the generator.
    #[must_use]
    pub fn discriminator_phase(
        &self,
        round: &Round,
        fakes: &Tensor<4>,
        key: TurnKey,
    ) -> Phase<DiscriminatorTelemetry> {
        let shown = self
            .game
            .preprocess(fakes.clone().detach(), Source::Fake, key);
        let judged = self.judge(round, shown, key);
        Phase {
            gradients: GradientsParams::from_grads(judged.loss.backward(), &self.discriminator),
            telemetry: judged.telemetry,
        }
    }

    /// The generator's gradients through a discriminator whose own parameters get none.
    #[must_use]
    pub fn generator_phase(
        &self,
        round: &Round,
        fakes: Tensor<4>,
        key: TurnKey,
    ) -> Phase<GeneratorTelemetry> {
        let shown = self.game.preprocess(fakes, Source::Fake, key);
        let (loss, telemetry) = self.generator_loss(round, shown, key);
        Phase {
            gradients: GradientsParams::from_grads(loss.backward(), &self.generator),
            telemetry,
        }
    }

    /// Both players' gradients at the same weights, from one backward pass.
    #[must_use]
    pub fn simultaneous_phase(&self, round: &Round, key: TurnKey) -> BothPhases {
        let (loss, telemetry) = self.joint_loss(round, key);
        let mut gradients = loss.backward();
        BothPhases {
            discriminator: GradientsParams::from_module(&mut gradients, &self.discriminator),
            generator: GradientsParams::from_module(&mut gradients, &self.generator),
            telemetry,
        }
    }

    /// A loss whose gradient is that of each player's own loss.
    ///
    /// The losses share no parameter that both would move: the discriminator's sees detached fakes, the
    /// generator's a discriminator without gradients. So the gradient of their sum is both gradients.
    pub(crate) fn joint_loss(
        &self,
        round: &Round,
        key: TurnKey,
    ) -> (Tensor<1>, (DiscriminatorTelemetry, GeneratorTelemetry)) {
        let shown = self
            .game
            .preprocess(self.fakes(&round.latent), Source::Fake, key);
        let judged = self.judge(round, shown.clone().detach(), key);
        let (generator_loss, generator) = self.generator_loss(round, shown, key);
        (judged.loss + generator_loss, (judged.telemetry, generator))
    }

    /// The discriminator's loss on a round's real images and on fakes as they are [shown](Game::preprocess) to it; its graph
    /// leads back into the fakes as far as they have one.
    pub(crate) fn judge(&self, round: &Round, fakes: Tensor<4>, key: TurnKey) -> Judged {
        let game = &self.game;
        let class = round.latent.class.as_ref();
        let gradient_source = |kind| {
            let mut penalties = game.penalties.iter();
            penalties.any(|penalty| penalty.gradient_source() == Some(kind))
        };
        let real = game.preprocess(round.real.clone(), Source::Real, key);
        let real = Scored::new(
            &self.discriminator,
            real,
            class,
            gradient_source(Source::Real),
        );
        // Where gradients lead back to the fakes, a penalty's own must not.
        let constant = !fakes.is_require_grad();
        let at_fakes = constant && gradient_source(Source::Fake);
        let fake = Scored::new(&self.discriminator, fakes, class, at_fakes);
        let loss = game
            .payoff
            .discriminator_loss(real.score(), fake.score(), game.label_smoothing);
        let telemetry =
            DiscriminatorTelemetry::new(game.payoff, &loss, &real.score(), &fake.score());
        let told = [&real, &fake].map(|seen| class_loss(&seen.judgement, class));
        let loss = told
            .into_iter()
            .flatten()
            .fold(loss, |sum, told| sum + told * game.auxiliary_weight);
        let penalty = self.penalty(PenaltyInput {
            real: &real,
            fake: &fake,
            class,
            anchors: self.anchors.as_ref(),
            key,
        });
        let (loss, telemetry) = match penalty {
            Some(penalty) => (loss + penalty.clone(), telemetry.with_penalty(&penalty)),
            None => (loss, telemetry),
        };
        Judged {
            loss,
            real: real.score(),
            fake: fake.score(),
            telemetry,
        }
    }

    /// The sum of the penalties that are terms of the discriminator's loss.
    fn penalty(&self, shown: PenaltyInput<'_>) -> Option<Tensor<1>> {
        let penalties = self.game.penalties.iter();
        penalties
            .filter_map(|penalty| penalty.loss(&self.discriminator, shown))
            .reduce(|sum, penalty| sum + penalty)
    }

    fn generator_loss(
        &self,
        round: &Round,
        fakes: Tensor<4>,
        key: TurnKey,
    ) -> (Tensor<1>, GeneratorTelemetry) {
        let game = &self.game;
        let class = round.latent.class.as_ref();
        let judge = self.discriminator.clone().no_grad();
        let fake = Scored::new(&judge, fakes, class, false);
        let real = LazyCell::new(|| {
            let real = game.preprocess(round.real.clone(), Source::Real, key);
            Scored::new(&judge, real, class, false)
        });
        let payoff = || game.payoff.generator_loss(|| real.score(), fake.score());
        let loss = match game.feature_matching {
            None => payoff(),
            Some(matching) => {
                let real = real.judgement.features.clone();
                let apart = feature_matching(real, fake.judgement.features.clone());
                let apart = apart * matching.weight;
                if matching.beside_payoff {
                    apart + payoff()
                } else {
                    apart
                }
            }
        };
        let loss = match class_loss(&fake.judgement, class) {
            Some(told) => loss + told * game.auxiliary_weight,
            None => loss,
        };
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

#[cfg(test)]
#[path = "gan_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "gan_regulariser_tests.rs"]
mod regulariser_tests;
