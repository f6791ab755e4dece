//! Images from given latents.

use burn::tensor::Device;
use ganforge_model::{ConfigError, Generator};

use super::options::{SampleOptions, check_class};
use super::sample::{batch_limit, forward};
use super::signature::Signature;
use crate::error::InferError;
use crate::images::Images;

/// Generates images from latents, in one batch or, if memory requires it, in several.
///
/// # Shapes
/// - `noise`: `[count, dimension]`
/// - `classes`: `[count]`; without it, latent `i` of a conditional model has class `i mod classes`
///
/// The network is used in inference mode.
///
/// # Errors
/// Noise that does not divide into latents or is not finite, classes that do not match the latents or do not exist, an output
/// of another shape than `signature`, or a device that fails.
pub fn generate<G: Generator>(
    network: &G,
    signature: &Signature,
    noise: &[f32],
    classes: Option<&[usize]>,
    device: &Device,
) -> Result<Images, InferError> {
    let (dimension, image) = (signature.latent.dimension, signature.image);
    if let Some(expected) = signature.input {
        return Err(InferError::Input {
            found: None,
            expected: Some(expected),
        });
    }
    let count = count_latents(noise, dimension)?;
    let classes = match classes {
        Some(classes) if classes.len() != count => {
            let allowed = format!("one for each of {count} latents");
            return Err(ConfigError::new("classes", classes.len(), allowed).into());
        }
        Some(classes) => {
            for &class in classes {
                check_class(class, &signature.classes)?;
            }
            classes.to_vec()
        }
        None => signature.default_classes(0..count),
    };
    let options = SampleOptions {
        batch: count,
        ..SampleOptions::default()
    };
    let rows = batch_limit(network, image, &options)?;
    let network = network.valid();
    let mut data = Vec::new();
    for (index, noise) in noise.chunks(rows * dimension).enumerate() {
        let classes = classes.chunks(rows).nth(index).unwrap_or_default();
        let numbers = forward(&network, signature, noise.to_vec(), classes, None, device)?;
        data.extend(numbers);
    }
    Images::new(image, data)
}

/// Number of latents.
fn count_latents(noise: &[f32], row: usize) -> Result<usize, InferError> {
    if noise.is_empty() || !noise.len().is_multiple_of(row) {
        return Err(InferError::NotWholeRows {
            numbers: noise.len(),
            row,
        });
    }
    if let Some(number) = noise.iter().find(|number| !number.is_finite()) {
        return Err(ConfigError::new("noise", number, "finite numbers").into());
    }
    Ok(noise.len() / row)
}
