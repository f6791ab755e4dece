//! The generator of a finer level, and the class as a plane beside an image.

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::tensor::{Int, Tensor};

use super::GENERATOR_KERNELS;
use crate::ImageShape;
use crate::layers::memory::{bytes, convolution_workspace, numbers};
use crate::layers::{Activation, WeightInit, convolve, linear_activated, one_hot};

/// Adds a residual to an upsampled image: three convolutions on a plane of noise, a plane of the class, and the image.
#[derive(Module, Debug)]
pub struct LevelGenerator {
    class_plane: Option<ClassPlane>,
    first: Conv2d,
    second: Conv2d,
    last: Conv2d,
}

impl LevelGenerator {
    pub(super) fn new(
        shape: ImageShape,
        width: usize,
        classes: usize,
        init: &mut WeightInit<'_>,
    ) -> Self {
        let class_plane = ClassPlane::new(shape, classes, init);
        let planes = 1 + usize::from(class_plane.is_some()) + shape.channels;
        let [first, second, last] = GENERATOR_KERNELS;
        Self {
            class_plane,
            first: init.convolution([planes, width], first, 1, true),
            second: init.convolution([width, width], second, 1, true),
            last: init.convolution([width, shape.channels], last, 1, true),
        }
    }

    /// The images of this level: `l + G(z, l)`.
    ///
    /// # Shapes
    /// - `coarse`: `[batch, channels, height, width]`, l: the images of the level before, upsampled
    /// - `noise`: `[batch, height · width]`, z
    /// - `class`: `[batch]`, `None` for an unconditional generator
    /// - output: `[batch, channels, height, width]`
    #[must_use]
    pub fn forward(
        &self,
        coarse: Tensor<4>,
        noise: Tensor<2>,
        class: Option<Tensor<1, Int>>,
    ) -> Tensor<4> {
        let [batch, _, height, width] = coarse.dims();
        let mut planes = vec![noise.reshape([batch, 1, height, width])];
        if let (Some(plane), Some(class)) = (&self.class_plane, class) {
            planes.push(plane.forward(class, [height, width]));
        }
        planes.push(coarse.clone());
        let hidden = Activation::Relu.forward(convolve(&self.first, Tensor::cat(planes, 1)));
        let hidden = Activation::Relu.forward(convolve(&self.second, hidden));
        coarse + convolve(&self.last, hidden)
    }

    /// As [`Generator::forward_memory`](crate::Generator::forward_memory), at this size.
    pub(super) fn forward_memory(&self, size: [usize; 2], rows: usize) -> u64 {
        let layers = [&self.first, &self.second, &self.last];
        let work = layers.map(|layer| convolution_workspace(layer, size));
        let [width, planes, ..] = self.first.weight.val().dims();
        // The planes with the images they are made of; input, output and rectified output of a hidden layer.
        let held = numbers(&[3 * planes + 3 * width, size[0], size[1]]);
        bytes(rows, work.into_iter().chain([held]))
    }
}

/// One plane for each class, from a linear layer and a rectifier.
#[derive(Module, Debug)]
pub(super) struct ClassPlane {
    layer: Linear,
    classes: usize,
}

impl ClassPlane {
    /// `None` without classes.
    pub fn new(shape: ImageShape, classes: usize, init: &mut WeightInit<'_>) -> Option<Self> {
        (classes > 0).then(|| Self {
            layer: init.linear(classes, shape.height * shape.width, true),
            classes,
        })
    }

    /// # Shapes
    /// - `class`: `[batch]`
    /// - output: `[batch, 1, height, width]`
    pub fn forward(&self, class: Tensor<1, Int>, [height, width]: [usize; 2]) -> Tensor<4> {
        let [batch] = class.dims();
        let class = one_hot::<1, 2>(class, self.classes);
        let plane = linear_activated(&self.layer, Activation::Relu, class);
        plane.reshape([batch, 1, height, width])
    }
}
