//! Residual blocks: the sum of a shortcut and a branch of two convolutions (He et al. 2016, "Identity Mappings in Deep
//! Residual Networks").

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;

use crate::layers::memory::{convolution_workspace, numbers};
use crate::layers::{
    Activation, Norm, NormContext, NormLayer, Traced, WeightInit, convolve, normalise_and_activate,
    upsample_nearest,
};

/// A block of the discriminator: `x ↦ shortcut(x) + conv₃(relu(conv₃(relu(x))))`, both average-pooled if it halves the size.
#[derive(Module, Debug)]
pub(super) struct DiscriminatorBlock {
    first: Conv2d,
    second: Conv2d,
    shortcut: Option<Conv2d>,
    #[module(skip)]
    kind: BlockKind,
}

/// The kind of a discriminator's block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    /// The first block, without a rectifier on the image; halves the size.
    First,
    /// Halves the size.
    Down,
    /// Keeps the size.
    SameSize,
}

impl BlockKind {
    /// Channels between the two convolutions.
    pub fn hidden(self, [inputs, outputs]: [usize; 2]) -> usize {
        match self {
            Self::First => outputs,
            Self::Down | Self::SameSize => inputs,
        }
    }

    /// True if the shortcut has a convolution.
    pub fn has_shortcut_conv(self, [inputs, outputs]: [usize; 2]) -> bool {
        self != Self::SameSize || inputs != outputs
    }
}

impl DiscriminatorBlock {
    pub fn new(kind: BlockKind, [inputs, outputs]: [usize; 2], init: &mut WeightInit<'_>) -> Self {
        let hidden = kind.hidden([inputs, outputs]);
        let has_shortcut_conv = kind.has_shortcut_conv([inputs, outputs]);
        Self {
            first: init.convolution([inputs, hidden], 3, 1, true),
            second: init.convolution([hidden, outputs], 3, 1, true),
            shortcut: has_shortcut_conv.then(|| init.convolution([inputs, outputs], 1, 1, true)),
            kind,
        }
    }

    /// # Shapes
    /// - `[batch, inputs, height, width]` to `[batch, outputs, height', width']`
    pub fn trace<'a>(&'a self, images: Traced<'a, 4>) -> Traced<'a, 4> {
        images.fork(
            |images| self.residual(images),
            |images| self.shortcut(images),
        )
    }

    fn residual<'a>(&'a self, mut images: Traced<'a, 4>) -> Traced<'a, 4> {
        if self.kind != BlockKind::First {
            images = images.activation(Activation::Relu);
        }
        images = images.convolution(&self.first);
        images = images.activation(Activation::Relu);
        self.pool(images.convolution(&self.second))
    }

    fn shortcut<'a>(&'a self, images: Traced<'a, 4>) -> Traced<'a, 4> {
        let images = self.pool(images);
        match &self.shortcut {
            Some(layer) => images.convolution(layer),
            None => images,
        }
    }

    fn pool<'a>(&self, images: Traced<'a, 4>) -> Traced<'a, 4> {
        match self.kind {
            BlockKind::First | BlockKind::Down => images.average_pool(),
            BlockKind::SameSize => images,
        }
    }
}

/// A block of the generator: `x ↦ up(conv₁(x)) + conv₃(relu(norm(conv₃(up(relu(norm(x)))))))`, where `up` is
/// nearest-neighbour upsampling by 2.
#[derive(Module, Debug)]
pub(super) struct GeneratorBlock {
    norms: Vec<NormLayer>,
    first: Conv2d,
    second: Conv2d,
    shortcut: Conv2d,
}

impl GeneratorBlock {
    /// `classes` is 0 for an unconditional generator.
    pub fn new(
        norm: Norm,
        [inputs, outputs]: [usize; 2],
        classes: usize,
        init: &mut WeightInit<'_>,
    ) -> Self {
        Self {
            norms: norm.layers(&[inputs, outputs], classes, init.device()),
            first: init.convolution([inputs, outputs], 3, 1, norm == Norm::None),
            second: init.convolution([outputs, outputs], 3, 1, true),
            shortcut: init.convolution([inputs, outputs], 1, 1, true),
        }
    }

    /// # Shapes
    /// - `images`: `[batch, inputs, height, width]`
    /// - output: `[batch, outputs, 2·height, 2·width]`
    pub fn forward(&self, images: Tensor<4>, context: &NormContext) -> Tensor<4> {
        let shortcut = upsample_nearest(convolve(&self.shortcut, images.clone()));
        let images = upsample_nearest(self.rectify(0, images, context));
        let images = self.rectify(1, convolve(&self.first, images), context);
        shortcut + convolve(&self.second, images)
    }

    /// Values that [`forward`](Self::forward) holds for one output image of this size.
    pub fn activation_values(&self, [height, width]: [usize; 2]) -> u64 {
        let [outputs, inputs, ..] = self.first.weight.val().dims();
        // The shortcut, and input and output of a convolution or three copies in conditional batch norm.
        let most = outputs + (inputs + outputs).max(3 * outputs);
        numbers(&[most, height, width])
    }

    /// Workspace of its convolutions, in values.
    pub fn workspace(&self, size: [usize; 2]) -> u64 {
        let layers = [&self.first, &self.second];
        let work = layers.map(|layer| convolution_workspace(layer, size));
        work[0].saturating_add(work[1])
    }

    fn rectify(&self, index: usize, images: Tensor<4>, context: &NormContext) -> Tensor<4> {
        normalise_and_activate(self.norms.get(index), images, context, Activation::Relu)
    }
}
