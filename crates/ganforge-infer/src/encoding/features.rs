//! Features of images: the pooled hidden layers of a trained discriminator (Radford et al. 2015, "Unsupervised Representation
//! Learning with Deep Convolutional Generative Adversarial Networks", section 5.1).

use std::path::Path;

use burn::nn::pool::MaxPool2dConfig;
use burn::tensor::{Device, Tensor, TensorData};
use ganforge_model::{
    BundleCard, DISCRIMINATOR, Discriminator, DiscriminatorArchitecture, DiscriminatorConfig,
    DiscriminatorInput, DiscriminatorNet, ImageShape, ModelBundle, ModelCard, ModelError,
    keyed_rng,
};

use crate::error::InferError;
use crate::images::Images;
use crate::vectors::Vectors;

/// Height and width to which hidden layers are pooled.
const GRID: usize = 4;

/// Images per batch.
const BATCH: usize = 64;

/// The discriminator of a model file that ships one, as a function from images to features.
///
/// ```no_run
/// use ganforge_infer::burn::tensor::Device;
/// use ganforge_infer::{Features, Images};
///
/// let features = Features::open("runs/mnist-dcgan/model.safetensors", &Device::flex())?;
/// let image = features.image();
/// let codes = features.compute(&Images::new(image, vec![0.0; image.values()])?)?;
/// println!("{} features", codes.dimension());
/// # Ok::<(), ganforge_infer::InferError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Features {
    network: DiscriminatorNet,
    card: BundleCard,
    device: Device,
}

impl Features {
    /// Opens a model file and loads its discriminator onto `device`.
    ///
    /// # Errors
    /// The file cannot be read, is damaged, or holds no discriminator.
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

    /// The shape of the images that it takes.
    #[must_use]
    pub fn image(&self) -> ImageShape {
        self.card.image
    }

    /// The features of each image: every hidden layer, max-pooled to 4×4 where it is larger, one after the other.
    ///
    /// # Errors
    /// Images of another shape, or a device that fails.
    pub fn compute(&self, images: &Images) -> Result<Vectors, InferError> {
        let shape = self.card.image;
        if images.spec() != shape {
            return Err(InferError::Input {
                found: Some(images.spec()),
                expected: Some(shape),
            });
        }
        let mut values = Vec::new();
        let mut dimension = 1;
        for batch in images.data().chunks(BATCH * shape.values()) {
            let dims = [
                batch.len() / shape.values(),
                shape.channels,
                shape.height,
                shape.width,
            ];
            let batch = Tensor::from_data(TensorData::new(batch.to_vec(), dims), &self.device);
            let layers = self.network.hidden_layers(DiscriminatorInput::new(batch));
            let rows = layers
                .into_iter()
                .map(|layer| pool(layer).flatten::<2>(1, 3));
            let rows = Tensor::cat(rows.collect(), 1);
            dimension = rows.dims()[1];
            values.extend(rows.try_into_vec_as::<f32>()?);
        }
        Vectors::new(dimension, values)
    }

    fn load(bundle: &ModelBundle, device: &Device) -> Result<Self, ModelError> {
        let device = device.clone().without_autodiff();
        let network = bundle.network(DISCRIMINATOR, |card: &ModelCard<DiscriminatorConfig>| {
            let mut rng = keyed_rng(0, "weights that are replaced", 0);
            let classes = card.classes.len();
            card.architecture
                .init(card.image, classes, &mut rng, &device)
        })?;
        Ok(Self {
            network,
            card: bundle.card.clone(),
            device,
        })
    }
}

/// Max-pools to a grid of 4×4 where height and width are multiples of 4 above it.
fn pool(layer: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = layer.dims();
    let window = [height, width].map(|side| side / GRID);
    if window.iter().max() <= Some(&1)
        || !(height.is_multiple_of(GRID) && width.is_multiple_of(GRID))
    {
        return layer;
    }
    MaxPool2dConfig::new(window)
        .with_strides(window)
        .init()
        .forward(layer)
}
