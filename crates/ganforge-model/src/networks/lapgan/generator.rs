//! The generator of LAPGAN: the generators of all levels, one after the other.

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::level::LevelGenerator;
use super::{MAX_LAPGAN_LEVELS, check_side, level_shapes, torch_init};
use crate::layers::memory::{bytes, numbers};
use crate::layers::{Init, OutputActivation, WeightInit, upsample_bilinear};
use crate::networks::{MlpGenerator, MlpGeneratorConfig};
use crate::{
    ConfigError, Generator, GeneratorInput, ImageShape, LatentDistribution, LatentSpec, size,
};

/// `[generator] kind = "lapgan"`, and the table `[generator]` of the system `lapgan`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LapganGeneratorConfig {
    /// `[height, width]` of the coarsest level, in pixels. Every other level doubles it, the last to the size of the image.
    pub coarsest: [usize; 2],
    /// Coordinates of the coarsest level's latent.
    #[serde(default = "hundred")]
    pub latent: usize,
    /// Distribution of each coordinate of all latents.
    #[serde(default = "uniform")]
    pub latent_distribution: LatentDistribution,
    /// Units of each hidden layer of the coarsest level.
    pub hidden: Vec<usize>,
    /// Channels of the convolutions of each finer level, from coarse to fine. A level of width 0 has no network: it upsamples.
    pub widths: Vec<usize>,
    /// Initial weights.
    #[serde(default = "torch_init")]
    pub init: Init,
}

/// The generators of all levels as one: it makes an image of the coarsest level, and each finer level doubles its size and
/// adds a residual.
///
/// A latent is that of all levels, coarsest first; that of a finer level is a plane of noise.
#[derive(Module, Debug)]
pub struct LapganGenerator {
    coarsest: MlpGenerator,
    finer: Vec<Option<LevelGenerator>>,
    base: [usize; 2],
    latent: usize,
}

impl LapganGeneratorConfig {
    /// A network with a coarsest level of this size and these hidden layers, and a finer level for each width; other fields
    /// have their defaults.
    #[must_use]
    pub fn new(
        coarsest: [usize; 2],
        hidden: impl Into<Vec<usize>>,
        widths: impl Into<Vec<usize>>,
    ) -> Self {
        Self {
            coarsest,
            latent: hundred(),
            latent_distribution: uniform(),
            hidden: hidden.into(),
            widths: widths.into(),
            init: torch_init(),
        }
    }

    /// Builds the network; see [`GeneratorArchitecture::init`](crate::GeneratorArchitecture::init).
    ///
    /// # Errors
    /// A `coarsest` that does not become the size of the image, too many levels, a level that is too small, a layer of 0
    /// units, initial weights out of range, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<LapganGenerator, ConfigError> {
        let shapes = self.shapes(image)?;
        self.init.check()?;
        size::check(self, |config| config.size(image, classes))?;
        let coarsest = self
            .coarsest_level()
            .init(shapes[0], classes, rng, device)?;
        let mut init = WeightInit::new(self.init, rng, device);
        let finer = shapes.iter().skip(1).zip(&self.widths);
        let finer = finer.map(|(&shape, &width)| {
            (width > 0).then(|| LevelGenerator::new(shape, width, classes, &mut init))
        });
        Ok(LapganGenerator {
            coarsest,
            finer: finer.collect(),
            base: self.coarsest,
            latent: self.latent,
        })
    }

    /// Number of levels.
    #[must_use]
    pub fn levels(&self) -> usize {
        1 + self.widths.len()
    }

    /// The levels with a network, from the coarsest, 0.
    pub fn trained_levels(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.levels()).filter(|&level| level == 0 || self.widths[level - 1] > 0)
    }

    /// The shape of an image of each level, coarsest first.
    ///
    /// # Errors
    /// Too many levels, a `coarsest` that does not become the size of the image, or a level that is too small for its networks.
    pub fn shapes(&self, image: ImageShape) -> Result<Vec<ImageShape>, ConfigError> {
        if self.levels() > MAX_LAPGAN_LEVELS {
            return Err(ConfigError::new(
                "widths",
                format!("a list of {}", self.widths.len()),
                format!("at most {} finer levels", MAX_LAPGAN_LEVELS - 1),
            ));
        }
        let shapes = level_shapes(image, self.levels());
        let ImageShape { height, width, .. } = image;
        let factor = 1_usize << self.widths.len();
        let base = [shapes[0].height, shapes[0].width];
        let divides = base.map(|side| side * factor) == [height, width] && !base.contains(&0);
        if divides && self.coarsest == base {
            let finer = shapes.iter().skip(1).zip(&self.widths);
            let mut trained = finer.filter(|&(_, &width)| width > 0);
            trained.try_for_each(|(&shape, _)| check_side(shape))?;
            return Ok(shapes);
        }
        let finer = self.widths.len();
        let allowed = if divides {
            format!(
                "{base:?} for images of {height}×{width} and {finer} finer levels (the length of `widths`), each of which \
                 doubles the size"
            )
        } else {
            format!(
                "a size that {finer} doublings (the length of `widths`) make {height}×{width}: there is none, so change \
                 `data.size` or the length of `widths`"
            )
        };
        let value = format!("{:?}", self.coarsest);
        Err(ConfigError::new("coarsest", value, allowed))
    }

    /// Dimension and distribution of the latents of all levels together.
    #[must_use]
    pub fn latent(&self) -> LatentSpec {
        let all = self.latents().into_iter();
        LatentSpec {
            dimension: all.fold(0, usize::saturating_add),
            distribution: self.latent_distribution,
        }
    }

    /// The dimension of the latent of each level, coarsest first; 0 for a level without a network.
    #[must_use]
    pub fn latents(&self) -> Vec<usize> {
        let [height, width] = self.coarsest;
        let mut pixels = height.saturating_mul(width);
        let finer = self.widths.iter().map(|&width| {
            pixels = pixels.saturating_mul(4);
            if width > 0 { pixels } else { 0 }
        });
        std::iter::once(self.latent).chain(finer).collect()
    }

    /// The network of the coarsest level.
    pub(super) fn coarsest_level(&self) -> MlpGeneratorConfig {
        MlpGeneratorConfig {
            latent_distribution: self.latent_distribution,
            output: OutputActivation::Linear,
            init: self.init,
            ..MlpGeneratorConfig::new(self.latent, self.hidden.clone())
        }
    }
}

impl LapganGenerator {
    /// Images of level 0.
    ///
    /// # Shapes
    /// - `noise`: `[batch, latent]`
    /// - output: `[batch, channels, height, width]`
    #[must_use]
    pub fn coarsest(&self, noise: Tensor<2>, class: Option<Tensor<1, Int>>) -> Tensor<4> {
        let input = GeneratorInput::noise(noise).with_class(class);
        self.coarsest.forward(input)
    }

    /// The network of a finer level, 1 or more; `None` for a level that only upsamples.
    #[must_use]
    pub fn finer(&self, level: usize) -> Option<&LevelGenerator> {
        self.finer.get(level.checked_sub(1)?)?.as_ref()
    }

    /// Height and width of a level.
    fn size(&self, level: usize) -> [usize; 2] {
        self.base.map(|side| side << level)
    }
}

impl Generator for LapganGenerator {
    fn forward(&self, input: GeneratorInput) -> Tensor<4> {
        let noise = input.expect_noise();
        let class = input.class;
        let mut used = self.latent;
        let mut images = self.coarsest(noise.clone().narrow(1, 0, used), class.clone());
        for (level, network) in (1..).zip(&self.finer) {
            images = upsample_bilinear(images);
            if let Some(network) = network {
                let pixels: usize = self.size(level).iter().product();
                let plane = noise.clone().narrow(1, used, pixels);
                images = network.forward(images, plane, class.clone());
                used += pixels;
            }
        }
        images
    }

    fn forward_memory(&self, rows: usize) -> u64 {
        let finer = (1..).zip(&self.finer).map(|(level, network)| {
            let size = self.size(level);
            match network {
                Some(network) => network.forward_memory(size, rows),
                // Upsampling: its rows, its columns, and the copies they are made of.
                None => bytes(rows, [numbers(&[6, size[0], size[1]])]),
            }
        });
        finer.fold(self.coarsest.forward_memory(rows), u64::saturating_add)
    }
}

fn hundred() -> usize {
    100
}

fn uniform() -> LatentDistribution {
    LatentDistribution::Uniform
}
