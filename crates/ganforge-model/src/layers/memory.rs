//! An upper bound on the memory of a forward pass, from the shapes of its layers. Counts saturate instead of overflowing.

use burn::nn::conv::{Conv2d, ConvTranspose2d};

/// Kernels of `ganforge-ops` that process so many channels at a time pad to a multiple of it, and need at least as many.
const LANES: usize = 16;

/// Number of values of a tensor.
pub(crate) fn numbers(sizes: &[usize]) -> u64 {
    let product = |product: u64, &size: &usize| product.saturating_mul(size as u64);
    sizes.iter().fold(1, product)
}

/// Bytes of the sum of these counts of 32-bit floats, for `rows` images.
pub(crate) fn bytes(rows: usize, each: impl IntoIterator<Item = u64>) -> u64 {
    let each = each.into_iter().fold(0, u64::saturating_add);
    each.saturating_mul(numbers(&[rows, size_of::<f32>()]))
}

/// Workspace of a convolution with stride 1, in values per image. It is kept after the call, so workspaces of several layers
/// add up.
pub(crate) fn convolution_workspace(layer: &Conv2d, [height, width]: [usize; 2]) -> u64 {
    let [outputs, inputs, kernel_height, kernel_width] = layer.weight.val().dims();
    if layer.groups > 1 {
        // Burn's kernel transposes the image, then works in small tiles.
        return numbers(&[inputs, layer.groups, height, width]);
    }
    // Columns of im2col, or 16 Winograd products per tile of 2×2 pixels.
    let columns = numbers(&[inputs, kernel_height, kernel_width]);
    let products = numbers(&[4, padded([inputs, outputs])]);
    let each = columns.max(products).saturating_add(outputs as u64);
    each.saturating_mul(numbers(&[height, width]))
}

/// Workspace of a transposed convolution with stride 2, in values per input image of this size.
pub(crate) fn upsampling_workspace(layer: &ConvTranspose2d, [height, width]: [usize; 2]) -> u64 {
    let [inputs, outputs, kernel_height, kernel_width] = layer.weight.val().dims();
    // Columns of im2col, or 9 Winograd products of 4 phases per tile of 2×2 pixels.
    let columns = numbers(&[outputs, kernel_height, kernel_width]);
    let products = numbers(&[9, padded([outputs, inputs])]);
    let each = columns.max(products).saturating_add(inputs as u64);
    each.saturating_mul(numbers(&[height, width]))
}

/// Workspace of a convolution with stride 2, in values per output image of this size.
pub(crate) fn downsampling_workspace(layer: &Conv2d, [height, width]: [usize; 2]) -> u64 {
    let [outputs, inputs, kernel_height, kernel_width] = layer.weight.val().dims();
    // As of the transposed convolution, its reverse.
    let columns = numbers(&[inputs, kernel_height, kernel_width]);
    let products = numbers(&[9, padded([inputs, outputs])]);
    let each = columns.max(products).saturating_add(outputs as u64);
    each.saturating_mul(numbers(&[height, width]))
}

/// Sum of input and output channels after padding; 0 if such a kernel is not used.
fn padded(channels: [usize; 2]) -> usize {
    if channels.iter().any(|&channels| channels < LANES) {
        return 0;
    }
    let padded = channels.map(|channels| channels.next_multiple_of(LANES));
    padded[0].saturating_add(padded[1])
}
