//! Calls the loader of the source that a spec names: the one `match` over all sources.

use crate::error::DataError;
use crate::options::DataOptions;
use crate::sources::{
    FASHION_MNIST, MNIST, Mixture, RawDataset, digits, downloaded, folder, idx, mixture, points,
    stacked,
};
use crate::spec::DataSpec;

/// Loads the whole source that `spec` names, before `skip`, `take` and `labels` apply.
pub(crate) fn load(spec: &DataSpec, options: &DataOptions) -> Result<RawDataset, DataError> {
    match spec {
        DataSpec::Digits => digits::load(options),
        DataSpec::Mnist => downloaded::load(&MNIST, options),
        DataSpec::FashionMnist => downloaded::load(&FASHION_MNIST, options),
        DataSpec::Idx(path) => idx::load(path, options),
        DataSpec::Folder(path) => folder::load(path, options),
        DataSpec::Points(path) => points::load(path, options),
        DataSpec::Ring5 => mixture::load(&Mixture::ring5(), "ring5", options),
        DataSpec::Ring8 => mixture::load(&Mixture::ring8(), "ring8", options),
        DataSpec::Ring10 => mixture::load(&Mixture::ring10(), "ring10", options),
        DataSpec::Grid25 => mixture::load(&Mixture::grid25(), "grid25", options),
        DataSpec::Stacked(digits) => {
            let digit_options = stacked::digit_options(options)?;
            let loaded = load(digits, &digit_options)?;
            stacked::stack(loaded, options).ok_or_else(|| DataSpec::unknown(&spec.to_string()))
        }
    }
}
