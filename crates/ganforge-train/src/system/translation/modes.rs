//! Classes of points as modes, and the modes that translated points reach.

use std::collections::BTreeSet;

use ganforge_eval::Features;
use ganforge_eval::metrics::{mixture_modes, nearest_mode};

/// The means of the classes of points, and the standard deviation of a coordinate around them.
pub(super) struct Modes {
    /// One row for each class that has a point.
    centers: Features,
    sigma: f64,
}

impl Modes {
    /// `points`: two coordinates each, as many as labels. `None` where no class has two different points, or one is not finite.
    pub fn of(points: &[f32], labels: &[u32], classes: usize) -> Option<Self> {
        let pairs = || points.chunks_exact(2).map(double).zip(labels);
        let mut sums = vec![([0.0, 0.0], 0.0); classes];
        for ([x, y], &label) in pairs() {
            let (sum, count) = &mut sums[label as usize];
            sum[0] += x;
            sum[1] += y;
            *count += 1.0;
        }
        let mean = |&([x, y], count): &([f64; 2], f64)| [x / count, y / count];
        let means: Vec<[f64; 2]> = sums.iter().map(mean).collect();
        let squares = pairs().map(|([x, y], &label)| {
            let [center_x, center_y] = means[label as usize];
            (x - center_x).powi(2) + (y - center_y).powi(2)
        });
        let sigma = (squares.sum::<f64>() / (2.0 * labels.len() as f64)).sqrt();
        let with_points = means.iter().zip(&sums).filter(|(_, sum)| sum.1 > 0.0);
        let centers = with_points.flat_map(|(&[x, y], _)| [x as f32, y as f32]);
        let centers: Vec<f32> = centers.collect();
        let centers = Features::new(centers.len() / 2, 2, centers).ok()?;
        (sigma > 0.0 && sigma.is_finite()).then_some(Self { centers, sigma })
    }

    /// The number of modes with a point within three standard deviations, and the share of points that are so near a mode; `None`
    /// where a point is not finite.
    pub fn covered_by(&self, points: &[f32]) -> Option<(f64, f64)> {
        let points = Features::new(points.len() / 2, 2, points.to_vec()).ok()?;
        let modes = mixture_modes(&points, &self.centers, self.sigma).ok()?;
        Some((modes.found as f64, modes.high_quality))
    }
}

/// The number of different modes of `target` that are nearest to most translated points of a class. Each point has the label of
/// the class that it was translated from; a class without points counts for nothing.
pub(super) fn distinct_targets(labels: &[u32], translated: &[f32], target: &Modes) -> usize {
    let classes = labels.iter().max().map_or(0, |&label| label as usize + 1);
    let mut counts = vec![vec![0_usize; target.centers.rows()]; classes];
    for (point, &label) in translated.chunks_exact(2).zip(labels) {
        if let Some((mode, _)) = nearest_mode(point, &target.centers) {
            counts[label as usize][mode] += 1;
        }
    }
    let most = |counts: &Vec<usize>| {
        let counts = counts.iter().enumerate().filter(|&(_, &count)| count > 0);
        counts
            .max_by_key(|&(_, &count)| count)
            .map(|(mode, _)| mode)
    };
    let modes: BTreeSet<usize> = counts.iter().filter_map(most).collect();
    modes.len()
}

fn double(point: &[f32]) -> [f64; 2] {
    [f64::from(point[0]), f64::from(point[1])]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four points around each centre, at a distance of `radius`: the standard deviation of a coordinate is `radius / √2`.
    fn around(centers: &[[f32; 2]], radius: f32) -> (Vec<f32>, Vec<u32>) {
        let steps = [[radius, 0.0], [-radius, 0.0], [0.0, radius], [0.0, -radius]];
        let points = centers.iter().zip(0..).flat_map(|(center, label)| {
            steps.map(|step| ([center[0] + step[0], center[1] + step[1]], label))
        });
        let (points, labels): (Vec<[f32; 2]>, Vec<u32>) = points.unzip();
        (points.concat(), labels)
    }

    const CENTERS: [[f32; 2]; 3] = [[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]];

    /// Standard deviation 1.
    fn modes() -> Modes {
        let (points, labels) = around(&CENTERS, std::f32::consts::SQRT_2);
        Modes::of(&points, &labels, 3).unwrap()
    }

    #[test]
    fn a_mode_is_hit_within_three_standard_deviations() {
        let modes = modes();
        assert!((modes.sigma - 1.0).abs() < 1e-6, "{}", modes.sigma);
        // 2.9 and 3.1 standard deviations from the first and the second mode.
        let points = [2.9, 0.0, 10.0, 3.1];
        assert_eq!(modes.covered_by(&points), Some((1.0, 0.5)));
        assert_eq!(modes.covered_by(&[2.9, 0.0, 10.0, 2.9]), Some((2.0, 1.0)));
        assert_eq!(modes.covered_by(&[5.0, 5.0]), Some((0.0, 0.0)));
        assert_eq!(modes.covered_by(&[f32::NAN, 0.0]), None);
    }

    #[test]
    fn a_class_without_points_is_no_mode_and_counts_for_nothing() {
        let (points, labels) = around(&CENTERS[..2], 1.0);
        // The class 2 of four has no point.
        let labels: Vec<u32> = labels.iter().map(|&label| 3 * label).collect();
        let modes = Modes::of(&points, &labels, 4).unwrap();
        assert_eq!(modes.centers.rows(), 2);
        assert_eq!(modes.covered_by(&[0.0, 0.0, 10.0, 0.0]), Some((2.0, 1.0)));
        // Both classes go to the mode at 0; the classes 1 and 2 have no translations, and would be of the last mode.
        assert_eq!(distinct_targets(&[0, 3], &[0.1, 0.0, -0.1, 0.0], &modes), 1);
        assert!(Modes::of(&[1.0, 1.0], &[0], 1).is_none());
    }

    #[test]
    fn two_classes_that_go_to_one_mode_are_one_distinct_mode() {
        let modes = modes();
        // Class 0: two of three points to the mode at (10, 0). Class 1: all there. Class 2: to the mode at (0, 10).
        let labels = [0, 0, 0, 1, 1, 2];
        let translated = [
            10.0, 0.0, 9.0, 0.0, 0.0, 0.0, 10.0, 0.0, 11.0, 0.0, 0.0, 9.0,
        ];
        assert_eq!(distinct_targets(&labels, &translated, &modes), 2);
        assert_eq!(distinct_targets(&labels[..5], &translated, &modes), 1);
        assert_eq!(distinct_targets(&[], &[], &modes), 0);
    }
}
