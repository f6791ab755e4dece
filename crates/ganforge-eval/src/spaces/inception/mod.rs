//! Inception-v3, the feature space of published Fréchet distances and Inception scores.
//!
//! Network, weights and preprocessing (`preprocess.rs`) are those of pytorch-fid's port of the TensorFlow graph that M. Heusel et al. used, "GANs trained by a two
//! time-scale update rule converge to a local Nash equilibrium", 2017. The network is built from the tensors of one released file (`layer.rs`), which is
//! verified by its digest (`release.rs`).

mod layer;
mod plan;
mod preprocess;
mod release;
mod tensors;
#[cfg(test)]
mod tests;

use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData, activation};
use ganforge_core::ImageShape;

use super::classified::Classified;
use crate::error::EvalError;
use layer::Layer;
use tensors::Tensors;

pub use release::{INCEPTION_FILE, INCEPTION_SHA256};
#[cfg(test)]
pub(crate) use tests::GENERATED;

/// Its name in errors.
const NAME: &str = "Inception-v3";

/// Channels of the last block; their spatial means are the features.
pub(super) const FEATURES: usize = 2048;

/// Classes of the released network: the 1,000 of ILSVRC 2012 and eight unused ones.
pub(super) const CLASSES: usize = 1008;

/// The released Inception-v3.
#[derive(Debug, Clone)]
pub struct InceptionV3 {
    layers: Vec<Layer>,
    /// `[2048, 1008]`
    classifier: Tensor<2>,
}

impl InceptionV3 {
    /// The released weights from the file that `ganforge data fetch inception` downloads, on a device.
    ///
    /// # Errors
    /// [`EvalError::Weights`] if the file is missing or not the released one.
    pub fn open(path: &Path, device: &Device) -> Result<Self, EvalError> {
        let opened = release::check(path).and_then(|()| Self::new(Tensors::read(path)?, device));
        opened.map_err(|reason| EvalError::Weights { what: NAME, reason })
    }

    /// The network with these tensors.
    ///
    /// # Errors
    /// A tensor is missing, unused or of another shape.
    fn new(mut tensors: Tensors, device: &Device) -> Result<Self, String> {
        let (layers, channels) = Layer::sequence(plan::layers(), 3, &mut tensors, device)?;
        let classifier = tensors.take("fc.weight", [CLASSES, channels])?;
        // Neither the Inception score of 2016 nor torch-fidelity's adds the bias.
        tensors.take("fc.bias", [CLASSES])?;
        tensors.finish()?;
        let classifier = TensorData::new(classifier, [CLASSES, channels]);
        let classifier: Tensor<2> = Tensor::from_data(classifier, device);
        Ok(Self {
            layers,
            classifier: classifier.transpose(),
        })
    }

    /// Features and class probabilities of images, quantized to 8 bits. An image takes about 20 MB, so pass a few dozen at a time.
    ///
    /// Features are those of pytorch-fid. Probabilities are the softmax of 1008 logits without bias, as in the code of T. Salimans et al., 2016, and in
    /// torch-fidelity.
    ///
    /// # Shapes
    /// - `images`: `[batch, 1 or 3, height, width]`, in [-1, 1]; grey images are repeated to three channels
    /// - output: features `[batch, 2048]`, at least 0, and probabilities `[batch, 1008]`
    ///
    /// # Errors
    /// [`EvalError::ImageShape`] for another number of channels.
    pub fn classify(&self, images: Tensor<4>) -> Result<Classified, EvalError> {
        let [_, channels, height, width] = images.dims();
        check(ImageShape {
            channels,
            height,
            width,
        })?;
        let (features, logits) = self.forward(preprocess::preprocess(images));
        Ok(Classified {
            features,
            probabilities: activation::softmax(logits, 1),
        })
    }

    /// Features and logits.
    ///
    /// # Shapes
    /// - `images`: `[batch, 3, 299, 299]`, in [-1, 1]
    /// - output: `[batch, 2048]` and `[batch, 1008]`
    fn forward(&self, images: Tensor<4>) -> (Tensor<2>, Tensor<2>) {
        let maps = Layer::forward_all(&self.layers, images);
        let positions: Tensor<3> = maps.flatten(2, 3);
        let features: Tensor<2> = positions.mean_dim(2).squeeze_dim(2);
        let logits = features.clone().matmul(self.classifier.clone());
        (features, logits)
    }
}

/// How images are resized, as a protocol states it.
pub(super) fn resize(shape: ImageShape) -> Option<String> {
    let side = preprocess::SIDE;
    ([shape.height, shape.width] != [side; 2]).then(|| format!("bilinear to {side}x{side}"))
}

/// Fails unless images are grey or RGB.
pub(super) fn check(shape: ImageShape) -> Result<(), EvalError> {
    if matches!(shape.channels, 1 | 3) && shape.height * shape.width > 1 {
        return Ok(());
    }
    Err(EvalError::ImageShape {
        what: NAME,
        expected: "1 or 3 channels",
        found: shape.to_string(),
        remedy: "ask for raw features",
    })
}
