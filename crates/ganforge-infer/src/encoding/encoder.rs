//! The encoder of a model file, with its generator.

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use ganforge_model::networks::EncoderNoise;
use ganforge_model::{
    ENCODER, EncoderConfig, EncoderNet, GeneratorNet, ModelBundle, ModelCard, ModelError,
    ModelFile, keyed_rng,
};

use super::noise::CodeNoise;
use crate::error::InferError;
use crate::images::Images;
use crate::sampling::{Signature, generate};
use crate::vectors::Vectors;

/// Images per batch of the network. It does not depend on the machine.
const BATCH: usize = 256;

/// A trained encoder and its generator, on a device: images to latents, and back.
///
/// ```
/// use ganforge_infer::burn::tensor::Device;
/// use ganforge_infer::{CodeNoise, Encoder, Images, Signature};
/// use ganforge_model::networks::{MlpEncoderConfig, MlpGeneratorConfig};
/// use ganforge_model::{EncoderConfig, GeneratorArchitecture, GeneratorConfig, ImageShape, LatentSpec, keyed_rng};
///
/// let (image, device) = (ImageShape { channels: 1, height: 8, width: 8 }, Device::flex());
/// let rng = &mut keyed_rng(7, "weights", 0);
/// let generator = GeneratorConfig::Mlp(MlpGeneratorConfig::new(4, [32])).init(image, 0, rng, &device)?;
/// let network = EncoderConfig::Mlp(MlpEncoderConfig::new([32])).init(image, 4, rng, &device)?;
/// let signature = Signature { latent: LatentSpec::normal(4), image, input: None, classes: Vec::new() };
///
/// let encoder = Encoder::new(&generator, &network, signature, &device);
/// let images = Images::new(image, vec![0.0; 3 * 64])?;
/// let codes = encoder.encode(&images, CodeNoise::Zero)?;
/// assert_eq!((codes.count(), codes.dimension()), (3, 4));
/// assert_eq!(encoder.decode(&codes)?.count(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Encoder {
    generator: GeneratorNet,
    network: EncoderNet,
    signature: Signature,
    device: Device,
    path: Option<PathBuf>,
}

impl Encoder {
    /// Networks of a program, such as those in training; both are used in inference mode.
    #[must_use]
    pub fn new(
        generator: &GeneratorNet,
        network: &EncoderNet,
        signature: Signature,
        device: &Device,
    ) -> Self {
        Self {
            generator: generator.valid(),
            network: network.valid(),
            signature,
            device: device.clone().without_autodiff(),
            path: None,
        }
    }

    /// Opens a model file and loads both of its networks onto `device`.
    ///
    /// # Errors
    /// The file cannot be read, is truncated, has no encoder, is of another format or architecture, or has weights that are not
    /// finite.
    pub fn open(path: impl AsRef<Path>, device: &Device) -> Result<Self, InferError> {
        let path = path.as_ref();
        let failed = |source| match source {
            ModelError::Io { path, source } => InferError::Io { path, source },
            source => InferError::File {
                path: path.to_owned(),
                source,
            },
        };
        let bundle = ModelBundle::open(path).map_err(failed)?;
        if !bundle.card.networks.contains_key(ENCODER) {
            return Err(InferError::NoEncoder {
                path: path.to_owned(),
                system: bundle.card.system,
            });
        }
        let device = device.clone().without_autodiff();
        let generator = || {
            let file: ModelFile = ModelFile::open(path)?;
            file.check_finite()?;
            Ok((Signature::from(&file.card), file.into_network(&device)?))
        };
        let (signature, generator) = generator().map_err(failed)?;
        let network = load_encoder(&bundle, &device).map_err(failed)?;
        Ok(Self {
            generator,
            network,
            signature,
            device,
            path: Some(path.to_owned()),
        })
    }

    /// The generator's input and output, which are the encoder's output and input.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The device of both networks.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Whether latents depend on noise beside the image.
    #[must_use]
    pub fn is_stochastic(&self) -> bool {
        self.network.noise() != EncoderNoise::None
    }

    /// The latents of images.
    ///
    /// # Errors
    /// Images of another shape than the model's, a latent that is not finite, or a device that fails.
    pub fn encode(&self, images: &Images, noise: CodeNoise) -> Result<Vectors, InferError> {
        let (found, expected) = (images.spec(), self.signature.image);
        if found != expected {
            return Err(InferError::Input {
                found: Some(found),
                expected: Some(expected),
            });
        }
        let columns = self.signature.latent.dimension;
        let mut data = Vec::with_capacity(images.count().saturating_mul(columns));
        for (index, pixels) in images.data().chunks(BATCH * expected.values()).enumerate() {
            let rows = pixels.len() / expected.values();
            let dims = [rows, expected.channels, expected.height, expected.width];
            let pixels = TensorData::new(pixels.to_vec(), dims);
            let first = index * BATCH;
            let noise = noise.tensor(first..first + rows, columns, &self.device);
            let codes = self
                .network
                .forward(Tensor::from_data(pixels, &self.device), noise);
            data.extend(codes.try_into_vec_as::<f32>()?);
        }
        match data.iter().position(|number| !number.is_finite()) {
            None => Vectors::new(columns, data),
            Some(at) => Err(InferError::CodeNotFinite {
                path: self.path.clone(),
                index: at / columns,
                value: data[at],
            }),
        }
    }

    /// The images of latents.
    ///
    /// # Errors
    /// Latents of another dimension, or a device that fails.
    pub fn decode(&self, codes: &Vectors) -> Result<Images, InferError> {
        let values = self.signature.image.values();
        let rows = BATCH * self.signature.latent.dimension;
        let mut data = Vec::with_capacity(codes.count().saturating_mul(values));
        for codes in codes.data().chunks(rows) {
            let images = generate(&self.generator, &self.signature, codes, None, &self.device)?;
            data.extend(images.into_data());
        }
        Images::new(self.signature.image, data)
    }

    /// The reconstructions G(E(x)) of images.
    ///
    /// # Errors
    /// As [`encode`](Self::encode) and [`decode`](Self::decode).
    pub fn reconstruct(&self, images: &Images, noise: CodeNoise) -> Result<Images, InferError> {
        self.decode(&self.encode(images, noise)?)
    }
}

/// The encoder of a bundle, on `device`.
///
/// # Errors
/// The bundle has no encoder, one of another architecture, or one whose weights are not finite or fewer than its description
/// says, which is checked before any memory is taken for them.
pub fn load_encoder(bundle: &ModelBundle, device: &Device) -> Result<EncoderNet, ModelError> {
    let card: ModelCard<EncoderConfig> = bundle.card.network(ENCODER)?;
    let latent = card.latent.dimension;
    bundle.check(ENCODER, card.architecture.weight_count(card.image, latent))?;
    bundle.network(ENCODER, |card: &ModelCard<EncoderConfig>| {
        let mut rng = keyed_rng(0, "placeholder weights", 0);
        card.architecture.init(card.image, latent, &mut rng, device)
    })
}
