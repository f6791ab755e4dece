//! The table of mode coverage in docs/results.md: games on mixtures of Gaussians, trained, sampled and scored.
//!
//! Every cell is a run of the release binary with a built-in recipe and the changes below, one thread each. An interrupted table
//! is resumed.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::step;
use crate::trials::{self, Trial};

const MIXTURES: [&str; 2] = ["ring8", "grid25"];

/// A row of the table, and how it differs from the recipes `ring8` and `grid25`.
const GAMES: [(&str, &[&str]); 8] = [
    ("relativistic, R1 and R2 (the recipe)", &[]),
    (
        "non-saturating, R1",
        &[
            "game.payoff=non-saturating",
            "game.penalties=[{kind=\"r1\",gamma=0.1}]",
        ],
    ),
    (
        "Wasserstein, gradient penalty",
        &[
            "game.payoff=wasserstein",
            "game.penalties=[{kind=\"wgan-gp\",lambda=0.1}]",
            "game.discriminator_steps=2",
        ],
    ),
    (
        "hinge, spectral norm",
        &[
            "game.payoff=hinge",
            "game.penalties=[{kind=\"spectral-norm\"}]",
        ],
    ),
    (
        "non-saturating",
        &["game.payoff=non-saturating", "game.penalties=[]"],
    ),
    (
        "Wasserstein, weights clipped",
        &[
            "game.payoff=wasserstein",
            "game.penalties=[{kind=\"weight-clipping\",limit=0.1}]",
            "game.discriminator_steps=2",
        ],
    ),
    (
        "non-saturating, Adam with β₁ = 0.9",
        &[
            "game.payoff=non-saturating",
            "game.penalties=[]",
            "optimizer.generator.betas=[0.9,0.999]",
            "optimizer.discriminator.betas=[0.9,0.999]",
        ],
    ),
    (
        "the same, discriminator at a tenth of the rate",
        &[
            "game.payoff=non-saturating",
            "game.penalties=[]",
            "optimizer.generator.betas=[0.9,0.999]",
            "optimizer.discriminator.betas=[0.9,0.999]",
            "optimizer.discriminator.rate=1e-4",
        ],
    ),
];

const SEEDS: u64 = 3;

/// Where the runs go.
pub struct Options {
    out: PathBuf,
    /// Fewer images than the recipe's, for a trial.
    images: Option<String>,
}

impl Options {
    /// Reads `--out DIR` and `--images N`.
    pub fn parse(words: &[&str]) -> Result<Self, String> {
        let mut options = Self {
            out: PathBuf::from("runs/modes"),
            images: None,
        };
        for pair in words.chunks(2) {
            match *pair {
                ["--out", path] => options.out = path.into(),
                ["--images", images] => options.images = Some(images.to_owned()),
                [option, ..] => return Err(format!("modes: `{option}` is no option with a value")),
                [] => {}
            }
        }
        Ok(options)
    }
}

/// One run.
#[derive(Clone, Copy)]
struct Cell {
    mixture: &'static str,
    game: usize,
    seed: u64,
}

/// Runs the missing cells and prints the table.
pub fn run(options: &Options) -> Result<(), String> {
    trials::prepare(&options.out)?;
    let cells = || {
        let games = 0..GAMES.len();
        games.flat_map(|game| {
            MIXTURES.into_iter().flat_map(move |mixture| {
                (0..SEEDS).map(move |seed| Cell {
                    mixture,
                    game,
                    seed,
                })
            })
        })
    };
    trials::side_by_side(cells(), |cell| play(cell, options))?;
    println!("| game | ring8: modes of 8 | high quality | grid25: modes of 25 | high quality |");
    println!("|---|---|---|---|---|");
    for (game, (name, _)) in GAMES.iter().enumerate() {
        let figures = MIXTURES.map(|mixture| {
            let scores: Result<Vec<Value>, String> = (0..SEEDS)
                .map(|seed| {
                    let cell = Cell {
                        mixture,
                        game,
                        seed,
                    };
                    read(&cell.folder(options).join("score.json"))
                })
                .collect();
            scores.map(|scores| {
                format!(
                    "{} | {} %",
                    spread(&scores, "modes", 1.0),
                    spread(&scores, "high_quality", 100.0)
                )
            })
        });
        let [ring, grid] = figures;
        println!("| {name} | {} | {} |", ring?, grid?);
    }
    Ok(())
}

impl Cell {
    fn folder(self, options: &Options) -> PathBuf {
        let Self {
            mixture,
            game,
            seed,
        } = self;
        let name: String = GAMES[game]
            .0
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join("-");
        options.out.join(format!("{mixture}-{name}-{seed}"))
    }
}

/// Trains, samples and scores one cell, unless its result exists.
fn play(cell: Cell, options: &Options) -> Result<(), String> {
    let folder = cell.folder(options);
    let score = folder.join("score.json");
    if score.exists() {
        return Ok(());
    }
    let mut arguments = Vec::new();
    for change in GAMES[cell.game].1 {
        arguments.extend(["--set".to_owned(), (*change).to_owned()]);
    }
    if let Some(images) = &options.images {
        arguments.extend(["--images".to_owned(), images.clone()]);
    }
    let trial = Trial {
        recipe: cell.mixture.to_owned(),
        seed: cell.seed,
        arguments,
        folder,
    };
    trial.train()?;
    let at = trial.folder.display().to_string();
    let samples = trial.folder.join("samples.npy").display().to_string();
    trials::ganforge(&["sample", &at, "-n", "2500", "-o", &samples])?;
    let judge = ["references/score_modes.py", cell.mixture, &samples];
    let scored = step::read(&mut step::command("python3", &judge))?;
    fs::write(&score, &scored).map_err(|error| format!("{}: {error}", score.display()))?;
    print!("{scored}");
    Ok(())
}

fn read(path: &Path) -> Result<Value, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Mean, minimum and maximum over the seeds.
fn spread(scores: &[Value], key: &str, factor: f64) -> String {
    let figures = || {
        let figure = |score: &Value| score[key].as_f64().unwrap_or(f64::NAN) * factor;
        scores.iter().map(figure)
    };
    let mean = figures().sum::<f64>() / scores.len() as f64;
    let least = figures().fold(f64::INFINITY, f64::min);
    let most = figures().fold(f64::NEG_INFINITY, f64::max);
    format!("{mean:.1} ({least:.0}-{most:.0})")
}
