//! Times beside `PyTorch`: each workload alternates between both sides, and ratios are of medians.

mod measure;
mod workload;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::step;
use measure::{Measured, measure};
use workload::{Side, Workload, workloads};

/// Peer, rounds and output.
pub struct Options {
    /// `peers/dcgan_torch.py`.
    peer: PathBuf,
    python: String,
    rounds: usize,
    /// Only workloads whose name contains this.
    only: String,
    out: PathBuf,
}

impl Options {
    /// Reads `--peer FILE`, `--python PROGRAM`, `--rounds N`, `--only TEXT` and `--out FILE`.
    pub fn parse(words: &[&str]) -> Result<Self, String> {
        let mut options = Self {
            peer: PathBuf::from("../shared/peers/dcgan_torch.py"),
            python: "python3".to_owned(),
            rounds: 5,
            only: String::new(),
            out: PathBuf::from("target/compare.md"),
        };
        for pair in words.chunks(2) {
            match *pair {
                ["--peer", path] => options.peer = path.into(),
                ["--python", program] => program.clone_into(&mut options.python),
                ["--rounds", rounds] => {
                    options.rounds = rounds
                        .parse()
                        .ok()
                        .filter(|&rounds| rounds > 0)
                        .ok_or_else(|| {
                            format!("compare: `{rounds}` is not a positive number of rounds")
                        })?;
                }
                ["--only", text] => text.clone_into(&mut options.only),
                ["--out", path] => options.out = path.into(),
                [option, ..] => {
                    return Err(format!("compare: `{option}` is not an option with a value"));
                }
                [] => {}
            }
        }
        Ok(options)
    }
}

/// Measures every workload and writes the table.
pub fn run(options: &Options) -> Result<(), String> {
    step::run(&mut step::command("cargo", &["build", "--release"]))?;
    let mut table = String::from(HEAD);
    for workload in workloads() {
        if workload.name.contains(&options.only) {
            let row = row(&workload, options)?;
            print!("{row}");
            table.push_str(&row);
        }
    }
    fs::write(&options.out, &table)
        .map_err(|error| format!("{}: {error}", options.out.display()))?;
    println!("\n{table}");
    Ok(())
}

const HEAD: &str = "\
| workload | side | ms, median of medians | smallest to largest | peak MiB | ours ÷ this, median of ratios |
|---|---|---|---|---|---|
";

/// One workload. Its sides alternate, so that a disturbance of the machine affects all of them.
fn row(workload: &Workload, options: &Options) -> Result<String, String> {
    let sides = &workload.sides;
    let mut rounds: Vec<Vec<Measured>> = vec![Vec::new(); sides.len()];
    for _ in 0..options.rounds {
        for (side, measured) in sides.iter().zip(&mut rounds) {
            measured.push(measure(&mut command(side, options))?);
        }
    }
    let ours = &rounds[0];
    let mut rows = String::new();
    for (side, measured) in sides.iter().zip(&rounds) {
        let times = sorted(measured.iter().map(|one| one.milliseconds));
        let peak = sorted(measured.iter().map(|one| one.peak_mebibytes));
        let ratios = ours.iter().zip(measured);
        let ratios = sorted(ratios.map(|(ours, theirs)| ours.milliseconds / theirs.milliseconds));
        writeln!(
            rows,
            "| {} | {} | {:.2} | {:.2} to {:.2} | {:.0} | {:.2} |",
            workload.name,
            side.name(),
            middle(&times),
            times[0],
            times[times.len() - 1],
            middle(&peak),
            middle(&ratios),
        )
        .map_err(|error| error.to_string())?;
    }
    Ok(rows)
}

fn command(side: &Side, options: &Options) -> std::process::Command {
    match side {
        Side::Ours { arguments, .. } => {
            let mut command = step::command(step::released_binary(), &["bench"]);
            command.args(arguments).arg("--json");
            command
        }
        Side::Peer { arguments } => {
            let mut command = step::command(&options.python, &[]);
            command.arg(&options.peer).args(arguments);
            command
        }
        Side::Script {
            script, arguments, ..
        } => {
            let mut command = step::command(&options.python, &[]);
            command
                .arg(Path::new("references").join(script))
                .args(arguments);
            // glibc keeps freed memory, as our allocator does.
            command.env("MALLOC_MMAP_THRESHOLD_", "1073741824");
            command.env("MALLOC_TRIM_THRESHOLD_", "1073741824");
            command
        }
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn middle(sorted: &[f64]) -> f64 {
    f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2])
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "halves of small integers are exact")]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_count_lies_between_two() {
        assert_eq!(middle(&[1.0, 2.0, 4.0, 9.0]), 3.0);
        assert_eq!(middle(&[1.0, 2.0, 9.0]), 2.0);
    }

    #[test]
    fn options_without_values_are_named() {
        let why = Options::parse(&["--rounds"]).err().unwrap_or_default();
        assert!(why.contains("--rounds"), "{why}");
        assert!(Options::parse(&["--rounds", "0"]).is_err());
    }
}
