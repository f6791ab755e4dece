//! Precision, recall, density and coverage.
//!
//! The manifold of a set is the union of balls around its samples whose radius is the distance to the k-th nearest neighbour in the set.
//!
//! - Precision is the fraction of samples inside the manifold of the reference, recall the fraction of reference samples inside that of the samples: T.
//!   Kynkäänniemi, T. Karras, S. Laine, J. Lehtinen, T. Aila, "Improved precision and recall metric for assessing generative models", 2019. Balls
//!   are closed, k = 3.
//! - Density is the mean number of reference balls a sample lies in, divided by k: 1 is expected of the same distribution, and it may exceed 1. Coverage is
//!   the fraction of reference balls with a sample inside: M. F. Naeem, S. J. Oh, Y. Uh, Y. Choi, J. Yoo, "Reliable fidelity and diversity
//!   metrics for generative models", 2020. Balls are open, as in the authors' code (prdc), and k = 5.
//!
//! The package prdc computes all four with one k and open balls; open and closed balls differ only for exactly equal distances.

use std::ops::Range;

use crate::error::EvalError;
use crate::features::Features;
use crate::pairs::{Center, KSmallest, Pairs, Tile, k_nearest};

/// The ranks k of the neighbours that define the radius of a ball.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NearestK {
    /// k of precision and recall.
    pub precision: usize,
    /// k of density and coverage.
    pub density: usize,
}

impl Default for NearestK {
    /// 3 and 5, as in the papers.
    fn default() -> Self {
        Self {
            precision: 3,
            density: 5,
        }
    }
}

/// Precision, recall, density and coverage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prdc {
    /// Fraction of samples inside the manifold of the reference (fidelity).
    pub precision: f64,
    /// Fraction of reference samples inside the manifold of the samples (diversity).
    pub recall: f64,
    /// Mean number of reference balls around a sample, divided by k; robust to outliers of the reference.
    pub density: f64,
    /// Fraction of reference balls that contain a sample; robust to outliers of the samples.
    pub coverage: f64,
}

const NAME: &str = "precision, recall, density and coverage";

/// Precision, recall, density and coverage of samples with respect to a reference.
///
/// ```
/// use ganforge_eval::Features;
/// use ganforge_eval::metrics::{NearestK, prdc};
///
/// let reference = Features::new(8, 1, vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])?;
/// // A collapsed generator: precise, but it covers little.
/// let samples = Features::new(8, 1, vec![3.0; 8])?;
/// let found = prdc(&samples, &reference, NearestK::default())?;
/// assert!(found.precision > 0.99 && found.recall < 0.2);
/// # Ok::<(), ganforge_eval::EvalError>(())
/// ```
///
/// # Errors
/// The dimensions differ, a k is 0, or a side has no k-th neighbour.
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

    // One center for all three computations, so that equal distances have equal bits.
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

/// Squared radii of the reference balls: `closed` for precision, `open` for density and coverage.
struct Balls {
    closed: Vec<f32>,
    open: Vec<f32>,
}

/// The squared distance to each row's k-th neighbour.
fn radii(nearest: &KSmallest, k: usize) -> Vec<f32> {
    nearest.rows().map(|row| row[k - 1]).collect()
}

/// The state of a block of samples.
struct Block {
    first: usize,
    /// Whether each sample lies in a ball of the reference.
    precise: Vec<bool>,
    /// Number of pairs of a sample and a reference ball around it.
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
            // No early exit, so that the loop is vectorized.
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

/// The fraction of positions that are true in any of the lists, which have equal lengths.
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
    fn a_set_compared_with_itself_scores_one() {
        let set = scattered(1300, 6, 1);
        let found = prdc(&set, &set, NearestK::default()).unwrap();
        // Open balls: a sample is inside its own ball and those of its neighbours, but not on the boundary.
        let whole = Prdc {
            precision: 1.0,
            recall: 1.0,
            density: 1.0,
            coverage: 1.0,
        };
        assert_eq!(found, whole);
    }

    #[test]
    fn disjoint_sets_score_zero() {
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
    fn four_points_on_a_line_have_known_scores() {
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
    fn a_collapsed_generator_has_precision_and_no_recall() {
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
    fn too_few_neighbours_are_refused() {
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
