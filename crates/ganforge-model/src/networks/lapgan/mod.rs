//! LAPGAN (Denton, Chintala, Szlam & Fergus 2015, "Deep Generative Image Models using a Laplacian Pyramid of Adversarial
//! Networks").
//!
//! Levels are numbered from the coarsest, 0, to that of the image; the paper numbers them the other way round. Level 0 is
//! fully connected. Each finer level upsamples the image of the level before, `l = u(I)`, and its generator adds a residual:
//! `l + G(z, l)`. Its discriminator scores residual and condition by their sum, which is its first operation in the paper's
//! code: here it takes the sum, an image. Downsampling `d` is the mean of 2×2 pixels, upsampling `u` is bilinear.
//!
//! The class is one-hot at level 0, as in the paper's code. At finer levels a linear layer and a rectifier turn it into one
//! plane beside the image.
//!
//! Deviations: both hidden layers of level 0's generator end in rectifiers, as in the class-conditional code, where the
//! unconditional code has a sigmoid after the second; each level doubles the size, where the paper also has 8 → 14.

mod discriminator;
mod generator;
mod laplacian;
mod level;
mod size;

pub use discriminator::{LapganDiscriminator, LapganDiscriminatorConfig, LevelDiscriminator};
pub use generator::{LapganGenerator, LapganGeneratorConfig};
pub use laplacian::LaplacianPyramid;
pub use level::LevelGenerator;

use crate::layers::Init;
use crate::{ConfigError, ImageShape};

/// Most levels of a pyramid: from 4 to 8192 pixels.
pub const MAX_LAPGAN_LEVELS: usize = 12;

/// Kernel of the convolutions of a discriminator.
const DISCRIMINATOR_KERNEL: usize = 5;

/// Kernels of the convolutions of a generator.
const GENERATOR_KERNELS: [usize; 3] = [7, 7, 5];

/// Shortest side for which both convolutions of a discriminator have an output.
const SHORTEST_SIDE: usize = 9;

/// Initial weights of Torch, in which the paper's code is written.
fn torch_init() -> Init {
    Init::Fan
}

/// The sizes of all levels of a pyramid of `levels` whose last level is `image`, coarsest first.
fn level_shapes(image: ImageShape, levels: usize) -> Vec<ImageShape> {
    let shape = |halvings: usize| ImageShape {
        height: image.height >> halvings,
        width: image.width >> halvings,
        ..image
    };
    (0..levels).rev().map(shape).collect()
}

/// Checks that a level with a discriminator is not smaller than its convolutions.
fn check_side(shape: ImageShape) -> Result<(), ConfigError> {
    if shape.height.min(shape.width) >= SHORTEST_SIDE {
        return Ok(());
    }
    Err(ConfigError::new(
        "data.size",
        format!("{}×{} at a level of `widths`", shape.height, shape.width),
        format!("{SHORTEST_SIDE} pixels or more a side at each level whose width is not 0"),
    ))
}

#[cfg(test)]
mod tests;
