//! `evaluation.json`: the protocol of each metric of a run.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use ganforge_core::{atomic_write, read_text};
use ganforge_eval::{MetricName, Protocol};

use crate::error::TrainError;

/// The protocol of each metric.
pub type Protocols = BTreeMap<MetricName, Protocol>;

/// Fails if a protocol differs from that of the run's earlier figures, because one curve must not mix two protocols.
pub(super) fn check(path: &Path, now: &Protocols) -> Result<(), TrainError> {
    let earlier = read(path)?;
    // Round-trip through JSON like the earlier ones, because parsing may round decimals.
    let now = parse(path, &text(path, now)?)?;
    for (&metric, protocol) in &now {
        if let Some(earlier) = earlier.get(&metric)
            && let Some(difference) = protocol.difference(earlier)
        {
            return Err(TrainError::OtherProtocol { metric, difference });
        }
    }
    Ok(())
}

/// Writes the protocols, and keeps those of metrics that are no longer measured.
pub(crate) fn write(path: &Path, now: Protocols) -> Result<(), TrainError> {
    let mut all = read(path)?;
    all.extend(now);
    atomic_write(path, text(path, &all)?.as_bytes()).map_err(|source| TrainError::io(path, source))
}

fn read(path: &Path) -> Result<Protocols, TrainError> {
    match read_text(path) {
        Ok(text) => parse(path, &text),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Protocols::new()),
        Err(source) => Err(TrainError::io(path, source)),
    }
}

fn parse(path: &Path, text: &str) -> Result<Protocols, TrainError> {
    serde_json::from_str(text).map_err(|error| TrainError::io(path, error.into()))
}

fn text(path: &Path, protocols: &Protocols) -> Result<String, TrainError> {
    let text = serde_json::to_string_pretty(protocols);
    Ok(text.map_err(|error| TrainError::io(path, error.into()))? + "\n")
}

#[cfg(test)]
mod tests {
    use ganforge_eval::Metric;
    use ganforge_eval::metrics::PARZEN_GRID;

    use super::*;

    fn protocol(metric: Metric) -> Protocol {
        Protocol {
            metric,
            features: "raw".into(),
            samples: 100,
            reference: 100,
            data: "grid25".into(),
            split: "train".into(),
            digest: None,
            resize: None,
            seed: 0,
            sampling: BTreeMap::new(),
        }
    }

    #[test]
    fn stored_protocols_are_compared_and_the_first_difference_is_reported() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("evaluation.json");
        let modes = Metric::Modes {
            of: 25,
            // A decimal that parsing JSON may round.
            within: Some(3.0 * 0.05),
        };
        let parzen = Metric::Parzen {
            validation: 10,
            grid: PARZEN_GRID.to_vec(),
        };
        let mut now = Protocols::from([
            (MetricName::Modes, protocol(modes)),
            (MetricName::Parzen, protocol(parzen)),
        ]);
        check(&path, &now).unwrap();
        write(&path, now.clone()).unwrap();
        check(&path, &now).unwrap();
        if let Some(protocol) = now.get_mut(&MetricName::Parzen) {
            protocol.samples = 50;
        }
        let refused = check(&path, &now).unwrap_err().to_string();
        let expected = "parzen was measured with `samples` 100 so far and would be with 50";
        assert!(refused.starts_with(expected), "{refused}");
        // A metric that is no longer measured keeps its protocol.
        now.remove(&MetricName::Modes);
        write(&path, now).unwrap();
        assert_eq!(read(&path).unwrap().len(), 2);
    }
}
