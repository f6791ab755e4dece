//! Images from latents of the caller's choice.

use burn::tensor::Device;
use ganforge_model::{ConfigError, Generator};

use super::options::{SampleOptions, check_class};
use super::sample::{at_a_time, forward};
use super::signature::Signature;
use crate::error::InferError;
use crate::images::Images;

/// Turns latents into images: all in one batch, or in several where memory does not allow that.
///
/// `noise` holds one latent after the other, `dimension` numbers each. `classes` names a class for each; without it a
/// conditional model takes its classes in turn. The network is used as in inference.
///
/// # Errors
/// Numbers that do not divide into latents or are not finite, classes that do not match the latents or do not exist, a
/// network that makes other images than `signature` says, or a device that fails.
pub fn generate<G: Generator>(
    network: &G,
    signature: &Signature,
    noise: &[f32],
    classes: Option<&[usize]>,
    device: &Device,
) -> Result<Images, InferError> {
    let (dimension, image) = (signature.latent.dimension, signature.image);
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
        None => signature.classes_in_turn(0..count),
    };
    let options = SampleOptions {
        batch: count,
        ..SampleOptions::default()
    };
    let rows = at_a_time(network, image, &options)?;
    let network = network.valid();
    let mut data = Vec::new();
    for (index, noise) in noise.chunks(rows * dimension).enumerate() {
        let classes = classes.chunks(rows).nth(index).unwrap_or_default();
        let numbers = forward(&network, signature, noise.to_vec(), classes, device)?;
        data.extend(numbers);
    }
    Images::new(image, data)
}

/// How many latents there are.
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
