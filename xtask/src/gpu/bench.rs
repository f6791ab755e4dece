//! The bench recipes on each device, beside the same networks and step in `PyTorch`.

use std::fs;
use std::path::Path;
use std::process::Command;

use toml::Table;

use super::report::{Outcome, Report};
use crate::step;

const RECIPES: [&str; 2] = ["bench-dcgan32", "bench-dcgan64"];
const DEVICES: [&str; 3] = ["cuda", "vulkan", "flex"];
const STEPS: [&str; 2] = ["--steps", "50"];

/// Measures every recipe on every device, and the peer on the GPU.
pub fn run(ganforge: &Path, peer: Option<&Path>, report: &mut Report) -> Result<(), String> {
    for recipe in RECIPES {
        for device in DEVICES {
            report.part(&format!("{recipe} {device}"), || {
                let arguments = ["bench", recipe, "--json", "--device", device];
                measured(step::command(ganforge, &arguments).args(STEPS))
            })?;
        }
        report.part(&format!("{recipe} pytorch"), || pytorch(peer, recipe))?;
    }
    Ok(())
}

fn measured(command: &mut Command) -> Outcome {
    step::announce(command);
    let object = step::read(command).and_then(|printed| {
        serde_json::from_str(&printed).map_err(|error| format!("not one JSON object: {error}"))
    });
    match object {
        Ok(object) => Outcome::Done(object),
        Err(why) => Outcome::Failed(why),
    }
}

fn pytorch(peer: Option<&Path>, recipe: &str) -> Outcome {
    let Some(script) = peer else {
        return Outcome::NotRun("no script given: pass --peer dcgan_torch.py".into());
    };
    if let Err(why) = step::read(&mut step::command("python3", &["-c", "import torch"])) {
        return Outcome::NotRun(format!("no PyTorch here: {why}"));
    }
    let path = step::workspace_root().join(format!("crates/ganforge-train/recipes/{recipe}.toml"));
    let settings = fs::read_to_string(&path)
        .map_err(|error| error.to_string())
        .and_then(|text| peer_settings(&text));
    match settings {
        Ok(settings) => measured(
            step::command("python3", &["-u"])
                .arg(script)
                .args(settings)
                .args(STEPS)
                .args(["--device", "cuda"]),
        ),
        Err(why) => Outcome::Failed(format!("{}: {why}", path.display())),
    }
}

/// The peer's flags, read from the recipe, so that the two cannot drift apart.
fn peer_settings(recipe: &str) -> Result<Vec<String>, String> {
    let recipe: Table = recipe
        .parse()
        .map_err(|error: toml::de::Error| error.message().to_owned())?;
    let mut flags = Vec::new();
    for (flag, table, key) in [
        ("--size", "data", "size"),
        ("--channels", "data", "channels"),
        ("--width", "generator", "width"),
        ("--latent", "generator", "latent"),
        ("--batch", "run", "batch"),
    ] {
        let value = recipe.get(table).and_then(|table| table.get(key));
        let number = value
            .and_then(|value| value.get(0).unwrap_or(value).as_integer())
            .ok_or_else(|| format!("`{table}.{key}` is not stated, and the comparison needs it"))?;
        flags.extend([flag.to_owned(), number.to_string()]);
    }
    Ok(flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECIPE: &str = "
        [data]
        size = [32, 32]
        channels = 1
        [generator]
        width = 64
        latent = 100
        [run]
        batch = 64
    ";

    #[test]
    fn the_peer_trains_what_the_recipe_says() {
        let flags = peer_settings(RECIPE).unwrap().join(" ");
        assert_eq!(
            flags,
            "--size 32 --channels 1 --width 64 --latent 100 --batch 64"
        );
    }

    #[test]
    fn a_recipe_that_leaves_a_number_to_a_default_is_not_compared() {
        let why = peer_settings(&RECIPE.replace("width = 64", "")).unwrap_err();
        assert!(why.contains("`generator.width`"), "{why}");
    }
}
