//! The configuration of the generator.

use burn::nn::BatchNormConfig;
use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::generator::{ContextEncoderGenerator, Geometry};
use super::rectangle::Rectangle;
use super::region::Region;
use super::side::{SideSizes, halved, side_sizes};
use crate::layers::{Init, WeightInit};
use crate::{ConfigError, GeneratorArchitecture, ImageShape, LatentSpec, NetworkSize, size};

/// `[generator]` of `system = "context-encoder"`.
///
/// ```
/// use ganforge_model::burn::tensor::{Device, Tensor};
/// use ganforge_model::networks::{ContextEncoderGeneratorConfig, Region};
/// use ganforge_model::{Generator, GeneratorArchitecture, GeneratorInput, ImageShape, keyed_rng};
///
/// let device = Device::flex();
/// let image = ImageShape { channels: 1, height: 28, width: 28 };
/// let config = ContextEncoderGeneratorConfig::new([8, 16], 32, [16, 8]);
/// assert_eq!((config.region, config.latent().dimension), (Region::Centre, 0));
///
/// let network = config.init(image, 0, &mut keyed_rng(7, "weights", 0), &device)?;
/// let images = Tensor::<4>::ones([4, 1, 28, 28], &device);
/// assert_eq!(network.predict(images.clone()).dims(), [4, 1, 14, 14]);
/// // Nothing is missing: the second channel is the mask.
/// let input = Tensor::cat(vec![images.clone(), images.zeros_like()], 1);
/// let completed = network.forward(GeneratorInput::image(input));
/// assert_eq!(completed.into_data(), images.into_data());
/// # Ok::<(), ganforge_model::ConfigError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextEncoderGeneratorConfig {
    /// What is missing and predicted.
    #[serde(default)]
    pub region: Region,
    /// Pixels on each side of the predicted patch that are not missing; 0 for [`Region::Random`].
    #[serde(default)]
    pub overlap: usize,
    /// Channels of the encoder's layers, each of which halves the size.
    pub encoder: Vec<usize>,
    /// Values of the code between encoder and decoder.
    pub code: usize,
    /// Channels of the decoder's base grid and hidden layers, after each of which the size doubles.
    pub decoder: Vec<usize>,
    /// The colour of missing pixels in [-1, 1], a value per channel; by default the paper's for RGB, else 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Vec<f64>>,
    /// Initial weights.
    #[serde(default = "dcgan_init")]
    pub init: Init,
}

/// The constants of the paper's code for red, green and blue: 2·117/255 - 1, 2·104/255 - 1, 2·123/255 - 1.
const RGB_FILL: [f64; 3] = [
    2.0 * 117.0 / 255.0 - 1.0,
    2.0 * 104.0 / 255.0 - 1.0,
    2.0 * 123.0 / 255.0 - 1.0,
];

impl ContextEncoderGeneratorConfig {
    /// A network for a hole in the centre, without overlap; other fields have their defaults.
    #[must_use]
    pub fn new(
        encoder: impl Into<Vec<usize>>,
        code: usize,
        decoder: impl Into<Vec<usize>>,
    ) -> Self {
        Self {
            region: Region::Centre,
            overlap: 0,
            encoder: encoder.into(),
            code,
            decoder: decoder.into(),
            fill: None,
            init: dcgan_init(),
        }
    }

    /// The colour of missing pixels.
    ///
    /// # Shapes
    /// - output: `[channels]`, in [-1, 1]
    #[must_use]
    pub fn fill_colour(&self, image: ImageShape) -> Vec<f64> {
        match &self.fill {
            Some(fill) => fill.clone(),
            None if image.channels == RGB_FILL.len() => RGB_FILL.to_vec(),
            None => vec![0.0; image.channels],
        }
    }

    /// The shape of the predicted pixels.
    #[must_use]
    pub fn predicted(&self, image: ImageShape) -> ImageShape {
        let Rectangle { height, width, .. } = self.region.predicted(image);
        ImageShape {
            channels: image.channels,
            height,
            width,
        }
    }

    /// A hole: 1 at missing pixels and 0 elsewhere, `height · width` values; see [`Region::mask`].
    #[must_use]
    pub fn mask(&self, image: ImageShape, rng: &mut ChaCha8Rng) -> Vec<f32> {
        self.region.mask(image, self.overlap, rng)
    }

    /// An image whose missing pixels have the fill colour, and the mask as one more channel.
    ///
    /// # Shapes
    /// - `image`: `channels · height · width` values
    /// - `mask`: `height · width` values, 1 at missing pixels and 0 elsewhere
    /// - output: `(channels + 1) · height · width` values
    #[must_use]
    pub fn cut(&self, image: &[f32], shape: ImageShape, mask: &[f32]) -> Vec<f32> {
        let fill = self.fill_colour(shape);
        let planes = image.chunks(mask.len()).zip(fill);
        let with_hole = planes.flat_map(|(plane, fill)| {
            let pixels = plane.iter().zip(mask);
            pixels.map(move |(&pixel, &missing)| if missing > 0.5 { fill as f32 } else { pixel })
        });
        with_hole.chain(mask.iter().copied()).collect()
    }

    /// Checks what does not depend on the images.
    ///
    /// # Errors
    /// The key, its value and the allowed values.
    pub fn check(&self) -> Result<(), ConfigError> {
        for (key, channels) in [("encoder", &self.encoder), ("decoder", &self.decoder)] {
            if channels.is_empty() {
                return Err(ConfigError::new(
                    key,
                    "[]",
                    "one or more numbers of channels",
                ));
            }
            channels
                .iter()
                .try_for_each(|&channels| ConfigError::at_least_one(key, channels))?;
        }
        ConfigError::at_least_one("code", self.code)?;
        self.init.check()?;
        if self.region == Region::Random && self.overlap > 0 {
            return Err(ConfigError::new(
                "overlap",
                self.overlap,
                "0 with region = \"random\", which predicts all of the context too",
            ));
        }
        if let Some(fill) = &self.fill
            && let Some(value) = fill.iter().find(|value| !(-1.0..=1.0).contains(*value))
        {
            return Err(ConfigError::new(
                "fill",
                value,
                "values from -1 (black) to 1 (white)",
            ));
        }
        Ok(())
    }

    /// Checks that the layers fit the images.
    fn check_image(&self, image: ImageShape) -> Result<(), ConfigError> {
        let ImageShape {
            channels,
            height,
            width,
        } = image;
        let short = height.min(width);
        let four = [height, width].iter().all(|side| side.is_multiple_of(4));
        if short < 4 || (self.region == Region::Centre && !four) {
            return Err(ConfigError::new(
                "data.size",
                format!("{height}×{width}"),
                "for a context-encoder sides of at least 4 pixels, and for region = \"centre\" multiples of 4",
            ));
        }
        let predicted = self.predicted(image);
        for (key, layers, side) in [
            ("encoder", self.encoder.len(), short),
            (
                "decoder",
                self.decoder.len(),
                predicted.height.min(predicted.width),
            ),
        ] {
            if halved(side, layers) == 0 {
                let most = side.ilog2();
                let what =
                    format!("at most {most} layers, since each halves a side of {side} pixels");
                return Err(ConfigError::new(key, format!("{layers} layers"), what));
            }
        }
        let side = predicted.height.min(predicted.width);
        if self.overlap >= side.div_ceil(2) {
            return Err(ConfigError::new(
                "overlap",
                self.overlap,
                format!("less than half of the predicted patch's {side} pixels"),
            ));
        }
        if let Some(fill) = &self.fill
            && fill.len() != channels
        {
            let what = format!("one value per channel of the images, which have {channels}");
            return Err(ConfigError::new(
                "fill",
                format!("{} values", fill.len()),
                what,
            ));
        }
        Ok(())
    }
}

impl GeneratorArchitecture for ContextEncoderGeneratorConfig {
    type Network = ContextEncoderGenerator;

    /// Builds the network; `classes` are ignored.
    fn init(
        &self,
        image: ImageShape,
        _classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<ContextEncoderGenerator, ConfigError> {
        self.check()?;
        self.check_image(image)?;
        size::check(self, |config| Some(config.network_size(image)))?;
        let SideSizes {
            top_grid,
            predicted,
        } = side_sizes(self.region, self.encoder.len(), self.decoder.len(), image);
        let mut init = WeightInit::new(self.init, rng, device);
        let norms = |channels: &[usize]| {
            let norm = |&channels: &usize| BatchNormConfig::new(channels).init(device);
            channels.iter().map(norm).collect::<Vec<_>>()
        };
        let inputs = std::iter::once(&image.channels).chain(&self.encoder);
        let encoder = inputs.zip(&self.encoder);
        let encoder = encoder
            .map(|(&inputs, &outputs)| init.downsampling_conv(inputs, outputs))
            .collect();
        let top = self.encoder[self.encoder.len() - 1] * top_grid[0] * top_grid[1];
        let code = init.linear(top, self.code, false);
        let base_grid = predicted[0];
        let base = self.decoder[0] * base_grid[0] * base_grid[1];
        let base = init.linear(self.code, base, false);
        let outputs = self.decoder[1..].iter().chain([&image.channels]);
        let decoder = self.decoder.iter().zip(outputs).zip(&predicted[1..]);
        let decoder = decoder
            .map(|((&inputs, &outputs), size)| {
                let mut layer = init.upsampling_conv(inputs, outputs, false);
                // Sides that were odd before they were halved.
                layer.padding_out = size.map(|side| side % 2);
                layer
            })
            .collect();
        let fill = self.fill_colour(image);
        Ok(ContextEncoderGenerator {
            encoder,
            encoder_norms: norms(&self.encoder[1..]),
            code,
            code_norm: BatchNormConfig::new(self.code).init(device),
            base,
            norms: norms(&self.decoder),
            decoder,
            base_grid,
            geometry: Geometry {
                image,
                predicted: self.region.predicted(image),
                fill: fill.into_iter().map(|value| value as f32).collect(),
            },
        })
    }

    /// No latents: the output depends on the image alone.
    fn latent(&self) -> LatentSpec {
        LatentSpec::normal(0)
    }

    fn weight_count(&self, image: ImageShape, _classes: usize) -> Option<usize> {
        size::exact_count(self.network_size(image).matrices)
    }

    fn size(&self, image: ImageShape, _classes: usize) -> Option<NetworkSize> {
        Some(self.network_size(image))
    }

    fn batch_norm_1d(&self) -> Option<&'static str> {
        Some("batch")
    }

    /// An image and its mask.
    fn input(&self, image: ImageShape) -> Option<ImageShape> {
        Some(ImageShape {
            channels: image.channels.saturating_add(1),
            ..image
        })
    }

    /// The image with a hole in the fill colour, and the hole's mask.
    fn prepare_input(&self, image: &[f32], shape: ImageShape, rng: &mut ChaCha8Rng) -> Vec<f32> {
        self.cut(image, shape, &self.mask(shape, rng))
    }
}

fn dcgan_init() -> Init {
    Init::Normal { std: 0.02 }
}
