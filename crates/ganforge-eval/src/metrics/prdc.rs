//! Precision, recall, density and coverage: whether samples lie where reference samples do, and the reverse.
//!
//! Each set's manifold is the union of balls around its samples, out to the k-th nearest neighbour in the same set.
//!
//! - Precision is the share of samples inside the reference's manifold, recall the share of reference samples inside the samples': T.
//!   Kynkäänniemi, T. Karras, S. Laine, J. Lehtinen, T. Aila, "Improved precision and recall metric for assessing generative models", 2019. Balls
//!   are closed, k = 3.
//! - Density is the mean number of reference balls a sample lies in, divided by k: 1 is expected of the same distribution, and it may exceed 1. Coverage is
//!   the share of reference balls with a sample inside: M. F. Naeem, S. J. Oh, Y. Uh, Y. Choi, J. Yoo, "Reliable fidelity and diversity
//!   metrics for generative models", 2020. Balls are open, as in the authors' code (prdc), and k = 5.
//!
//! prdc computes all four with one k and open balls; open and closed differ only where distances are equal to the last bit.

use std::ops::Range;

use crate::error::EvalError;
use crate::features::Features;
use crate::pairs::{Center, KSmallest, Pairs, Tile, k_nearest};

/// How many neighbours a ball reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NearestK {
    /// k of precision and recall.
    pub precision: usize,
    /// k of density and coverage.
    pub density: usize,
}

impl Default for NearestK {
    /// 3 and 5, as the papers have them.
    fn default() -> Self {
        Self {
            precision: 3,
            density: 5,
        }
    }
}

/// Four ways in which two manifolds overlap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prdc {
    /// Share of samples inside the reference's manifold: are they realistic?
    pub precision: f64,
    /// Share of reference samples inside the samples' manifold: is everything there?
    pub recall: f64,
    /// Mean share of k reference balls that a sample lies in; an outlier of the reference weighs little.
    pub density: f64,
    /// Share of reference balls that hold a sample.
    pub coverage: f64,
}

const NAME: &str = "precision, recall, density and coverage";

/// Compares the manifolds of two sets.
///
/// # Errors
/// If the dimensions differ, a k is 0, or a side has no k-th neighbour.
pub fn prdc(samples: &Features, reference: &Features, reach: NearestK) -> Result<Prdc, EvalError> {
    samples.same_space(reference)?;
    for (name, k) in [
        ("k of precision", reach.precision),
        ("k of density", reach.density),
    ] {
        if k == 0 {
            return Err(EvalError::Parameter {
                metric: NAME,
                name,
                value: k.to_string(),
                allowed: "1 or more",
            });
        }
    }
    let farthest = reach.precision.max(reach.density);
    samples.at_least(farthest.saturating_add(1), NAME, "samples")?;
    reference.at_least(farthest.saturating_add(1), NAME, "reference samples")?;

    // One centre for all three comparisons: equal distances are then equal to the last bit.
    let center = Center::of(reference);
    let own = radii(
        &k_nearest(&center, samples, reach.precision),
        reach.precision,
    );
    let nearest = k_nearest(&center, reference, farthest);
    let balls = Balls {
        closed: radii(&nearest, reach.precision),
        open: radii(&nearest, reach.density),
    };
    let blocks = center.distances(
        samples,
        reference,
        Pairs::All,
        |rows| Block::new(rows, reference.rows()),
        |block, tile| block.visit(tile, &own, &balls),
    );
    Ok(summary(&blocks, samples.rows(), reach.density))
}

/// The squared radii of the reference's balls: those of precision, and those of density and coverage.
struct Balls {
    closed: Vec<f32>,
    open: Vec<f32>,
}

/// The squared distance to each row's k-th neighbour.
fn radii(nearest: &KSmallest, k: usize) -> Vec<f32> {
    nearest.rows().map(|row| row[k - 1]).collect()
}

/// What a block of samples has met.
struct Block {
    first: usize,
    /// Whether each sample lies in a ball of the reference.
    precise: Vec<bool>,
    /// In how many balls of the reference the samples lie, together.
    density: usize,
    /// Whether each reference sample lies in a ball of the block.
    recalled: Vec<bool>,
    /// Whether each ball of the reference holds a sample of the block.
    covered: Vec<bool>,
}

impl Block {
    fn new(rows: Range<usize>, columns: usize) -> Self {
        Self {
            first: rows.start,
            precise: vec![false; rows.len()],
            density: 0,
            recalled: vec![false; columns],
            covered: vec![false; columns],
        }
    }

    fn visit(&mut self, tile: &Tile, own: &[f32], balls: &Balls) {
        let start = tile.first_column();
        for (row, distances) in tile.rows() {
            let columns = start..start + distances.len();
            let recalled = &mut self.recalled[columns.clone()];
            for (recalled, &distance) in recalled.iter_mut().zip(distances) {
                *recalled |= distance <= own[row];
            }
            let closed = balls.closed[columns.clone()].iter().zip(distances);
            // Counted to the end: without an exit, the loop works on whole vectors.
            let around: u32 = closed
                .map(|(radius, distance)| u32::from(distance <= radius))
                .sum();
            self.precise[row - self.first] |= around > 0;
            let open = balls.open[columns.clone()].iter().zip(distances);
            let covered = &mut self.covered[columns];
            let mut inside = 0_u32;
            for (covered, (&radius, &distance)) in covered.iter_mut().zip(open) {
                *covered |= distance < radius;
                inside += u32::from(distance < radius);
            }
            self.density += inside as usize;
        }
    }
}

fn summary(blocks: &[Block], samples: usize, k: usize) -> Prdc {
    let precise = blocks
        .iter()
        .flat_map(|block| &block.precise)
        .filter(|&&inside| inside)
        .count();
    let density: usize = blocks.iter().map(|block| block.density).sum();
    Prdc {
        precision: precise as f64 / samples as f64,
        recall: share_of_any(blocks.iter().map(|block| &block.recalled)),
        density: density as f64 / (samples * k) as f64,
        coverage: share_of_any(blocks.iter().map(|block| &block.covered)),
    }
}

/// The share of places where one of the lists, all of one length, says yes.
fn share_of_any<'a>(mut lists: impl Iterator<Item = &'a Vec<bool>>) -> f64 {
    let mut any = lists.next().cloned().unwrap_or_default();
    for list in lists {
        for (any, &yes) in any.iter_mut().zip(list) {
            *any |= yes;
        }
    }
    any.iter().filter(|&&yes| yes).count() as f64 / any.len() as f64
}

#[cfg(test)]
#[expect(
    clippy::float_cmp,
    reason = "shares of few samples and small integers are exact"
)]
mod tests {
    use super::*;
    use crate::tests::scattered;

    #[test]
    fn a_set_overlaps_with_itself_entirely() {
        let set = scattered(1300, 6, 1);
        let found = prdc(&set, &set, NearestK::default()).unwrap();
        // A sample lies in its own ball and in those of the others whose neighbour it is, but not on the rim.
        let whole = Prdc {
            precision: 1.0,
            recall: 1.0,
            density: 1.0,
            coverage: 1.0,
        };
        assert_eq!(found, whole);
    }

    #[test]
    fn sets_apart_do_not_overlap() {
        let near = scattered(40, 3, 1);
        let far = near.data().iter().map(|value| value + 100.0).collect();
        let far = Features::new(40, 3, far).unwrap();
        let found = prdc(&far, &near, NearestK::default()).unwrap();
        let nothing = Prdc {
            precision: 0.0,
            recall: 0.0,
            density: 0.0,
            coverage: 0.0,
        };
        assert_eq!(found, nothing);
    }

    #[test]
    fn a_line_can_be_counted_by_hand() {
        let line = |points: &[f32]| Features::new(points.len(), 1, points.to_vec()).unwrap();
        // Balls to the nearest neighbour: radius 1 around 0, 1, 2 and 8 around 10; radius 0.5 around the first samples and 93.5 around the last.
        let reference = line(&[0.0, 1.0, 2.0, 10.0]);
        let samples = line(&[6.0, 6.5, 100.0]);
        let reach = NearestK {
            precision: 1,
            density: 1,
        };
        let found = prdc(&samples, &reference, reach).unwrap();
        assert_eq!(found.precision, 2.0 / 3.0);
        assert_eq!(found.recall, 1.0 / 4.0);
        assert_eq!(found.density, 2.0 / 3.0);
        assert_eq!(found.coverage, 1.0 / 4.0);
    }

    #[test]
    fn a_collapsed_generator_is_precise_and_recalls_nothing() {
        let reference = scattered(200, 4, 1);
        let one = reference.row(17).repeat(200);
        let found = prdc(
            &Features::new(200, 4, one).unwrap(),
            &reference,
            NearestK::default(),
        );
        let found = found.unwrap();
        assert_eq!(found.precision, 1.0);
        assert_eq!(found.recall, 1.0 / 200.0);
        assert!(found.coverage < 0.15);
    }

    #[test]
    fn what_has_no_neighbours_is_refused() {
        let (set, few) = (scattered(20, 3, 1), scattered(5, 3, 1));
        let refused = |a: &Features, b: &Features, precision, density| {
            prdc(a, b, NearestK { precision, density })
                .unwrap_err()
                .to_string()
        };
        assert!(
            refused(&few, &set, 3, 5).contains("at least 6 samples are needed, and there are 5")
        );
        assert!(refused(&set, &few, 5, 3).contains("at least 6 reference samples"));
        assert!(refused(&set, &set, 0, 3).contains("k of precision is 0"));
        assert!(refused(&set, &set, 3, 0).contains("k of density is 0"));
        assert!(refused(&set, &set, usize::MAX, 3).contains("and there are 20"));
        assert!(refused(&set, &scattered(20, 2, 1), 3, 3).contains("same feature space"));
    }
}
