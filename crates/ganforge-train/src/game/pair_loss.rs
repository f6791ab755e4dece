//! The losses of both players over one discriminator of pairs of an image and a latent.

use burn::tensor::{Device, Tensor};
use ganforge_model::{Discriminator, DiscriminatorInput};

use super::Game;
use super::adversarial_loss::discriminator_terms;
use super::loss::Loss;
use super::payoff::Payoff;
use super::scored::Source;
use super::turn_key::TurnKey;
use super::undecided::Undecided;
use crate::error::RecipeError;

/// Images with a latent each.
#[derive(Debug, Clone)]
pub struct Pairs {
    /// `[batch, channels, height, width]`
    pub images: Tensor<4>,
    /// `[batch, dimension]`
    pub codes: Tensor<2>,
}

/// One discriminator of pairs in one turn. Real pairs are images of the data with their encodings; fake pairs are latents with
/// their images.
#[derive(Clone, Copy)]
pub struct PairLoss<'a, D> {
    /// The network.
    pub discriminator: &'a D,
    /// The rules.
    pub game: &'a Game,
    /// Key of the turn's random numbers.
    pub key: TurnKey,
}

impl<D: Discriminator> PairLoss<'_, D> {
    /// The discriminator's loss, which it minimises. Codes of real pairs and images of fake ones receive no gradient.
    #[must_use]
    pub fn discriminator_loss(&self, real: Pairs, fake: Pairs) -> Loss {
        let real = self.score(self.discriminator, real.detach(), Source::Real);
        let fake = self.score(self.discriminator, fake.detach(), Source::Fake);
        let payoff = self.game.payoff;
        let smoothing = self.game.label_smoothing;
        let loss = payoff.discriminator_loss(real.clone(), fake.clone(), smoothing, None);
        Loss {
            terms: discriminator_terms(payoff, &loss, &real, &fake),
            loss,
            observations: Vec::new(),
        }
    }

    /// The loss that generator and encoder minimise, over both kinds of pairs: the discriminator's with real and fake exchanged, or
    /// its negative for the payoff `minimax`. The discriminator's parameters receive no gradient.
    #[must_use]
    pub fn generator_loss(&self, real: Pairs, fake: Pairs) -> Loss {
        let discriminator = self.discriminator.clone().no_grad();
        let real = self.score(&discriminator, real, Source::Real);
        let fake = self.score(&discriminator, fake, Source::Fake);
        Loss::new("generator_loss", exchanged(self.game.payoff, real, fake))
    }

    /// `[batch, outputs]`, the logits.
    fn score(&self, discriminator: &D, pairs: Pairs, source: Source) -> Tensor<2> {
        let images = self.game.preprocess(pairs.images, source, self.key);
        let input = DiscriminatorInput::new(images).with_code(pairs.codes);
        discriminator.forward(input).logits
    }
}

/// The loss of generator and encoder at scores of real and fake pairs.
fn exchanged(payoff: Payoff, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
    match payoff {
        Payoff::Minimax => payoff.discriminator_loss(real, fake, 0.0, None).neg(),
        _ => payoff.discriminator_loss(fake, real, 0.0, None),
    }
}

impl Pairs {
    fn detach(self) -> Self {
        Self {
            images: self.images.detach(),
            codes: self.codes.detach(),
        }
    }
}

impl Game {
    /// The losses over pairs where the discriminator gives every pair the same score.
    pub(crate) fn undecided_pairs(&self, device: &Device) -> Undecided {
        let (payoff, smoothing) = (self.payoff, self.label_smoothing);
        Undecided::of_losses(self, device, |scores| {
            let of_discriminator =
                payoff.discriminator_loss(scores.clone(), scores.clone(), smoothing, None);
            [of_discriminator, exchanged(payoff, scores.clone(), scores)]
        })
    }

    /// Checks that the rules are defined for a discriminator of pairs, in a system of this name.
    ///
    /// # Errors
    /// Names the key, its value and the allowed values.
    pub(crate) fn check_pairs(&self, system: &str) -> Result<(), RecipeError> {
        let refuse = |key: &str, value: &dyn std::fmt::Display, allowed: &str| {
            let allowed = format!("{allowed} with system = \"{system}\"");
            Err(RecipeError::value(
                format!("game.{key}"),
                value.to_string(),
                allowed,
            ))
        };
        let exchanges = matches!(
            self.payoff,
            Payoff::NonSaturating | Payoff::Minimax | Payoff::LeastSquares(_) | Payoff::Wasserstein
        );
        if !exchanges {
            let allowed = "non-saturating, minimax, least-squares or wasserstein";
            return refuse("payoff", &self.payoff.name(), allowed);
        }
        // Others take gradients or scores of images alone.
        let other = self
            .penalties
            .iter()
            .find(|penalty| !matches!(penalty.name(), "weight-clipping" | "spectral-norm"));
        if let Some(other) = other {
            let allowed = "weight-clipping or spectral-norm, which act on weights alone,";
            return refuse("penalties", &other.name(), allowed);
        }
        if self.packing > 1 {
            return refuse("packing", &self.packing, "1");
        }
        if self.feature_matching.is_some() {
            return refuse("feature_matching", &"set", "left out");
        }
        if self.pulling_away > 0.0 {
            return refuse("pulling_away", &self.pulling_away, "0");
        }
        if (self.auxiliary_weight - 1.0).abs() > 0.0 {
            return refuse("auxiliary_weight", &self.auxiliary_weight, "left out");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::UpdateRule;
    use ganforge_model::{ImageShape, JointDiscriminatorConfig, JointDiscriminatorNet, keyed_rng};

    fn discriminator(device: &Device) -> JointDiscriminatorNet {
        let config = r#"{"kind": "mlp", "hidden": [4]}"#;
        let config: JointDiscriminatorConfig = serde_json::from_str(config).unwrap();
        let image = ImageShape {
            channels: 1,
            height: 2,
            width: 2,
        };
        config
            .init(image, 3, &mut keyed_rng(0, "weights", 0), device)
            .unwrap()
    }

    fn pairs(value: f32, device: &Device) -> Pairs {
        Pairs {
            images: Tensor::ones([2, 1, 2, 2], device) * value,
            codes: Tensor::ones([2, 3], device) * -value,
        }
    }

    fn game(payoff: Payoff) -> Game {
        Game {
            update: UpdateRule::Simultaneous,
            ..Game::new(payoff)
        }
    }

    /// Both losses on scores of pairs that differ.
    fn losses(payoff: Payoff, device: &Device) -> [f32; 3] {
        let discriminator = discriminator(device);
        let game = game(payoff);
        let loss = PairLoss {
            discriminator: &discriminator,
            game: &game,
            key: TurnKey::default(),
        };
        let (real, fake) = (pairs(0.5, device), pairs(-1.0, device));
        let value = |loss: Loss| loss.loss.into_scalar::<f32>();
        [
            value(loss.discriminator_loss(real.clone(), fake.clone())),
            value(loss.discriminator_loss(fake.clone(), real.clone())),
            value(loss.generator_loss(real, fake)),
        ]
    }

    #[test]
    fn the_generator_has_the_loss_with_exchanged_labels_or_the_negative_one() {
        let device = Device::flex().autodiff();
        let all = Payoff::ALL.into_iter();
        let kept = all.filter(|&payoff| game(payoff).check_pairs("bigan").is_ok());
        for payoff in kept.filter(|&payoff| payoff != Payoff::Minimax) {
            let [_, exchanged, generator] = losses(payoff, &device);
            assert!((exchanged - generator).abs() < 1e-6, "{payoff:?}");
        }
        let [own, _, generator] = losses(Payoff::Minimax, &device);
        assert!((own + generator).abs() < 1e-6);
    }

    #[test]
    fn rules_of_images_alone_are_refused() {
        for (game, key) in [
            (game(Payoff::Hinge), "game.payoff"),
            (
                Game {
                    packing: 2,
                    ..game(Payoff::NonSaturating)
                },
                "game.packing",
            ),
            (
                Game {
                    pulling_away: 0.1,
                    ..game(Payoff::NonSaturating)
                },
                "game.pulling_away",
            ),
        ] {
            let refused = game.check_pairs("bigan").unwrap_err().to_string();
            assert!(
                refused.contains(key) && refused.contains("bigan"),
                "{refused}"
            );
        }
        assert!(game(Payoff::NonSaturating).check_pairs("ali").is_ok());
    }
}
