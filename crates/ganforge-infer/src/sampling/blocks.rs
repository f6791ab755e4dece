//! Batches that depend on image indices only.
//!
//! The rounding of an image may depend on its batch, because kernels choose algorithms by batch size. Fewer images must be a
//! prefix of more, bit for bit, on any device and with any network. Therefore the batch of an image follows from its index
//! alone, and the last batch is computed in full even if only a part of it is requested. Batch sizes double up to the limit,
//! so the overhead is at most a factor of two, and a single image is computed alone.

use std::iter::from_fn;
use std::ops::Range;

/// Batches of at most `most` ≥ 1 images that cover the first `count` images.
pub fn blocks(count: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    let mut next = 0_usize;
    from_fn(move || {
        let start = next;
        next = start.saturating_add(size(start).min(most));
        (start < count).then_some(start..next)
    })
}

/// The batch that starts at `start` doubles the number of images.
fn size(start: usize) -> usize {
    start.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_image_is_computed_alone_and_the_overhead_is_below_a_factor_of_two() {
        let cost = |count| blocks(count, 64).last().unwrap().end;
        assert_eq!(cost(1), 1);
        for count in 1..1000 {
            assert!((count..2 * count).contains(&cost(count)), "{count}");
            assert!(cost(count) < count + 64, "{count}");
        }
    }

    #[test]
    fn the_batch_of_an_image_does_not_depend_on_the_count() {
        for most in [1, 3, 64, 100] {
            let all: Vec<_> = blocks(1000, most).collect();
            assert!(all.iter().all(|block| (1..=most).contains(&block.len())));
            assert!(all.windows(2).all(|pair| pair[0].end == pair[1].start));
            for count in [1, 2, 63, 64, 65, 500] {
                assert!(all.starts_with(&blocks(count, most).collect::<Vec<_>>()));
            }
        }
    }

    #[test]
    fn the_largest_count_does_not_overflow() {
        let far = blocks(usize::MAX, 4096).take(100).last().unwrap();
        assert_eq!(far.len(), 4096);
    }
}
