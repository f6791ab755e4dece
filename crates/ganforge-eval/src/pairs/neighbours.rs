//! Distances to nearest neighbours.

use std::ops::Range;

use super::k_smallest::KSmallest;
use super::tiles::{Center, Pairs, Tile};
use crate::Features;

/// For every row, the squared distances to its `count` nearest neighbours among the other rows of its set, in ascending order.
///
/// # Shapes
/// `[rows, count]`, padded with infinity if there are fewer other rows.
pub fn k_nearest(center: &Center, set: &Features, count: usize) -> KSmallest {
    let blocks = center.distances(
        set,
        set,
        Pairs::Upper,
        |rows| Block::new(rows, set.rows(), count),
        Block::visit,
    );
    let mut all = KSmallest::new(set.rows(), count);
    for block in blocks {
        for (at, nearest) in block.nearest.rows().enumerate() {
            all.insert(block.first + at, nearest.iter().copied());
        }
    }
    all
}

/// For every row of `from`, the squared distance to the nearest row of `to`.
pub fn nearest(center: &Center, from: &Features, to: &Features) -> Vec<f32> {
    center
        .distances(
            from,
            to,
            Pairs::All,
            |rows| (rows.start, vec![f32::INFINITY; rows.len()]),
            |(first, nearest), tile| {
                for (row, distances) in tile.rows() {
                    let nearest = &mut nearest[row - *first];
                    *nearest = distances.iter().copied().fold(*nearest, f32::min);
                }
            },
        )
        .into_iter()
        .flat_map(|(_, nearest)| nearest)
        .collect()
}

/// The state of a block of rows. Every distance counts for its row and for its column, so the upper half of the pairs suffices.
struct Block {
    first: usize,
    /// Of the rows from `first` on.
    nearest: KSmallest,
    /// The largest kept distance of each row, contiguous, so that most distances are rejected by one comparison.
    farthest: Vec<f32>,
}

impl Block {
    fn new(rows: Range<usize>, end: usize, count: usize) -> Self {
        let len = end - rows.start;
        Self {
            first: rows.start,
            nearest: KSmallest::new(len, count),
            farthest: vec![f32::INFINITY; len],
        }
    }

    fn visit(&mut self, tile: &Tile) {
        let start = tile.first_column() - self.first;
        for (row, distances) in tile.rows() {
            let row = row - self.first;
            let later = (row + 1).saturating_sub(start).min(distances.len());
            let distances = &distances[later..];
            self.nearest.insert(row, distances.iter().copied());
            let columns = start + later..;
            let farthest = &mut self.farthest[columns.clone()];
            for (column, (&distance, farthest)) in columns.zip(distances.iter().zip(farthest)) {
                if distance < *farthest {
                    *farthest = self.nearest.insert(column, [distance]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::scattered;

    fn definition(from: &[f32], to: &Features, but: usize) -> Vec<f64> {
        let mut distances: Vec<f64> = to
            .iter()
            .enumerate()
            .filter(|&(at, _)| at != but)
            .map(|(_, to)| {
                from.iter()
                    .zip(to)
                    .map(|(a, b)| f64::from(a - b).powi(2))
                    .sum()
            })
            .collect();
        distances.sort_by(f64::total_cmp);
        distances
    }

    #[test]
    fn k_nearest_equals_brute_force_over_many_tiles() {
        let set = scattered(1300, 3, 4);
        let found = k_nearest(&Center::of(&set), &set, 4);
        for ((at, row), found) in set.iter().enumerate().zip(found.rows()) {
            for (found, exact) in found.iter().zip(definition(row, &set, at)) {
                assert!(
                    (f64::from(*found) - exact).abs() <= 1e-4 * exact,
                    "{found} {exact}"
                );
            }
        }
    }

    #[test]
    fn a_duplicate_is_a_neighbour_at_distance_zero() {
        let set = Features::new(3, 1, vec![1.0, 1.0, 4.0]).unwrap();
        let found = k_nearest(&Center::of(&set), &set, 2);
        let rows: Vec<&[f32]> = found.rows().collect();
        assert_eq!(rows, [[0.0, 9.0], [0.0, 9.0], [9.0, 9.0]]);
    }

    #[test]
    fn nearest_equals_brute_force_over_many_tiles() {
        let (from, to) = (scattered(300, 3, 1), scattered(2100, 3, 2));
        let found = nearest(&Center::of(&to), &from, &to);
        for (row, found) in from.iter().zip(found) {
            let exact = definition(row, &to, usize::MAX)[0];
            assert!((f64::from(found) - exact).abs() <= 1e-4 * exact);
        }
    }
}
