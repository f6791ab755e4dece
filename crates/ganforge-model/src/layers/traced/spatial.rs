//! Steps on images: convolutions, pooling, class planes.

use burn::nn::conv::Conv2d;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Int, Tensor, module};

use super::Traced;
use crate::layers::convolution::symmetric_padding;
use crate::layers::{append_planes, convolve};

impl<'a, const S: usize> Traced<'a, 4, S> {
    /// A convolution.
    ///
    /// # Shapes
    /// - `[batch, inputs, height, width]` to `[batch, outputs, height', width']`
    ///
    /// # Panics
    /// If the padding of opposite sides differs.
    #[must_use]
    pub fn convolution(self, layer: &'a Conv2d) -> Self {
        let [_, _, height, width] = self.value.dims();
        let output = convolve(layer, self.value());
        self.then(output, move |gradient| {
            convolution_pull_back(layer, gradient, [height, width])
        })
    }

    /// Average pooling over 2×2 pixels.
    ///
    /// # Shapes
    /// - `[batch, channels, 2·height, 2·width]` to `[batch, channels, height, width]`
    #[must_use]
    pub fn average_pool(self) -> Self {
        let output = average_pool(self.value());
        self.then(output, |gradient| upsample_nearest(gradient) * 0.25)
    }

    /// Sums over all pixels.
    ///
    /// # Shapes
    /// - `[batch, channels, height, width]` to `[batch, channels]`
    #[must_use]
    pub fn sum_pool(self) -> Traced<'a, 2, S> {
        let shape = self.value.dims();
        let [batch, channels, ..] = shape;
        let pixels: Tensor<3> = self.value().flatten(2, 3);
        let output = pixels.sum_dim(2).squeeze_dim(2);
        self.then(output, move |gradient: Tensor<2>| {
            gradient.reshape([batch, channels, 1, 1]).expand(shape)
        })
    }

    /// Flattens images to rows.
    ///
    /// # Shapes
    /// - `[batch, channels, height, width]` to `[batch, channels · height · width]`
    #[must_use]
    pub fn flatten(self) -> Traced<'a, 2, S> {
        let shape = self.value.dims();
        let output = self.value().flatten(1, 3);
        self.then(output, move |gradient: Tensor<2>| gradient.reshape(shape))
    }

    /// Appends the one-hot class to each image as constant planes; without a class, does nothing.
    ///
    /// # Shapes
    /// - `class`: `[batch]`, each below `classes`
    /// - `[batch, channels, height, width]` to `[batch, channels + classes, height, width]`
    #[must_use]
    pub fn append_planes(self, class: Option<Tensor<1, Int>>, classes: usize) -> Self {
        let Some(class) = class else {
            return self;
        };
        let [_, channels, ..] = self.value.dims();
        let output = append_planes(self.value(), class, classes);
        self.then(output, move |gradient| gradient.narrow(1, 0, channels))
    }

    /// A depthwise convolution of all channels with one constant kernel.
    ///
    /// A kernel of odd size is centred on a pixel, one of even size between pixels, which requires a stride above 1.
    ///
    /// # Shapes
    /// - `kernel`: `[1, 1, taps, taps]`
    /// - `[batch, channels, height, width]` to `[batch, channels, height / stride, width / stride]`
    #[must_use]
    pub fn filter(self, kernel: Tensor<4>, stride: usize) -> Self {
        let shape = self.value.dims();
        let [batch, channels, height, width] = shape;
        let [.., taps] = kernel.dims();
        let padding = (taps - 1) / 2;
        // Depthwise: each channel becomes an image of one channel.
        let rows = self.value().flatten::<3>(0, 1).unsqueeze_dim::<4>(1);
        let options = ConvOptions::new([stride; 2], [padding; 2], [1, 1], 1);
        let output = module::conv2d(rows, kernel.clone(), None, options);
        let [_, _, low_height, low_width] = output.dims();
        let output = output.reshape([batch, channels, low_height, low_width]);
        self.then(output, move |gradient: Tensor<4>| {
            let rows = gradient.flatten::<3>(0, 1).unsqueeze_dim::<4>(1);
            let options = ConvTransposeOptions::new(
                [stride; 2],
                [padding; 2],
                [
                    output_padding(height, low_height, stride, taps, padding),
                    output_padding(width, low_width, stride, taps, padding),
                ],
                [1, 1],
                1,
            );
            module::conv_transpose2d(rows, kernel, None, options).reshape(shape)
        })
    }
}

/// Averages over 2×2 pixels.
///
/// # Shapes
/// - `images`: `[batch, channels, 2·height, 2·width]`
/// - output: `[batch, channels, height, width]`
#[must_use]
pub fn average_pool(images: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = images.dims();
    let squares = images.reshape([batch * channels, height / 2, 2, width / 2, 2]);
    let sums = squares.sum_dim(4).sum_dim(2) * 0.25;
    sums.reshape([batch, channels, height / 2, width / 2])
}

/// Nearest-neighbour upsampling by 2.
///
/// # Shapes
/// - `images`: `[batch, channels, height, width]`
/// - output: `[batch, channels, 2·height, 2·width]`
pub(crate) fn upsample_nearest(images: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = images.dims();
    images
        .reshape([batch * channels, height, 1, width, 1])
        .expand([batch * channels, height, 2, width, 2])
        .reshape([batch, channels, 2 * height, 2 * width])
}

fn convolution_pull_back(layer: &Conv2d, gradient: Tensor<4>, input: [usize; 2]) -> Tensor<4> {
    let padding = symmetric_padding(layer)
        .expect("a traced convolution has explicit padding, the same on opposite sides");
    let [_, _, height, width] = gradient.dims();
    let output = [height, width];
    let padding_out = [0, 1].map(|side| {
        output_padding(
            input[side],
            output[side],
            layer.stride[side],
            (layer.kernel_size[side] - 1) * layer.dilation[side] + 1,
            padding[side],
        )
    });
    let options = ConvTransposeOptions::new(
        layer.stride,
        padding,
        padding_out,
        layer.dilation,
        layer.groups,
    );
    ganforge_ops::conv_transpose2d(gradient, layer.weight.val(), None, options)
}

/// Pixels at the end of a side that a strided convolution does not cover: the output padding of its transpose.
fn output_padding(
    input: usize,
    output: usize,
    stride: usize,
    taps: usize,
    padding: usize,
) -> usize {
    input + 2 * padding - ((output - 1) * stride + taps)
}
