//! From a recipe to the players of its game.

use burn::tensor::Device;
use ganforge_data::{Dataset, ImageShape};
use ganforge_infer::Signature;
use ganforge_model::{
    ConfigError, DiscriminatorArchitecture, DiscriminatorNet, GeneratorArchitecture, GeneratorNet,
    ImageSpec, keyed_rng,
};

use super::gan::{Gan, Moves, Start};
use crate::error::TrainError;
use crate::recipe::Recipe;

/// A game between built-in networks.
pub type BuiltinGan = Gan<GeneratorNet, DiscriminatorNet>;

/// Both players of a recipe as they begin on these data: with weights that follow from the seed, and from the mean image where
/// the generator starts there.
///
/// # Errors
/// As [`build`], and data that cannot be read.
pub fn build_on<G: GeneratorArchitecture, D: DiscriminatorArchitecture>(
    recipe: &Recipe<G, D>,
    dataset: &Dataset,
    steps_before: u64,
    device: &Device,
) -> Result<Gan<G::Network, D::Network>, TrainError> {
    // The weights of a run that goes on come from its checkpoint.
    let wanted = recipe.generator.starts_at_mean() && steps_before == 0;
    let mean = wanted.then(|| dataset.mean_image()).transpose()?;
    let signature = signature(recipe, dataset);
    assemble(recipe, &signature, mean.as_deref(), steps_before, device)
}

/// Both players of a recipe, with weights that follow from the seed alone.
///
/// `steps_before` is how many steps were played before, 0 in a new run.
///
/// # Errors
/// Rules that mean nothing for these images, or a network that cannot be built for them.
pub fn build<G: GeneratorArchitecture, D: DiscriminatorArchitecture>(
    recipe: &Recipe<G, D>,
    signature: &Signature,
    steps_before: u64,
    device: &Device,
) -> Result<Gan<G::Network, D::Network>, TrainError> {
    assemble(recipe, signature, None, steps_before, device)
}

fn assemble<G: GeneratorArchitecture, D: DiscriminatorArchitecture>(
    recipe: &Recipe<G, D>,
    signature: &Signature,
    mean: Option<&[f32]>,
    steps_before: u64,
    device: &Device,
) -> Result<Gan<G::Network, D::Network>, TrainError> {
    let (image, classes) = (signature.image, signature.classes.len());
    recipe.game.check_images(image)?;
    let shown = ImageSpec {
        channels: image.channels * recipe.game.packing,
        ..image
    };
    let refuse = |player| move |source: ConfigError| TrainError::Network { player, source };
    let rng = |player| keyed_rng(recipe.run.seed, player, 0);
    let generator = recipe
        .generator
        .init(image, classes, &mut rng("generator weights"), device)
        .map_err(refuse("generator"))?;
    let generator = match mean {
        Some(mean) => recipe.generator.start_at(generator, mean),
        None => generator,
    };
    let discriminator = recipe
        .discriminator
        .init(shown, classes, &mut rng("discriminator weights"), device)
        .map_err(refuse("discriminator"))?;
    let start = beginning_of(recipe, steps_before);
    Ok(Gan::new(
        generator,
        discriminator,
        recipe.game.clone(),
        start,
    ))
}

/// What a game needs to know beside its networks, after so many steps.
pub(crate) fn beginning_of<G, D>(recipe: &Recipe<G, D>, steps_before: u64) -> Start {
    let half_life = recipe.average.map(|average| {
        let images_per_update =
            recipe.images_per_step() as f64 / recipe.game.generator_steps as f64;
        average.half_life / images_per_update
    });
    let moves = Moves {
        generator: steps_before * recipe.game.generator_steps as u64,
        discriminator: steps_before * recipe.game.discriminator_steps as u64,
    };
    Start {
        half_life,
        seed: recipe.run.seed,
        moves,
    }
}

/// What the generator of a recipe takes and gives, on these data.
#[must_use]
pub fn signature<G: GeneratorArchitecture, D>(
    recipe: &Recipe<G, D>,
    dataset: &Dataset,
) -> Signature {
    let classes = if recipe.data.labels {
        dataset.classes().to_vec()
    } else {
        Vec::new()
    };
    Signature {
        latent: recipe.generator.latent(),
        image: image_spec(dataset.shape()),
        classes,
    }
}

/// The shape of an image, from the data's word for it to the networks'.
pub(crate) fn image_spec(shape: ImageShape) -> ImageSpec {
    ImageSpec {
        channels: shape.channels,
        height: shape.height,
        width: shape.width,
    }
}
