//! Charts of the keys of `metrics.jsonl` that no other chart shows: terms that a system adds to the game, and metrics of its own.

use std::collections::{BTreeMap, BTreeSet};

use ganforge_eval::MetricName;

use super::captioned_chart::{COLOURS, CaptionedChart, line};
use super::chart::{Chart, Extent};
use super::metrics::Tick;
use super::training;

/// What distinguishes keys of one quantity, which share a chart: `energy_real` and `energy_fake`.
const SIDES: [&str; 4] = ["real", "fake", "discriminator", "generator"];

/// A chart for each quantity, by name.
pub fn charts(ticks: &[Tick], own_metrics: &[&str]) -> Vec<CaptionedChart> {
    let keys: BTreeSet<&str> = ticks.iter().flat_map(Tick::keys).collect();
    let mut quantities: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for key in keys.into_iter().filter(|key| is_term(key)) {
        quantities.entry(quantity(key)).or_default().push(key);
    }
    quantities
        .into_iter()
        .map(|(quantity, keys)| {
            let measured = keys.iter().all(|key| own_metrics.contains(key));
            chart(quantity, &keys, ticks, measured)
        })
        .collect()
}

fn is_term(key: &str) -> bool {
    key != "images"
        && !training::KEYS.contains(&key)
        && MetricName::ALL.iter().all(|metric| metric.name() != key)
}

fn quantity(key: &str) -> &str {
    match key.rsplit_once('_') {
        Some((quantity, side)) if SIDES.contains(&side) => quantity,
        _ => key,
    }
}

fn chart(quantity: &str, keys: &[&str], ticks: &[Tick], is_measured: bool) -> CaptionedChart {
    let meaning = if is_measured {
        "A figure of this system at each evaluation, on images that training does not see, as metrics.jsonl has it."
    } else {
        "A quantity of this system, as metrics.jsonl has it: the mean over each tick."
    };
    let colours = COLOURS.into_iter().cycle();
    let lines = keys.iter().zip(colours);
    let lines = lines.map(|(key, colour)| line(key, colour, ticks, key, 1.0));
    CaptionedChart {
        title: title(quantity),
        chart: Chart {
            lines: lines.collect(),
            levels: Vec::new(),
            extent: Extent::Fitted,
        },
        meaning: meaning.to_owned(),
        interpretation: None,
    }
}

/// `energy_margin` becomes "Energy margin".
fn title(quantity: &str) -> String {
    let words = quantity.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.clone()).collect()
}
