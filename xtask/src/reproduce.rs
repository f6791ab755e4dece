//! Reproduces published tables: trains a paper's recipe with several seeds, and scores it by the paper's protocol.

use std::path::PathBuf;

use serde_json::Value;

use crate::trials::{self, Trial};

/// A row of a published table, and how to reproduce it.
struct Row {
    recipe: &'static str,
    /// How many seeds, from 0, unless `--seeds` asks for fewer.
    seeds: u64,
    /// The command that scores a run, and its options.
    score: &'static [&'static str],
    published: &'static str,
    figures: &'static [Figure],
}

/// A column of the table.
struct Figure {
    heading: &'static str,
    /// Where the report has it, as a JSON pointer: a number, or a metric of `ganforge evaluate` with `value` and `error`.
    at: &'static str,
    factor: f64,
    decimals: usize,
}

impl Figure {
    fn value(&self, report: &Value) -> f64 {
        let found = report.pointer(self.at).unwrap_or(&Value::Null);
        let value = found.as_f64().or_else(|| found["value"].as_f64());
        value.unwrap_or(f64::NAN) * self.factor
    }

    /// The value with its standard error within the run, if the report has one.
    fn cell(&self, report: &Value) -> String {
        let decimals = self.decimals;
        let error = report.pointer(&format!("{}/error/standard_error", self.at));
        let error = error.and_then(Value::as_f64);
        let error = error.map(|error| format!(" ± {:.decimals$}", error * self.factor));
        format!(
            "{:.decimals$}{}",
            self.value(report),
            error.unwrap_or_default()
        )
    }
}

const fn figure(heading: &'static str, at: &'static str, factor: f64, decimals: usize) -> Figure {
    Figure {
        heading,
        at,
        factor,
        decimals,
    }
}

const MODES: &[Figure] = &[
    figure("modes", "/metrics/modes", 1.0, 1),
    figure("high quality, %", "/metrics/high-quality", 100.0, 1),
    figure("reverse KL", "/metrics/reverse-kl", 1.0, 2),
];

const ERRORS: &[Figure] = &[figure("errors", "/wrong", 1.0, 1)];

const ROWS: [Row; 5] = [
    Row {
        recipe: "goodfellow-2014-mnist",
        seeds: 3,
        score: &["evaluate", "--metrics", "parzen", "--samples", "10000"],
        published: "225 ± 2 nats (Goodfellow et al. 2014, table 1)",
        figures: &[figure("log-likelihood, nats", "/metrics/parzen", 1.0, 1)],
    },
    Row {
        recipe: "pacgan-2018-ring8",
        seeds: 10,
        score: &["evaluate", "--data", "ring8", "--samples", "2500"],
        published: "6.3 ± 0.5 modes, 98.2 % (Lin et al. 2018, plain GAN)",
        figures: MODES,
    },
    Row {
        recipe: "pacgan-2018-grid25",
        seeds: 10,
        score: &["evaluate", "--data", "grid25", "--samples", "2500"],
        published: "17.3 ± 0.8 modes, 94.8 % (Lin et al. 2018, plain GAN)",
        figures: MODES,
    },
    Row {
        recipe: "salimans-2016-mnist",
        seeds: 10,
        score: &["classify"],
        published: SALIMANS,
        figures: ERRORS,
    },
    Row {
        recipe: "salimans-2016-mnist-small",
        seeds: 10,
        score: &["classify"],
        published: SALIMANS,
        figures: ERRORS,
    },
];

const SALIMANS: &str = "93 ± 6.5 errors of 10,000 after 300 epochs, standard deviation over ten subsets of 100 labels (Salimans et al. 2016, table 1)";

/// What to train and where.
pub struct Options {
    row: &'static Row,
    seeds: u64,
    out: PathBuf,
    data: Option<String>,
    images: Option<String>,
    /// Keys of the recipe to change, as `ganforge train --set` takes them.
    changes: Vec<String>,
    score_only: bool,
}

impl Options {
    /// Reads `RECIPE [--out DIR] [--data SPEC] [--images N] [--set KEY=VALUE]... [--seeds N] [--score-only]`.
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
            seeds: row.seeds,
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
                "--seeds" => {
                    let count = value()?;
                    let count = count.parse().ok().filter(|count| *count > 0);
                    options.seeds = count.ok_or("reproduce: `--seeds` needs a number from 1")?;
                }
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
        (0..self.seeds).map(trial).collect()
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

    let mut score = options.row.score.to_vec();
    if !score.contains(&"--data") {
        score.extend(["--data", options.data.as_deref().unwrap_or("mnist")]);
    }
    let heads: Vec<&str> = figures.iter().map(|figure| figure.heading).collect();
    println!("{}, published: {published}", options.row.recipe);
    println!("| seed | images | {} |", heads.join(" | "));
    println!("|---|---|{}", "---|".repeat(heads.len()));
    let mut reports = Vec::new();
    for trial in &trials {
        let Some(report) = trial.score(&score)? else {
            println!("| {} | 0 |{}", trial.seed, " |".repeat(heads.len()));
            continue;
        };
        let cells: Vec<String> = figures.iter().map(|figure| figure.cell(&report)).collect();
        println!(
            "| {} | {} | {} |",
            trial.seed,
            trial.images(),
            cells.join(" | ")
        );
        reports.push(report);
    }
    let means = figures.iter().map(|figure| {
        let values: Vec<f64> = reports.iter().map(|report| figure.value(report)).collect();
        mean(&values, figure.decimals)
    });
    let means: Vec<String> = means.collect();
    println!(
        "| mean ± standard error over seeds | | {} |",
        means.join(" | ")
    );
    Ok(())
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
    fn figures_are_read_from_reports_of_either_command() {
        let report = serde_json::json!({
            "wrong": 120,
            "metrics": { "parzen": { "value": 206.75, "error": { "standard_error": 1.24 } } },
        });
        assert_eq!(ERRORS[0].cell(&report), "120.0");
        assert_eq!(ROWS[0].figures[0].cell(&report), "206.8 ± 1.2");
        assert!(MODES[0].value(&report).is_nan());
    }

    #[test]
    fn fewer_seeds_can_be_asked_for() {
        let words = ["salimans-2016-mnist-small", "--seeds", "2"];
        assert_eq!(Options::parse(&words).unwrap().trials().len(), 2);
        let words = ["salimans-2016-mnist-small", "--seeds", "0"];
        let failure = Options::parse(&words).err().unwrap();
        assert!(failure.contains("`--seeds` needs a number"), "{failure}");
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
