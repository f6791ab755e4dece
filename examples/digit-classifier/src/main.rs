//! Trains the digit classifier that evaluation ships with, and writes its file.
//!
//! `cargo xtask digit-classifier` runs it: `digit-classifier MNIST OUT` takes the folder of MNIST's IDX files and the
//! file to write. Twelve epochs of Adam on shifted images, at a rate that falls to nothing, take some ten minutes on
//! two cores. The file is in half precision, and what is reported is the accuracy of what was written.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Int, Tensor, TensorData};
use ganforge_data::{Batch, BatchStream, DataOptions, DataSpec, Dataset, Split};
use ganforge_eval::spaces::{DigitClassifier, DigitNetwork};
use rand_chacha::rand_core::Rng;

const SEED: u64 = 0;
const EPOCHS: u64 = 12;
const BATCH: usize = 100;
const RATE: f64 = 1.5e-3;
/// Pixels by which an image is shifted at most, along either side.
const SHIFT: usize = 2;
const SIDE: usize = 28;

fn main() -> ExitCode {
    let words: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [mnist, out] = words.as_slice() else {
        eprintln!("usage: digit-classifier MNIST OUT");
        return ExitCode::from(2);
    };
    match train_and_write(mnist, out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("digit-classifier: {error}");
            ExitCode::FAILURE
        }
    }
}

fn train_and_write(mnist: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let part = |split| {
        let options = DataOptions::new().labels(true).split(split);
        Dataset::open(&DataSpec::Idx(mnist.to_owned()), &options)
    };
    let (train, test) = (part(Split::Train)?, part(Split::Test)?);
    let device = Device::flex();
    let network = trained(train, &test, &device)?;
    let bytes = DigitClassifier::to_bytes(&network)?;
    let classifier = DigitClassifier::from_bytes(&bytes, &device)?;
    let right = count_right(&test, |images| Ok(classifier.labels(images)?))?;
    std::fs::write(out, &bytes)?;
    println!(
        "{}: {} bytes, {right} of {} test images right",
        out.display(),
        bytes.len(),
        test.len()
    );
    Ok(())
}

/// The network after all epochs, which are reported one by one.
fn trained(
    train: Dataset,
    test: &Dataset,
    device: &Device,
) -> Result<DigitNetwork, Box<dyn Error>> {
    let device = device.clone().autodiff();
    device.seed(SEED);
    let mut network = DigitNetwork::new(&device);
    let mut optimizer = ModuleOptimizer::from(AdamConfig::new().build());
    let loss = CrossEntropyLossConfig::new().init(&device);
    let mut stream = BatchStream::new(train, BATCH, SEED, 0)?;
    let per_epoch = stream.batches_per_epoch();
    let began = Instant::now();
    for step in 0..EPOCHS * per_epoch {
        let (images, labels) = tensors(shifted(stream.next()?, step), &device);
        let (_, logits) = network.forward(images);
        let gradients = loss.forward(logits, labels).backward();
        let gradients = GradientsParams::from_grads(gradients, &network);
        let done = step as f64 / (EPOCHS * per_epoch) as f64;
        let rate = RATE * 0.5 * (1.0 + (std::f64::consts::PI * done).cos());
        network = optimizer.step(rate, network, gradients);
        if (step + 1).is_multiple_of(per_epoch) {
            let judge = network.valid();
            let right = count_right(test, |images| {
                Ok(judge.forward(images).1.argmax(1).squeeze_dim(1))
            })?;
            println!(
                "epoch {} of {EPOCHS}: {right} of {} test images right, {:.0} s",
                (step + 1) / per_epoch,
                test.len(),
                began.elapsed().as_secs_f64()
            );
        }
    }
    Ok(network.valid())
}

/// How many images of a set get the label they have.
fn count_right(
    test: &Dataset,
    judge: impl Fn(Tensor<4>) -> Result<Tensor<1, Int>, Box<dyn Error>>,
) -> Result<i64, Box<dyn Error>> {
    let indices: Vec<usize> = (0..test.len()).collect();
    let mut right = 0;
    for indices in indices.chunks(1000) {
        let (images, labels) = tensors(test.gather(indices)?, &Device::flex());
        right += judge(images)?
            .equal(labels)
            .int()
            .sum()
            .into_scalar::<i64>();
    }
    Ok(right)
}

/// Shifts each image by up to [`SHIFT`] pixels; what comes in from outside is black.
fn shifted(mut batch: Batch, step: u64) -> Batch {
    let mut rng = ganforge_data::keyed_rng(SEED, "shift", step);
    let mut offset = || {
        let number = rng.next_u64() % (2 * SHIFT as u64 + 1);
        usize::try_from(number).unwrap_or(SHIFT)
    };
    for image in batch.images.chunks_exact_mut(SIDE * SIDE) {
        let (down, right) = (offset(), offset());
        let old = image.to_vec();
        for (place, pixel) in image.iter_mut().enumerate() {
            // Where the pixel comes from, SHIFT too far down and to the right so as not to be below zero.
            let (row, column) = (place / SIDE + down, place % SIDE + right);
            let inside = |at: usize| (SHIFT..SIDE + SHIFT).contains(&at);
            *pixel = if inside(row) && inside(column) {
                old[(row - SHIFT) * SIDE + column - SHIFT]
            } else {
                -1.0
            };
        }
    }
    batch
}

/// # Shapes
/// - output: `[batch, 1, 28, 28]` and `[batch]`
fn tensors(batch: Batch, device: &Device) -> (Tensor<4>, Tensor<1, Int>) {
    let classes: Vec<i32> = batch
        .classes
        .unwrap_or_default()
        .into_iter()
        .map(u32::cast_signed)
        .collect();
    let labels = Tensor::from_data(TensorData::new(classes, [batch.size]), device);
    let dims = [batch.size, 1, SIDE, SIDE];
    (
        Tensor::from_data(TensorData::new(batch.images, dims), device),
        labels,
    )
}
