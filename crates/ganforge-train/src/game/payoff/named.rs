//! Payoffs in a recipe: a name, or a table with a name and parameters.

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Equilibrium, Payoff, Targets};

/// The table form, with the parameters of all payoffs.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    real: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fake: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generator: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    non_saturating: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    margin: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gamma: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lambda: Option<f64>,
}

impl Payoff {
    /// The payoff of this name with its default parameters.
    fn from_name(name: &str) -> Result<Self, String> {
        let known = || Self::ALL.map(|payoff| format!("`{}`", payoff.name()));
        Self::ALL
            .into_iter()
            .find(|payoff| payoff.name() == name)
            .ok_or_else(|| {
                format!(
                    "unknown payoff `{name}`, expected one of {}",
                    known().join(", ")
                )
            })
    }
}

impl Table {
    fn payoff(&self) -> Result<Payoff, String> {
        match Payoff::from_name(&self.kind)? {
            Payoff::LeastSquares(default) => {
                self.reject_other_keys(&["real", "fake", "generator"])?;
                Ok(Payoff::LeastSquares(Targets {
                    real: self.real.unwrap_or(default.real),
                    fake: self.fake.unwrap_or(default.fake),
                    generator: self.generator.unwrap_or(default.generator),
                }))
            }
            Payoff::Divergence { of, .. } => {
                self.reject_other_keys(&["non_saturating"])?;
                Ok(Payoff::Divergence {
                    of,
                    non_saturating: self.non_saturating.unwrap_or(false),
                })
            }
            Payoff::EnergyMargin { margin } => {
                self.reject_other_keys(&["margin"])?;
                Ok(Payoff::EnergyMargin {
                    margin: self.margin.unwrap_or(margin),
                })
            }
            Payoff::Balanced(default) => {
                self.reject_other_keys(&["gamma", "lambda"])?;
                Ok(Payoff::Balanced(Equilibrium {
                    gamma: self.gamma.unwrap_or(default.gamma),
                    lambda: self.lambda.unwrap_or(default.lambda),
                }))
            }
            plain @ (Payoff::Minimax
            | Payoff::NonSaturating
            | Payoff::MaximumLikelihood
            | Payoff::Wasserstein
            | Payoff::Hinge
            | Payoff::Relativistic { .. }) => {
                self.reject_other_keys(&[])?;
                Ok(plain)
            }
        }
    }

    fn reject_other_keys(&self, allowed: &[&str]) -> Result<(), String> {
        let given = [
            ("real", self.real.is_some()),
            ("fake", self.fake.is_some()),
            ("generator", self.generator.is_some()),
            ("non_saturating", self.non_saturating.is_some()),
            ("margin", self.margin.is_some()),
            ("gamma", self.gamma.is_some()),
            ("lambda", self.lambda.is_some()),
        ];
        match given
            .into_iter()
            .find(|(key, given)| *given && !allowed.contains(key))
        {
            Some((key, _)) => Err(format!(
                "`{key}` has no meaning for the payoff `{}`, which knows {}",
                self.kind,
                if allowed.is_empty() {
                    "no keys".to_owned()
                } else {
                    allowed.join(", ")
                }
            )),
            None => Ok(()),
        }
    }
}

impl From<Payoff> for Table {
    fn from(payoff: Payoff) -> Self {
        let mut table = Self {
            kind: payoff.name().to_owned(),
            real: None,
            fake: None,
            generator: None,
            non_saturating: None,
            margin: None,
            gamma: None,
            lambda: None,
        };
        match payoff {
            Payoff::LeastSquares(targets) => {
                table.real = Some(targets.real);
                table.fake = Some(targets.fake);
                table.generator = Some(targets.generator);
            }
            Payoff::Divergence { non_saturating, .. } => {
                table.non_saturating = Some(non_saturating);
            }
            Payoff::EnergyMargin { margin } => table.margin = Some(margin),
            Payoff::Balanced(equilibrium) => {
                table.gamma = Some(equilibrium.gamma);
                table.lambda = Some(equilibrium.lambda);
            }
            Payoff::Minimax
            | Payoff::NonSaturating
            | Payoff::MaximumLikelihood
            | Payoff::Wasserstein
            | Payoff::Hinge
            | Payoff::Relativistic { .. } => {}
        }
        table
    }
}

impl Serialize for Payoff {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if Self::ALL.contains(self) {
            serializer.serialize_str(self.name())
        } else {
            Table::from(*self).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Payoff {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrTable)
    }
}

struct NameOrTable;

impl<'de> Visitor<'de> for NameOrTable {
    type Value = Payoff;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("the name of a payoff, or a table with its `kind`")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Payoff, E> {
        Payoff::from_name(name).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Payoff, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        table.payoff().map_err(A::Error::custom)
    }
}
