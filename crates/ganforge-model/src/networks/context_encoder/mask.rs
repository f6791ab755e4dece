//! Random holes, cut from a smooth noise pattern (`train_random.lua` of the paper's code).

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Uniform};

/// Distance between two random values of the pattern, in parts of the longer side of the image: the code has 0.06 of them
/// per pixel of an image of 128.
const CELL: f64 = 1.0 / (0.06 * 128.0);

/// The pattern is a hole below this value; random values are uniform on [0, 1).
const THRESHOLD: f64 = 0.25;

/// Smallest and largest share of missing pixels; other draws are repeated.
const SHARE: [f64; 2] = [0.2, 0.3];

/// 1 at missing pixels and 0 elsewhere, `height · width` values.
pub(super) fn random_mask([height, width]: [usize; 2], rng: &mut ChaCha8Rng) -> Vec<f32> {
    let cell = height.max(width) as f64 * CELL;
    loop {
        let mask = blobs([height, width], cell, rng);
        let missing = mask.iter().filter(|&&value| value > 0.0).count();
        let share = missing as f64 / mask.len() as f64;
        if share > SHARE[0] && share < SHARE[1] {
            return mask;
        }
    }
}

/// Random values on a grid of this cell size, interpolated by cubic convolution and compared with the threshold.
fn blobs([height, width]: [usize; 2], cell: f64, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let uniform = Uniform::new(0.0, 1.0).expect("the interval is not empty");
    let offset = [(); 2].map(|()| uniform.sample(&mut *rng));
    // Weights of four values for each row and each column.
    let [rows, columns] = [(height, offset[0]), (width, offset[1])].map(|(side, offset)| {
        let at = |pixel| cubic(offset + pixel as f64 / cell);
        (0..side).map(at).collect::<Vec<_>>()
    });
    let size = |weights: &[(usize, [f64; 4])]| weights.last().map_or(0, |(first, _)| first + 4);
    let [grid_height, grid_width] = [size(&rows), size(&columns)];
    let values: Vec<f64> = uniform
        .sample_iter(&mut *rng)
        .take(grid_height * grid_width)
        .collect();
    let mut mask = Vec::with_capacity(height * width);
    for (top, vertical) in &rows {
        for (left, horizontal) in &columns {
            let row = |row: usize| {
                let values = &values[(top + row) * grid_width + left..][..4];
                values
                    .iter()
                    .zip(horizontal)
                    .map(|(value, weight)| value * weight)
                    .sum::<f64>()
            };
            let value: f64 = (0..4).map(|index| vertical[index] * row(index)).sum();
            mask.push(f32::from(u8::from(value < THRESHOLD)));
        }
    }
    mask
}

/// The first of the four values around a position of 0 or more, and their weights (Keys 1981, with a = -1/2).
#[expect(clippy::cast_sign_loss, reason = "a position is not negative")]
fn cubic(position: f64) -> (usize, [f64; 4]) {
    let first = position.floor();
    let t = position - first;
    let weights = [
        ((-0.5 * t + 1.0) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1.0,
        ((-1.5 * t + 2.0) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    ];
    (first as usize, weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyed_rng;

    #[test]
    fn weights_of_the_interpolation_reproduce_lines() {
        for step in 0..10 {
            let position = 2.0 + f64::from(step) / 10.0;
            let (first, weights) = cubic(position);
            assert_eq!(first, 2);
            // The four values are at 1, 2, 3 and 4 cells.
            let line = |index: usize| (index + 1) as f64;
            let value: f64 = (0..4).map(|index| weights[index] * line(index)).sum();
            assert!((value - position).abs() < 1e-12);
        }
    }

    #[test]
    fn holes_have_20_to_30_percent_of_the_pixels_in_blobs_all_over_the_image() {
        let [height, width] = [32, 48];
        let mut sums = vec![0.0; height * width];
        let mut edges = 0.0;
        let draws = 400;
        for step in 0..draws {
            let mask = random_mask([height, width], &mut keyed_rng(0, "mask", step));
            let share = mask.iter().sum::<f32>() / mask.len() as f32;
            assert!(share > 0.2 && share < 0.3, "{share}");
            let rows = mask.chunks(width);
            edges += rows
                .map(|row| {
                    row.windows(2)
                        .map(|pair| (pair[0] - pair[1]).abs())
                        .sum::<f32>()
                })
                .sum::<f32>();
            for (sum, value) in sums.iter_mut().zip(mask) {
                *sum += value;
            }
        }
        let share = |sum: f32| sum / draws as f32;
        assert!(sums.iter().all(|&sum| (0.1..0.4).contains(&share(sum))));
        // Independent pixels would have 2 · 0.25 · 0.75 changes per pair of neighbours.
        let pairs = draws as f32 * height as f32 * (width - 1) as f32;
        assert!(edges / pairs < 0.12, "{}", edges / pairs);
    }

    #[test]
    fn a_key_gives_one_mask() {
        let mask = |step| random_mask([16, 16], &mut keyed_rng(1, "mask", step));
        assert_eq!(mask(3), mask(3));
        assert_ne!(mask(3), mask(4));
    }
}
