//! Everything that needs an NVIDIA GPU: builds, tests, trains and measures, and writes a report.
//!
//! A part that fails or cannot run is reported with the reason; the others run.

mod bench;
mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::step;
use report::{Outcome, Report};

/// One feature set serves the binary and the test, so that Burn is built once.
const BUILD: [&str; 7] = [
    "--release",
    "--target-dir",
    "target/gpu",
    "-p",
    "ganforge-cli",
    "--features",
    "cuda,vulkan,ndarray",
];

const DEVICES: [&str; 2] = ["cuda", "vulkan"];

/// Output folder, peer and prebuilt binaries.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    out: PathBuf,
    /// The `PyTorch` script to compare with.
    peer: Option<PathBuf>,
    /// A folder with the executables `ganforge` and `backends`, for a GPU machine that cannot build them.
    prebuilt: Option<PathBuf>,
}

impl Options {
    /// Reads `--out DIR`, `--peer FILE` and `--prebuilt DIR`.
    pub fn parse(words: &[&str]) -> Result<Self, String> {
        let mut options = Self {
            out: PathBuf::from("target/gpu-report"),
            peer: None,
            prebuilt: None,
        };
        for pair in words.chunks(2) {
            match *pair {
                ["--out", path] => options.out = path.into(),
                ["--peer", path] => options.peer = Some(path.into()),
                ["--prebuilt", path] => options.prebuilt = Some(path.into()),
                [option @ ("--out" | "--peer" | "--prebuilt")] => {
                    return Err(format!("gpu: `{option}` needs a path after it"));
                }
                [option, ..] => return Err(format!("gpu: unknown option `{option}`")),
                [] => {}
            }
        }
        Ok(options)
    }
}

/// Runs every part, and fails at the end if one of them did.
pub fn run(options: &Options) -> Result<(), String> {
    let gpus = step::read(Command::new("nvidia-smi").arg("-L"))
        .map_err(|why| format!("no NVIDIA GPU is visible here: {why}"))?;
    fs::create_dir_all(&options.out)
        .map_err(|error| format!("{}: {error}", options.out.display()))?;
    // Commands run at the workspace root, so paths are made absolute first.
    let out = &absolute(&options.out)?;
    let peer = options.peer.as_deref().map(absolute).transpose()?;
    let prebuilt = options.prebuilt.as_deref().map(absolute).transpose()?;

    let mut report = Report::new(out, gpus.trim());
    let ganforge = ganforge(prebuilt.as_deref())?;
    report.part("devices", || list_devices(&ganforge))?;
    report.part("backends", || backends_test(prebuilt.as_deref(), out))?;
    for device in DEVICES {
        report.part(&format!("train-{device}"), || {
            short_run(&ganforge, device, out)
        })?;
    }
    bench::run(&ganforge, peer.as_deref(), &mut report)?;
    report.finish()
}

/// The binary under test.
fn ganforge(prebuilt: Option<&Path>) -> Result<PathBuf, String> {
    if let Some(folder) = prebuilt {
        return Ok(folder.join("ganforge"));
    }
    step::run(step::command("cargo", &["build"]).args(BUILD))?;
    Ok(step::workspace_root().join("target/gpu/release/ganforge"))
}

fn list_devices(ganforge: &Path) -> Outcome {
    match step::read(&mut step::command(ganforge, &["devices"])) {
        Ok(listed) => {
            print!("{listed}");
            Outcome::Done(json!({ "listed": listed.lines().collect::<Vec<_>>() }))
        }
        Err(why) => Outcome::Failed(why),
    }
}

fn backends_test(prebuilt: Option<&Path>, out: &Path) -> Outcome {
    let mut command = if let Some(folder) = prebuilt {
        step::command(folder.join("backends"), &[])
    } else {
        let mut cargo = step::command("cargo", &["test"]);
        cargo.args(BUILD).args(["--test", "backends"]);
        cargo
    };
    finished(step::run_into(&mut command, &out.join("backends.log")))
}

/// Removes the run of an earlier report first, because training would refuse its folder.
fn short_run(ganforge: &Path, device: &str, out: &Path) -> Outcome {
    let run = out.join(format!("train-{device}"));
    if run.exists()
        && let Err(error) = fs::remove_dir_all(&run)
    {
        return Outcome::Failed(format!("{}: {error}", run.display()));
    }
    let mut command = step::command(
        ganforge,
        &[
            "train",
            "digits",
            "--images",
            "20000",
            "--device",
            device,
            "--dashboard",
            "log",
            "--out",
        ],
    );
    command.arg(&run);
    finished(step::run_into(
        &mut command,
        &out.join(format!("train-{device}.log")),
    ))
}

fn absolute(path: &Path) -> Result<PathBuf, String> {
    path.canonicalize()
        .map_err(|error| format!("{}: {error}", path.display()))
}

fn finished(outcome: Result<Duration, String>) -> Outcome {
    match outcome {
        Ok(_) => Outcome::Done(Value::Null),
        Err(why) => Outcome::Failed(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_have_defaults_and_name_what_is_wrong() {
        let plain = Options::parse(&[]).unwrap();
        assert_eq!(plain.out, Path::new("target/gpu-report"));
        assert_eq!(plain.peer, None);

        let given = Options::parse(&["--peer", "dcgan_torch.py", "--out", "seen"]).unwrap();
        assert_eq!(given.out, Path::new("seen"));
        assert_eq!(given.peer.as_deref(), Some(Path::new("dcgan_torch.py")));

        assert!(
            Options::parse(&["--out"])
                .unwrap_err()
                .contains("needs a path")
        );
        assert!(
            Options::parse(&["--speed", "9"])
                .unwrap_err()
                .contains("`--speed`")
        );
    }
}
