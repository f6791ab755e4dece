//! Building blocks shared by the architectures in [`networks`](crate::networks).

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
mod resample;
mod traced;

pub use activation::{Activation, OutputActivation, OutputBias};
pub use condition::{append_one_hot, append_planes};
pub use convolution::{convolve, convolve_transposed};
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
    ConditionalBatchNorm, Entry, EntryConfig, Norm, NormContext, NormLayer, VirtualBatchNorm,
    batch_norm,
};
pub(crate) use norm::{activated, default_reference, norm_or_flag};
pub use resample::{double, low_pass};
pub use traced::Traced;
pub(crate) use traced::spread_over_squares;
