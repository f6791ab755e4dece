//! The two players, and one value for each.

use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

/// One of the two players. A player may own several networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Player {
    /// Generates images.
    Generator,
    /// Scores images.
    Discriminator,
}

/// One value for each player.
///
/// ```
/// use ganforge_train::game::{PerPlayer, Player};
/// let updates = PerPlayer { generator: 1, discriminator: 5 };
/// assert_eq!(updates[Player::Discriminator], 5);
/// assert_eq!(updates.map(|count| count * 100).generator, 100);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerPlayer<T> {
    /// The value of the generator.
    pub generator: T,
    /// The value of the discriminator.
    pub discriminator: T,
}

impl<T> PerPlayer<T> {
    /// The same value for both.
    pub fn both(value: T) -> Self
    where
        T: Clone,
    {
        Self {
            generator: value.clone(),
            discriminator: value,
        }
    }

    /// Applies a function to both values, the generator's first.
    pub fn map<U>(self, mut function: impl FnMut(T) -> U) -> PerPlayer<U> {
        PerPlayer {
            generator: function(self.generator),
            discriminator: function(self.discriminator),
        }
    }

    /// References to both values.
    pub fn as_ref(&self) -> PerPlayer<&T> {
        PerPlayer {
            generator: &self.generator,
            discriminator: &self.discriminator,
        }
    }
}

impl<T> Index<Player> for PerPlayer<T> {
    type Output = T;

    fn index(&self, player: Player) -> &T {
        match player {
            Player::Generator => &self.generator,
            Player::Discriminator => &self.discriminator,
        }
    }
}

impl<T> IndexMut<Player> for PerPlayer<T> {
    fn index_mut(&mut self, player: Player) -> &mut T {
        match player {
            Player::Generator => &mut self.generator,
            Player::Discriminator => &mut self.discriminator,
        }
    }
}
