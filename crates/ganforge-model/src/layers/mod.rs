//! Building blocks shared by the architectures in [`networks`](crate::networks).

mod activation;
mod condition;
mod init;
mod maxout;

pub use activation::{Activation, OutputActivation};
pub use condition::{append_one_hot, append_planes};
pub use init::{Init, WeightInit};
pub use maxout::Maxout;
