//! `ganforge encode`

use ganforge_infer::{CodeNoise, Encoder, Images, Output, Vectors};

use super::encoded_data::encoded_data;
use super::noise_seed::noise_seed;
use crate::arguments::EncodeArguments;
use crate::error::{CliError, Done};
use crate::runs::model_file;
use crate::signals::Interrupt;

/// Images per batch.
const BATCH: usize = 256;

/// Computes the latents of images with the encoder of a model file.
pub fn encode(arguments: &EncodeArguments) -> Result<Done, CliError> {
    let Ok(Output::Array(output)) = Output::at(&arguments.output) else {
        return Err(CliError::Usage(format!(
            "cannot write latents to {}; accepted: a .npy file",
            arguments.output.display()
        )));
    };
    let path = model_file(&arguments.model)?;
    let (_, device) = arguments.device.open()?;
    let encoder = Encoder::open(&path, &device)?;
    let dataset = encoded_data(&arguments.images, &path, &encoder)?;
    let seed = noise_seed(&arguments.images, &path, &encoder)?;
    let count = arguments.images.count.unwrap_or(usize::MAX);
    let indices: Vec<usize> = (0..dataset.len().min(count)).collect();
    let interrupt = Interrupt::listen()?;
    let mut codes = Vectors::new(encoder.signature().latent.dimension, Vec::new())?;
    for batch in indices.chunks(BATCH) {
        let images = Images::new(dataset.shape(), dataset.gather(batch)?.images)?;
        let noise = CodeNoise::of(seed, batch[0] as u64);
        codes.extend(&encoder.encode(&images, noise)?)?;
        if interrupt.came() {
            return Ok(Done::Interrupted);
        }
    }
    codes.write_npy(output)?;
    Ok(Done::Finished)
}
