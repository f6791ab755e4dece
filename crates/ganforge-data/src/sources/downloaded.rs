//! Public datasets, read from the cache folder into which `fetch` downloads them.

use super::idx::{self, IdxImages};
use super::raw_dataset::RawDataset;
use crate::cache::cache_dir;
use crate::error::DataError;
use crate::options::DataOptions;

/// A public dataset of IDX files.
pub(crate) struct DownloadedDataset {
    /// Its name in a data spec, and that of its folder below the cache folder.
    pub(crate) name: &'static str,
    /// Class names; `None` if classes are named by number.
    classes: Option<[&'static str; 10]>,
}

/// Y. `LeCun`, C. Cortes, C. Burges, "The MNIST database of handwritten digits", 1998.
pub(crate) const MNIST: DownloadedDataset = DownloadedDataset {
    name: "mnist",
    classes: None,
};

/// H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST", 2017, arXiv 1708.07747; MIT licence.
pub(crate) const FASHION_MNIST: DownloadedDataset = DownloadedDataset {
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

/// Loads a dataset in the requested shape.
pub(crate) fn load(
    dataset: &DownloadedDataset,
    options: &DataOptions,
) -> Result<RawDataset, DataError> {
    options.check_channels()?;
    let (images, labels) = read(dataset, options)?;
    let mut raw = idx::preprocess(images, labels, options)?;
    if let Some(classes) = dataset.classes
        && raw.classes.len() <= classes.len()
    {
        raw.classes = classes.map(str::to_owned).to_vec();
    }
    Ok(raw)
}

/// The images and labels at their own size.
pub(crate) fn read(
    dataset: &DownloadedDataset,
    options: &DataOptions,
) -> Result<(IdxImages, Option<Vec<u32>>), DataError> {
    let cache = options.cache_dir.clone().unwrap_or_else(cache_dir);
    let folder = cache.join(dataset.name);
    let read = folder
        .is_dir()
        .then(|| idx::read_folder(&folder, options))
        .filter(|read| {
            !matches!(
                read,
                Err(DataError::NoIdxImages { .. } | DataError::NoTestPart { .. })
            )
        });
    // A missing, empty or incomplete folder is mended by the same command.
    read.unwrap_or(Err(DataError::NotFetched {
        name: dataset.name,
        folder,
    }))
}
