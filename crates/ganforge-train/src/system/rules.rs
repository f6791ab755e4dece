//! Which rules of `[game]` a system with losses of its own accepts.

use toml::Table;

use crate::error::RecipeError;
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
