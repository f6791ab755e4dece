//! Images from a generator, as a pure function of seed and index.
//!
//! Image `i` of seed `S` is generated from a latent that depends only on `(S, i)`, so ten images are the first ten of a
//! hundred, bit for bit. Another [`batch`](SampleOptions::batch) changes images only by rounding.

use std::ops::Range;

use burn::tensor::{Device, Int, Tensor, TensorData};
use ganforge_model::{Generator, GeneratorInput, ImageShape, LatentSpec, keyed_rng};

use super::blocks::blocks;
use super::options::SampleOptions;
use super::signature::Signature;
use crate::error::InferError;
use crate::images::Images;

/// The largest number of bytes for computing a batch.
const BATCH_MEMORY: u64 = 2 << 30;

/// Samples `options.count` images from `network`.
///
/// The network is used in inference mode, with running statistics in its norms, even if it is in training on an autodiff device.
///
/// # Errors
/// An option out of range, more images than fit in memory, an output of another shape than `signature`, or a device that fails.
pub fn sample<G: Generator>(
    network: &G,
    signature: &Signature,
    options: &SampleOptions,
    device: &Device,
) -> Result<Images, InferError> {
    let batches = batches(network, signature, options, device)?;
    collect(batches, options.count, signature.image)
}

/// Iterates over the images of [`sample`] batch by batch.
///
/// # Errors
/// An option out of range, or one image that takes more memory than allowed. Each batch fails as [`sample`].
pub fn batches<'a, G: Generator>(
    network: &G,
    signature: &'a Signature,
    options: &'a SampleOptions,
    device: &'a Device,
) -> Result<impl Iterator<Item = Result<Images, InferError>> + use<'a, G>, InferError> {
    options.check(signature)?;
    let most = batch_limit(network, signature.image, options)?;
    let network = network.valid();
    Ok(blocks(options.count, most).map(move |block| {
        let kept = block.end.min(options.count) - block.start;
        let noise = batch_noise(signature.latent, options, block.clone());
        let classes = match options.class {
            Some(class) => vec![class; block.len()],
            None => signature.default_classes(block.clone()),
        };
        let input = options
            .inputs
            .as_ref()
            .map(|inputs| batch_input(inputs, block.clone()));
        let mut numbers = forward(&network, signature, noise, &classes, input, device)?;
        numbers.truncate(kept * signature.image.values());
        Images::new(signature.image, numbers)
    }))
}

/// Concatenates batches of `count` images in total.
pub(crate) fn collect(
    batches: impl Iterator<Item = Result<Images, InferError>>,
    count: usize,
    image: ImageShape,
) -> Result<Images, InferError> {
    let mut data = allocate(count, image)?;
    for batch in batches {
        data.extend(batch?.into_data());
    }
    Images::new(image, data)
}

/// The latent of image `index` of a seed, `[dimension]`.
#[must_use]
pub fn latent(spec: LatentSpec, seed: u64, index: u64) -> Vec<f32> {
    spec.draw(1, &mut keyed_rng(seed, "sample", index))
}

/// Runs one batch: latents `[rows, dimension]`, inputs, or both, to images `[rows, channels, height, width]`.
///
/// `classes` has one class per row, and is empty for an unconditional generator.
pub(crate) fn forward<G: Generator>(
    network: &G,
    signature: &Signature,
    noise: Vec<f32>,
    classes: &[usize],
    input: Option<Images>,
    device: &Device,
) -> Result<Vec<f32>, InferError> {
    let device = device.clone().without_autodiff();
    let rows = match &input {
        Some(input) => input.count(),
        None => noise.len() / signature.latent.dimension,
    };
    let has_latents = signature.latent.dimension > 0;
    let images = network.forward(GeneratorInput {
        noise: has_latents.then(|| signature.latent.tensor(noise, &device)),
        class: (!classes.is_empty()).then(|| class_tensor(classes, &device)),
        image: input.map(|input| image_tensor(input, &device)),
    });
    let (found, expected) = (images.dims(), dims(rows, signature.image));
    if found != expected {
        return Err(InferError::Shape { found, expected });
    }
    Ok(images.try_into_vec_as()?)
}

fn dims(rows: usize, image: ImageShape) -> [usize; 4] {
    [rows, image.channels, image.height, image.width]
}

fn image_tensor(images: Images, device: &Device) -> Tensor<4> {
    let dims = dims(images.count(), images.spec());
    Tensor::from_data(TensorData::new(images.into_data(), dims), device)
}

/// The largest batch that fits into the memory limits. It does not depend on the machine, so that every machine uses the same batches.
pub(crate) fn batch_limit<G: Generator>(
    network: &G,
    image: ImageShape,
    options: &SampleOptions,
) -> Result<usize, InferError> {
    let (needed, allowed) = (network.forward_memory(1), options.memory);
    if needed > allowed {
        return Err(InferError::ImageTooLarge {
            image,
            needed,
            allowed,
        });
    }
    let halves = std::iter::successors(Some(options.batch), |batch| Some(batch / 2));
    let mut fewer = halves.take_while(|batch| *batch > 1);
    let fits = |batch: &usize| network.forward_memory(*batch) <= BATCH_MEMORY;
    Ok(fewer.find(fits).unwrap_or(1))
}

fn batch_noise(spec: LatentSpec, options: &SampleOptions, batch: Range<usize>) -> Vec<f32> {
    let mut noise = Vec::with_capacity(batch.len() * spec.dimension);
    for index in batch {
        match &options.latents {
            // The last batch is computed in full, whatever is drawn of it.
            Some(latents) => noise.extend(latents.row(index % latents.count())),
            None => noise.extend(latent(spec, options.seed, index as u64)),
        }
    }
    if let Some(factor) = options.truncation {
        for coordinate in &mut noise {
            *coordinate *= factor;
        }
    }
    noise
}

/// The inputs of a batch.
fn batch_input(inputs: &Images, batch: Range<usize>) -> Images {
    inputs.select(batch.map(|index| index % inputs.count()))
}

#[expect(
    clippy::cast_possible_wrap,
    reason = "a class is below the number of class names in memory"
)]
pub(crate) fn class_tensor(classes: &[usize], device: &Device) -> Tensor<1, Int> {
    let labels: Vec<i64> = classes.iter().map(|&class| class as i64).collect();
    Tensor::from_data(TensorData::new(labels, [classes.len()]), device)
}

/// Allocates memory for the images, or fails; any count may be given.
fn allocate(count: usize, image: ImageShape) -> Result<Vec<f32>, InferError> {
    let too_many = || InferError::TooManyImages { count, image };
    let numbers = image
        .checked_values()
        .and_then(|numbers| numbers.checked_mul(count))
        .ok_or_else(too_many)?;
    let mut data = Vec::new();
    data.try_reserve_exact(numbers).map_err(|_| too_many())?;
    Ok(data)
}
