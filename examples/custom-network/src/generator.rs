//! Images as sums of sine waves.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use ganforge_model::layers::{Init, WeightInit, append_one_hot};
use ganforge_model::{
    ChaCha8Rng, ConfigError, Generator, GeneratorArchitecture, GeneratorInput, ImageShape,
    LatentSpec,
};
use serde::{Deserialize, Serialize};

/// `[generator]` in `recipe.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waves {
    /// Coordinates per latent.
    pub latent: usize,
    /// Waves per layer.
    pub width: usize,
    /// How fine the first waves are to begin with.
    pub frequency: f64,
}

/// The brightness of an image as a function of the place in it, made of sine waves that the latent shifts (in the manner
/// of Sitzmann et al. 2020, "Implicit Neural Representations with Periodic Activation Functions").
///
/// No weight depends on the number of pixels, so what was learned from small images can be drawn at any size.
#[derive(Module, Debug)]
pub struct WaveField {
    places: Linear,
    shifts: Linear,
    mix: Linear,
    colours: Linear,
    frequency: f64,
    classes: usize,
    // What is no weight and no number is skipped by Burn.
    #[module(skip)]
    image: ImageShape,
}

impl GeneratorArchitecture for Waves {
    type Network = WaveField;

    fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<WaveField, ConfigError> {
        for (key, value) in [("latent", self.latent), ("width", self.width)] {
            if value == 0 {
                return Err(ConfigError::new(key, value, "1 or more"));
            }
        }
        // Weights are drawn on the host: the seed of the run gives the same ones on every device.
        let mut init = WeightInit::new(Init::He, rng, device);
        Ok(WaveField {
            places: init.linear(2, self.width, true),
            shifts: init.linear(self.latent + classes, 2 * self.width, true),
            mix: init.linear(self.width, self.width, true),
            colours: init.linear(self.width, image.channels, true),
            frequency: self.frequency,
            classes,
            image,
        })
    }

    fn latent(&self) -> LatentSpec {
        LatentSpec::normal(self.latent)
    }
}

impl Generator for WaveField {
    fn forward(&self, input: GeneratorInput) -> Tensor<4> {
        let noise = input.expect_noise();
        let ImageShape {
            channels,
            height,
            width,
        } = self.image;
        let [batch, _] = noise.dims();
        let places = places(self.image, &noise.device()) * self.frequency;
        let code = match input.class {
            Some(class) => append_one_hot(noise, class, self.classes),
            None => noise,
        };
        // [batch, 1, waves], added at every place.
        let shifts = self.shifts.forward(code).unsqueeze_dim::<3>(1).chunk(2, 2);
        let waves = self.places.forward(places).unsqueeze_dim(0) + shifts[0].clone();
        let waves = self.mix.forward(waves.sin()) + shifts[1].clone();
        // [batch, places, channels], in [-1, 1] as all images are.
        let colours = self.colours.forward(waves.sin()).tanh();
        colours
            .swap_dims(1, 2)
            .reshape([batch, channels, height, width])
    }
}

/// The middle of each pixel, row by row, in an image that reaches from -1 to 1: `[places, 2]`.
fn places(image: ImageShape, device: &Device) -> Tensor<2> {
    let middle = |index: usize, side: usize| (2 * index + 1) as f32 / side as f32 - 1.0;
    let rows = (0..image.height).map(|row| middle(row, image.height));
    let places: Vec<f32> = rows
        .flat_map(|y| (0..image.width).flat_map(move |x| [y, middle(x, image.width)]))
        .collect();
    let count = image.height * image.width;
    Tensor::from_data(TensorData::new(places, [count, 2]), device)
}
