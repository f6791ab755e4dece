//! Constraints on the discriminator: terms of its loss, and what follows each of its updates.
//!
//! A penalty sees the discriminator and images, and knows no payoff. Penalties on the slope of the score are exact where
//! the discriminator [writes down its input gradient](ganforge_model::Discriminator::input_gradient); [`Form`] says what
//! happens elsewhere.

mod check;
mod clipping;
mod consistency;
mod directional;
mod dragan;
mod input_gradient;
mod lecam;
mod noise;
mod one_centred;
mod orthogonal;
mod points;
mod spectral;
mod zero_centred;

pub use input_gradient::Form;
pub use lecam::Anchors;

use burn::module::Module;
use burn::tensor::{Int, Tensor};
use ganforge_model::Discriminator;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::game::augment::Augmentation;
use crate::game::{Scored, Source, TurnKey};
use input_gradient::squared_gradient_norm;
use one_centred::one_centred;
use points::Points;
use zero_centred::zero_centred;

/// One entry of `game.penalties`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Penalty {
    /// After each of its updates every parameter of the discriminator is clipped to `[-limit, limit]`
    /// (Arjovsky et al. 2017, algorithm 1, where the limit is 0.01).
    WeightClipping {
        /// Largest magnitude a parameter may have, above 0.
        limit: f64,
    },
    /// `γ/2 · E‖∇D(x)‖²` on real images (Mescheder et al. 2018, equation 9).
    R1 {
        /// Its weight γ, above 0.
        gamma: f64,
        /// How the slope is come by.
        #[serde(default)]
        form: Form,
    },
    /// The same on fakes (Mescheder et al. 2018, equation 10).
    R2 {
        /// Its weight γ, above 0.
        gamma: f64,
        /// How the slope is come by.
        #[serde(default)]
        form: Form,
    },
    /// `λ · E(‖∇D(x̂)‖ - 1)²` between real images and fakes, one point for each pair (Gulrajani et al. 2017,
    /// equation 3).
    WganGp {
        /// Its weight λ, above 0.
        #[serde(default = "ten")]
        lambda: f64,
        /// Leave slopes below 1 alone.
        #[serde(default)]
        one_sided: bool,
        /// How the slope is come by.
        #[serde(default)]
        form: Form,
    },
    /// `λ · E(‖∇D(x̂)‖ - 1)²` around real images (Kodali et al. 2017).
    Dragan {
        /// Its weight λ, above 0.
        #[serde(default = "ten")]
        lambda: f64,
        /// How the slope is come by.
        #[serde(default)]
        form: Form,
    },
    /// Every weight divided by its largest singular value (Miyato et al. 2018, algorithm 1).
    SpectralNorm {},
    /// `β · Σ‖WWᵀ ⊙ (1 - I)‖²` over the weights, which turns the filters of a layer away from each other (Brock et al.
    /// 2019, "Large Scale GAN Training", equation 3).
    Orthogonal {
        /// Its weight β, above 0.
        #[serde(default = "biggan_beta")]
        beta: f64,
        /// Draw the filters' norms to 1 as well: `β · Σ‖WWᵀ - I‖²` (equation 2 there).
        #[serde(default)]
        unit_norms: bool,
    },
    /// Scores of each kind near the average score of the other (Tseng et al. 2021, "Regularizing GANs under Limited
    /// Data", equation 3).
    #[serde(rename = "lecam")]
    LeCam {
        /// Its weight λ, above 0.
        #[serde(default = "lecam_lambda")]
        lambda: f64,
        /// Share of the old averages that a step keeps, in [0, 1).
        #[serde(default = "lecam_decay")]
        decay: f64,
    },
    /// `λ · E‖D(x) - D(T(x))‖²`: an augmented image is judged as the image is (Zhang et al. 2020, "Consistency
    /// Regularization for Generative Adversarial Networks", equation 4; with fakes Zhao et al. 2021, "Improved
    /// Consistency Regularization for GANs", section 3.1).
    Consistency {
        /// Its weight λ on real images, above 0.
        #[serde(default = "ten")]
        lambda: f64,
        /// Its weight on fakes, 0 or more.
        #[serde(default)]
        lambda_fake: f64,
        /// What T does.
        #[serde(default = "shift")]
        augment: Vec<Augmentation>,
    },
}

/// What one discriminator turn has to show to its penalties.
#[derive(Clone, Copy)]
pub struct PenaltyInput<'a> {
    /// Real images.
    pub real: &'a Scored,
    /// Fakes.
    pub fake: &'a Scored,
    /// `[batch]`, the class of the real image and the fake in each row.
    pub class: Option<&'a Tensor<1, Int>>,
    /// Average scores so far, in a game with a `LeCam` penalty.
    pub anchors: Option<&'a Anchors>,
    /// Key of what is random.
    pub key: TurnKey,
}

impl Penalty {
    /// What the penalty adds to the discriminator's loss, if it is a term of the loss.
    ///
    /// Points and noise are drawn on the device, from its own generator of random numbers; augmentations follow from
    /// the key.
    ///
    /// # Shapes
    /// - output: `[1]`
    ///
    /// # Panics
    /// With [`Form::Exact`] on a discriminator without an expression for its input gradient; with `LeCam` where there
    /// are no averages, which [`ScoreState::new`](crate::game::ScoreState::new) makes.
    #[must_use]
    pub fn loss<D: Discriminator>(&self, judge: &D, shown: PenaltyInput<'_>) -> Option<Tensor<1>> {
        let (real, fake) = (shown.real, shown.fake);
        let at = |images: Tensor<4>, gradient: Option<&Tensor<4>>| Points {
            images: images.detach(),
            class: shown.class.cloned(),
            gradient: gradient.cloned(),
        };
        match self {
            Self::WeightClipping { .. } | Self::SpectralNorm {} => None,
            Self::R1 { .. } => {
                self.loss_at(judge, &at(real.images.clone(), real.gradient.as_ref()))
            }
            Self::R2 { .. } => {
                self.loss_at(judge, &at(fake.images.clone(), fake.gradient.as_ref()))
            }
            Self::WganGp { .. } => {
                let between = one_centred::between_at_random(&real.images, &fake.images);
                self.loss_at(judge, &at(between, None))
            }
            Self::Dragan { .. } => {
                self.loss_at(judge, &at(dragan::around_at_random(&real.images), None))
            }
            Self::Orthogonal { beta, unit_norms } => {
                orthogonal::orthogonal(judge, *beta, *unit_norms)
            }
            Self::LeCam { lambda, decay } => {
                let anchors = shown
                    .anchors
                    .expect("ScoreState::new keeps averages of the scores");
                let (real, fake) = (real.score(), fake.score());
                let averages = anchors.following(&real, &fake, *decay);
                Some(lecam::lecam(&real, &fake, averages, *lambda))
            }
            Self::Consistency {
                lambda,
                lambda_fake,
                augment,
            } => Some(consistency::consistency(
                judge,
                shown,
                augment,
                [*lambda, *lambda_fake],
            )),
        }
    }

    /// What a penalty on slopes says of them at given images.
    fn loss_at<D: Discriminator>(&self, judge: &D, points: &Points) -> Option<Tensor<1>> {
        let squared = |form| squared_gradient_norm(form, judge, points);
        match *self {
            Self::R1 { gamma, form } | Self::R2 { gamma, form } => {
                Some(zero_centred(squared(form), gamma))
            }
            Self::WganGp {
                lambda,
                one_sided,
                form,
            } => Some(one_centred(squared(form), lambda, one_sided)),
            Self::Dragan { lambda, form } => Some(one_centred(squared(form), lambda, false)),
            Self::WeightClipping { .. }
            | Self::SpectralNorm {}
            | Self::Orthogonal { .. }
            | Self::LeCam { .. }
            | Self::Consistency { .. } => None,
        }
    }

    /// Which images' input gradient the penalty is a function of, so that it may be found while they are judged.
    #[must_use]
    pub fn gradient_source(&self) -> Option<Source> {
        match self {
            Self::R1 { form, .. } => form.may_be_exact().then_some(Source::Real),
            Self::R2 { form, .. } => form.may_be_exact().then_some(Source::Fake),
            _ => None,
        }
    }

    /// What happens to the discriminator before its first turn; `rng` draws what is random in it.
    #[must_use]
    pub fn before_training<M: Module>(&self, discriminator: M, rng: &mut ChaCha8Rng) -> M {
        match self {
            Self::SpectralNorm {} => spectral::normalise(discriminator, rng),
            _ => discriminator,
        }
    }

    /// What an update of the discriminator is followed by.
    #[must_use]
    pub fn after_update<M: Module>(&self, discriminator: M) -> M {
        match self {
            Self::WeightClipping { limit } => clipping::clip(discriminator, *limit),
            Self::SpectralNorm {} => spectral::iterate(discriminator),
            _ => discriminator,
        }
    }
}

fn ten() -> f64 {
    10.0
}

/// As in the paper.
fn biggan_beta() -> f64 {
    1e-4
}

/// Within the range of the paper's table of hyper-parameters.
fn lecam_lambda() -> f64 {
    0.3
}

/// As in the paper's code.
fn lecam_decay() -> f64 {
    0.99
}

fn shift() -> Vec<Augmentation> {
    vec![Augmentation::Translation]
}

#[cfg(test)]
mod tests;
