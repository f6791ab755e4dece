//! A matrix product of our own, for operands that were laid out for it: no packing, and sums that stay in registers.
//!
//! Up to 6 rows by up to 64 columns of the destination are summed at once, the columns in vectors. The right operand is read along its rows,
//! the left one element after another, at any strides. Unsafe code, because a check in the innermost loop would cost more than the
//! multiplication it guards: [`multiply_rows`] checks the ranges once, and [`tile`] is called by nothing else.
#![expect(unsafe_code, reason = "ranges are checked before the loops")]
#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::Simd;

use super::Write;

/// Columns that no product exceeds, and that every count of columns in vectors divides into: see [`multiply_rows`].
pub const PANEL: usize = 64;

/// Rows of the right operand that a first-level cache holds while all rows of the destination pass by.
const DEPTH: usize = 128;

/// The left operand: element (row, inner) of segment s is at `row · row + inner · inner + s · segment`.
#[derive(Clone, Copy)]
pub struct Left<'a> {
    pub data: &'a [f32],
    /// Distance of rows.
    pub row: usize,
    /// Distance of elements within a segment of the inner dimension.
    pub inner: usize,
    /// Distance of segments.
    pub segment: usize,
}

/// Rows of which only the first columns count, `stride` apart.
pub struct Rows<T> {
    pub data: T,
    pub stride: usize,
}

/// Sizes of a product.
#[derive(Clone, Copy)]
pub struct Sizes {
    pub rows: usize,
    /// Segments of the inner dimension, and the length of each.
    pub segments: usize,
    pub inner: usize,
    /// A multiple of 16, at most [`PANEL`].
    pub columns: usize,
}

/// Writes or adds the product of `left` and `right` to `destination`.
///
/// Every element sums over the inner dimension in one order, which depends on its length alone.
///
/// # Panics
/// If an operand is too short for the sizes.
#[inline(always)]
pub fn multiply_rows<S: Simd>(
    simd: S,
    write: Write,
    left: Left,
    right: &Rows<&[f32]>,
    destination: &mut Rows<&mut [f32]>,
    sizes: Sizes,
) {
    let Sizes {
        rows,
        segments,
        inner,
        columns,
    } = sizes;
    if rows == 0 || columns == 0 {
        return;
    }
    assert!(
        segments > 0 && inner > 0 && columns.is_multiple_of(16) && columns <= PANEL,
        "sizes of a panel"
    );
    let reach = (rows - 1) * left.row + (segments - 1) * left.segment + (inner - 1) * left.inner;
    assert!(reach < left.data.len(), "the left operand is long enough");
    let reach = (segments * inner - 1) * right.stride + columns;
    assert!(
        reach <= right.data.len(),
        "the right operand is long enough"
    );
    let reach = (rows - 1) * destination.stride + columns;
    assert!(
        reach <= destination.data.len(),
        "the destination is long enough"
    );
    let group = S::F32_LANES * vectors::<S>(columns);
    let (step, depth) = ((DEPTH / inner).max(1), inner.min(DEPTH));
    for column in (0..columns).step_by(group) {
        let mut add = write == Write::Add;
        for segment in (0..segments).step_by(step) {
            for first in (0..inner).step_by(depth) {
                let part = Part {
                    add,
                    left,
                    left_start: segment * left.segment + first * left.inner,
                    segments: step.min(segments - segment),
                    inner: depth.min(inner - first),
                    right: &right.data[(segment * inner + first) * right.stride + column..],
                    right_stride: right.stride,
                };
                for row in (0..rows).step_by(6) {
                    let start = row * destination.stride + column;
                    let into = &mut destination.data[start..];
                    let stride = destination.stride;
                    // SAFETY: the assertions above cover all rows, all columns and the whole inner dimension, of which this is a part.
                    unsafe {
                        match rows - row {
                            1 => strip::<S, 1>(simd, &part, row, into, stride, columns),
                            2 => strip::<S, 2>(simd, &part, row, into, stride, columns),
                            3 => strip::<S, 3>(simd, &part, row, into, stride, columns),
                            4 => strip::<S, 4>(simd, &part, row, into, stride, columns),
                            5 => strip::<S, 5>(simd, &part, row, into, stride, columns),
                            _ => strip::<S, 6>(simd, &part, row, into, stride, columns),
                        }
                    }
                }
                add = true;
            }
        }
    }
}

/// Vectors of columns summed at once, so that six rows of them stay in registers: with AVX-512 a whole panel.
#[inline(always)]
fn vectors<S: Simd>(columns: usize) -> usize {
    match S::F32_LANES {
        16 => columns / 16,
        8 => 2,
        _ => 4,
    }
}

/// A part of the inner dimension.
struct Part<'a> {
    add: bool,
    left: Left<'a>,
    left_start: usize,
    segments: usize,
    inner: usize,
    right: &'a [f32],
    right_stride: usize,
}

/// # Safety
/// As for [`tile`], with the vectors that belong to `columns`.
#[inline(always)]
unsafe fn strip<S: Simd, const ROWS: usize>(
    simd: S,
    part: &Part,
    row: usize,
    into: &mut [f32],
    stride: usize,
    columns: usize,
) {
    // SAFETY: passed on.
    unsafe {
        if S::F32_LANES == 8 {
            return tile::<S, ROWS, 2>(simd, part, row, into, stride);
        }
        if S::F32_LANES < 8 || columns == 4 * S::F32_LANES {
            return tile::<S, ROWS, 4>(simd, part, row, into, stride);
        }
        match columns / S::F32_LANES {
            1 => tile::<S, ROWS, 1>(simd, part, row, into, stride),
            2 => tile::<S, ROWS, 2>(simd, part, row, into, stride),
            _ => tile::<S, ROWS, 3>(simd, part, row, into, stride),
        }
    }
}

/// Sums `ROWS` rows of `VECTORS` vectors.
///
/// # Safety
/// `left` reaches `ROWS` rows from `row` in every segment of the part, `right` has as many rows as the part is deep, and `into` has `ROWS`
/// rows at their strides, of `VECTORS` vectors each.
#[inline(always)]
unsafe fn tile<S: Simd, const ROWS: usize, const VECTORS: usize>(
    simd: S,
    part: &Part,
    row: usize,
    into: &mut [f32],
    stride: usize,
) {
    // SAFETY: the caller's promise; vectors of floats have no invalid bits, and are read and written unaligned.
    unsafe {
        let into = into.as_mut_ptr();
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
        if part.add {
            for (r, sums) in sums.iter_mut().enumerate() {
                for (v, sum) in sums.iter_mut().enumerate() {
                    let from = into.add(r * stride + v * S::F32_LANES);
                    *sum = from.cast::<S::f32s>().read_unaligned();
                }
            }
        }
        let mut right = part.right.as_ptr();
        let (across, along) = (part.left.row, part.left.inner);
        let start = part.left_start + row * across;
        for segment in 0..part.segments {
            let mut left = part
                .left
                .data
                .as_ptr()
                .add(start + segment * part.left.segment);
            for _ in 0..part.inner {
                let mut vectors = [simd.splat_f32s(0.0); VECTORS];
                for (v, vector) in vectors.iter_mut().enumerate() {
                    *vector = right
                        .add(v * S::F32_LANES)
                        .cast::<S::f32s>()
                        .read_unaligned();
                }
                for (r, sums) in sums.iter_mut().enumerate() {
                    let scalar = simd.splat_f32s(*left.add(r * across));
                    for (sum, vector) in sums.iter_mut().zip(&vectors) {
                        *sum = simd.mul_add_e_f32s(scalar, *vector, *sum);
                    }
                }
                left = left.wrapping_add(along);
                right = right.wrapping_add(part.right_stride);
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            for (v, sum) in sums.iter().enumerate() {
                let to = into.add(r * stride + v * S::F32_LANES);
                to.cast::<S::f32s>().write_unaligned(*sum);
            }
        }
    }
}

/// Asks for the cache line around `data[at]`, which may lie outside, ahead of its use.
#[inline(always)]
pub fn prefetch(data: &[f32], at: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let address = data.as_ptr().wrapping_add(at);
        // SAFETY: every x86-64 has the instruction, and it reads nothing that a program could notice.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (data, at);
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "small integers are exact")]
mod tests {
    use pulp::{Arch, WithSimd};

    use super::*;
    use crate::instruction_sets::archs;

    struct Product<'a> {
        left: Left<'a>,
        right: Rows<&'a [f32]>,
        destination: Rows<&'a mut [f32]>,
        sizes: Sizes,
    }

    impl WithSimd for Product<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(mut self, simd: S) {
            let into = &mut self.destination;
            multiply_rows(simd, Write::Over, self.left, &self.right, into, self.sizes);
            multiply_rows(simd, Write::Add, self.left, &self.right, into, self.sizes);
        }
    }

    /// Small integers, so that no order of summation shows.
    fn integers(len: usize, step: usize) -> Vec<f32> {
        (0..len).map(|at| ((at * step) % 7) as f32 - 3.0).collect()
    }

    /// Rows, segments, their length and columns around what is summed at once; the product once over and once added.
    #[test]
    fn every_instruction_set_multiplies_every_size() {
        for rows in [1, 2, 3, 4, 5, 6, 7, 13] {
            for (segments, inner) in [(1, 1), (3, 64), (1, 300), (5, 20)] {
                for columns in [16, 32, 48, 64] {
                    let sizes = Sizes {
                        rows,
                        segments,
                        inner,
                        columns,
                    };
                    let (across, along, apart) = (inner + 1, 1, rows * (inner + 1));
                    let left = integers(segments * apart, 5);
                    let right = integers(segments * inner * (columns + 3), 3);
                    for arch in archs() {
                        let mut result = vec![f32::NAN; rows * (columns + 2)];
                        arch.dispatch(Product {
                            left: Left {
                                data: &left,
                                row: across,
                                inner: along,
                                segment: apart,
                            },
                            right: Rows {
                                data: &right,
                                stride: columns + 3,
                            },
                            destination: Rows {
                                data: &mut result,
                                stride: columns + 2,
                            },
                            sizes,
                        });
                        for (row, result) in result.chunks_exact(columns + 2).enumerate() {
                            for (column, value) in result.iter().enumerate() {
                                if column >= columns {
                                    assert!(
                                        value.is_nan(),
                                        "beyond the columns nothing is written"
                                    );
                                    continue;
                                }
                                let sum: f32 = (0..segments * inner)
                                    .map(|at| {
                                        let from = at / inner * apart + row * across + at % inner;
                                        left[from] * right[at * (columns + 3) + column]
                                    })
                                    .sum();
                                assert_eq!(
                                    *value,
                                    2.0 * sum,
                                    "{rows} {segments} {inner} {columns}"
                                );
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "the left operand is long enough")]
    fn an_operand_too_short_is_refused() {
        Arch::Scalar.dispatch(Product {
            left: Left {
                data: &[1.0; 3],
                row: 2,
                inner: 1,
                segment: 0,
            },
            right: Rows {
                data: &[1.0; 32],
                stride: 16,
            },
            destination: Rows {
                data: &mut [0.0; 32],
                stride: 16,
            },
            sizes: Sizes {
                rows: 2,
                segments: 1,
                inner: 2,
                columns: 16,
            },
        });
    }
}
