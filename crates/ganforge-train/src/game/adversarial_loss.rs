//! The losses of both players over one discriminator.

use std::cell::LazyCell;

use burn::tensor::{Int, Tensor};
use ganforge_model::{Discriminator, DiscriminatorOutput};

use super::Game;
use super::auxiliary::class_loss;
use super::balance::Balance;
use super::feature_matching::feature_matching;
use super::loss::{Loss, Term};
use super::payoff::Payoff;
use super::penalty::PenaltyInput;
use super::pulling_away::pulling_away;
use super::score_state::{Observation, ScoreState};
use super::scored::{Scored, Source};
use super::turn_key::TurnKey;

/// One discriminator in one turn, with its state and the rules. A system calls it once for each of its discriminators
/// and adds the [losses](Loss).
///
/// Images are preprocessed here: [`Game::preprocess`] adds noise, augments and packs.
#[derive(Clone, Copy)]
pub struct AdversarialLoss<'a, D> {
    /// The network.
    pub discriminator: &'a D,
    /// State that the rules keep about its past scores.
    pub state: &'a ScoreState,
    /// The rules.
    pub game: &'a Game,
    /// Key of the turn's random numbers.
    pub key: TurnKey,
}

/// The discriminator's loss and the scores that it was computed from.
pub(crate) struct Scores {
    pub(crate) loss: Loss,
    /// `[batch, outputs]`, logits of real images.
    pub(crate) real: Tensor<2>,
    /// `[batch, outputs]`, logits of fakes.
    pub(crate) fake: Tensor<2>,
    fake_output: DiscriminatorOutput,
}

impl<D: Discriminator> AdversarialLoss<'_, D> {
    /// The discriminator's loss on real images and fakes, which it minimises. The fakes receive no gradient.
    ///
    /// # Shapes
    /// - `real`, `fake`: `[batch, channels, height, width]`
    /// - `class`: `[batch]`, the class of the real image and the fake in each row
    #[must_use]
    pub fn discriminator_loss(
        &self,
        real: Tensor<4>,
        fake: Tensor<4>,
        class: Option<&Tensor<1, Int>>,
    ) -> Loss {
        let fake = self.preprocess(fake.detach(), Source::Fake);
        self.score(real, fake, class).loss
    }

    /// As [`discriminator_loss`](Self::discriminator_loss), with the output for the fakes, from which a system computes
    /// further losses.
    #[must_use]
    pub fn discriminator_loss_and_output(
        &self,
        real: Tensor<4>,
        fake: Tensor<4>,
        class: Option<&Tensor<1, Int>>,
    ) -> (Loss, DiscriminatorOutput) {
        let fake = self.preprocess(fake.detach(), Source::Fake);
        let scores = self.score(real, fake, class);
        (scores.loss, scores.fake_output)
    }

    /// As [`generator_loss`](Self::generator_loss), with the output for the fakes, from which a system computes further
    /// losses.
    #[must_use]
    pub fn generator_loss_and_output(
        &self,
        real: &Tensor<4>,
        fake: Tensor<4>,
        class: Option<&Tensor<1, Int>>,
    ) -> (Loss, DiscriminatorOutput) {
        let fake = self.preprocess(fake, Source::Fake);
        self.scored_generator_loss(real, fake, class)
    }

    /// The generator's loss, which it minimises. The discriminator's parameters receive no gradient.
    ///
    /// # Shapes
    /// - `real`, `fake`: `[batch, channels, height, width]`
    /// - `class`: `[batch]`, the class of the real image and the fake in each row
    #[must_use]
    pub fn generator_loss(
        &self,
        real: &Tensor<4>,
        fake: Tensor<4>,
        class: Option<&Tensor<1, Int>>,
    ) -> Loss {
        let fake = self.preprocess(fake, Source::Fake);
        self.generator_loss_of(real, fake, class)
    }

    /// Preprocesses images for the discriminator.
    pub(crate) fn preprocess(&self, images: Tensor<4>, source: Source) -> Tensor<4> {
        self.game.preprocess(images, source, self.key)
    }

    /// The discriminator's loss on raw real images and preprocessed fakes; gradients propagate to the fakes if these track gradients.
    pub(crate) fn score(
        &self,
        real: Tensor<4>,
        fake: Tensor<4>,
        class: Option<&Tensor<1, Int>>,
    ) -> Scores {
        let game = self.game;
        let needs_gradient = |source| {
            let mut penalties = game.penalties.iter();
            penalties.any(|penalty| penalty.gradient_source() == Some(source))
        };
        let real = self.preprocess(real, Source::Real);
        let real = Scored::new(
            self.discriminator,
            real,
            class,
            needs_gradient(Source::Real),
        );
        // If gradients propagate to the fakes, the gradient of a penalty must not.
        let at_fakes = !fake.is_require_grad() && needs_gradient(Source::Fake);
        let fake = Scored::new(self.discriminator, fake, class, at_fakes);
        let k = self.state.balance.as_ref().map(Balance::value);
        let smoothing = game.label_smoothing;
        let loss = game
            .payoff
            .discriminator_loss(real.score(), fake.score(), smoothing, k.clone());
        let mut terms = discriminator_terms(game.payoff, &loss, &real.score(), &fake.score());
        terms.extend(energy_terms(game.payoff, &real.score(), &fake.score(), k));
        let classes = [&real, &fake].map(|scored| class_loss(&scored.output, class));
        let loss = classes
            .into_iter()
            .flatten()
            .fold(loss, |sum, term| sum + term * game.auxiliary_weight);
        let input = PenaltyInput {
            real: &real,
            fake: &fake,
            class,
            anchors: self.state.anchors.as_ref(),
            key: self.key,
        };
        let penalties = game.penalties.iter();
        let penalty = penalties
            .filter_map(|penalty| penalty.loss(self.discriminator, input))
            .reduce(|sum, penalty| sum + penalty);
        let loss = match penalty {
            Some(penalty) => {
                terms.push(Term::new("penalty", &penalty));
                loss + penalty
            }
            None => loss,
        };
        let observations = if self.state.is_empty() {
            Vec::new()
        } else {
            vec![Observation {
                real: real.score().detach(),
                fake: fake.score().detach(),
            }]
        };
        Scores {
            loss: Loss {
                loss,
                terms,
                observations,
            },
            real: real.score(),
            fake: fake.score(),
            fake_output: fake.output,
        }
    }

    /// The generator's loss on raw real images and preprocessed fakes.
    pub(crate) fn generator_loss_of(
        &self,
        real: &Tensor<4>,
        fake: Tensor<4>,
        class: Option<&Tensor<1, Int>>,
    ) -> Loss {
        self.scored_generator_loss(real, fake, class).0
    }

    fn scored_generator_loss(
        &self,
        real: &Tensor<4>,
        fake: Tensor<4>,
        class: Option<&Tensor<1, Int>>,
    ) -> (Loss, DiscriminatorOutput) {
        let game = self.game;
        let discriminator = self.discriminator.clone().no_grad();
        let fake = Scored::new(&discriminator, fake, class, false);
        let real = LazyCell::new(|| {
            let real = self.preprocess(real.clone(), Source::Real);
            Scored::new(&discriminator, real, class, false)
        });
        let payoff = || game.payoff.generator_loss(|| real.score(), fake.score());
        let loss = match game.feature_matching {
            None => payoff(),
            Some(matching) => {
                let real = real.output.features.clone();
                let distance = feature_matching(real, fake.output.features.clone());
                let distance = distance * matching.weight;
                if matching.beside_payoff {
                    distance + payoff()
                } else {
                    distance
                }
            }
        };
        let loss = match class_loss(&fake.output, class) {
            Some(term) => loss + term * game.auxiliary_weight,
            None => loss,
        };
        let loss = Loss::new("generator_loss", loss);
        let loss = if game.pulling_away > 0.0 {
            let term = pulling_away(fake.output.features.clone());
            loss.plus("pulling_away", term, game.pulling_away)
        } else {
            loss
        };
        (loss, fake.output)
    }
}

/// Mean energies, and the state and convergence of a balance, where the payoff has them.
fn energy_terms(
    payoff: Payoff,
    real: &Tensor<2>,
    fake: &Tensor<2>,
    k: Option<Tensor<1>>,
) -> Vec<Term> {
    if !payoff.takes_energies() {
        return Vec::new();
    }
    let real = real.clone().inner();
    let fake = fake.clone().inner();
    let mut terms = vec![
        Term::of("energy_real", -real.clone().mean()),
        Term::of("energy_fake", -fake.clone().mean()),
    ];
    if let (Payoff::Balanced(equilibrium), Some(k)) = (payoff, k) {
        terms.push(Term::new("balance", &k));
        terms.push(Term::of(
            "convergence",
            equilibrium.convergence(&real, &fake),
        ));
    }
    terms
}

/// Loss, mean scores, accuracies, and the value where the payoff has one.
pub(super) fn discriminator_terms(
    payoff: Payoff,
    loss: &Tensor<1>,
    real: &Tensor<2>,
    fake: &Tensor<2>,
) -> Vec<Term> {
    let real = real.clone().inner();
    let fake = fake.clone().inner();
    let boundary = payoff.decision_boundary();
    let [compared_real, compared_fake] = payoff.decision_scores(real.clone(), fake.clone());
    let above = compared_real.greater_scalar(boundary).float().mean();
    let below = compared_fake.lower_scalar(boundary).float().mean();
    let mut terms = vec![
        Term::new("discriminator_loss", loss),
        Term::of("score_real", real.clone().mean()),
        Term::of("score_fake", fake.clone().mean()),
        Term::of("accuracy_real", above),
        Term::of("accuracy_fake", below),
    ];
    terms.extend(
        payoff
            .value(real, fake)
            .map(|value| Term::of("value", value)),
    );
    terms
}
