//! Products too small for `gemm`, which spends as long on laying its operands out as on multiplying: fully connected layers of a few hundred
//! units.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Arch, Simd, WithSimd};

use super::rows::{Left, PANEL, Rows, Sizes, multiply_rows};
use super::{Matrix, Write};
use crate::scratch::Scratch;

/// Elements of the right operand that stay in a second-level cache while the rows of the left pass by.
const CACHED: usize = 1 << 17;

/// Rows and columns moved at once, so that both sides of a transposition keep to a few cache lines.
const SQUARE: usize = 16;

/// Whether [`multiply`] is faster than `gemm`: the right operand is small, and of whole vectors.
pub fn pays(left: &Matrix, right: &Matrix) -> bool {
    let columns = right.columns;
    left.rows > 1
        && right.rows > 0
        && columns > 0
        && columns.is_multiple_of(SQUARE)
        && right.rows * columns <= CACHED
        && (right.column_stride == 1 || right.row_stride == 1)
}

/// Writes or adds `left` × `right` to `destination`, of whose rows none is skipped.
pub fn multiply(destination: &mut [f32], write: Write, left: Matrix, right: Matrix) {
    Arch::new().dispatch(Product {
        destination,
        write,
        left,
        right,
    });
}

struct Product<'a> {
    destination: &'a mut [f32],
    write: Write,
    left: Matrix<'a>,
    right: Matrix<'a>,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (left, right) = (self.left, self.right);
        let rows = Left {
            data: left.data,
            row: left.row_stride,
            inner: left.column_stride,
            segment: 0,
        };
        let whole = right.columns;
        let mut turned = (right.column_stride != 1).then(|| Scratch::take(right.rows * PANEL));
        for first in (0..whole).step_by(PANEL) {
            let columns = PANEL.min(whole - first);
            let panel = match &mut turned {
                None => Rows {
                    data: &right.data[first..],
                    stride: right.row_stride,
                },
                Some(turned) => {
                    turn(&right, first, columns, turned);
                    Rows {
                        data: &turned[..],
                        stride: columns,
                    }
                }
            };
            let mut into = Rows {
                data: &mut self.destination[first..],
                stride: whole,
            };
            let sizes = Sizes {
                rows: left.rows,
                segments: 1,
                inner: right.rows,
                columns,
            };
            multiply_rows(simd, self.write, rows, &panel, &mut into, sizes);
        }
    }
}

/// Some columns of a matrix that is stored by columns, row after row.
#[inline(always)]
fn turn(matrix: &Matrix, first: usize, columns: usize, turned: &mut [f32]) {
    for (square, turned) in turned.chunks_mut(SQUARE * columns).enumerate() {
        let start = square * SQUARE;
        if start >= matrix.rows {
            break;
        }
        let count = SQUARE.min(matrix.rows - start);
        for column in 0..columns {
            let from = &matrix.data[(first + column) * matrix.column_stride + start..][..count];
            for (row, value) in from.iter().enumerate() {
                turned[row * columns + column] = *value;
            }
        }
    }
}
