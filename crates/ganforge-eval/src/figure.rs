//! A value with its protocol.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::EvalError;
use crate::estimate::{Estimate, Spread};
use crate::protocol::Protocol;

/// A metric's value with its uncertainty and its protocol.
///
/// As JSON: `{"value": 225.1, "error": {"standard_error": 2.0}, "details": {"sigma": 0.2}, "protocol": {…}}`; `error` and
/// `details` are left out if they are empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// The value.
    pub value: f64,
    /// Its uncertainty, if the metric estimates one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Spread>,
    /// Further results of the metric, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, f64>,
    /// How the value was obtained.
    pub protocol: Protocol,
}

impl Figure {
    /// A value with its uncertainty.
    #[must_use]
    pub fn estimated(estimate: Estimate, protocol: Protocol) -> Self {
        Self {
            value: estimate.value,
            error: Some(estimate.spread),
            details: BTreeMap::new(),
            protocol,
        }
    }

    /// A value without an estimate of its uncertainty.
    #[must_use]
    pub fn exact(value: f64, protocol: Protocol) -> Self {
        Self {
            value,
            error: None,
            details: BTreeMap::new(),
            protocol,
        }
    }

    /// Adds a detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: f64) -> Self {
        self.details.insert(name.to_owned(), value);
        self
    }

    /// The difference `self.value - earlier.value`.
    ///
    /// # Errors
    /// [`EvalError::Protocols`] with the first difference, if the two were obtained by different protocols.
    pub fn change_from(&self, earlier: &Self) -> Result<f64, EvalError> {
        match self.protocol.difference(&earlier.protocol) {
            None => Ok(self.value - earlier.value),
            Some(difference) => Err(EvalError::Protocols(difference)),
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::float_cmp,
    reason = "shares of few samples and small integers are exact"
)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::metrics::KernelEstimator;
    use crate::protocol::Metric;

    type Change = fn(&mut Protocol);

    fn figure() -> Figure {
        let estimate = Estimate {
            value: 0.25,
            spread: Spread::StandardError(0.5),
        };
        Figure::estimated(
            estimate,
            Protocol {
                metric: Metric::Kernel {
                    estimator: KernelEstimator::PAPER,
                },
                features: "raw".into(),
                samples: 10_000,
                reference: 10_000,
                data: "mnist".into(),
                split: "test".into(),
                digest: Some("0123".into()),
                resize: None,
                seed: 7,
                sampling: BTreeMap::from([("truncation".into(), "0.7".into())]),
            },
        )
    }

    #[test]
    fn json_round_trips() {
        let text = serde_json::to_string(&figure()).unwrap();
        let read: Figure = serde_json::from_str(&text).unwrap();
        assert_eq!(read, figure());
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["value"], 0.25);
        assert_eq!(json["error"]["standard_error"], 0.5);
        assert_eq!(json["protocol"]["metric"]["name"], "kernel");
        assert_eq!(
            json["protocol"]["metric"]["estimator"]["subsets"]["size"],
            1000
        );
        assert_eq!(json["protocol"]["seed"], 7);
        let exact = Figure::exact(1.0, figure().protocol);
        assert!(!serde_json::to_string(&exact).unwrap().contains("error"));
    }

    #[test]
    fn a_protocol_with_an_unknown_key_is_refused() {
        for (place, key) in [
            ("\"seed\"", "\"shuffled\":true,"),
            ("\"estimator\"", "\"degree\":3,"),
        ] {
            let text = serde_json::to_string(&figure()).unwrap();
            let text = text.replace(place, &format!("{key}{place}"));
            assert!(serde_json::from_str::<Figure>(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn figures_of_the_same_protocol_are_compared() {
        let mut later = figure();
        later.value = 0.75;
        assert_eq!(later.change_from(&figure()).unwrap(), 0.5);
    }

    #[test]
    fn the_same_images_by_another_name_are_the_same_protocol() {
        let mut elsewhere = figure();
        elsewhere.protocol.data = "idx:elsewhere".into();
        elsewhere.protocol.resize = Some("crop to 1x28x28".into());
        assert_eq!(elsewhere.change_from(&figure()).unwrap(), 0.0);
        // A figure without a digest is compared by the name of the data.
        elsewhere.protocol.digest = None;
        assert!(elsewhere.change_from(&figure()).is_err());
        elsewhere.protocol.data = figure().protocol.data;
        elsewhere.protocol.resize = None;
        assert_eq!(elsewhere.change_from(&figure()).unwrap(), 0.0);
    }

    #[test]
    fn every_difference_is_reported() {
        let changed = |change: Change| {
            let mut other = figure();
            change(&mut other.protocol);
            other.change_from(&figure()).unwrap_err().to_string()
        };
        let cases: [(&str, Change); 12] = [
            ("`features` is \"digits\" in one and \"raw\" in", |p| {
                p.features = "digits".into();
            }),
            ("`samples` is 5 in one and 10000 in", |p| p.samples = 5),
            ("`reference` is 5", |p| p.reference = 5),
            ("`data` is \"digits\"", |p| {
                p.digest = Some("4567".into());
                p.data = "digits".into();
            }),
            ("`digest` is \"4567\" in one and \"0123\" in", |p| {
                p.digest = Some("4567".into());
            }),
            ("`split` is \"train\"", |p| p.split = "train".into()),
            ("`resize` is \"bicubic\" in one and not given in", |p| {
                p.digest = Some("4567".into());
                p.resize = Some("bicubic".into());
            }),
            ("`seed` is 8 in one and 7 in", |p| p.seed = 8),
            ("`sampling.truncation` is \"1\"", |p| {
                p.sampling.insert("truncation".into(), "1".into());
            }),
            ("`sampling.class` is \"3\" in one and not given", |p| {
                p.sampling.insert("class".into(), "3".into());
            }),
            (
                "`metric.estimator.subsets.size` is 10 in one and 1000 in",
                |p| {
                    p.metric = Metric::Kernel {
                        estimator: KernelEstimator::Subsets {
                            count: 100,
                            size: 10,
                        },
                    };
                },
            ),
            ("`metric.", |p| p.metric = Metric::Frechet),
        ];
        for (expected, change) in cases {
            let text = changed(change);
            assert!(text.contains(expected), "{text}");
        }
    }
}
