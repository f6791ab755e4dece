//! The network of the digit classifier.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Dropout, DropoutConfig, Initializer, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, activation};

/// Dropout probability before each dense layer.
const DROPOUT: f64 = 0.3;

/// Width of the last hidden layer.
pub(super) const FEATURES: usize = 128;

/// Five convolutions, two of them with stride 2, and two dense layers, with rectifiers between them: 234 thousand parameters. It has
/// no pooling, so the features keep positions.
#[derive(Module, Debug)]
pub struct DigitNetwork {
    convolutions: Vec<Conv2d>,
    hidden: Linear,
    output: Linear,
    dropout: Dropout,
}

impl DigitNetwork {
    /// A network with random weights, drawn from the random number generator of the device.
    #[must_use]
    pub fn new(device: &Device) -> Self {
        let he = Initializer::KaimingNormal {
            gain: 2.0_f64.sqrt(),
            fan_out_only: false,
        };
        let dense = |inputs, outputs| {
            let config = LinearConfig::new(inputs, outputs);
            config.with_initializer(he.clone()).init(device)
        };
        // Inputs, outputs, kernel, stride, padding; and the side of the output.
        let convolutions = [
            (1, 32, 4, 2, 1),  // 14
            (32, 64, 3, 1, 1), // 14
            (64, 64, 4, 2, 1), // 7
            (64, 64, 3, 1, 0), // 5
            (64, 64, 3, 1, 0), // 3
        ]
        .map(|(inputs, outputs, kernel, stride, padding)| {
            Conv2dConfig::new([inputs, outputs], [kernel; 2])
                .with_stride([stride; 2])
                .with_padding(PaddingConfig2d::Explicit(
                    padding, padding, padding, padding,
                ))
                .with_initializer(he.clone())
                .init(device)
        });
        Self {
            convolutions: convolutions.into(),
            hidden: dense(3 * 3 * 64, FEATURES),
            output: dense(FEATURES, 10),
            dropout: DropoutConfig::new(DROPOUT).init(),
        }
    }

    /// The last hidden layer and the logits of the ten digits.
    ///
    /// # Shapes
    /// - `images`: `[batch, 1, 28, 28]`, in [-1, 1], with bright digits on a dark ground
    /// - output: features `[batch, 128]`, at least 0, and logits `[batch, 10]`
    #[must_use]
    pub fn forward(&self, images: Tensor<4>) -> (Tensor<2>, Tensor<2>) {
        let maps = self.convolutions.iter().fold(images, |maps, layer| {
            activation::relu(convolve(layer, maps))
        });
        let rows = self.dropout.forward(maps.flatten(1, 3));
        let features = activation::relu(self.hidden.forward(rows));
        let logits = self.output.forward(self.dropout.forward(features.clone()));
        (features, logits)
    }
}

/// `layer.forward` with the convolution of `ganforge-ops`.
fn convolve(layer: &Conv2d, input: Tensor<4>) -> Tensor<4> {
    let PaddingConfig2d::Explicit(rows, columns, ..) = layer.padding else {
        return layer.forward(input);
    };
    let bias = layer.bias.as_ref().map(Param::val);
    let options = ConvOptions::new(layer.stride, [rows, columns], layer.dilation, layer.groups);
    ganforge_ops::conv2d(input, layer.weight.val(), bias, options)
}
