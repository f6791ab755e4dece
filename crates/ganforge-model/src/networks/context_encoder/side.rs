//! Heights and widths of the layers.

use super::rectangle::Rectangle;
use super::region::Region;
use crate::ImageShape;

/// Heights and widths of layers.
pub(super) struct SideSizes {
    /// What the last layer of the encoder leaves.
    pub top_grid: [usize; 2],
    /// The base grid of the decoder, then the output of each of its layers.
    pub predicted: Vec<[usize; 2]>,
}

/// A side after `times` layers that halve it, rounded down.
pub(super) fn halved(side: usize, times: usize) -> usize {
    u32::try_from(times).map_or(0, |times| side.checked_shr(times).unwrap_or(0))
}

/// The sizes of `encoder` layers that halve an image, and of `decoder` layers that double a base grid to what is predicted.
pub(super) fn side_sizes(
    region: Region,
    encoder: usize,
    decoder: usize,
    image: ImageShape,
) -> SideSizes {
    let Rectangle { height, width, .. } = region.predicted(image);
    let predicted = (0..=decoder).rev();
    SideSizes {
        top_grid: [image.height, image.width].map(|side| halved(side, encoder)),
        predicted: predicted
            .map(|times| [height, width].map(|side| halved(side, times)))
            .collect(),
    }
}
