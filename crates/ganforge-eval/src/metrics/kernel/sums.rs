//! Sums of kernels over all pairs, per sample.

use std::ops::Range;

use crate::estimate::{Estimate, Spread};
use crate::features::Features;
use crate::pairs::{Center, Pairs, Tile};

/// For every sample of both sides, the sums of its kernels.
pub(super) struct Sums {
    samples: Side,
    reference: Side,
}

/// The sums of one side.
struct Side {
    /// With all other samples of this side.
    own: Vec<f64>,
    /// With all samples of the other side.
    other: Vec<f64>,
}

impl Sums {
    pub(super) fn new(samples: &Features, reference: &Features) -> Self {
        let center = Center::of(reference);
        let (to_reference, to_samples) = across(&center, samples, reference);
        Self {
            samples: Side {
                own: within(&center, samples),
                other: to_reference,
            },
            reference: Side {
                own: within(&center, reference),
                other: to_samples,
            },
        }
    }

    /// The distance.
    pub(super) fn distance(&self) -> f64 {
        let [m, n] = [&self.samples, &self.reference].map(|side| side.own.len() as f64);
        let [first, second] = [&self.samples, &self.reference].map(|side| side.own.iter().sum());
        combine([m, n], [first, second], self.samples.other.iter().sum())
    }

    /// The distance and its standard error by the jackknife: the distance without a sample follows from that sample's sums.
    pub(super) fn estimate(&self) -> Estimate {
        let [m, n] = [&self.samples, &self.reference].map(|side| side.own.len() as f64);
        let [first, second]: [f64; 2] =
            [&self.samples, &self.reference].map(|side| side.own.iter().sum());
        let shared: f64 = self.samples.other.iter().sum();
        // A sample's own sum is in the total twice, as a row and as a column.
        let without_sample = self
            .samples
            .each(|own, other| combine([m - 1.0, n], [first - 2.0 * own, second], shared - other));
        let without_reference = self
            .reference
            .each(|own, other| combine([m, n - 1.0], [first, second - 2.0 * own], shared - other));
        let variance = jackknife(&without_sample) + jackknife(&without_reference);
        Estimate {
            value: combine([m, n], [first, second], shared),
            spread: Spread::StandardError(variance.sqrt()),
        }
    }
}

impl Side {
    fn each(&self, value: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        let pairs = self.own.iter().zip(&self.other);
        pairs.map(|(&own, &other)| value(own, other)).collect()
    }
}

/// The unbiased estimator from the numbers of samples and the sums of kernels.
fn combine([m, n]: [f64; 2], [first, second]: [f64; 2], shared: f64) -> f64 {
    first / (m * (m - 1.0)) + second / (n * (n - 1.0)) - 2.0 * shared / (m * n)
}

/// The jackknife variance of an estimate, from its leave-one-out values.
pub(super) fn jackknife(without: &[f64]) -> f64 {
    let count = without.len() as f64;
    let mean = without.iter().sum::<f64>() / count;
    let squares: f64 = without.iter().map(|value| (value - mean).powi(2)).sum();
    (count - 1.0) / count * squares
}

/// The state of a block of rows: sums of kernels of its rows, and of the columns from `first` on.
struct Block {
    rows: Range<usize>,
    row_sums: Vec<f64>,
    first: usize,
    column_sums: Vec<f64>,
}

impl Block {
    fn new(rows: Range<usize>, columns: Range<usize>) -> Self {
        Self {
            row_sums: vec![0.0; rows.len()],
            first: columns.start,
            column_sums: vec![0.0; columns.len()],
            rows,
        }
    }

    /// Adds the kernels of a tile, in each row those from column `from(row)` on.
    fn add(&mut self, tile: &Tile, kernel: &Kernel, from: impl Fn(usize) -> usize) {
        let start = tile.first_column();
        for (row, products) in tile.rows() {
            let skipped = from(row).saturating_sub(start).min(products.len());
            let columns = start + skipped..start + products.len();
            let terms = &kernel.right[columns.clone()];
            let sums = &mut self.column_sums[columns.start - self.first..columns.end - self.first];
            let mut total = 0.0;
            for ((sum, term), &product) in sums.iter_mut().zip(terms).zip(&products[skipped..]) {
                let base = (f64::from(product) + term + kernel.left[row]) * kernel.scale + 1.0;
                let value = base * base * base;
                total += value;
                *sum += value;
            }
            self.row_sums[row - self.rows.start] += total;
        }
    }
}

/// Turns the product of two centered samples into their kernel.
struct Kernel {
    left: Vec<f64>,
    right: Vec<f64>,
    scale: f64,
}

impl Kernel {
    fn new(center: &Center, left: &Features, right: &Features) -> Self {
        Self {
            left: center.terms(left),
            right: center.terms(right),
            scale: 1.0 / left.columns() as f64,
        }
    }
}

/// For every row of a set, the sum of its kernels with the other rows.
fn within(center: &Center, set: &Features) -> Vec<f64> {
    let kernel = Kernel::new(center, set, set);
    let blocks = center.products(
        set,
        set,
        Pairs::Upper,
        |rows| Block::new(rows.clone(), rows.start..set.rows()),
        |block, tile| block.add(tile, &kernel, |row| row + 1),
    );
    let mut sums = vec![0.0; set.rows()];
    for block in blocks {
        add_to(&mut sums[block.rows], &block.row_sums);
        add_to(&mut sums[block.first..], &block.column_sums);
    }
    sums
}

/// For every row of each set, the sum of its kernels with the rows of the other set.
fn across(center: &Center, left: &Features, right: &Features) -> (Vec<f64>, Vec<f64>) {
    let kernel = Kernel::new(center, left, right);
    let blocks = center.products(
        left,
        right,
        Pairs::All,
        |rows| Block::new(rows, 0..right.rows()),
        |block, tile| block.add(tile, &kernel, |_| 0),
    );
    let (mut of_left, mut of_right) = (Vec::new(), vec![0.0; right.rows()]);
    for block in blocks {
        of_left.extend(block.row_sums);
        add_to(&mut of_right, &block.column_sums);
    }
    (of_left, of_right)
}

fn add_to(sums: &mut [f64], more: &[f64]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}
