//! From a spec to content: the one place that knows every source.

use crate::loaded::Loaded;
use crate::{DataError, DataOptions, DataSpec};
use crate::{digits, folder, idx, mixture, points, public, stacked};

/// Loads the data that `spec` names.
pub(crate) fn load(spec: &DataSpec, options: &DataOptions) -> Result<Loaded, DataError> {
    match spec {
        DataSpec::Digits => digits::load(options),
        DataSpec::Mnist => public::load(&public::MNIST, options),
        DataSpec::FashionMnist => public::load(&public::FASHION_MNIST, options),
        DataSpec::Idx(path) => idx::load(path, options),
        DataSpec::Folder(path) => folder::load(path, options),
        DataSpec::Points(path) => points::load(path, options),
        DataSpec::Ring8 => mixture::load(&crate::Mixture::ring8(), "ring8", options),
        DataSpec::Grid25 => mixture::load(&crate::Mixture::grid25(), "grid25", options),
        DataSpec::Stacked(digits) => stacked::load(digits, options),
    }
}
