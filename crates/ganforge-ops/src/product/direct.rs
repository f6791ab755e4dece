//! Products of few rows, for which `gemm` spends as long on laying its operands out as on multiplying: fully connected layers.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Arch, Simd, WithSimd};

use super::rows::{Left, PANEL, Rows, Sizes, multiply_rows};
use super::{Matrix, Write};
use crate::scratch::Scratch;

/// Elements of a right operand that is read where it lies. Of a larger one, a panel at a time is copied first: its rows are pages apart.
const CACHED: usize = 1 << 17;

/// Rows and columns moved at once, so that both sides of a transposition keep to a few cache lines.
const SQUARE: usize = 16;

/// Whether [`multiply`] is faster than `gemm`: there are whole vectors of columns, and rows enough for a panel to be used again.
pub fn pays(left: &Matrix, right: &Matrix) -> bool {
    left.rows > 1
        && right.rows > 0
        && right.columns >= SQUARE
        && (right.column_stride == 1 || right.row_stride == 1)
}

/// Writes or adds `left` × `right` to `destination`, of whose rows none is skipped.
pub fn multiply(destination: &mut [f32], write: Write, left: Matrix, right: Matrix) {
    if right.column_stride != 1 && left.rows <= right.columns {
        return multiply_transposed(destination, write, left, right);
    }
    multiply_panels(destination, write, left, right);
}

/// The same by (right' × left')': where the right operand lies the wrong way round, to turn the smaller left one and the result is less work.
fn multiply_transposed(destination: &mut [f32], write: Write, left: Matrix, right: Matrix) {
    let (rows, columns) = (left.rows, right.columns);
    let mut turned = Scratch::take(columns * rows);
    multiply_panels(
        &mut turned,
        Write::Over,
        right.transposed(),
        left.transposed(),
    );
    let result = Matrix::new(&turned, columns, rows).transposed();
    Arch::new().dispatch(|| {
        for first in (0..columns).step_by(PANEL) {
            let width = PANEL.min(columns - first);
            turn(
                &result,
                first,
                width,
                write,
                &mut destination[first..],
                columns,
            );
        }
    });
}

fn multiply_panels(destination: &mut [f32], write: Write, left: Matrix, right: Matrix) {
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
        let Self {
            destination,
            write,
            left,
            right,
        } = self;
        let rows = Left {
            data: left.data,
            row: left.row_stride,
            inner: left.column_stride,
            segment: 0,
        };
        let (inner, whole) = (right.rows, right.columns);
        let in_place = right.column_stride == 1 && inner * whole <= CACHED;
        let mut copy = None;
        for first in (0..whole).step_by(PANEL) {
            let columns = PANEL.min(whole - first);
            let padded = columns.next_multiple_of(SQUARE);
            let panel = if in_place && padded == columns {
                Rows {
                    data: &right.data[first..],
                    stride: right.row_stride,
                }
            } else {
                let copy = copy.get_or_insert_with(|| Scratch::take(inner * PANEL));
                if right.column_stride == 1 {
                    lift(&right, first, columns, &mut copy[..inner * padded]);
                } else {
                    pad(&mut copy[..inner * padded], columns, padded);
                    turn(&right, first, columns, Write::Over, copy, padded);
                }
                Rows {
                    data: &copy[..],
                    stride: padded,
                }
            };
            let sizes = Sizes {
                rows: left.rows,
                segments: 1,
                inner,
                columns: padded,
            };
            if padded == columns {
                let mut into = Rows {
                    data: &mut destination[first..],
                    stride: whole,
                };
                multiply_rows(simd, write, rows, &panel, &mut into, sizes);
                continue;
            }
            let mut wider = Scratch::take(left.rows * padded);
            let mut into = Rows {
                data: &mut wider[..],
                stride: padded,
            };
            multiply_rows(simd, Write::Over, rows, &panel, &mut into, sizes);
            for (to, from) in destination
                .chunks_exact_mut(whole)
                .zip(wider.chunks_exact(padded))
            {
                for (to, from) in to[first..].iter_mut().zip(from) {
                    put(write, to, *from);
                }
            }
        }
    }
}

/// Some columns of a matrix that is stored by rows, and zeros up to a whole vector.
#[inline(always)]
fn lift(matrix: &Matrix, first: usize, columns: usize, lifted: &mut [f32]) {
    let stride = lifted.len() / matrix.rows;
    pad(lifted, columns, stride);
    for (row, lifted) in lifted.chunks_exact_mut(stride).enumerate() {
        let from = &matrix.data[row * matrix.row_stride + first..][..columns];
        lifted[..columns].copy_from_slice(from);
    }
}

/// Zeros rows of `stride` elements from `columns` on.
#[inline(always)]
fn pad(rows: &mut [f32], columns: usize, stride: usize) {
    for row in rows.chunks_exact_mut(stride) {
        row[columns..].fill(0.0);
    }
}

/// Writes or adds some columns of a matrix that is stored by columns to rows that are `stride` apart.
#[inline(always)]
fn turn(
    matrix: &Matrix,
    first: usize,
    columns: usize,
    write: Write,
    turned: &mut [f32],
    stride: usize,
) {
    for (square, turned) in turned.chunks_mut(SQUARE * stride).enumerate() {
        let start = square * SQUARE;
        if start >= matrix.rows {
            break;
        }
        let count = SQUARE.min(matrix.rows - start);
        for column in 0..columns {
            let from = &matrix.data[(first + column) * matrix.column_stride + start..][..count];
            for (row, value) in from.iter().enumerate() {
                put(write, &mut turned[row * stride + column], *value);
            }
        }
    }
}

#[inline(always)]
fn put(write: Write, into: &mut f32, value: f32) {
    *into = if write == Write::Add {
        *into + value
    } else {
        value
    };
}
