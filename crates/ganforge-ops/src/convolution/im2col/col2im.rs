//! The gradient with respect to the input for few positions: vectors hold neighbouring taps, and the weight is read along its rows.

use crate::convolution::ConvShape;
use crate::matmul::{Matrix, PANEL, WriteMode, multiply};
use crate::scratch::Scratch;

/// Whether the positions fill less than a panel, so that the product has more taps than positions.
pub fn is_profitable(shape: &ConvShape, positions: usize) -> bool {
    positions <= PANEL && shape.taps() >= PANEL
}

/// Overwrites some images by their gradient, from `[outputs, count · positions]` of output gradients.
pub fn input_gradient(
    shape: &ConvShape,
    channel_major: Matrix,
    weight: Matrix,
    threads: usize,
    images: &mut [f32],
) {
    let positions = shape.output_plane_len();
    let count = images.len() / shape.image_len();
    let mut rows = Scratch::take(count * positions * shape.taps());
    multiply(
        &mut rows,
        WriteMode::Overwrite,
        channel_major.transposed(),
        weight,
        threads,
    );
    images.fill(0.0);
    for (rows, image) in rows
        .chunks_exact(positions * shape.taps())
        .zip(images.chunks_exact_mut(shape.image_len()))
    {
        for (position, row) in rows.chunks_exact(shape.taps()).enumerate() {
            let columns = shape.output_size()[1];
            let at = [position / columns, position % columns];
            match shape.kernel()[1] {
                3 => add_kernel::<3>(shape, at, row, image),
                4 => add_kernel::<4>(shape, at, row, image),
                _ => add_kernel::<1>(shape, at, row, image),
            }
        }
    }
}

/// Adds the contribution of one position, `[inputs, kernel height, kernel width]`, in runs of `RUN` pixels; `RUN` divides the kernel width.
fn add_kernel<const RUN: usize>(shape: &ConvShape, at: [usize; 2], row: &[f32], image: &mut [f32]) {
    let ([tall, wide], [height, width]) = (shape.kernel(), shape.size());
    let [above, before] = shape.padding();
    let [top, left] = [0, 1].map(|axis| at[axis] * shape.stride()[axis]);
    for (kernel, plane) in row
        .chunks_exact(tall * wide)
        .zip(image.chunks_exact_mut(height * width))
    {
        for (down, taps) in kernel.chunks_exact(wide).enumerate() {
            let Some(y) = (top + down).checked_sub(above).filter(|y| *y < height) else {
                continue;
            };
            let pixels = &mut plane[y * width..][..width];
            for (run, taps) in taps.as_chunks::<RUN>().0.iter().enumerate() {
                let first = left + run * RUN;
                if first >= before && first - before + RUN <= width {
                    let (pixels, _) = pixels[first - before..].as_chunks_mut::<RUN>();
                    for (pixel, tap) in pixels[0].iter_mut().zip(taps) {
                        *pixel += tap;
                    }
                    continue;
                }
                for (right, tap) in taps.iter().enumerate() {
                    let x = (first + right).checked_sub(before);
                    if let Some(pixel) = x.and_then(|x| pixels.get_mut(x)) {
                        *pixel += tap;
                    }
                }
            }
        }
    }
}
