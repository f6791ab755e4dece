//! How many numbers a forward pass holds at a time, from the sizes of its layers: a bound, found without computing
//! anything. Counts that no machine could hold saturate.

use burn::nn::conv::{Conv2d, ConvTranspose2d};

/// Channels that some kernels of `ganforge-ops` go through together, fill up to, and are not used for fewer of.
const LANES: usize = 16;

/// Numbers in a tensor.
pub(crate) fn numbers(sizes: &[usize]) -> u64 {
    let product = |product: u64, &size: &usize| product.saturating_mul(size as u64);
    sizes.iter().fold(1, product)
}

/// Bytes of all of these together, for each of `rows` images.
pub(crate) fn bytes(rows: usize, each: impl IntoIterator<Item = u64>) -> u64 {
    let each = each.into_iter().fold(0, u64::saturating_add);
    each.saturating_mul(numbers(&[rows, size_of::<f32>()]))
}

/// What a convolution that keeps the size works in for one image. The memory is kept for the next one, so that those of
/// several layers add up.
pub(crate) fn convolution_workspace(layer: &Conv2d, [height, width]: [usize; 2]) -> u64 {
    let [outputs, inputs, tall, wide] = layer.weight.val().dims();
    if layer.groups > 1 {
        // Burn's own, which turns the image and then works in small tiles.
        return numbers(&[inputs, layer.groups, height, width]);
    }
    // All columns, or sixteen products for every square of 2 × 2 pixels.
    let columns = numbers(&[inputs, tall, wide]);
    let products = numbers(&[4, filled([inputs, outputs])]);
    let each = columns.max(products).saturating_add(outputs as u64);
    each.saturating_mul(numbers(&[height, width]))
}

/// What a transposed convolution that doubles the size works in for one image, here before it is doubled; kept as well.
pub(crate) fn upsampling_workspace(layer: &ConvTranspose2d, [height, width]: [usize; 2]) -> u64 {
    let [inputs, outputs, tall, wide] = layer.weight.val().dims();
    // All columns, or for every square of 2 × 2 pixels nine products, each of four phases on the larger side.
    let columns = numbers(&[outputs, tall, wide]);
    let products = numbers(&[9, filled([outputs, inputs])]);
    let each = columns.max(products).saturating_add(inputs as u64);
    each.saturating_mul(numbers(&[height, width]))
}

/// Channels on both sides as those kernels fill them up.
fn filled(channels: [usize; 2]) -> usize {
    if channels.iter().any(|&channels| channels < LANES) {
        return 0;
    }
    let filled = channels.map(|channels| channels.next_multiple_of(LANES));
    filled[0].saturating_add(filled[1])
}
