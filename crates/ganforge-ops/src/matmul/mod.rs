//! Matrix products: a safe interface to the `gemm` crate, whose kernels select the instruction set at run time, and [`multiply_panel`] for operands
//! that are already packed.
//!
//! This module and `uninit.rs` contain the only unsafe code of the crate. `gemm` takes raw pointers; [`Matrix`] holds a slice and checks its sizes
//! against the slice when it is created.
#![expect(unsafe_code, reason = "gemm's only entry takes pointers")]

mod direct;
mod matrix;
mod rows;

use gemm::Parallelism;

pub use matrix::{Matrix, WriteMode};
pub use rows::{LeftOperand, PANEL, ProductSizes, StridedRows, multiply_panel, prefetch};

/// Writes `left` × `right` to `destination`, row after row.
///
/// The sizes alone select the kernel, and every element is summed in a fixed order, so the result does not depend on the number of threads.
///
/// # Panics
/// If the sizes do not agree.
pub fn multiply(
    destination: &mut [f32],
    write: WriteMode,
    left: Matrix,
    right: Matrix,
    threads: usize,
) {
    multiply_with_epilogue(destination, write, left, right, threads, |_| ());
}

/// As [`multiply`]; `epilogue` is called once with every part of the product, while the part is still in a cache.
///
/// # Panics
/// If the sizes do not agree.
pub fn multiply_with_epilogue(
    destination: &mut [f32],
    write: WriteMode,
    left: Matrix,
    right: Matrix,
    threads: usize,
    epilogue: impl Fn(&mut [f32]) + Sync + Send,
) {
    assert_eq!(left.columns, right.rows, "inner sizes agree");
    assert_eq!(
        destination.len(),
        left.rows * right.columns,
        "the product fills its slice"
    );
    if direct::is_profitable(&left, &right) {
        return direct::Product {
            write,
            left,
            right,
            threads,
            epilogue,
        }
        .run(destination);
    }
    let parallelism = if threads > 1 {
        Parallelism::Rayon(threads)
    } else {
        Parallelism::None
    };
    let add = write == WriteMode::Accumulate;
    // SAFETY: `Matrix::new` checks that all rows × columns elements at these strides lie inside the slice, `transposed` swaps sizes and strides
    // together, and `rows` checks its range. The assertion above covers the destination, which is written row after row. The destination is borrowed
    // mutably and therefore does not overlap the operands. No slice is longer than `isize::MAX` bytes, so the strides fit.
    unsafe {
        gemm::gemm(
            left.rows,
            right.columns,
            left.columns,
            destination.as_mut_ptr(),
            1,
            right.columns.cast_signed(),
            add,
            left.data.as_ptr(),
            left.column_stride.cast_signed(),
            left.row_stride.cast_signed(),
            right.data.as_ptr(),
            right.column_stride.cast_signed(),
            right.row_stride.cast_signed(),
            1.0,
            1.0,
            false,
            false,
            false,
            parallelism,
        );
    }
    epilogue(destination);
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "small integers are exact")]
mod tests {
    use super::*;

    const LEFT: [f32; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    const RIGHT: [f32; 6] = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0];

    #[test]
    fn a_product_overwrites_or_adds() {
        let mut product = [f32::NAN; 4];
        let (left, right) = (Matrix::new(&LEFT, 2, 3), Matrix::new(&RIGHT, 3, 2));
        multiply(&mut product, WriteMode::Overwrite, left, right, 1);
        assert_eq!(product, [4.0, 5.0, 10.0, 11.0]);
        multiply(&mut product, WriteMode::Accumulate, left, right, 1);
        assert_eq!(product, [8.0, 10.0, 20.0, 22.0]);
    }

    #[test]
    fn transposes_are_multiplied_without_a_copy() {
        let mut product = [0.0; 9];
        let (left, right) = (Matrix::new(&LEFT, 2, 3), Matrix::new(&RIGHT, 3, 2));
        let (left, right) = (left.transposed(), right.transposed());
        multiply(&mut product, WriteMode::Overwrite, left, right, 1);
        assert_eq!(product, [1.0, 4.0, 5.0, 2.0, 5.0, 7.0, 3.0, 6.0, 9.0]);
    }

    /// Small integers, whose sums are exact in any order.
    #[test]
    fn all_kernels_and_layouts_agree() {
        let integers = |len: usize, step: usize| -> Vec<f32> {
            (0..len).map(|at| ((at * step) % 7) as f32 - 3.0).collect()
        };
        for (rows, inner, columns) in [(2, 3, 16), (7, 40, 80), (64, 256, 64), (5, 600, 256)] {
            let (left, right) = (integers(rows * inner, 5), integers(inner * columns, 3));
            let lefts = [
                Matrix::new(&left, rows, inner),
                Matrix::new(&left, inner, rows).transposed(),
            ];
            let rights = [
                Matrix::new(&right, inner, columns),
                Matrix::new(&right, columns, inner).transposed(),
            ];
            for (left, right) in lefts.into_iter().flat_map(|l| rights.map(|r| (l, r))) {
                let element = |row: usize, column: usize| -> f32 {
                    (0..inner)
                        .map(|at| {
                            left.data[row * left.row_stride + at * left.column_stride]
                                * right.data[at * right.row_stride + column * right.column_stride]
                        })
                        .sum()
                };
                let mut product = vec![f32::NAN; rows * columns];
                multiply(&mut product, WriteMode::Overwrite, left, right, 1);
                multiply(&mut product, WriteMode::Accumulate, left, right, 1);
                for (at, value) in product.iter().enumerate() {
                    let expected = 2.0 * element(at / columns, at % columns);
                    assert_eq!(*value, expected, "{rows} × {inner} × {columns}, {at}");
                }
            }
        }
    }

    /// Rows, inner size and columns that select each way of dividing a product among threads, and `gemm`.
    #[test]
    fn the_result_does_not_depend_on_the_number_of_threads() {
        let noise = |len: usize| -> Vec<f32> {
            (0..len)
                .map(|at| ((at * 7919) % 10_007) as f32 / 5003.0 - 1.0)
                .collect()
        };
        for (rows, inner, columns) in [
            (5, 700, 300),
            (100, 300, 70),
            (64, 1100, 129),
            (700, 600, 9),
            (1, 900, 500),
        ] {
            let (left, right) = (noise(rows * inner), noise(inner * columns));
            for (left, right) in [
                (
                    Matrix::new(&left, rows, inner),
                    Matrix::new(&right, inner, columns),
                ),
                (
                    Matrix::new(&left, inner, rows).transposed(),
                    Matrix::new(&right, columns, inner).transposed(),
                ),
            ] {
                for write in [WriteMode::Overwrite, WriteMode::Accumulate] {
                    let product = |threads| {
                        let mut product = vec![0.1; rows * columns];
                        multiply_with_epilogue(&mut product, write, left, right, threads, |part| {
                            for value in part {
                                *value *= 1.5;
                            }
                        });
                        product
                    };
                    let one = product(1);
                    for threads in 2..=8 {
                        let same = one == product(threads);
                        assert!(same, "{rows} × {inner} × {columns}, {threads} threads");
                    }
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "fills its slice")]
    fn a_slice_of_the_wrong_length_is_rejected() {
        let _ = Matrix::new(&LEFT, 3, 3);
    }
}
