//! `metrics.jsonl` as numbers by key, so that a key of another version or system is kept.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use serde_json::Value;

/// A line: means over one tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Real images shown to the discriminator since the run began.
    pub images: u64,
    values: BTreeMap<String, f64>,
}

impl Tick {
    /// Reads a line; `None` where it is not a JSON object with `images`.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let object: BTreeMap<String, Value> = serde_json::from_slice(line).ok()?;
        let images = object.get("images")?.as_u64()?;
        let number = |(key, value): (String, Value)| Some((key, value.as_f64()?));
        Some(Self {
            images,
            values: object.into_iter().filter_map(number).collect(),
        })
    }

    /// The number under `key`, if the line has one.
    pub fn get(&self, key: &str) -> Option<f64> {
        self.values.get(key).copied()
    }

    /// Every key with a number.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }
}

/// Every line of a file. A line cut short by a kill, or broken by hand, is left out; a missing file has no lines.
pub fn read(path: &Path) -> io::Result<Vec<Tick>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    Ok(bytes
        .split(|&byte| byte == b'\n')
        .filter_map(Tick::parse)
        .collect())
}
