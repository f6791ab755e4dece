//! Rules of recipes that several systems share.

use ganforge_model::{GeneratorArchitecture, ImageShape};
use toml::Table;

use crate::error::RecipeError;
use crate::experiment::RunConfig;
use crate::game::Game;
use crate::game::payoff::Payoff;

/// Refuses every rule that differs from its default and is not among `kept`, keys of `[game]` that the system reads.
///
/// # Errors
/// Names the key, its value and what is allowed.
pub(super) fn keep_only(
    system: &str,
    game: &Game,
    payoff: Payoff,
    kept: &[&str],
) -> Result<(), RecipeError> {
    let (Ok(chosen), Ok(plain)) = (Table::try_from(game), Table::try_from(Game::new(payoff)))
    else {
        return Ok(());
    };
    for (key, value) in chosen {
        if kept.contains(&key.as_str()) || plain.get(&key) == Some(&value) {
            continue;
        }
        let allowed = match plain.get(&key) {
            Some(plain) => {
                format!("{plain} with system = \"{system}\", which has losses of its own")
            }
            None => format!("left out with system = \"{system}\", which has losses of its own"),
        };
        return Err(RecipeError::value(format!("game.{key}"), value, allowed));
    }
    Ok(())
}

/// Refuses a generator that takes images, in a system whose generator takes latents.
///
/// # Errors
/// Names the key and what is allowed.
pub(super) fn refuse_image_input<G: GeneratorArchitecture>(
    system: &str,
    generator: &G,
) -> Result<(), RecipeError> {
    if generator.input(ImageShape::POINT).is_none() {
        return Ok(());
    }
    Err(RecipeError::value(
        "generator.kind",
        "one that takes images",
        format!("one that takes latents, with system = \"{system}\""),
    ))
}

/// Refuses `run.ship_discriminator` in a system whose discriminator no command reads. `discriminator` says which that is.
///
/// # Errors
/// Names the key and what is allowed.
pub(super) fn refuse_shipping(
    system: &str,
    run: &RunConfig,
    discriminator: &str,
) -> Result<(), RecipeError> {
    if !run.ship_discriminator {
        return Ok(());
    }
    let allowed =
        format!("false with system = \"{system}\", whose {discriminator} no command reads");
    Err(RecipeError::value("run.ship_discriminator", true, allowed))
}
