//! Seconds for three metrics of 10,000 against 10,000 images of 28 × 28, as `references/metrics_speed.py` times them with NumPy, `SciPy`, scikit-learn and
//! prdc; the values must be the same. A run takes seconds, so that this is no criterion bench.
//!
//! docs/benchmarks.md has what was measured.
//!
//! usage: `cargo bench --package ganforge-eval --bench digits --profile dev -- IMAGES-IDX3-UBYTE.gz`

use std::error::Error;
use std::fmt::Debug;
use std::fs::File;
use std::io::Read;
use std::time::Instant;

use flate2::read::GzDecoder;
use ganforge_eval::Features;
use ganforge_eval::metrics::{KernelEstimator, NearestK, frechet_of_features, kernel, prdc};

const COUNT: usize = 10_000;
const PIXELS: usize = 28 * 28;
/// Where an IDX file of images has its first pixel.
const HEADER: usize = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let Some(path) = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"))
    else {
        println!("name an IDX file of 20,000 images or more to time the metrics on");
        return Ok(());
    };
    let mut bytes = Vec::new();
    GzDecoder::new(File::open(path)?).read_to_end(&mut bytes)?;
    let images = bytes
        .get(HEADER..HEADER + 2 * COUNT * PIXELS)
        .ok_or("too few images")?;
    let (reference, samples) = images.split_at(COUNT * PIXELS);
    let reference = features(reference, |_, _| 0)?;
    let samples = features(samples, |row, column| {
        (row * 7919 + column * 104_729) % 27 - 13
    })?;

    let reach = NearestK {
        precision: 5,
        density: 5,
    };
    let total = timed("Fréchet", || frechet_of_features(&samples, &reference))
        + timed("kernel", || {
            kernel(&samples, &reference, KernelEstimator::AllPairs, 0)
        })
        + timed("prdc", || prdc(&samples, &reference, reach));
    println!("total: {total:.2} s");
    Ok(())
}

fn features(images: &[u8], added: impl Fn(i64, i64) -> i64) -> Result<Features, Box<dyn Error>> {
    let pixels = images.iter().enumerate().map(|(at, &byte)| {
        let (row, column) = (at / PIXELS, at % PIXELS);
        let grey = i64::from(byte) + added(row.cast_signed() as i64, column.cast_signed() as i64);
        grey as f32 / 127.5 - 1.0
    });
    Ok(Features::new(COUNT, PIXELS, pixels.collect())?)
}

fn timed<T: Debug>(name: &str, metric: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    let value = metric();
    let seconds = start.elapsed().as_secs_f64();
    println!("{name}: {seconds:.2} s, {value:?}");
    seconds
}
