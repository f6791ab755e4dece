//! A matrix product for operands that are already packed, with accumulators that stay in registers.
//!
//! Up to 6 rows by up to 64 columns of the destination are accumulated at a time, the columns in vectors. The right operand is read along its
//! rows, the left one element by element at any strides. The innermost loop is unsafe code, because a bounds check there would cost more than the
//! multiplication: [`multiply_panel`] checks all ranges once, and nothing else calls [`tile`].
#![expect(unsafe_code, reason = "ranges are checked before the loops")]
#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::Simd;

use super::matrix::WriteMode;

/// Largest number of columns of one [`multiply_panel`].
pub const PANEL: usize = 64;

/// Rows of the right operand that a first-level cache holds while all rows of the destination are updated.
const INNER_BLOCK: usize = 128;

/// The left operand: element (r, k) of segment s is at index `r · row + k · inner + s · segment`.
#[derive(Clone, Copy)]
pub struct LeftOperand<'a> {
    pub data: &'a [f32],
    /// Distance between rows.
    pub row: usize,
    /// Distance between elements within a segment of the inner dimension.
    pub inner: usize,
    /// Distance between segments.
    pub segment: usize,
}

/// Rows whose starts are `stride` elements apart; only the first columns of each row are used.
pub struct StridedRows<T> {
    pub data: T,
    pub stride: usize,
}

/// Sizes of a product.
#[derive(Clone, Copy)]
pub struct ProductSizes {
    pub rows: usize,
    /// Number of segments of the inner dimension.
    pub segments: usize,
    /// Length of each segment.
    pub inner: usize,
    /// A multiple of 16, at most [`PANEL`].
    pub columns: usize,
}

/// Writes the product of `left` and `right` to `destination`, or adds it.
///
/// Every element is summed over the inner dimension in a fixed order, which depends only on its length.
///
/// # Panics
/// If a slice is too short for the sizes.
#[inline(always)]
pub fn multiply_panel<S: Simd>(
    simd: S,
    write: WriteMode,
    left: LeftOperand,
    right: &StridedRows<&[f32]>,
    destination: &mut StridedRows<&mut [f32]>,
    sizes: ProductSizes,
) {
    let ProductSizes {
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
    let last_index =
        (rows - 1) * left.row + (segments - 1) * left.segment + (inner - 1) * left.inner;
    assert!(
        last_index < left.data.len(),
        "the left operand is long enough"
    );
    let last_index = (segments * inner - 1) * right.stride + columns;
    assert!(
        last_index <= right.data.len(),
        "the right operand is long enough"
    );
    let last_index = (rows - 1) * destination.stride + columns;
    assert!(
        last_index <= destination.data.len(),
        "the destination is long enough"
    );
    let group = S::F32_LANES * vectors::<S>(columns);
    let (step, depth) = ((INNER_BLOCK / inner).max(1), inner.min(INNER_BLOCK));
    for column in (0..columns).step_by(group) {
        let mut add = write == WriteMode::Accumulate;
        for segment in (0..segments).step_by(step) {
            for first in (0..inner).step_by(depth) {
                let part = InnerRange {
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
                    // SAFETY: the assertions above cover all rows, all columns and the whole inner dimension; this is a part of them.
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

/// Vectors of columns accumulated at a time, so that six rows of them fit the registers: a whole panel with AVX-512.
#[inline(always)]
fn vectors<S: Simd>(columns: usize) -> usize {
    match S::F32_LANES {
        16 => columns / 16,
        8 => 2,
        _ => 4,
    }
}

/// A range of the inner dimension.
struct InnerRange<'a> {
    add: bool,
    left: LeftOperand<'a>,
    left_start: usize,
    segments: usize,
    inner: usize,
    right: &'a [f32],
    right_stride: usize,
}

/// # Safety
/// As for [`tile`], with the number of vectors that `columns` takes.
#[inline(always)]
unsafe fn strip<S: Simd, const ROWS: usize>(
    simd: S,
    part: &InnerRange,
    row: usize,
    into: &mut [f32],
    stride: usize,
    columns: usize,
) {
    // SAFETY: the caller guarantees the conditions of `tile`.
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

/// Accumulates `ROWS` rows of `VECTORS` vectors each.
///
/// # Safety
/// `left` must hold `ROWS` rows from `row` on in every segment of the range, `right` one row for each inner index of the range, and `into`
/// `ROWS` rows, `stride` apart, of `VECTORS` vectors each.
#[inline(always)]
unsafe fn tile<S: Simd, const ROWS: usize, const VECTORS: usize>(
    simd: S,
    part: &InnerRange,
    row: usize,
    into: &mut [f32],
    stride: usize,
) {
    // SAFETY: guaranteed by the caller. Every bit pattern is a valid float, and the accesses are unaligned ones.
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
        let (row_stride, inner_stride) = (part.left.row, part.left.inner);
        let start = part.left_start + row * row_stride;
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
                    let scalar = simd.splat_f32s(*left.add(r * row_stride));
                    for (sum, vector) in sums.iter_mut().zip(&vectors) {
                        *sum = simd.mul_add_e_f32s(scalar, *vector, *sum);
                    }
                }
                left = left.wrapping_add(inner_stride);
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

/// Prefetches the cache line of `data[at]`; the index may lie outside the slice.
#[inline(always)]
pub fn prefetch(data: &[f32], at: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let address = data.as_ptr().wrapping_add(at);
        // SAFETY: every x86-64 processor has the instruction, and it accepts any address without a fault.
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
        left: LeftOperand<'a>,
        right: StridedRows<&'a [f32]>,
        destination: StridedRows<&'a mut [f32]>,
        sizes: ProductSizes,
    }

    impl WithSimd for Product<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(mut self, simd: S) {
            let into = &mut self.destination;
            multiply_panel(
                simd,
                WriteMode::Overwrite,
                self.left,
                &self.right,
                into,
                self.sizes,
            );
            multiply_panel(
                simd,
                WriteMode::Accumulate,
                self.left,
                &self.right,
                into,
                self.sizes,
            );
        }
    }

    /// Small integers, whose sums are exact in any order.
    fn integers(len: usize, step: usize) -> Vec<f32> {
        (0..len).map(|at| ((at * step) % 7) as f32 - 3.0).collect()
    }

    /// Sizes around those of the register block; each product is written once and then added once.
    #[test]
    fn every_instruction_set_multiplies_every_size() {
        for rows in [1, 2, 3, 4, 5, 6, 7, 13] {
            for (segments, inner) in [(1, 1), (3, 64), (1, 300), (5, 20)] {
                for columns in [16, 32, 48, 64] {
                    let sizes = ProductSizes {
                        rows,
                        segments,
                        inner,
                        columns,
                    };
                    let (row_stride, inner_stride, apart) = (inner + 1, 1, rows * (inner + 1));
                    let left = integers(segments * apart, 5);
                    let right = integers(segments * inner * (columns + 3), 3);
                    for arch in archs() {
                        let mut result = vec![f32::NAN; rows * (columns + 2)];
                        arch.dispatch(Product {
                            left: LeftOperand {
                                data: &left,
                                row: row_stride,
                                inner: inner_stride,
                                segment: apart,
                            },
                            right: StridedRows {
                                data: &right,
                                stride: columns + 3,
                            },
                            destination: StridedRows {
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
                                        "nothing is written beyond the columns"
                                    );
                                    continue;
                                }
                                let sum: f32 = (0..segments * inner)
                                    .map(|at| {
                                        let from =
                                            at / inner * apart + row * row_stride + at % inner;
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
    fn a_short_operand_is_rejected() {
        Arch::Scalar.dispatch(Product {
            left: LeftOperand {
                data: &[1.0; 3],
                row: 2,
                inner: 1,
                segment: 0,
            },
            right: StridedRows {
                data: &[1.0; 32],
                stride: 16,
            },
            destination: StridedRows {
                data: &mut [0.0; 32],
                stride: 16,
            },
            sizes: ProductSizes {
                rows: 2,
                segments: 1,
                inner: 2,
                columns: 16,
            },
        });
    }
}
