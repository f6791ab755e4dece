//! Translation of images between two domains, and its accuracy where the truth is known.

mod accuracy;
mod translator;

pub use accuracy::{SquaredError, TranslationAccuracy};
pub use translator::{Direction, Translator};
