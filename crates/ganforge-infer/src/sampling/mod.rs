//! Images from a generator.

mod blocks;
mod generate;
#[cfg(feature = "cpu")]
mod on_cpu;
mod options;
mod sample;
mod sampler;
mod signature;

pub use generate::generate;
pub use options::SampleOptions;
pub(crate) use options::allowed_classes;
#[cfg(feature = "projection")]
pub(crate) use options::check_class;
#[cfg(feature = "projection")]
pub(crate) use sample::class_tensor;
pub use sample::{batches, latent, sample};
pub use sampler::Sampler;
pub use signature::Signature;
