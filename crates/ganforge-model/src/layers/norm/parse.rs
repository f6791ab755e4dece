//! Parses a norm in recipes and model files.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::kind::Norm;

/// Parses a [`Norm`] by name; also `true` for batch norm and `false` for none, as in older files with `batch_norm = true`.
pub(crate) fn parse_norm<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Norm, D::Error> {
    deserializer.deserialize_any(NormVisitor)
}

/// Default size of a reference batch.
pub(crate) fn default_reference() -> usize {
    64
}

struct NormVisitor;

impl Visitor<'_> for NormVisitor {
    type Value = Norm;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the name of a norm")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Norm, E> {
        Norm::deserialize(StrDeserializer::new(name))
    }

    fn visit_bool<E: Error>(self, batch_norm: bool) -> Result<Norm, E> {
        Ok(if batch_norm { Norm::Batch } else { Norm::None })
    }
}
