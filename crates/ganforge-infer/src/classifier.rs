//! Classes of images, by the classifier of a semi-supervised model.

use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use ganforge_model::networks::{Classifier as Network, ClassifierCard};
use ganforge_model::{
    BundleCard, CLASSIFIER, ImageShape, ModelBundle, ModelCard, ModelError, keyed_rng,
};

use crate::error::InferError;
use crate::images::Images;

/// Images per batch.
const BATCH: usize = 256;

/// The trained classifier of a model file that holds one, on a device.
///
/// ```no_run
/// use ganforge_infer::burn::tensor::Device;
/// use ganforge_infer::{Classifier, Images};
///
/// let classifier = Classifier::open("runs/salimans/model.safetensors", &Device::flex())?;
/// let image = classifier.image();
/// let classes = classifier.classify(&Images::new(image, vec![0.0; image.values()])?)?;
/// println!("{}", classifier.names()[classes[0]]);
/// # Ok::<(), ganforge_infer::InferError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Classifier {
    network: Network,
    card: BundleCard,
    names: Vec<String>,
    device: Device,
}

impl Classifier {
    /// Opens a model file and loads its classifier onto `device`.
    ///
    /// # Errors
    /// The file cannot be read, is damaged, or holds no classifier.
    pub fn open(path: impl AsRef<Path>, device: &Device) -> Result<Self, InferError> {
        let path = path.as_ref();
        let opened = ModelBundle::open(path).and_then(|bundle| Self::load(&bundle, device));
        opened.map_err(|source| match source {
            ModelError::Io { path, source } => InferError::Io { path, source },
            source => InferError::File {
                path: path.to_owned(),
                source,
            },
        })
    }

    /// Names of the classes, in the order of the logits.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The shape of the images that it classifies.
    #[must_use]
    pub fn image(&self) -> ImageShape {
        self.card.image
    }

    /// The most probable class of each image, an index of [`names`](Self::names).
    ///
    /// # Errors
    /// As [`logits`](Self::logits).
    pub fn classify(&self, images: &Images) -> Result<Vec<usize>, InferError> {
        let classes = self.names.len();
        let logits = self.logits(images)?;
        let largest = |row: &[f32]| {
            let pairs = row.iter().enumerate();
            let best = pairs.max_by(|(_, a), (_, b)| a.total_cmp(b));
            best.map_or(0, |(class, _)| class)
        };
        Ok(logits.chunks(classes).map(largest).collect())
    }

    /// The logits of the classes, `[count, classes]` in row-major order.
    ///
    /// # Errors
    /// Images of another shape, or a device that fails.
    pub fn logits(&self, images: &Images) -> Result<Vec<f32>, InferError> {
        let shape = self.card.image;
        if images.spec() != shape {
            return Err(InferError::Input {
                found: Some(images.spec()),
                expected: Some(shape),
            });
        }
        let mut logits = Vec::with_capacity(images.count() * self.names.len());
        for batch in images.data().chunks(BATCH * shape.values()) {
            let count = batch.len() / shape.values();
            let dims = [count, shape.channels, shape.height, shape.width];
            let data = TensorData::new(batch.to_vec(), dims);
            let output = self.network.forward(Tensor::from_data(data, &self.device));
            logits.extend(output.logits.try_into_vec_as::<f32>()?);
        }
        Ok(logits)
    }

    fn load(bundle: &ModelBundle, device: &Device) -> Result<Self, ModelError> {
        let device = device.clone().without_autodiff();
        let mut names = Vec::new();
        let network = bundle.network(CLASSIFIER, |card: &ModelCard<ClassifierCard>| {
            names.clone_from(&card.architecture.names);
            let mut rng = keyed_rng(0, "weights that are replaced", 0);
            card.architecture.config.init(card.image, &mut rng, &device)
        })?;
        Ok(Self {
            network,
            card: bundle.card.clone(),
            names,
            device,
        })
    }
}
