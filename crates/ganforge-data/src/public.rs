//! The public sets that are fetched into the cache folder, on the reading side.

use crate::idx::{self, IdxImages};
use crate::loaded::Loaded;
use crate::{DataError, DataOptions, cache_dir};

/// A public set of IDX files.
pub(crate) struct PublicSet {
    /// What the user types, and the folder below the cache folder.
    pub(crate) name: &'static str,
    /// The names of the ten classes, where the digits themselves are not the names.
    classes: Option<[&'static str; 10]>,
}

/// Y. `LeCun`, C. Cortes, C. Burges, "The MNIST database of handwritten digits", 1998.
pub(crate) const MNIST: PublicSet = PublicSet {
    name: "mnist",
    classes: None,
};

/// H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST", 2017, arXiv 1708.07747; MIT licence.
pub(crate) const FASHION_MNIST: PublicSet = PublicSet {
    name: "fashion-mnist",
    classes: Some([
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ]),
};

/// Loads a set from the cache folder.
pub(crate) fn load(set: &PublicSet, options: &DataOptions) -> Result<Loaded, DataError> {
    options.check_channels()?;
    let (images, labels) = read(set, options)?;
    let mut loaded = idx::fit(images, labels, options)?;
    if let Some(classes) = set.classes
        && loaded.classes.len() <= classes.len()
    {
        loaded.classes = classes.map(str::to_owned).to_vec();
    }
    Ok(loaded)
}

/// The images and labels as they are.
pub(crate) fn read(
    set: &PublicSet,
    options: &DataOptions,
) -> Result<(IdxImages, Option<Vec<u32>>), DataError> {
    let cache = options.cache_dir.clone().unwrap_or_else(cache_dir);
    let folder = cache.join(set.name);
    let read = folder
        .is_dir()
        .then(|| idx::read_folder(&folder, options))
        .filter(|read| {
            !matches!(
                read,
                Err(DataError::NoIdxImages { .. } | DataError::NoTestPart { .. })
            )
        });
    // A cache without these files, for whatever reason, has one remedy.
    read.unwrap_or(Err(DataError::NotFetched {
        name: set.name,
        folder,
    }))
}
