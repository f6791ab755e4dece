//! Maxout units (Goodfellow et al. 2013, "Maxout networks"): the maximum of several linear pieces.

#[cfg(feature = "autodiff")]
mod autodiff;
mod extension;
mod kernel;

#[cfg(feature = "autodiff")]
pub use extension::MaxoutGradient;
pub use extension::MaxoutOps;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use crate::device::is_supported;

/// The maximum of every `count` neighbouring elements of a row; the first largest element receives the gradient. Faster than Burn on the CPU in
/// 32-bit floats.
///
/// # Shapes
/// - `pieces`: `[batch, units · count]`
/// - output: `[batch, units]`
///
/// # Panics
/// If `count` is 0 or does not divide the width of a row.
#[must_use]
pub fn maxout(pieces: Tensor<2>, count: usize) -> Tensor<2> {
    let [batch, width] = pieces.dims();
    assert!(
        count > 0 && width.is_multiple_of(count),
        "rows of {width} pieces hold no whole units of {count}"
    );
    if !is_supported(&pieces) {
        let units: Tensor<3> = pieces.reshape([batch, width / count, count]);
        return units.max_dim(2).squeeze_dim(2);
    }
    let pieces = pieces.into_dispatch();
    Tensor::from_dispatch(<Dispatch as MaxoutOps>::maxout(pieces, count))
}
