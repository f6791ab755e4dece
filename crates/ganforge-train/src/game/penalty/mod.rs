//! Penalties on the discriminator: terms of its loss, and constraints applied after each of its updates.
//!
//! A penalty depends on the discriminator and on images, not on the payoff. Gradient penalties are exact if the discriminator [implements its input
//! gradient](ganforge_model::Discriminator::input_gradient); [`GradientForm`] describes the alternatives.

mod check;
mod clipping;
mod consistency;
mod directional;
mod dragan;
mod input;
mod input_gradient;
mod lecam;
mod noise;
mod one_centred;
mod orthogonal;
mod points;
mod spectral;
mod zero_centred;

pub use input::PenaltyInput;
pub use input_gradient::GradientForm;
pub use lecam::Anchors;

use burn::module::Module;
use burn::tensor::Tensor;
use ganforge_model::Discriminator;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::game::Source;
use crate::game::augment::Augmentation;
use input_gradient::squared_gradient_norm;
use one_centred::one_centred;
use points::Points;
use zero_centred::zero_centred;

/// One entry of `game.penalties`.
///
/// # Examples
///
/// ```
/// use ganforge_train::game::penalty::Penalty;
///
/// let penalty: Penalty = toml::from_str("kind = \"r1\"\ngamma = 10.0")?;
/// assert_eq!(penalty.name(), "r1");
/// assert!(matches!(penalty, Penalty::R1 { gamma: 10.0, .. }));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Penalty {
    /// Clips every parameter of the discriminator to `[-limit, limit]` after each update (Arjovsky et al. 2017, algorithm 1, with a limit of 0.01).
    WeightClipping {
        /// Largest magnitude of a parameter, above 0.
        limit: f64,
    },
    /// `γ/2 · E‖∇D(x)‖²` on real images (Mescheder et al. 2018, equation 9).
    R1 {
        /// Weight γ, above 0.
        gamma: f64,
        /// How the gradient norm is computed.
        #[serde(default)]
        form: GradientForm,
    },
    /// The same on fakes (Mescheder et al. 2018, equation 10).
    R2 {
        /// Weight γ, above 0.
        gamma: f64,
        /// How the gradient norm is computed.
        #[serde(default)]
        form: GradientForm,
    },
    /// `λ · E(‖∇D(x̂)‖ - 1)²` between real images and fakes, one point for each pair (Gulrajani et al. 2017,
    /// equation 3).
    WganGp {
        /// Weight λ, above 0.
        #[serde(default = "ten")]
        lambda: f64,
        /// Penalise only norms above 1.
        #[serde(default)]
        one_sided: bool,
        /// How the gradient norm is computed.
        #[serde(default)]
        form: GradientForm,
    },
    /// `λ · E(‖∇D(x̂)‖ - 1)²` around real images (Kodali et al. 2017).
    Dragan {
        /// Weight λ, above 0.
        #[serde(default = "ten")]
        lambda: f64,
        /// How the gradient norm is computed.
        #[serde(default)]
        form: GradientForm,
    },
    /// Divides every weight by its largest singular value (Miyato et al. 2018, algorithm 1).
    SpectralNorm {},
    /// `β · Σ‖WWᵀ ⊙ (1 - I)‖²` over the weights, which reduces the correlation between the filters of a layer (Brock et al. 2019, "Large Scale GAN
    /// Training", equation 3).
    Orthogonal {
        /// Weight β, above 0.
        #[serde(default = "biggan_beta")]
        beta: f64,
        /// Also pull the norms of the filters to 1: `β · Σ‖WWᵀ - I‖²` (equation 2 there).
        #[serde(default)]
        unit_norms: bool,
    },
    /// Keeps the scores of each source near the average score of the other (Tseng et al. 2021, "Regularizing GANs under Limited Data", equation 3).
    #[serde(rename = "lecam")]
    LeCam {
        /// Weight λ, above 0.
        #[serde(default = "lecam_lambda")]
        lambda: f64,
        /// Decay rate of the averages per step, in [0, 1).
        #[serde(default = "lecam_decay")]
        decay: f64,
    },
    /// `λ · E‖D(x) - D(T(x))‖²`: an augmentation T should not change the score (Zhang et al. 2020, "Consistency Regularization for Generative
    /// Adversarial Networks", equation 4; with fakes Zhao et al. 2021, "Improved Consistency Regularization for GANs", section 3.1).
    Consistency {
        /// Weight λ on real images, above 0.
        #[serde(default = "ten")]
        lambda: f64,
        /// Weight on fakes, 0 or more.
        #[serde(default)]
        lambda_fake: f64,
        /// The augmentations of T.
        #[serde(default = "shift")]
        augment: Vec<Augmentation>,
    },
}

impl Penalty {
    /// The term that the penalty adds to the discriminator's loss, if there is one.
    ///
    /// Evaluation points and noise are drawn by the device's random number generator; augmentations are keyed by `input.key`.
    ///
    /// # Shapes
    /// - output: `[1]`
    ///
    /// # Panics
    /// With [`GradientForm::Exact`] if the discriminator has no expression for its input gradient; with `LeCam` if `input.anchors` is `None`, see
    /// [`ScoreState::new`](crate::game::ScoreState::new).
    #[must_use]
    pub fn loss<D: Discriminator>(
        &self,
        discriminator: &D,
        input: PenaltyInput<'_>,
    ) -> Option<Tensor<1>> {
        let (real, fake) = (input.real, input.fake);
        let at = |images: Tensor<4>, gradient: Option<&Tensor<4>>| Points {
            images: images.detach(),
            class: input.class.cloned(),
            gradient: gradient.cloned(),
        };
        match self {
            Self::WeightClipping { .. } | Self::SpectralNorm {} => None,
            Self::R1 { .. } => self.loss_at(
                discriminator,
                &at(real.images.clone(), real.gradient.as_ref()),
            ),
            Self::R2 { .. } => self.loss_at(
                discriminator,
                &at(fake.images.clone(), fake.gradient.as_ref()),
            ),
            Self::WganGp { .. } => {
                let interpolated = one_centred::random_interpolations(&real.images, &fake.images);
                self.loss_at(discriminator, &at(interpolated, None))
            }
            Self::Dragan { .. } => self.loss_at(
                discriminator,
                &at(dragan::random_perturbations(&real.images), None),
            ),
            Self::Orthogonal { beta, unit_norms } => {
                orthogonal::orthogonal(discriminator, *beta, *unit_norms)
            }
            Self::LeCam { lambda, decay } => {
                let anchors = input
                    .anchors
                    .expect("ScoreState::new keeps averages of the scores");
                let (real, fake) = (real.score(), fake.score());
                let averages = anchors.updated(&real, &fake, *decay);
                Some(lecam::lecam(&real, &fake, averages, *lambda))
            }
            Self::Consistency {
                lambda,
                lambda_fake,
                augment,
            } => Some(consistency::consistency(
                discriminator,
                input,
                augment,
                [*lambda, *lambda_fake],
            )),
        }
    }

    /// The value of a gradient penalty at given images.
    fn loss_at<D: Discriminator>(&self, discriminator: &D, points: &Points) -> Option<Tensor<1>> {
        let squared = |form| squared_gradient_norm(form, discriminator, points);
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

    /// The source whose input gradient the penalty needs, so that it can be computed together with the scores.
    #[must_use]
    pub fn gradient_source(&self) -> Option<Source> {
        match self {
            Self::R1 { form, .. } => form.may_be_exact().then_some(Source::Real),
            Self::R2 { form, .. } => form.may_be_exact().then_some(Source::Fake),
            _ => None,
        }
    }

    /// Prepares the discriminator before the first turn; `rng` draws the start of the power iterations.
    #[must_use]
    pub fn before_training<M: Module>(&self, discriminator: M, rng: &mut ChaCha8Rng) -> M {
        match self {
            Self::SpectralNorm {} => spectral::normalise(discriminator, rng),
            _ => discriminator,
        }
    }

    /// Constrains the discriminator after one of its updates.
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
