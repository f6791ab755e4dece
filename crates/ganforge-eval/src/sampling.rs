//! Random choices that a seed fixes for every machine and version.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A generator for one purpose under one seed: `step` keeps its draws apart from those of other purposes.
pub fn generator(seed: u64, step: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(step);
    generator
}

/// A whole number from 0 to `bound` - 1: the high half of a 64 × 64 bit product, whose bias is below `bound` / 2^64.
pub fn below(generator: &mut impl Rng, bound: usize) -> usize {
    let wide = (u128::from(generator.next_u64()) * bound as u128) >> 64;
    usize::try_from(wide).unwrap_or(0)
}

/// `count` different numbers from 0 to `len` - 1 in random order: the first steps of Fisher's and Yates's shuffle.
///
/// # Panics
/// If there are not so many numbers.
pub fn choose(generator: &mut impl Rng, len: usize, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    for at in 0..count {
        let other = at + below(generator, len - at);
        order.swap(at, other);
    }
    order.truncate(count);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_chosen_equally_often_and_never_twice() {
        let mut counts = [0; 5];
        for step in 0..5000 {
            let chosen = choose(&mut generator(1, step), 5, 2);
            assert_ne!(chosen[0], chosen[1]);
            for at in chosen {
                counts[at] += 1;
            }
        }
        // Binomial with mean 2000 and deviation 35.
        assert!(
            counts.iter().all(|count| (1830..2170).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn seed_and_step_each_change_the_choice() {
        let chosen = |seed, step| choose(&mut generator(seed, step), 1000, 5);
        assert_eq!(chosen(1, 0), chosen(1, 0));
        assert_ne!(chosen(1, 0), chosen(2, 0));
        assert_ne!(chosen(1, 0), chosen(1, 1));
    }
}
