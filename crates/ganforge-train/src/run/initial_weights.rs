//! Fine-tuning: a new run that starts from trained weights.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::module::{Module, ModuleVisitor, Param};
use burn::store::ModuleRecord;
use burn::tensor::{Device, Tensor};
use ganforge_core::read_text;
use ganforge_infer::Signature;
use ganforge_model::BundleCard;

use super::checkpoint::{Checkpoint, MODEL_FILE, ModelPart, restore};
use super::directory::RunDirectory;
use crate::error::TrainError;
use crate::game::PerPlayer;
use crate::recipe::Recipe;
use crate::system::{Players, Start, System};
use crate::weights::{History, number_parameters};

/// The source of trained weights: a model file, which has only a generator, or a run or one of its checkpoints, which have both players and the
/// average.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitialWeights(PathBuf);

/// The networks of the source.
struct Trained<S: System> {
    generator: S::Generator,
    discriminator: Option<S::Discriminator>,
    average: Option<S::Generator>,
}

impl InitialWeights {
    /// The weights in a model file, a run directory, or the folder of a checkpoint.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The path of the source.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Loads the weights into the players of a new run, layer by layer. Adds to `misfits` the parameters that do not fit; these keep their initial
    /// values.
    ///
    /// # Errors
    /// If the path holds no weights, or none that fit the generator.
    pub(crate) fn put_into<S: System>(
        &self,
        players: Players<S>,
        start: Start,
        device: &Device,
        misfits: &mut Vec<String>,
    ) -> Result<Players<S>, TrainError> {
        let trained = self.open::<S>(device)?;
        let mut players = players;
        let shipped = trained.average.unwrap_or_else(|| trained.generator.clone());
        players.generator = fit("generator", players.generator, trained.generator, misfits)
            .ok_or_else(|| TrainError::NothingFits(self.0.clone()))?;
        match trained.discriminator {
            Some(trained) => {
                let begun = players.discriminator.clone();
                let fitted = fit("discriminator", begun, trained, misfits);
                players.discriminator = fitted.unwrap_or(players.discriminator);
            }
            None => {
                misfits.push("the model file has no discriminator: it begins untrained".to_owned());
            }
        }
        players.start_averages(start.half_life, PerPlayer::default());
        if let Some(average) = &mut players.average {
            // Its misfits are the generator's.
            let begun = average.network.clone();
            if let Some(network) = fit("average", begun, shipped, &mut Vec::new()) {
                average.network = network;
            }
        }
        players.generator_history = players
            .generator_history
            .map(|_| History::new(&players.generator, 0));
        players.discriminator_history = players
            .discriminator_history
            .map(|_| History::new(&players.discriminator, 0));
        Ok(number_parameters(players))
    }

    fn open<S: System>(&self, device: &Device) -> Result<Trained<S>, TrainError> {
        let path = &self.0;
        let directory = RunDirectory::new(path);
        if !path.is_dir() {
            return from_file::<S>(path, device);
        }
        if path.join(ModelPart::FILE).is_file() {
            return from_checkpoint::<S>(&Checkpoint::open(path)?, None, device);
        }
        match directory.checkpoints().find()? {
            Some(found) => {
                let recipe = read_text(&directory.recipe()).ok();
                from_checkpoint::<S>(&found.checkpoint, recipe, device)
            }
            None => from_file::<S>(&directory.model(), device),
        }
    }
}

fn from_file<S: System>(path: &Path, device: &Device) -> Result<Trained<S>, TrainError> {
    let generator = S::open_model(path, device).map_err(|error| TrainError::Weights {
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    Ok(Trained {
        generator,
        discriminator: None,
        average: None,
    })
}

/// Builds the players of the checkpoint by its own recipe and loads them.
fn from_checkpoint<S: System>(
    checkpoint: &Checkpoint,
    recipe: Option<String>,
    device: &Device,
) -> Result<Trained<S>, TrainError> {
    let refuse = |reason: String| TrainError::Weights {
        path: checkpoint.folder.clone(),
        reason,
    };
    let recipe = checkpoint
        .recipe()
        .or(recipe)
        .ok_or_else(|| refuse("it has no recipe.toml".to_owned()))?;
    let recipe: Recipe<S> = Recipe::parse("recipe", &recipe, &[])?;
    let model = checkpoint.folder.join(MODEL_FILE);
    let card = BundleCard::open(&model).map_err(|error| refuse(error.to_string()))?;
    let steps = checkpoint.manifest.step;
    let players = recipe.build(&Signature::from(&card), steps, device)?;
    let record: ModuleRecord = restore(checkpoint, ModelPart::FILE)?;
    let players = players
        .try_load_record(record)
        .map_err(|error| refuse(error.to_string()))?;
    Ok(Trained {
        generator: players.generator,
        discriminator: Some(players.discriminator),
        average: players.average.map(|average| average.network),
    })
}

/// Loads parameters that match in name and shape and returns the others; `None` if none match.
fn fit<M: Module>(player: &str, begun: M, trained: M, misfits: &mut Vec<String>) -> Option<M> {
    let (here, there) = (Shapes::of(&begun), Shapes::of(&trained));
    if !here
        .iter()
        .any(|(name, shape)| there.get(name) == Some(shape))
    {
        return None;
    }
    for (name, shape) in &here {
        match there.get(name) {
            Some(other) if other == shape => {}
            Some(other) => misfits.push(format!(
                "{player}: {name} is {shape:?} here and {other:?} in the weights: it begins untrained"
            )),
            None => misfits.push(format!(
                "{player}: {name} {shape:?} is not in the weights: it begins untrained"
            )),
        }
    }
    for name in there.keys().filter(|name| !here.contains_key(*name)) {
        misfits.push(format!("{player}: {name} of the weights has no place here"));
    }
    let record = trained.into_record();
    let record = record
        .allow_partial(true)
        .allow_unused(true)
        .validate(false);
    begun.try_load_record(record).ok()
}

/// The shape of every parameter by its path.
#[derive(Default)]
struct Shapes {
    path: Vec<String>,
    shapes: BTreeMap<String, Vec<usize>>,
}

impl Shapes {
    fn of<M: Module>(module: &M) -> BTreeMap<String, Vec<usize>> {
        let mut shapes = Self::default();
        module.visit(&mut shapes);
        shapes.shapes
    }
}

impl ModuleVisitor for Shapes {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let shape = param.lazy_shape().as_slice().to_vec();
        self.shapes.insert(self.path.join("."), shape);
    }
}
