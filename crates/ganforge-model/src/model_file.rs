//! The file a generator travels in: safetensors whose metadata says how to build the network again.
//!
//! Anything that reads safetensors reads the weights; the metadata key `ganforge` holds a [`ModelCard`] as
//! JSON. Nothing in a file is trusted for an allocation larger than the file itself: the safetensors header is
//! checked against the bytes that are there before any tensor is made, and an architecture whose weights are
//! not all in the file is refused before it is built.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use burn::tensor::{Device, TensorData};
use safetensors::serialize;
use safetensors::tensor::{Dtype, TensorView};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::tensor_file::TensorFile;
use crate::{
    GeneratorArchitecture, GeneratorConfig, ImageSpec, LatentSpec, ModelError, apply_weights,
    collect_weights, keyed_rng,
};

/// The format this crate writes and reads.
pub const FORMAT: u64 = 1;

const KEY: &str = "ganforge";

/// What a model file says of itself; `A` describes its network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelCard<A = GeneratorConfig> {
    /// Format number, [`FORMAT`].
    pub format: u64,
    /// How to build the network.
    pub architecture: A,
    /// What to feed it.
    pub latent: LatentSpec,
    /// What comes out.
    pub image: ImageSpec,
    /// Class names in label order; empty for an unconditional model.
    pub classes: Vec<String>,
    /// The recipe it was trained with.
    pub recipe: String,
    /// The run's seed.
    pub seed: u64,
    /// Real images shown to the discriminator up to this file.
    pub images_seen: u64,
    /// Identity of the data trained on.
    pub data_fingerprint: String,
    /// Version of ganforge that wrote the file.
    pub version: String,
}

/// The largest side of an image a file may claim, in pixels: what no weights bound must be bounded here.
const LARGEST_SIDE: usize = 8192;

/// Bytes of the largest file that is read, which go through memory twice: 8 GiB.
const LARGEST_FILE: u64 = 8 << 30;

/// Numbers in a file for each in a weight matrix, at most: every matrix has columns, and per column a bias and what a norm keeps.
const BESIDE: usize = 8;

/// Numbers in the file of the smallest network, at most.
const FEW: usize = 1 << 20;

impl<A: GeneratorArchitecture> ModelCard<A> {
    /// A card can be well-formed and still contradict itself.
    fn check(&self) -> Result<(), ModelError> {
        let expected = self.architecture.latent();
        if self.latent != expected {
            return Err(ModelError::Description(format!(
                "its latents are {:?}, its architecture takes {expected:?}",
                self.latent
            )));
        }
        let sides = [self.image.channels, self.image.height, self.image.width];
        if sides.iter().all(|side| (1..=LARGEST_SIDE).contains(side)) {
            return Ok(());
        }
        Err(ModelError::Description(format!(
            "its images are {}, allowed are sides of 1 to {LARGEST_SIDE}",
            self.image
        )))
    }

    /// A description may claim any width; before memory is asked for, the widths must show in the `held` numbers of the
    /// file, and these in the widths.
    fn check_count(&self, held: usize) -> Result<(), ModelError> {
        let claimed = self
            .architecture
            .weight_count(self.image, self.classes.len());
        let Some(claimed) = claimed else {
            let what = "it has more weights than can be counted".to_owned();
            return Err(ModelError::Weights(what));
        };
        let most = match claimed {
            // A network of another crate, which need not count.
            0 => usize::MAX,
            _ => claimed.saturating_mul(BESIDE).max(FEW),
        };
        if (claimed..=most).contains(&held) {
            return Ok(());
        }
        Err(ModelError::Weights(format!(
            "it has {claimed} weights, the file holds {held}"
        )))
    }
}

/// A generator's weights with the description that brings them back to life.
#[derive(Debug, Clone)]
pub struct ModelFile<A = GeneratorConfig> {
    /// What the file says of itself.
    pub card: ModelCard<A>,
    /// Tensors by path, 32-bit floats.
    pub weights: BTreeMap<String, TensorData>,
}

impl<A: GeneratorArchitecture> ModelFile<A> {
    /// Takes the weights of a trained network.
    #[must_use]
    pub fn new(card: ModelCard<A>, network: &A::Network) -> Self {
        Self {
            card,
            weights: collect_weights(network),
        }
    }

    /// Reads a file written by [`to_bytes`](Self::to_bytes).
    ///
    /// # Errors
    /// An unreadable or truncated file, one of another kind or format, or one of more than 8 GiB.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        Self::read(open_file(path)?)
    }

    /// Reads the bytes of a model file.
    ///
    /// # Errors
    /// Truncated bytes, or a file of another kind or format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        Self::read(TensorFile::open(bytes, bytes.len() as u64, Path::new(""))?)
    }

    fn read(file: TensorFile<'_, impl Read>) -> Result<Self, ModelError> {
        let description = file.note(KEY).ok_or(ModelError::NotGanforge)?;
        let card: ModelCard<A> = parse_card(description)?;
        card.check_count(file.numbers())?;
        let weights = file.tensors()?;
        Ok(Self { card, weights })
    }

    /// The bytes of a model file; the same model always gives the same bytes.
    ///
    /// # Errors
    /// Weights that are not 32-bit floats.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        let card = serde_json::to_string(&self.card)
            .map_err(|error| ModelError::Description(error.to_string()))?;
        let metadata = HashMap::from([(KEY.to_owned(), card)]);
        let views = self
            .weights
            .iter()
            .map(|(name, data)| {
                let shape = data.shape().as_slice().to_vec();
                let view = TensorView::new(Dtype::F32, shape, data.as_bytes());
                Ok((
                    name,
                    view.map_err(|error| ModelError::Weights(error.to_string()))?,
                ))
            })
            .collect::<Result<Vec<_>, ModelError>>()?;
        serialize(views, Some(metadata)).map_err(|error| ModelError::Weights(error.to_string()))
    }

    /// Builds the network on `device`, ready for inference.
    ///
    /// # Errors
    /// An impossible architecture, or weights that do not fit it.
    pub fn network(&self, device: &Device) -> Result<A::Network, ModelError> {
        self.clone().into_network(device)
    }

    /// What [`network`](Self::network) builds, without a copy of the weights.
    ///
    /// # Errors
    /// As [`network`](Self::network).
    pub fn into_network(self, device: &Device) -> Result<A::Network, ModelError> {
        self.card.check()?;
        let held = self.weights.values().map(TensorData::num_elements).sum();
        self.card.check_count(held)?;
        let mut rng = keyed_rng(0, "placeholder weights", 0);
        let network = self.card.architecture.init(
            self.card.image,
            self.card.classes.len(),
            &mut rng,
            device,
        )?;
        apply_weights(network, self.weights)
    }

    /// Fails where a weight is not finite, as after a training that diverged: such a network makes no images.
    ///
    /// # Errors
    /// Names the first such tensor.
    pub fn check_finite(&self) -> Result<(), ModelError> {
        for (name, data) in &self.weights {
            let numbers = data.as_slice::<f32>();
            let numbers = numbers.map_err(|error| ModelError::Weights(error.to_string()))?;
            if let Some(&value) = numbers.iter().find(|number| !number.is_finite()) {
                let tensor = name.clone();
                return Err(ModelError::NotFinite { tensor, value });
            }
        }
        Ok(())
    }
}

impl ModelCard<serde_json::Value> {
    /// What the model file at `path` says of itself, whichever network it holds; its weights are not read.
    ///
    /// # Errors
    /// As [`ModelFile::open`].
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        let file = open_file(path)?;
        parse_card(file.note(KEY).ok_or(ModelError::NotGanforge)?)
    }
}

fn open_file(path: &Path) -> Result<TensorFile<'_, File>, ModelError> {
    let failed = |source| ModelError::Io {
        path: path.to_owned(),
        source,
    };
    // Before it is opened: a pipe would be waited for, and a device has no end.
    let about = std::fs::metadata(path).map_err(failed)?;
    if about.is_dir() {
        return Err(failed(ErrorKind::IsADirectory.into()));
    }
    if !about.is_file() {
        let what = "not a regular file; name a model file";
        return Err(failed(std::io::Error::new(ErrorKind::InvalidInput, what)));
    }
    if about.len() > LARGEST_FILE {
        return Err(ModelError::TooLarge {
            bytes: about.len(),
            most: LARGEST_FILE,
        });
    }
    let file = File::open(path).map_err(failed)?;
    TensorFile::open(file, about.len(), path)
}

fn parse_card<A: DeserializeOwned>(description: &str) -> Result<ModelCard<A>, ModelError> {
    #[derive(Deserialize)]
    struct Format {
        format: u64,
    }
    let damaged = |error: serde_json::Error| ModelError::Description(error.to_string());
    // The number comes first: the rest of another format may look like anything.
    let Format { format } = serde_json::from_str(description).map_err(damaged)?;
    if format != FORMAT {
        return Err(ModelError::UnknownFormat {
            found: format,
            known: FORMAT,
        });
    }
    serde_json::from_str(description).map_err(|error| {
        // Whoever trained a network of their own describes it in their own way.
        let whatever: Result<ModelCard<serde_json::Value>, _> = serde_json::from_str(description);
        match whatever {
            Ok(_) => ModelError::UnknownArchitecture(error.to_string()),
            Err(_) => damaged(error),
        }
    })
}
