//! Inner products and distances of all pairs of two sets, tile by tile, without an n × n matrix in memory.
//!
//! Blocks of rows of the left set are distributed over threads. Each block visits the right set in tiles that fit into the cache. Results are returned in the
//! order of the blocks, so they do not depend on the number of threads.

use std::ops::Range;

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use crate::Features;

/// Rows of a tile (left set).
const ROWS: usize = 256;
/// Columns of a tile (right set).
const COLUMNS: usize = 1024;

/// Which pairs are visited.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pairs {
    /// Every row with every column.
    All,
    /// At least every row with the columns from its own index on, which suffices for the pairs within one set.
    Upper,
}

/// A value for each pair of a block of rows and a block of columns.
pub struct Tile<'a> {
    rows: Range<usize>,
    columns: Range<usize>,
    values: &'a mut [f32],
}

impl Tile<'_> {
    /// The index of the first column in the right set.
    pub fn first_column(&self) -> usize {
        self.columns.start
    }

    /// The index of each row in the left set, with its values for the columns of the tile.
    pub fn rows(&self) -> impl Iterator<Item = (usize, &[f32])> {
        let rows = self.values.chunks_exact(self.columns.len());
        self.rows.clone().zip(rows)
    }

    fn rows_mut(&mut self) -> impl Iterator<Item = (usize, &mut [f32])> {
        let rows = self.values.chunks_exact_mut(self.columns.len());
        self.rows.clone().zip(rows)
    }
}

/// A point subtracted from samples before products are formed. Near their mean, products are small and rounding errors with them.
pub struct Center {
    point: Vec<f32>,
}

/// A squared distance below this fraction of ‖a‖² + ‖b‖² suffers from cancellation and is recomputed from the rows.
const CANCELLED: f32 = 0.01;

impl Center {
    /// The mean of `features`.
    pub fn of(features: &Features) -> Self {
        let point = features.mean().iter().map(|&mean| mean as f32).collect();
        Self { point }
    }

    /// Calls `visit` with the inner products of centered rows of `left` and `right`, tile by tile, and returns the state of each block of `left`, in order. `start`
    /// makes the state of a block.
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
                let [centered, others, values] = scratch;
                self.center_into(centered, left.block(rows.clone()));
                let mut state = start(rows.clone());
                let first = match pairs {
                    Pairs::All => 0,
                    Pairs::Upper => rows.start,
                };
                for columns in spans(first..right.rows(), COLUMNS) {
                    self.center_into(others, right.block(columns.clone()));
                    values.resize(rows.len() * columns.len(), 0.0);
                    multiply(values, centered, others, size);
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

    /// As [`products`](Self::products), with squared Euclidean distances.
    ///
    /// They are computed as ‖a - b‖² = ‖a‖² + ‖b‖² - 2 a·b, and directly if that cancels.
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

    /// a·c - c·c / 2 for every row a and the center c: the centered product of two rows plus both their terms is their product.
    pub fn terms(&self, features: &Features) -> Vec<f64> {
        let half = dot(&self.point, &self.point) / 2.0;
        let rows = features.data().par_chunks(features.columns());
        rows.map(|row| dot(row, &self.point) - half).collect()
    }

    /// The squared norm of every centered row.
    fn norms(&self, features: &Features) -> Vec<f32> {
        let rows = features.data().par_chunks(features.columns());
        rows.map_init(Vec::new, |centered, row| {
            self.center_into(centered, row);
            dot(centered, centered) as f32
        })
        .collect()
    }

    fn center_into(&self, centered: &mut Vec<f32>, rows: &[f32]) {
        centered.clear();
        for row in rows.chunks_exact(self.point.len()) {
            centered.extend(
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

/// Turns products into squared distances, and returns whether any of them suffers from cancellation.
fn expand(row: &mut [f32], own: f32, norms: &[f32]) -> bool {
    let mut cancelled = false;
    for (value, &norm) in row.iter_mut().zip(norms) {
        let sum = own + norm;
        *value = sum - 2.0 * *value;
        cancelled |= *value < CANCELLED * sum;
    }
    cancelled
}

/// Recomputes the distances that suffer from cancellation.
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

/// Independent partial sums, which the compiler vectorizes.
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

/// The range in pieces of `size`; the last may be shorter.
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

    /// The full distance matrix.
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
    fn distances_equal_the_definition_over_many_tiles() {
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
    fn distances_between_close_samples_far_from_the_center_are_accurate() {
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
    fn the_upper_pairs_include_every_pair_of_a_set() {
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
