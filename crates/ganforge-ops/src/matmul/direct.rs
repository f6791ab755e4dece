//! Products of matrices with few rows, as in fully connected layers. For these, `gemm` spends as much time on packing its operands as on
//! multiplying.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Arch, Simd, WithSimd};

use super::matrix::{Matrix, WriteMode};
use super::rows::{LeftOperand, PANEL, ProductSizes, StridedRows, multiply_panel};
use crate::pool;
use crate::scratch::Scratch;

/// Largest number of elements of a right operand that is read in place. Of a larger one, one panel at a time is copied first, because its rows lie
/// memory pages apart.
const MAX_UNPACKED: usize = 1 << 17;

/// Smallest number of rows of the destination per thread. With fewer, the threads divide the columns instead.
const MIN_ROWS_PER_THREAD: usize = 16;

/// Rows and columns transposed at a time, so that source and destination each occupy a few cache lines.
const TRANSPOSE_BLOCK: usize = 16;

/// Whether [`Product::run`] is faster than `gemm`: it needs at least two rows, so that a panel is used more than once, and at least one whole
/// vector of columns.
pub fn is_profitable(left: &Matrix, right: &Matrix) -> bool {
    left.rows > 1
        && right.rows > 0
        && right.columns >= TRANSPOSE_BLOCK
        && (right.column_stride == 1 || right.row_stride == 1)
}

/// The product `left` × `right`, followed by an epilogue on each part of the result.
///
/// The bits of an element depend on its row, its column and the sizes of the operands, but not on the number of threads: each element is computed
/// by one thread.
pub struct Product<'a, E> {
    pub write: WriteMode,
    pub left: Matrix<'a>,
    pub right: Matrix<'a>,
    pub threads: usize,
    /// Called once with every part of the result, while the part is still in a cache.
    pub epilogue: E,
}

impl<E: Fn(&mut [f32]) + Sync + Send> Product<'_, E> {
    /// Computes the product into `destination`, which holds it row after row.
    pub fn run(self, destination: &mut [f32]) {
        let (rows, columns) = (self.left.rows, self.right.columns);
        if self.right.column_stride != 1 && rows <= columns {
            self.run_transposed(destination);
        } else if self.threads > 1 && rows.div_ceil(self.threads) < MIN_ROWS_PER_THREAD {
            self.run_by_columns(destination);
        } else {
            self.run_by_rows(destination);
        }
    }

    /// Each thread computes some of the rows.
    fn run_by_rows(self, destination: &mut [f32]) {
        let Self {
            write,
            left,
            right,
            threads,
            epilogue,
        } = self;
        let (columns, share) = (right.columns, left.rows.div_ceil(threads));
        pool::for_each_chunk(threads, destination, share * columns, |index, part| {
            let left = left.rows(index * share, part.len() / columns);
            multiply_panels(part, write, left, right);
            epilogue(part);
        });
    }

    /// Each thread computes whole panels of columns in memory of its own; the results are then copied to the destination.
    fn run_by_columns(self, destination: &mut [f32]) {
        let Self {
            write,
            left,
            right,
            threads,
            epilogue,
        } = self;
        let (rows, columns) = (left.rows, right.columns);
        let share = columns.div_ceil(threads).next_multiple_of(PANEL);
        let mut parts = Scratch::take(rows * columns);
        pool::for_each_chunk(threads, &mut parts, rows * share, |index, part| {
            let (first, width) = (index * share, part.len() / rows);
            if write == WriteMode::Accumulate {
                let from = destination.chunks_exact(columns);
                for (part, from) in part.chunks_exact_mut(width).zip(from) {
                    part.copy_from_slice(&from[first..][..width]);
                }
            }
            multiply_panels(part, write, left, right.columns(first, width));
            epilogue(part);
        });
        for (index, part) in parts.chunks(rows * share).enumerate() {
            let (first, width) = (index * share, part.len() / rows);
            let into = destination.chunks_exact_mut(columns);
            for (into, part) in into.zip(part.chunks_exact(width)) {
                into[first..][..width].copy_from_slice(part);
            }
        }
    }

    /// Computes the transpose of the result, rightᵀ × leftᵀ: if the right operand is stored by columns, transposing the smaller left operand and
    /// the result is less work than transposing the right operand.
    fn run_transposed(self, destination: &mut [f32]) {
        let Self {
            write,
            left,
            right,
            threads,
            epilogue,
        } = self;
        let (rows, columns) = (left.rows, right.columns);
        let mut transposed = Scratch::take(columns * rows);
        Product {
            write: WriteMode::Overwrite,
            left: right.transposed(),
            right: left.transposed(),
            threads,
            epilogue: |_: &mut [f32]| (),
        }
        .run_by_rows(&mut transposed);
        let result = Matrix::new(&transposed, columns, rows).transposed();
        let share = rows.div_ceil(threads).next_multiple_of(TRANSPOSE_BLOCK);
        pool::for_each_chunk(threads, destination, share * columns, |index, part| {
            let result = result.rows(index * share, part.len() / columns);
            Arch::new().dispatch(|| {
                for first in (0..columns).step_by(PANEL) {
                    let width = PANEL.min(columns - first);
                    transpose_panel(&result, first, width, write, &mut part[first..], columns);
                }
            });
            epilogue(part);
        });
    }
}

/// The product on one thread, one panel of columns after another.
fn multiply_panels(destination: &mut [f32], write: WriteMode, left: Matrix, right: Matrix) {
    Arch::new().dispatch(PanelProduct {
        destination,
        write,
        left,
        right,
    });
}

struct PanelProduct<'a> {
    destination: &'a mut [f32],
    write: WriteMode,
    left: Matrix<'a>,
    right: Matrix<'a>,
}

impl WithSimd for PanelProduct<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            destination,
            write,
            left,
            right,
        } = self;
        let rows = LeftOperand {
            data: left.data,
            row: left.row_stride,
            inner: left.column_stride,
            segment: 0,
        };
        let (inner, whole) = (right.rows, right.columns);
        let in_place = right.column_stride == 1 && inner * whole <= MAX_UNPACKED;
        let mut copy = None;
        for first in (0..whole).step_by(PANEL) {
            let columns = PANEL.min(whole - first);
            let padded = columns.next_multiple_of(TRANSPOSE_BLOCK);
            let panel = if in_place && padded == columns {
                StridedRows {
                    data: &right.data[first..],
                    stride: right.row_stride,
                }
            } else {
                let copy = copy.get_or_insert_with(|| Scratch::take(inner * PANEL));
                if right.column_stride == 1 {
                    copy_panel(&right, first, columns, &mut copy[..inner * padded]);
                } else {
                    pad(&mut copy[..inner * padded], columns, padded);
                    transpose_panel(&right, first, columns, WriteMode::Overwrite, copy, padded);
                }
                StridedRows {
                    data: &copy[..],
                    stride: padded,
                }
            };
            let sizes = ProductSizes {
                rows: left.rows,
                segments: 1,
                inner,
                columns: padded,
            };
            if padded == columns {
                let mut into = StridedRows {
                    data: &mut destination[first..],
                    stride: whole,
                };
                multiply_panel(simd, write, rows, &panel, &mut into, sizes);
                continue;
            }
            let mut padded_result = Scratch::take(left.rows * padded);
            let mut into = StridedRows {
                data: &mut padded_result[..],
                stride: padded,
            };
            multiply_panel(simd, WriteMode::Overwrite, rows, &panel, &mut into, sizes);
            for (to, from) in destination
                .chunks_exact_mut(whole)
                .zip(padded_result.chunks_exact(padded))
            {
                for (to, from) in to[first..].iter_mut().zip(from) {
                    store(write, to, *from);
                }
            }
        }
    }
}

/// Copies some columns of a matrix stored by rows, padded with zeros to a whole number of vectors.
#[inline(always)]
fn copy_panel(matrix: &Matrix, first: usize, columns: usize, panel: &mut [f32]) {
    let stride = panel.len() / matrix.rows;
    pad(panel, columns, stride);
    for (row, panel) in panel.chunks_exact_mut(stride).enumerate() {
        let from = &matrix.data[row * matrix.row_stride + first..][..columns];
        panel[..columns].copy_from_slice(from);
    }
}

/// Writes zeros to the elements of each row, `stride` long, from `columns` on.
#[inline(always)]
fn pad(rows: &mut [f32], columns: usize, stride: usize) {
    for row in rows.chunks_exact_mut(stride) {
        row[columns..].fill(0.0);
    }
}

/// Writes some columns of a matrix stored by columns to rows whose starts are `stride` elements apart.
#[inline(always)]
fn transpose_panel(
    matrix: &Matrix,
    first: usize,
    columns: usize,
    write: WriteMode,
    transposed: &mut [f32],
    stride: usize,
) {
    for (square, transposed) in transposed.chunks_mut(TRANSPOSE_BLOCK * stride).enumerate() {
        let start = square * TRANSPOSE_BLOCK;
        if start >= matrix.rows {
            break;
        }
        let count = TRANSPOSE_BLOCK.min(matrix.rows - start);
        for column in 0..columns {
            let from = &matrix.data[(first + column) * matrix.column_stride + start..][..count];
            for (row, value) in from.iter().enumerate() {
                store(write, &mut transposed[row * stride + column], *value);
            }
        }
    }
}

#[inline(always)]
fn store(write: WriteMode, into: &mut f32, value: f32) {
    *into = if write == WriteMode::Accumulate {
        *into + value
    } else {
        value
    };
}
