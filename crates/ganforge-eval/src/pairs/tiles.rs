//! All pairs of two sets, a tile at a time: no matrix of n × n is ever in memory.
//!
//! Rows of the left set go to threads in blocks; every block meets the right set in tiles whose products and sums stay in the processor's
//! cache. Results come back in the order of the blocks, so that they do not depend on the number of threads.

use std::ops::Range;

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use crate::Features;

/// Rows of a tile: samples of the left set.
const ROWS: usize = 256;
/// Columns of a tile: samples of the right set.
const COLUMNS: usize = 1024;

/// Which pairs are visited.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pairs {
    /// Every row with every column.
    All,
    /// At least every row with the columns from its own index on: enough for a set with itself.
    Upper,
}

/// A value for each of some neighbouring pairs.
pub struct Tile<'a> {
    rows: Range<usize>,
    columns: Range<usize>,
    values: &'a mut [f32],
}

impl Tile<'_> {
    /// The first column's index in the right set.
    pub fn first_column(&self) -> usize {
        self.columns.start
    }

    /// Each row's index in the left set, with its values for the tile's columns.
    pub fn rows(&self) -> impl Iterator<Item = (usize, &[f32])> {
        let rows = self.values.chunks_exact(self.columns.len());
        self.rows.clone().zip(rows)
    }

    fn rows_mut(&mut self) -> impl Iterator<Item = (usize, &mut [f32])> {
        let rows = self.values.chunks_exact_mut(self.columns.len());
        self.rows.clone().zip(rows)
    }
}

/// A point that samples are moved by before they are multiplied: near their mean, products are small and lose few digits to rounding.
pub struct Center {
    point: Vec<f32>,
}

/// Below this share of ‖a‖² + ‖b‖² their distance has lost too many digits, and is taken between the rows themselves.
const CANCELLED: f32 = 0.01;

impl Center {
    /// The mean of `features`.
    pub fn of(features: &Features) -> Self {
        let point = features.mean().iter().map(|&mean| mean as f32).collect();
        Self { point }
    }

    /// Shows the inner products of moved rows of `left` with moved rows of `right` to `visit`, and returns the states of the blocks of `left` in their
    /// order.
    pub fn products<S: Send>(
        &self,
        left: &Features,
        right: &Features,
        pairs: Pairs,
        start: impl Fn(Range<usize>) -> S + Sync,
        visit: impl Fn(&mut S, &mut Tile) + Sync,
    ) -> Vec<S> {
        let size = left.columns();
        let rows: Vec<_> = spans(0..left.rows(), ROWS).collect();
        rows.into_par_iter()
            .map_init(Default::default, |scratch: &mut [Vec<f32>; 3], rows| {
                let [moved, others, values] = scratch;
                self.move_into(moved, left.block(rows.clone()));
                let mut state = start(rows.clone());
                let first = match pairs {
                    Pairs::All => 0,
                    Pairs::Upper => rows.start,
                };
                for columns in spans(first..right.rows(), COLUMNS) {
                    self.move_into(others, right.block(columns.clone()));
                    values.resize(rows.len() * columns.len(), 0.0);
                    multiply(values, moved, others, size);
                    let rows = rows.clone();
                    visit(
                        &mut state,
                        &mut Tile {
                            rows,
                            columns,
                            values,
                        },
                    );
                }
                state
            })
            .collect()
    }

    /// Shows the squared Euclidean distances from rows of `left` to rows of `right` to `visit`, and returns the states of the blocks of `left` in their order.
    ///
    /// They come by way of products, ‖a - b‖² = ‖a‖² + ‖b‖² - 2 a·b, except where that cancels.
    pub fn distances<S: Send>(
        &self,
        left: &Features,
        right: &Features,
        pairs: Pairs,
        start: impl Fn(Range<usize>) -> S + Sync,
        visit: impl Fn(&mut S, &Tile) + Sync,
    ) -> Vec<S> {
        let size = left.columns();
        let [own, others] = [left, right].map(|set| self.norms(set));
        self.products(left, right, pairs, start, |state, tile| {
            let norms = &others[tile.columns.clone()];
            let to = right.block(tile.columns.clone());
            for (row, values) in tile.rows_mut() {
                if expand(values, own[row], norms) {
                    refine(
                        values,
                        own[row],
                        norms,
                        left.row(row),
                        to.chunks_exact(size),
                    );
                }
            }
            visit(state, tile);
        })
    }

    /// For every row a, a·c - c·c / 2: what two rows' terms add to their moved product to make it that of the rows themselves.
    pub fn terms(&self, features: &Features) -> Vec<f64> {
        let half = dot(&self.point, &self.point) / 2.0;
        let rows = features.data().par_chunks(features.columns());
        rows.map(|row| dot(row, &self.point) - half).collect()
    }

    /// The squared length of every moved row.
    fn norms(&self, features: &Features) -> Vec<f32> {
        let rows = features.data().par_chunks(features.columns());
        rows.map_init(Vec::new, |moved, row| {
            self.move_into(moved, row);
            dot(moved, moved) as f32
        })
        .collect()
    }

    fn move_into(&self, moved: &mut Vec<f32>, rows: &[f32]) {
        moved.clear();
        for row in rows.chunks_exact(self.point.len()) {
            moved.extend(
                row.iter()
                    .zip(&self.point)
                    .map(|(value, center)| value - center),
            );
        }
    }
}

/// Writes `left` × `right`ᵀ, both of rows of `size`.
fn multiply(product: &mut [f32], left: &[f32], right: &[f32], size: usize) {
    let (rows, columns) = (left.len() / size, right.len() / size);
    matmul(
        MatMut::from_row_major_slice_mut(product, rows, columns),
        Accum::Replace,
        MatRef::from_row_major_slice(left, rows, size),
        MatRef::from_row_major_slice(right, columns, size).transpose(),
        1.0,
        Par::Seq,
    );
}

/// Turns products into squared distances, and tells whether some lost their digits.
fn expand(row: &mut [f32], own: f32, norms: &[f32]) -> bool {
    let mut cancelled = false;
    for (value, &norm) in row.iter_mut().zip(norms) {
        let sum = own + norm;
        *value = sum - 2.0 * *value;
        cancelled |= *value < CANCELLED * sum;
    }
    cancelled
}

/// Replaces the distances that lost their digits.
fn refine<'a>(
    row: &mut [f32],
    own: f32,
    norms: &[f32],
    from: &[f32],
    to: impl Iterator<Item = &'a [f32]>,
) {
    for ((value, &norm), to) in row.iter_mut().zip(norms).zip(to) {
        if *value < CANCELLED * (own + norm) {
            *value = squared_distance(from, to);
        }
    }
}

/// Independent sums, so that additions need not wait for one another.
const ACCUMULATORS: usize = 16;

fn squared_distance(from: &[f32], to: &[f32]) -> f32 {
    let mut sums = [0.0; ACCUMULATORS];
    for (from, to) in from.chunks(ACCUMULATORS).zip(to.chunks(ACCUMULATORS)) {
        for (sum, (a, b)) in sums.iter_mut().zip(from.iter().zip(to)) {
            *sum += (a - b) * (a - b);
        }
    }
    sums.iter().sum()
}

fn dot(first: &[f32], second: &[f32]) -> f64 {
    let pairs = first.iter().zip(second);
    pairs.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

/// The range in pieces of `size`, the last one perhaps shorter.
fn spans(range: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range
        .step_by(size)
        .map(move |start| start..end.min(start + size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::scattered;

    /// The whole matrix, for sets small enough.
    fn matrix(center: &Center, left: &Features, right: &Features) -> Vec<f32> {
        center
            .distances(
                left,
                right,
                Pairs::All,
                |rows| vec![0.0; rows.len() * right.rows()],
                |state, tile| {
                    let first = tile.rows.start;
                    for (row, values) in tile.rows() {
                        state[(row - first) * right.rows() + tile.first_column()..][..values.len()]
                            .copy_from_slice(values);
                    }
                },
            )
            .concat()
    }

    #[test]
    fn distances_are_those_of_the_definition_over_many_tiles() {
        let (left, right) = (scattered(300, 5, 1), scattered(1100, 5, 2));
        let tiled = matrix(&Center::of(&right), &left, &right);
        for (row, a) in left.iter().enumerate() {
            for (column, b) in right.iter().enumerate() {
                let exact: f64 = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum();
                let found = f64::from(tiled[row * right.rows() + column]);
                assert!((found - exact).abs() <= 2e-5 * exact, "{found} for {exact}");
            }
        }
    }

    #[test]
    fn distances_between_close_samples_far_from_the_centre_keep_their_digits() {
        let near = Features::new(2, 3, vec![100.0, 50.0, -20.0, 100.001, 50.0, -20.0]).unwrap();
        let exact = f64::from(100.001_f32 - 100.0).powi(2);
        let found = matrix(
            &Center {
                point: vec![0.0; 3],
            },
            &near,
            &near,
        );
        assert!((f64::from(found[1]) - exact).abs() < 1e-6 * exact);
        assert_eq!((found[0], found[3]), (0.0, 0.0));
    }

    #[test]
    fn the_upper_half_holds_every_pair_of_a_set() {
        let set = scattered(2000, 2, 3);
        let seen = Center::of(&set).products(
            &set,
            &set,
            Pairs::Upper,
            |_| 0,
            |count, tile| {
                for (row, values) in tile.rows() {
                    *count += (0..values.len())
                        .filter(|at| tile.first_column() + at > row)
                        .count();
                }
            },
        );
        assert_eq!(seen.iter().sum::<usize>(), 2000 * 1999 / 2);
    }
}
