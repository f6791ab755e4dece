//! Layers shared by the architectures in [`networks`](crate::networks): initial weights, convolutions, norms, maxout,
//! activations, resampling, conditioning on a class, and minibatch features.
//!
//! [`Traced`] is a forward pass that also gives the exact input gradient.
//!
//! ```
//! use ganforge_model::burn::tensor::{Device, Tensor};
//! use ganforge_model::layers::{Activation, Init, WeightInit, linear_activated};
//! use ganforge_model::keyed_rng;
//!
//! let device = Device::flex();
//! // Weights are drawn on the host: a seed gives the same ones on every device.
//! let mut rng = keyed_rng(7, "weights", 0);
//! let layer = WeightInit::new(Init::He, &mut rng, &device).linear(16, 32, true);
//! let output = linear_activated(&layer, Activation::Relu, Tensor::ones([4, 16], &device));
//! assert_eq!(output.dims(), [4, 32]);
//! assert!(output.min().into_scalar::<f32>() >= 0.0);
//! ```

mod activation;
mod condition;
mod convolution;
mod dense;
mod head;
mod init;
mod maxout;
pub(crate) mod memory;
mod minibatch;
mod norm;
mod reflect;
mod resample;
mod traced;
pub(crate) mod weight_norm;

pub use activation::{Activation, OutputActivation, OutputBias};
pub(crate) use condition::one_hot;
pub use condition::{append_one_hot, append_planes};
pub use convolution::{convolve, convolve_transposed};
pub(crate) use dense::linear_output_of;
pub use dense::{linear, linear_activated, linear_output};
pub(crate) use head::HeadConfig;
pub use head::{Conditioning, Head, TracedOutput};
pub use init::{Init, WeightInit};
pub use maxout::Maxout;
pub use minibatch::{
    MinibatchDeviation, MinibatchDiscrimination, MinibatchFeatures, MinibatchLayer,
    minibatch_deviation,
};
pub use norm::{
    ConditionalBatchNorm, InputLayer, InputLayerConfig, Norm, NormContext, NormLayer,
    VirtualBatchNorm, batch_norm, instance_norm,
};
pub(crate) use norm::{default_reference, normalise_and_activate, parse_norm, unscaled};
pub use reflect::reflect;
pub use resample::{low_pass, upsample, upsample_bilinear};
pub(crate) use traced::upsample_nearest;
pub use traced::{Traced, average_pool};
pub use weight_norm::WeightNormLinear;
