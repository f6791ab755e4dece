//! Products of few rows, for which `gemm` spends as long on laying its operands out as on multiplying: fully connected layers.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Arch, Simd, WithSimd};

use super::rows::{Left, PANEL, Rows, Sizes, multiply_rows};
use super::{Matrix, Write};
use crate::pool;
use crate::scratch::Scratch;

/// Elements of a right operand that is read where it lies. Of a larger one, a panel at a time is copied first: its rows are pages apart.
const CACHED: usize = 1 << 17;

/// Rows of the destination below which a share of them is not worth a thread: fewer are shared out by their columns.
const ROWS_WORTH_A_SHARE: usize = 16;

/// Rows and columns moved at once, so that both sides of a transposition keep to a few cache lines.
const SQUARE: usize = 16;

/// Whether [`multiply`] is faster than `gemm`: there are whole vectors of columns, and rows enough for a panel to be used again.
pub fn pays(left: &Matrix, right: &Matrix) -> bool {
    left.rows > 1
        && right.rows > 0
        && right.columns >= SQUARE
        && (right.column_stride == 1 || right.row_stride == 1)
}

/// Writes or adds `left` × `right` to `destination`, of whose rows none is skipped, and calls `finish` once with every part of it.
///
/// The bits of an element depend on its row, its column and the sizes of the operands: not on the threads, which share out whole elements.
pub fn multiply(
    destination: &mut [f32],
    write: Write,
    left: Matrix,
    right: Matrix,
    threads: usize,
    finish: impl Fn(&mut [f32]) + Sync + Send,
) {
    if right.column_stride != 1 && left.rows <= right.columns {
        multiply_transposed(destination, write, left, right, threads, finish);
    } else if threads > 1 && left.rows.div_ceil(threads) < ROWS_WORTH_A_SHARE {
        multiply_by_columns(destination, write, left, right, threads, finish);
    } else {
        multiply_by_rows(destination, write, left, right, threads, finish);
    }
}

fn multiply_by_rows(
    destination: &mut [f32],
    write: Write,
    left: Matrix,
    right: Matrix,
    threads: usize,
    finish: impl Fn(&mut [f32]) + Sync + Send,
) {
    let (columns, share) = (right.columns, left.rows.div_ceil(threads));
    pool::for_each_chunk(threads, destination, share * columns, |index, part| {
        let left = left.rows(index * share, part.len() / columns);
        multiply_panels(part, write, left, right);
        finish(part);
    });
}

/// Every thread writes whole panels of columns into memory of its own.
fn multiply_by_columns(
    destination: &mut [f32],
    write: Write,
    left: Matrix,
    right: Matrix,
    threads: usize,
    finish: impl Fn(&mut [f32]) + Sync + Send,
) {
    let (rows, columns) = (left.rows, right.columns);
    let share = columns.div_ceil(threads).next_multiple_of(PANEL);
    let mut parts = Scratch::take(rows * columns);
    pool::for_each_chunk(threads, &mut parts, rows * share, |index, part| {
        let (first, width) = (index * share, part.len() / rows);
        if write == Write::Add {
            let from = destination.chunks_exact(columns);
            for (part, from) in part.chunks_exact_mut(width).zip(from) {
                part.copy_from_slice(&from[first..][..width]);
            }
        }
        multiply_panels(part, write, left, right.columns(first, width));
        finish(part);
    });
    for (index, part) in parts.chunks(rows * share).enumerate() {
        let (first, width) = (index * share, part.len() / rows);
        let into = destination.chunks_exact_mut(columns);
        for (into, part) in into.zip(part.chunks_exact(width)) {
            into[first..][..width].copy_from_slice(part);
        }
    }
}

/// The same by (right' × left')': where the right operand lies the wrong way round, to turn the smaller left one and the result is less work.
fn multiply_transposed(
    destination: &mut [f32],
    write: Write,
    left: Matrix,
    right: Matrix,
    threads: usize,
    finish: impl Fn(&mut [f32]) + Sync + Send,
) {
    let (rows, columns) = (left.rows, right.columns);
    let mut turned = Scratch::take(columns * rows);
    let (from, by) = (right.transposed(), left.transposed());
    multiply_by_rows(&mut turned, Write::Over, from, by, threads, |_| ());
    let result = Matrix::new(&turned, columns, rows).transposed();
    let share = rows.div_ceil(threads).next_multiple_of(SQUARE);
    pool::for_each_chunk(threads, destination, share * columns, |index, part| {
        let result = result.rows(index * share, part.len() / columns);
        Arch::new().dispatch(|| {
            for first in (0..columns).step_by(PANEL) {
                let width = PANEL.min(columns - first);
                turn(&result, first, width, write, &mut part[first..], columns);
            }
        });
        finish(part);
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
