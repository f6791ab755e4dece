//! Order of the players' updates.

use serde::{Deserialize, Serialize};

/// Order of the players' updates.
///
/// # Examples
///
/// ```
/// use ganforge_train::game::UpdateRule;
///
/// let rule: UpdateRule = serde_json::from_str(r#""odd-even""#)?;
/// assert_eq!(rule, UpdateRule::OddEven);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UpdateRule {
    /// `discriminator_steps` updates of the discriminator, each on new real images and fakes, then `generator_steps` of the generator. The first of
    /// these reuses the last fakes, which are still current because the generator has not changed since.
    #[default]
    Alternating,
    /// As alternating, but the generator always generates new fakes: odd iterations update the discriminator, even ones the generator, each from new
    /// latents.
    OddEven,
    /// Both players update at once, each against the other's previous weights.
    Simultaneous,
    /// As simultaneous, with one forward and backward pass through the discriminator instead of two (Shen et al. 2021).
    OneStage,
}
