//! The table of latent arithmetic in docs/systems.md: trains `mnist-dcgan`, and scores sums of its latents.

use std::path::PathBuf;

use crate::step;
use crate::trials::{self, Trial};

/// Images of the training: the digits are clean by then.
const IMAGES: &str = "200000";

/// Where the run goes, and on what.
pub struct Options {
    out: PathBuf,
    data: String,
    images: String,
}

impl Options {
    /// Reads `[--out DIR] [--data SPEC] [--images N]`.
    pub fn parse(words: &[&str]) -> Result<Self, String> {
        let mut options = Self {
            out: PathBuf::from("runs/arithmetic"),
            data: "mnist".to_owned(),
            images: IMAGES.to_owned(),
        };
        for pair in words.chunks(2) {
            match *pair {
                ["--out", path] => options.out = path.into(),
                ["--data", spec] => options.data = spec.to_owned(),
                ["--images", images] => options.images = images.to_owned(),
                [option, ..] => {
                    return Err(format!("arithmetic: `{option}` is no option with a value"));
                }
                [] => {}
            }
        }
        Ok(options)
    }

    fn trial(&self) -> Trial {
        let arguments = ["--data", &self.data, "--images", &self.images];
        Trial {
            recipe: "mnist-dcgan".to_owned(),
            seed: 0,
            arguments: arguments.map(str::to_owned).into(),
            folder: self.out.join("mnist-dcgan"),
        }
    }
}

/// Trains where that is not done yet, and prints the scores, which take a minute.
pub fn run(options: &Options) -> Result<(), String> {
    trials::prepare(&options.out)?;
    let trial = options.trial();
    trial.train()?;
    let build = ["build", "--release", "-p", "latent-arithmetic"];
    step::run(&mut step::command("cargo", &build))?;
    let program = step::released_binary().with_file_name("latent-arithmetic");
    let model = trial.folder.join("model.safetensors").display().to_string();
    step::run(&mut step::command(program, &[&model])).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_reach_the_training() {
        let words = ["--data", "idx:digits", "--out", "x", "--images", "64"];
        let trial = Options::parse(&words).unwrap().trial();
        assert_eq!(trial.arguments.join(" "), "--data idx:digits --images 64");
        assert_eq!(trial.folder, PathBuf::from("x/mnist-dcgan"));
        assert!(Options::parse(&["--out"]).is_err());
    }
}
