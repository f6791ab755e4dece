//! Which images are computed together.
//!
//! A device may round an image differently in another batch: kernels choose their way by the size of it. Yet fewer images
//! are to be a prefix of more, bit for bit, on any device and by any network. So an image's batch follows from its index
//! alone, and the last batch is computed in full, whatever of it is asked for. Batches grow with what is before them, so
//! that this costs a share of what was asked for, and one image costs one.

use std::iter::from_fn;
use std::ops::Range;

/// Batches of at most `most` images, which is 1 or more, up to the one that holds the last of `count`.
pub fn blocks(count: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    let mut next = 0_usize;
    from_fn(move || {
        let start = next;
        next = start.saturating_add(size(start).min(most));
        (start < count).then_some(start..next)
    })
}

/// As many images as there are before `start`.
fn size(start: usize) -> usize {
    start.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_image_costs_one_and_none_costs_more_than_twice() {
        let cost = |count| blocks(count, 64).last().unwrap().end;
        assert_eq!(cost(1), 1);
        for count in 1..1000 {
            assert!((count..2 * count).contains(&cost(count)), "{count}");
            assert!(cost(count) < count + 64, "{count}");
        }
    }

    #[test]
    fn the_batch_of_an_image_does_not_depend_on_how_many_are_asked_for() {
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
    fn no_count_is_too_large() {
        let far = blocks(usize::MAX, 4096).take(100).last().unwrap();
        assert_eq!(far.len(), 4096);
    }
}
