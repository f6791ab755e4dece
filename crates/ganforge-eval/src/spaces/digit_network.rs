//! The network that tells digits apart.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Dropout, DropoutConfig, Initializer, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, activation};

/// Share of numbers dropped before either dense layer while training.
const DROPOUT: f64 = 0.3;

/// Units of the last hidden layer.
pub(super) const FEATURES: usize = 128;

/// Five convolutions, of which two halve the size, and two dense layers, with rectifiers between them all: 234 thousand
/// numbers. No layer pools, so no layer forgets where something was.
#[derive(Module, Debug)]
pub struct DigitNetwork {
    convolutions: Vec<Conv2d>,
    hidden: Linear,
    output: Linear,
    dropout: Dropout,
}

impl DigitNetwork {
    /// A network to be trained; its weights come from the generator of the device.
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
        // Inputs, outputs, kernel, stride, padding; and the side of what comes out.
        let convolutions = [
            (1, 32, 4, 2, 1),  // 14
            (32, 64, 3, 1, 1), // 14
            (64, 64, 4, 2, 1), // 7
            (64, 64, 3, 1, 0), // 5
            (64, 64, 3, 1, 0), // 3
        ]
        .map(|(inputs, outputs, kernel, stride, around)| {
            Conv2dConfig::new([inputs, outputs], [kernel; 2])
                .with_stride([stride; 2])
                .with_padding(PaddingConfig2d::Explicit(around, around, around, around))
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

    /// The last hidden layer, and the unbounded scores of the ten digits.
    ///
    /// # Shapes
    /// - `images`: `[batch, 1, 28, 28]`, in [-1, 1], ink being 1
    /// - output: `[batch, 128]`, none below 0, and `[batch, 10]`
    #[must_use]
    pub fn forward(&self, images: Tensor<4>) -> (Tensor<2>, Tensor<2>) {
        let grids = self.convolutions.iter().fold(images, |grids, layer| {
            activation::relu(convolve(layer, grids))
        });
        let rows = self.dropout.forward(grids.flatten(1, 3));
        let features = activation::relu(self.hidden.forward(rows));
        let logits = self.output.forward(self.dropout.forward(features.clone()));
        (features, logits)
    }
}

/// What `layer.forward` is, by the kernels of `ganforge-ops` where they are faster.
fn convolve(layer: &Conv2d, input: Tensor<4>) -> Tensor<4> {
    let PaddingConfig2d::Explicit(rows, columns, ..) = layer.padding else {
        return layer.forward(input);
    };
    let bias = layer.bias.as_ref().map(Param::val);
    let options = ConvOptions::new(layer.stride, [rows, columns], layer.dilation, layer.groups);
    ganforge_ops::conv2d(input, layer.weight.val(), bias, options)
}
