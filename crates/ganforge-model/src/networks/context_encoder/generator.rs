//! The encoder and decoder.

use burn::module::Module;
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::nn::{BatchNorm, Linear};
use burn::tensor::{Device, Tensor, TensorData};

use super::rectangle::Rectangle;
use super::side::halved;
use crate::layers::memory::{bytes, downsampling_workspace, numbers, upsampling_workspace};
use crate::layers::{Activation, batch_norm, convolve, convolve_transposed, linear};
use crate::{Generator, GeneratorInput, ImageShape};

/// An encoder to a code, and a decoder from the code to the predicted pixels.
#[derive(Module, Debug)]
pub struct ContextEncoderGenerator {
    pub(super) encoder: Vec<Conv2d>,
    pub(super) encoder_norms: Vec<BatchNorm>,
    pub(super) code: Linear,
    pub(super) code_norm: BatchNorm,
    pub(super) base: Linear,
    pub(super) norms: Vec<BatchNorm>,
    pub(super) decoder: Vec<ConvTranspose2d>,
    pub(super) base_grid: [usize; 2],
    #[module(skip)]
    pub(super) geometry: Geometry,
}

/// What does not depend on weights.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Geometry {
    pub image: ImageShape,
    pub predicted: Rectangle,
    pub fill: Vec<f32>,
}

impl ContextEncoderGenerator {
    /// The context: images whose missing pixels have the fill colour.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`
    /// - `mask`: `[batch or 1, 1, height, width]`, 1 at missing pixels and 0 elsewhere
    /// - output: as `images`
    #[must_use]
    pub fn context(&self, images: Tensor<4>, mask: &Tensor<4>) -> Tensor<4> {
        let fill = self.fill(&images.device());
        images * (-mask.clone() + 1.0) + fill * mask.clone()
    }

    /// The predicted pixels: the patch in the centre, or the whole image.
    ///
    /// # Shapes
    /// - `context`: `[batch, channels, height, width]`, with missing pixels in the fill colour
    /// - output: `[batch, channels, predicted height, predicted width]`, in [-1, 1]
    #[must_use]
    pub fn predict(&self, context: Tensor<4>) -> Tensor<4> {
        let mut images = context;
        for (index, layer) in self.encoder.iter().enumerate() {
            images = convolve(layer, images);
            // The first layer has no norm, as in the paper.
            images = match index
                .checked_sub(1)
                .and_then(|index| self.encoder_norms.get(index))
            {
                Some(norm) => batch_norm(norm, images, Some(Activation::LeakyRelu)),
                None => Activation::LeakyRelu.forward(images),
            };
        }
        let rows: Tensor<2> = linear(&self.code, images.flatten(1, 3));
        let rows = batch_norm(&self.code_norm, rows, Some(Activation::LeakyRelu));
        let rows = linear(&self.base, rows);
        let [batch, values] = rows.dims();
        let [height, width] = self.base_grid;
        let mut images = rows.reshape([batch, values / (height * width), height, width]);
        for (norm, layer) in self.norms.iter().zip(&self.decoder) {
            images = batch_norm(norm, images, Some(Activation::Relu));
            images = convolve_transposed(layer, images);
        }
        ganforge_ops::tanh(images)
    }

    /// Images whose missing pixels are those of a prediction.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`
    /// - `mask`: `[batch or 1, 1, height, width]`, as of [`context`](Self::context)
    /// - `prediction`: as of [`predict`](Self::predict)
    /// - output: as `images`
    #[must_use]
    pub fn complete(
        &self,
        images: Tensor<4>,
        mask: &Tensor<4>,
        prediction: Tensor<4>,
    ) -> Tensor<4> {
        let predicted = self.predicted().replace(images.zeros_like(), prediction);
        images * (-mask.clone() + 1.0) + predicted * mask.clone()
    }

    /// The pixels that it predicts.
    #[must_use]
    pub fn predicted(&self) -> Rectangle {
        self.geometry.predicted
    }

    /// `[1, channels, 1, 1]`
    fn fill(&self, device: &Device) -> Tensor<4> {
        let fill = self.geometry.fill.clone();
        let dims = [1, fill.len(), 1, 1];
        Tensor::from_data(TensorData::new(fill, dims), device)
    }
}

/// Takes images with their mask as one more channel, 1 at missing pixels and 0 elsewhere, and returns images whose missing pixels
/// are those of the prediction. What an input has at missing pixels has no effect.
impl Generator for ContextEncoderGenerator {
    fn forward(&self, input: GeneratorInput) -> Tensor<4> {
        let input = input.expect_image();
        let channels = self.geometry.image.channels;
        let mask = input.clone().narrow(1, channels, 1);
        let images = input.narrow(1, 0, channels);
        let prediction = self.predict(self.context(images.clone(), &mask));
        self.complete(images, &mask, prediction)
    }

    fn forward_memory(&self, rows: usize) -> u64 {
        let image = self.geometry.image;
        let sizes = |depth| [image.height, image.width].map(|side| halved(side, depth));
        let encoder = self.encoder.iter().enumerate().map(|(index, layer)| {
            let [outputs, inputs, ..] = layer.weight.val().dims();
            let (input, output) = (sizes(index), sizes(index + 1));
            // Input, output and the output of the norm.
            let kept = numbers(&[inputs, input[0], input[1]]).saturating_add(numbers(&[
                2 * outputs,
                output[0],
                output[1],
            ]));
            [kept, downsampling_workspace(layer, output)]
        });
        let mut size = self.base_grid;
        let decoder = self.decoder.iter().map(|layer| {
            let [inputs, outputs, ..] = layer.weight.val().dims();
            let before = size;
            size = [0, 1].map(|side| 2 * before[side] + layer.padding_out[side]);
            let kept = numbers(&[2 * inputs, before[0], before[1]]).saturating_add(numbers(&[
                2 * outputs,
                size[0],
                size[1],
            ]));
            [kept, upsampling_workspace(layer, before)]
        });
        let layers: Vec<[u64; 2]> = encoder.chain(decoder).collect();
        let kept = layers.iter().map(|[kept, _]| *kept).max();
        let work = layers.iter().map(|[_, work]| *work);
        // The images, their context and masks beside the layers.
        let images = numbers(&[4, image.values()]);
        bytes(rows, work.chain(kept).chain([images]))
    }
}
