//! Scores latent arithmetic where the truth is known: "thick 3 - thin 3 + thin 7" should be a thick 7.
//!
//! The classifier of `ganforge-eval` names the digit of each sample of a model of MNIST, and the mean brightness of its pixels is its stroke mass, "ink". A sum
//! succeeds if the classifier calls its image a 7, and if its ink exceeds that of the thin 7s by half of the difference between the 3s or more. Sums that
//! should not change ink are scored beside it: whatever they gain is due to the arithmetic, not to the attribute.
//!
//! `cargo xtask arithmetic` trains a model and runs this program.

mod digits;
mod scores;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use burn::tensor::Device;
use clap::Parser;
use ganforge_core::{choose, keyed_rng};
use ganforge_infer::{Arithmetic, ArithmeticOptions, Concept, Sampler};

use digits::{Digits, Pool};
use scores::{Score, Scores};

/// Scores "thick 3 - thin 3 + thin 7" on samples of a model of MNIST.
#[derive(Debug, Parser)]
struct Arguments {
    /// A model file of 28×28 digits, also padded to 32×32.
    model: PathBuf,
    /// Samples to choose from.
    #[arg(long, value_name = "N", default_value_t = 5000)]
    pool: usize,
    /// Sums to score.
    #[arg(long, value_name = "N", default_value_t = 200)]
    sums: u64,
    /// Seed of samples and choices.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

/// A row of the table.
struct Row {
    name: &'static str,
    /// The 3s that are added; thin ones are subtracted. Without them the sum is the mean of the thin 7s.
    threes: Option<Kind>,
    /// Samples of a concept.
    samples: usize,
}

#[derive(Clone, Copy)]
enum Kind {
    Thick,
    Thin,
}

impl Row {
    /// Whether it adds thickness.
    fn is_thick(&self) -> bool {
        matches!(self.threes, Some(Kind::Thick))
    }
}

const ROWS: [Row; 6] = [
    Row {
        name: "thick 3 - thin 3 + thin 7",
        threes: Some(Kind::Thick),
        samples: 3,
    },
    Row {
        name: "control: thin 3 - other thin 3 + thin 7",
        threes: Some(Kind::Thin),
        samples: 3,
    },
    Row {
        name: "control: the mean of the thin 7s",
        threes: None,
        samples: 3,
    },
    Row {
        name: "thick 3 - thin 3 + thin 7, single samples",
        threes: Some(Kind::Thick),
        samples: 1,
    },
    Row {
        name: "thick 3 - thin 3 + thin 7, means of ten",
        threes: Some(Kind::Thick),
        samples: 10,
    },
    Row {
        name: "thick 3 - thin 3 + thin 7, means of thirty",
        threes: Some(Kind::Thick),
        samples: 30,
    },
];

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let device = Device::flex();
    let sampler = Sampler::open_on(&arguments.model, &device)?;
    let digits = Digits::new(&device)?;
    let pool = Pool::draw(&sampler, &digits, arguments.pool, arguments.seed)?;
    println!("{pool}");
    println!("{}", Scores::HEADING);
    // Of the first row, which comes first.
    let mut success = None;
    for (place, row) in ROWS.iter().enumerate() {
        let mut scores = Scores::default();
        for number in 0..arguments.sums {
            let concepts = concepts(row, &pool, arguments.seed, number)?;
            let sum =
                sampler.arithmetic(&ArithmeticOptions::new(concepts.as_slice(), arguments.seed))?;
            let score = score(row, &sum, &concepts, &pool, &digits)?;
            if place == 0 && score.succeeds() {
                success.get_or_insert(number);
            }
            scores.add(score);
        }
        println!("| {} | {scores} |", row.name);
    }
    for (which, number) in [("first sum", Some(0)), ("first sum that succeeds", success)] {
        if let Some(number) = number {
            let concepts = concepts(&ROWS[0], &pool, arguments.seed, number)?;
            let terms = command(&concepts, arguments.seed);
            println!("the {which}: ganforge arithmetic MODEL {terms} -o sum.png");
        }
    }
    Ok(())
}

/// The concepts of sum `number`: different samples, chosen at random.
fn concepts(row: &Row, pool: &Pool, seed: u64, number: u64) -> Result<Vec<Concept>, String> {
    let mut rng = keyed_rng(seed, row.name, number);
    let mut pick = |from: &[u64], count: usize| -> Result<Vec<u64>, String> {
        if from.len() < count {
            return Err("there are too few samples of a kind; raise --pool".to_owned());
        }
        let places = choose(&mut rng, from.len(), count);
        Ok(places.into_iter().map(|place| from[place]).collect())
    };
    let mut concepts = Vec::new();
    match row.threes {
        None => {}
        Some(Kind::Thin) => {
            // Two different halves of one choice.
            let both = pick(&pool.thin_threes, 2 * row.samples)?;
            let (added, subtracted) = both.split_at(row.samples);
            concepts.extend([Concept::plus(added), Concept::minus(subtracted)]);
        }
        Some(Kind::Thick) => {
            concepts.push(Concept::plus(pick(&pool.thick_threes, row.samples)?));
            concepts.push(Concept::minus(pick(&pool.thin_threes, row.samples)?));
        }
    }
    concepts.push(Concept::plus(pick(&pool.thin_sevens, row.samples)?));
    Ok(concepts)
}

fn score(
    row: &Row,
    sum: &Arithmetic,
    concepts: &[Concept],
    pool: &Pool,
    digits: &Digits,
) -> Result<Score, Box<dyn Error>> {
    let grid = digits.look_at(&sum.grid)?;
    let is_seven = |place: usize| grid[place].label == 7;
    let sevens = concepts.last().map_or(0.0, |concept| pool.ink(concept));
    let norm = |latent: &[f32]| {
        let squares: f64 = latent.iter().map(|&x| f64::from(x).powi(2)).sum();
        (squares / latent.len() as f64).sqrt()
    };
    Ok(Score {
        is_seven: is_seven(4),
        neighbours: (0..9).filter(|&at| at != 4 && is_seven(at)).count(),
        rise: grid[4].ink - sevens,
        // A sum without thick 3s is compared with the difference of all.
        difference: match concepts {
            [added, subtracted, _] if row.is_thick() => pool.ink(added) - pool.ink(subtracted),
            _ => pool.difference(),
        },
        norm: norm(&sum.latent),
    })
}

/// The command that draws a sum.
fn command(concepts: &[Concept], seed: u64) -> String {
    let terms = concepts.iter().map(|concept| {
        let sign = if concept.sign.factor() > 0.0 {
            "--plus"
        } else {
            "--minus"
        };
        let indices: Vec<String> = concept.indices.iter().map(u64::to_string).collect();
        format!("{sign} {}", indices.join(","))
    });
    format!("{} --seed {seed}", terms.collect::<Vec<_>>().join(" "))
}
