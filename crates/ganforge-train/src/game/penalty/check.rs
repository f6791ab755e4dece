//! What a penalty is, and what it does not go together with.

use ganforge_model::{Coupling, DiscriminatorArchitecture};

use super::{Form, Penalty};
use crate::error::RecipeError;

impl Penalty {
    /// What a recipe calls it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::WeightClipping { .. } => "weight-clipping",
            Self::R1 { .. } => "r1",
            Self::R2 { .. } => "r2",
            Self::WganGp { .. } => "wgan-gp",
            Self::Dragan { .. } => "dragan",
            Self::SpectralNorm {} => "spectral-norm",
            Self::Orthogonal { .. } => "orthogonal",
            Self::LeCam { .. } => "lecam",
            Self::Consistency { .. } => "consistency",
        }
    }

    /// True where the penalty bounds how fast the discriminator's score changes with the image, everywhere between
    /// real images and fakes.
    #[must_use]
    pub fn bounds_input_gradient(&self) -> bool {
        match self {
            Self::WeightClipping { .. } | Self::WganGp { .. } | Self::SpectralNorm {} => true,
            Self::R1 { .. }
            | Self::R2 { .. }
            | Self::Dragan { .. }
            | Self::Orthogonal { .. }
            | Self::LeCam { .. }
            | Self::Consistency { .. } => false,
        }
    }

    /// True where the penalty is a function of the fakes' scores, and so bends the discriminator's gradient by them.
    #[must_use]
    pub fn depends_on_fake_scores(&self) -> bool {
        match self {
            Self::LeCam { .. } => true,
            Self::Consistency { lambda_fake, .. } => *lambda_fake > 0.0,
            Self::WeightClipping { .. }
            | Self::R1 { .. }
            | Self::R2 { .. }
            | Self::WganGp { .. }
            | Self::Dragan { .. }
            | Self::SpectralNorm {}
            | Self::Orthogonal { .. } => false,
        }
    }

    /// How the slope is come by, of a penalty on slopes.
    fn form(&self) -> Option<Form> {
        match self {
            Self::R1 { form, .. }
            | Self::R2 { form, .. }
            | Self::WganGp { form, .. }
            | Self::Dragan { form, .. } => Some(*form),
            Self::WeightClipping { .. }
            | Self::SpectralNorm {}
            | Self::Orthogonal { .. }
            | Self::LeCam { .. }
            | Self::Consistency { .. } => None,
        }
    }

    /// Refuses values without a meaning.
    ///
    /// # Errors
    /// Names the key, the value and what would be allowed.
    pub fn check(&self) -> Result<(), RecipeError> {
        let strength = match *self {
            Self::WeightClipping { limit } => Some(("limit", limit)),
            Self::R1 { gamma, .. } | Self::R2 { gamma, .. } => Some(("gamma", gamma)),
            Self::WganGp { lambda, .. }
            | Self::Dragan { lambda, .. }
            | Self::LeCam { lambda, .. }
            | Self::Consistency { lambda, .. } => Some(("lambda", lambda)),
            Self::Orthogonal { beta, .. } => Some(("beta", beta)),
            Self::SpectralNorm {} => None,
        };
        let refuse = |key: &str, value: &dyn std::fmt::Display, allowed: &str| {
            let key = format!("game.penalties.{key}");
            Err(RecipeError::value(key, value, allowed))
        };
        if let Some((key, value)) = strength
            && !(value.is_finite() && value > 0.0)
        {
            return refuse(key, &value, "a number above 0");
        }
        match self {
            Self::WganGp { form, .. } | Self::Dragan { form, .. } if *form == Form::Noise => {
                refuse(
                    "form",
                    &"noise",
                    "auto, exact or directional with this penalty: noise tells the mean square of a slope, as r1 and r2 ask, \
                 and not the slope itself",
                )
            }
            Self::LeCam { decay, .. } if !(0.0..1.0).contains(decay) => {
                refuse("decay", decay, "0 or more and below 1")
            }
            Self::Consistency { lambda_fake, .. }
                if !(lambda_fake.is_finite() && *lambda_fake >= 0.0) =>
            {
                refuse("lambda_fake", lambda_fake, "0 or more")
            }
            Self::Consistency { augment, .. } if augment.is_empty() => refuse(
                "augment",
                &"[]",
                "one or more of colour, translation and cutout: without any, every image is consistent",
            ),
            _ => Ok(()),
        }
    }

    /// Refuses a discriminator on which the penalty has no meaning.
    ///
    /// # Errors
    /// Names the discriminator's key, its value and why another one is needed.
    pub fn check_discriminator(
        &self,
        config: &impl DiscriminatorArchitecture,
    ) -> Result<(), RecipeError> {
        let coupling = config.is_batch_dependent();
        if *self == (Self::SpectralNorm {}) && coupling == Some(Coupling::BATCH_NORM) {
            return Err(RecipeError::value(
                "discriminator.batch_norm",
                "true",
                "false with the penalty `spectral-norm`: whatever it divides a weight by, batch statistics cancel",
            ));
        }
        let Some(form) = self.form() else {
            return Ok(());
        };
        let kind = self.name();
        if let Some(coupling) = coupling {
            return Err(RecipeError::value(
                format!("discriminator.{}", coupling.key),
                coupling.value,
                format!(
                    "{} with the penalty `{kind}`, which bounds the slope of each image's score by that image alone, \
                     while {} make every score depend on the whole batch",
                    coupling.instead, coupling.what
                ),
            ));
        }
        let compares = matches!(form, Form::Directional | Form::Noise);
        if let Some((key, value)) = config.is_stochastic()
            && compares
        {
            return Err(RecipeError::value(
                format!("discriminator.{key}"),
                value,
                format!(
                    "0 with the penalty `{kind}` in this form, which compares the scores of two images, while dropout \
                     judges each under another mask; form = \"exact\" allows it"
                ),
            ));
        }
        Ok(())
    }
}
