//! The generator of the Context-Encoder (Pathak et al. 2016, "Context Encoders: Feature Learning by Inpainting"): an image
//! with a hole to the image without it.
//!
//! The encoder is a stack of convolutions with kernel 4, stride 2 and padding 1, and a convolution over the whole of what
//! they leave, which is a linear layer here. The decoder is the same in reverse. Between the two is a code of one row per
//! image; all of it has batch norm but the first and the last layer. The network sees the hole as a constant colour.
//!
//! Deviations from the code of the paper (`pathak22/context-encoder`): scales of batch norm start at 1 instead of N(1, 0.02²);
//! no convolution has a bias, where the code sets biases to zero before every step; sizes other than 64 and 128 pixels.

mod config;
mod generator;
mod mask;
mod rectangle;
mod region;
mod side;
mod size;

pub use config::ContextEncoderGeneratorConfig;
pub use generator::ContextEncoderGenerator;
pub use rectangle::Rectangle;
pub use region::Region;
