//! Whether a recipe fits into the memory of the machine, found before anything is allocated.
//!
//! A [`Demand`] is counted from the descriptions of the networks, the rules of the game and the size of the images; a
//! [`Machine`] is what the process may take. What does not fit is refused by the key that can bring it down furthest.

mod demand;
pub(crate) mod error;
mod machine;
mod units;

pub use error::MemoryError;
pub use machine::Machine;

use burn::tensor::Device;
use ganforge_data::{DataSpec, Dataset};
use ganforge_model::{
    DiscriminatorArchitecture, GeneratorArchitecture, Heavy, ImageSpec, heaviest,
};

use crate::recipe::Recipe;
use crate::system::image_spec;
use demand::{Demand, Images, Work};
use units::{bytes, count};

/// More of the machine's memory than this is worth a warning.
const NEARLY_ALL: f64 = 0.8;

/// Keys that are named at most as what could be lower.
const MOST_KEYS: usize = 3;

/// Refuses a recipe whose training would take more memory than the machine has, and says so where it takes nearly all.
///
/// Without `dataset`, which may itself be too large, images are as few and small as the recipe allows. Networks that do
/// not tell their size are not looked at. Of a `device` with memory of its own only what the host needs is checked.
///
/// # Errors
/// Names the key that can bring it down furthest, what it takes, what there is, and which keys would have to be lower.
pub fn check_memory<G: GeneratorArchitecture, D: DiscriminatorArchitecture>(
    recipe: &Recipe<G, D>,
    dataset: Option<&Dataset>,
    device: &Device,
) -> Result<Option<String>, MemoryError> {
    let images = dataset.map_or_else(
        || least_images(recipe),
        |dataset| images_of(recipe, dataset),
    );
    check(recipe, images, Work::Train, device)
}

/// [`check_memory`] for timing steps or samples on noise of the size of an image; without `image`, which is in data that
/// are not open yet, of the least size that it can have.
///
/// # Errors
/// As there.
pub(crate) fn check_bench<G: GeneratorArchitecture, D: DiscriminatorArchitecture>(
    recipe: &Recipe<G, D>,
    image: Option<ImageSpec>,
    device: &Device,
    samples_only: bool,
) -> Result<(), MemoryError> {
    let noise = |image| Images {
        image,
        classes: 0,
        held: 0.0,
        count: 0.0,
    };
    let images = image.map_or_else(|| least_images(recipe), noise);
    let work = if samples_only {
        Work::Sample
    } else {
        Work::Step
    };
    check(recipe, images, work, device).map(|_| ())
}

fn check<G: GeneratorArchitecture, D: DiscriminatorArchitecture>(
    recipe: &Recipe<G, D>,
    images: Images,
    work: Work,
    device: &Device,
) -> Result<Option<String>, MemoryError> {
    let Some(machine) = Machine::here() else {
        return Ok(None);
    };
    let on_host = ganforge_ops::is_host(device);
    fits(recipe, images, work, on_host, &machine)
}

/// The decision, a function of what it is given.
fn fits<G: GeneratorArchitecture, D: DiscriminatorArchitecture>(
    recipe: &Recipe<G, D>,
    images: Images,
    work: Work,
    on_host: bool,
    machine: &Machine,
) -> Result<Option<String>, MemoryError> {
    let demand = Demand::of(recipe, images, work);
    let total = |demand: &Demand| {
        if on_host {
            demand.total()
        } else {
            demand.on_host()
        }
    };
    let wanted = total(&demand);
    if wanted <= machine.total {
        let near = wanted > NEARLY_ALL * machine.total || wanted > machine.available;
        return Ok(near.then(|| {
            let takes = describe(&demand, recipe, wanted);
            let free = bytes(machine.available);
            format!(
                "{takes}; {}, {free} of it free: the system may end the run",
                has(machine)
            )
        }));
    }
    let heavy = heaviest(recipe, |recipe| {
        let smaller = Demand::of(recipe, images.sized_by(recipe), work);
        (smaller.is_known() == demand.is_known()).then(|| total(&smaller))
    });
    let named = |heavy: &Heavy| (heavy.key.clone(), heavy.value.clone());
    Err(MemoryError {
        key: heavy.first().map(named),
        takes: describe(&demand, recipe, wanted),
        has: has(machine),
        lower: heavy
            .into_iter()
            .take(MOST_KEYS)
            .map(|heavy| heavy.key)
            .collect(),
    })
}

/// What takes the most, with how much all of it takes.
fn describe<G, D>(demand: &Demand, recipe: &Recipe<G, D>, wanted: f64) -> String {
    let all = bytes(wanted);
    let Demand {
        images, evaluation, ..
    } = *demand;
    let networks = demand.networks();
    let most = networks.max(demand.kept).max(images).max(evaluation);
    if networks >= most {
        let parameters = count(demand.parameters);
        return format!(
            "the networks have {parameters} parameters, and training takes about {all}"
        );
    }
    let batch = recipe.run.batch;
    if demand.kept >= most {
        return format!("a training step of {batch} images takes about {all}");
    }
    if images >= most {
        return format!("the images in memory take about {all}");
    }
    let samples = recipe
        .evaluation
        .as_ref()
        .map_or(0, |evaluation| evaluation.samples);
    format!("an evaluation of {samples} samples takes about {all}")
}

fn has(machine: &Machine) -> String {
    let total = bytes(machine.total);
    match machine.limit {
        Some(limit) => format!("this process may take {total} ({limit})"),
        None => format!("this machine has {total}"),
    }
}

fn images_of<G, D>(recipe: &Recipe<G, D>, dataset: &Dataset) -> Images {
    let classes = if recipe.data.labels {
        dataset.classes().len()
    } else {
        0
    };
    let image = image_spec(dataset.shape());
    let count = dataset.len() as f64;
    Images {
        image,
        classes,
        held: if dataset.is_streamed() {
            0.0
        } else {
            held(image, count)
        },
        count,
    }
}

/// Bytes of so many images in memory: a byte a pixel, and points as they are.
fn held(image: ImageSpec, count: f64) -> f64 {
    let each = if image.is_point() {
        8.0
    } else {
        demand::numbers(image)
    };
    each * count
}

/// The least that the images can be before they are opened.
fn least_images<G, D>(recipe: &Recipe<G, D>) -> Images {
    let data = &recipe.data;
    let (native, count) = match &data.source {
        DataSpec::Digits => ([1, 8, 8], 1797.0),
        DataSpec::Mnist | DataSpec::FashionMnist => ([1, 28, 28], 60_000.0),
        DataSpec::Ring8 | DataSpec::Grid25 | DataSpec::Points(_) => ([2, 1, 1], 0.0),
        DataSpec::Stacked(_) => ([3, 8, 8], 0.0),
        DataSpec::Idx(_) | DataSpec::Folder(_) => ([1, 8, 8], 0.0),
    };
    let [channels, height, width] = native;
    let [height, width] = data.size.unwrap_or([height, width]);
    let image = ImageSpec {
        channels: data.channels.unwrap_or(channels),
        height,
        width,
    };
    Images {
        image,
        classes: 0,
        held: held(image, count),
        count,
    }
}

#[cfg(test)]
mod tests;
