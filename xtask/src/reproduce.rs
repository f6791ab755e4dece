//! Reproduces published tables: trains a paper's recipe with several seeds, and scores it by the paper's protocol.

use std::path::PathBuf;

use serde_json::Value;

use crate::trials::{self, Trial};

/// A row of a published table, and how to reproduce it.
struct Row {
    recipe: &'static str,
    /// How many seeds, from 0.
    seeds: u64,
    evaluate: &'static [&'static str],
    published: &'static str,
    /// Name in a report of `ganforge evaluate`, heading with the unit, what to multiply by, and decimals.
    figures: &'static [(&'static str, &'static str, f64, usize)],
}

const MODES: &[(&str, &str, f64, usize)] = &[
    ("modes", "modes", 1.0, 1),
    ("high-quality", "high quality, %", 100.0, 1),
    ("reverse-kl", "reverse KL", 1.0, 2),
];

const ROWS: [Row; 3] = [
    Row {
        recipe: "goodfellow-2014-mnist",
        seeds: 3,
        evaluate: &["--metrics", "parzen", "--samples", "10000"],
        published: "225 ± 2 nats (Goodfellow et al. 2014, table 1)",
        figures: &[("parzen", "log-likelihood, nats", 1.0, 1)],
    },
    Row {
        recipe: "pacgan-2018-ring8",
        seeds: 10,
        evaluate: &["--data", "ring8", "--samples", "2500"],
        published: "6.3 ± 0.5 modes, 98.2 % (Lin et al. 2018, plain GAN)",
        figures: MODES,
    },
    Row {
        recipe: "pacgan-2018-grid25",
        seeds: 10,
        evaluate: &["--data", "grid25", "--samples", "2500"],
        published: "17.3 ± 0.8 modes, 94.8 % (Lin et al. 2018, plain GAN)",
        figures: MODES,
    },
];

/// What to train and where.
pub struct Options {
    row: &'static Row,
    out: PathBuf,
    data: Option<String>,
    images: Option<String>,
    /// Keys of the recipe to change, as `ganforge train --set` takes them.
    changes: Vec<String>,
    score_only: bool,
}

impl Options {
    /// Reads `RECIPE [--out DIR] [--data SPEC] [--images N] [--set KEY=VALUE]... [--score-only]`.
    pub fn parse(words: &[&str]) -> Result<Self, String> {
        let known = || ROWS.map(|row| row.recipe).join(", ");
        let [recipe, words @ ..] = words else {
            return Err(format!("reproduce: name one of {}", known()));
        };
        let row = ROWS.iter().find(|row| row.recipe == *recipe);
        let row = row.ok_or_else(|| {
            format!(
                "reproduce: `{recipe}` has no published table here; there are {}",
                known()
            )
        })?;
        let mut options = Self {
            row,
            out: PathBuf::from("runs").join(recipe),
            data: None,
            images: None,
            changes: Vec::new(),
            score_only: false,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || {
                let value = words.next().map(|&value| value.to_owned());
                value.ok_or_else(|| format!("reproduce: `{word}` needs a value"))
            };
            match *word {
                "--out" => options.out = value()?.into(),
                "--data" => options.data = Some(value()?),
                "--images" => options.images = Some(value()?),
                "--set" => options.changes.push(value()?),
                "--score-only" => options.score_only = true,
                _ => return Err(format!("reproduce: `{word}` is no option")),
            }
        }
        Ok(options)
    }

    fn trials(&self) -> Vec<Trial> {
        let data = self.data.iter().map(|spec| ["--data", spec]);
        let images = self.images.iter().map(|count| ["--images", count]);
        let changes = self.changes.iter().map(|change| ["--set", change]);
        let arguments = data.chain(images).chain(changes).flatten();
        let arguments: Vec<String> = arguments.map(str::to_owned).collect();
        let trial = |seed| Trial {
            recipe: self.row.recipe.to_owned(),
            seed,
            arguments: arguments.clone(),
            folder: self.out.join(format!("seed-{seed}")),
        };
        (0..self.row.seeds).map(trial).collect()
    }
}

/// Trains the missing runs and prints the table; with `--score-only`, the table of existing runs.
pub fn run(options: &Options) -> Result<(), String> {
    let Row {
        figures, published, ..
    } = options.row;
    trials::prepare(&options.out)?;
    let trials = options.trials();
    if !options.score_only {
        trials::side_by_side(&trials, Trial::train)?;
    }

    let mut evaluate = options.row.evaluate.to_vec();
    if !evaluate.contains(&"--data") {
        evaluate.extend(["--data", options.data.as_deref().unwrap_or("mnist")]);
    }
    let heads: Vec<&str> = figures.iter().map(|(_, heading, ..)| *heading).collect();
    println!("{}, published: {published}", options.row.recipe);
    println!("| seed | images | {} |", heads.join(" | "));
    println!("|---|---|{}", "---|".repeat(heads.len()));
    let mut reports = Vec::new();
    for trial in &trials {
        let Some(report) = trial.evaluate(&evaluate)? else {
            println!("| {} | 0 |{}", trial.seed, " |".repeat(heads.len()));
            continue;
        };
        let cells = figures.iter().map(|(name, _, factor, decimals)| {
            let value = value(&report, name) * factor;
            let error = report["metrics"][name]["error"]["standard_error"].as_f64();
            let error = error.map(|error| format!(" ± {:.decimals$}", error * factor));
            format!("{value:.decimals$}{}", error.unwrap_or_default())
        });
        let cells: Vec<String> = cells.collect();
        println!(
            "| {} | {} | {} |",
            trial.seed,
            trial.images(),
            cells.join(" | ")
        );
        reports.push(report);
    }
    let means = figures.iter().map(|(name, _, factor, decimals)| {
        let values: Vec<f64> = reports
            .iter()
            .map(|report| value(report, name) * factor)
            .collect();
        mean(&values, *decimals)
    });
    let means: Vec<String> = means.collect();
    println!(
        "| mean ± standard error over seeds | | {} |",
        means.join(" | ")
    );
    Ok(())
}

fn value(report: &Value, name: &str) -> f64 {
    report["metrics"][name]["value"]
        .as_f64()
        .unwrap_or(f64::NAN)
}

/// Mean of the values, with its standard error if there are several.
fn mean(values: &[f64], decimals: usize) -> String {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    if values.len() < 2 {
        return format!("{mean:.decimals$}");
    }
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let error = (squares / (count - 1.0) / count).sqrt();
    format!("{mean:.decimals$} ± {error:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_comes_with_its_standard_error() {
        assert_eq!(mean(&[1.0, 2.0, 3.0], 2), "2.00 ± 0.58");
        assert_eq!(mean(&[4.0], 1), "4.0");
    }

    #[test]
    fn an_unknown_table_is_refused_with_those_there_are() {
        let failure = Options::parse(&["nonsense"]).err().unwrap();
        assert!(failure.contains("goodfellow-2014-mnist"), "{failure}");
        let failure = Options::parse(&["pacgan-2018-ring8", "--out"])
            .err()
            .unwrap();
        assert!(failure.contains("`--out` needs a value"), "{failure}");
    }

    #[test]
    fn changes_of_the_recipe_reach_every_training() {
        let words = "pacgan-2018-ring8 --images 9 --set run.batch=3 --set run.tick=3";
        let words: Vec<&str> = words.split(' ').collect();
        let trials = Options::parse(&words).unwrap().trials();
        assert_eq!(trials.len(), 10);
        for trial in trials {
            assert_eq!(
                trial.arguments.join(" "),
                "--images 9 --set run.batch=3 --set run.tick=3"
            );
        }
    }
}
