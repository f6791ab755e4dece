//! The seed of an encoder's noise, `--noise-seed`.

use std::path::Path;

use ganforge_infer::Encoder;

use crate::arguments::EncodedArguments;
use crate::error::CliError;

/// The seed, refused for a model whose encoder has no noise.
pub fn noise_seed(
    arguments: &EncodedArguments,
    model: &Path,
    encoder: &Encoder,
) -> Result<Option<u64>, CliError> {
    if arguments.noise_seed.is_some() && !encoder.is_stochastic() {
        return Err(CliError::Usage(format!(
            "--noise-seed does nothing to {}, whose encoder is deterministic; leave it out",
            model.display()
        )));
    }
    Ok(arguments.noise_seed)
}
