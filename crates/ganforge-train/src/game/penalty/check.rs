//! Names, properties and validation of penalties.

use ganforge_model::{Coupling, DiscriminatorArchitecture};

use super::{GradientForm, Penalty};
use crate::error::RecipeError;

impl Penalty {
    /// The name in a recipe.
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

    /// Whether the penalty bounds the norm of the discriminator's input gradient everywhere between real images and fakes.
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

    /// Whether the penalty is a function of the fakes' scores and so contributes to the gradient with respect to them.
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

    /// The gradient form of a gradient penalty.
    fn form(&self) -> Option<GradientForm> {
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

    /// Checks the parameters.
    ///
    /// # Errors
    /// Names the key, its value and the allowed values.
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
            Self::WganGp { form, .. } | Self::Dragan { form, .. }
                if *form == GradientForm::Noise =>
            {
                refuse(
                    "form",
                    &"noise",
                    "auto, exact or directional with this penalty: noise estimates the mean square of a gradient norm, as r1 and r2 need, \
                 and not the norm itself",
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

    /// Checks that the penalty is defined for this discriminator.
    ///
    /// # Errors
    /// Names the discriminator's key, its value and why another value is needed.
    pub fn check_discriminator(
        &self,
        config: &impl DiscriminatorArchitecture,
    ) -> Result<(), RecipeError> {
        let coupling = config.is_batch_dependent();
        if *self == (Self::SpectralNorm {}) && coupling == Some(Coupling::BATCH_NORM) {
            return Err(RecipeError::value(
                "discriminator.batch_norm",
                "true",
                "false with the penalty `spectral-norm`: batch statistics cancel the scale of the weights",
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
                    "{} with the penalty `{kind}`, which bounds the gradient of each image's score with respect to that image alone, \
                     while {} make every score depend on the whole batch",
                    coupling.instead, coupling.what
                ),
            ));
        }
        if form == GradientForm::Exact && !config.has_input_gradient() {
            return Err(RecipeError::value(
                "game.penalties.form",
                "exact",
                format!(
                    "auto or directional with the penalty `{kind}` and discriminator.kind = \"{}\", which does not implement its \
                     input gradient",
                    kind_of(config)
                ),
            ));
        }
        let compares_scores = matches!(form, GradientForm::Directional | GradientForm::Noise);
        if let Some((key, value)) = config.is_stochastic()
            && compares_scores
        {
            return Err(RecipeError::value(
                format!("discriminator.{key}"),
                value,
                format!(
                    "0 with the penalty `{kind}` in this form, which compares_scores the scores of two images, while dropout \
                     scores each with another mask; form = \"exact\" allows it"
                ),
            ));
        }
        Ok(())
    }
}

/// The value of the key `kind` in a configuration.
fn kind_of(config: &impl DiscriminatorArchitecture) -> String {
    let table = serde_json::to_value(config).ok();
    let kind = table.as_ref().and_then(|table| table["kind"].as_str());
    kind.unwrap_or("this one").to_owned()
}
