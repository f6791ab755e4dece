//! Randomness keyed by (seed, purpose, step), so that no generator state needs saving.

pub use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// A random number generator for one purpose at one step of one run: the same on every machine and backend, and
/// independent of that of any other seed, purpose or step.
///
/// Its key is the SHA-256 of the seed and the step (64-bit little-endian) followed by the purpose. A caller asks for a
/// new generator at every step instead of keeping one: a run resumed at step `n` then draws what an uninterrupted run
/// draws there, and a draw for one purpose never shifts another.
///
/// ```
/// use ganforge_core::{below, keyed_rng};
/// let mut latents = keyed_rng(7, "latent", 1000);
/// assert_eq!(below(&mut latents, 6), below(&mut keyed_rng(7, "latent", 1000), 6));
/// ```
#[must_use]
pub fn keyed_rng(seed: u64, purpose: &str, step: u64) -> ChaCha8Rng {
    let key = Sha256::new()
        .chain_update(seed.to_le_bytes())
        .chain_update(step.to_le_bytes())
        .chain_update(purpose.as_bytes());
    ChaCha8Rng::from_seed(key.finalize().into())
}

/// A uniform whole number from 0 to `bound` - 1.
///
/// The high half of a 64 × 64 bit product. Its bias is below `bound` / 2^64, and unlike the method of a library it will
/// not change with a version.
pub fn below(rng: &mut impl Rng, bound: usize) -> usize {
    let wide = (u128::from(rng.next_u64()) * bound as u128) >> 64;
    usize::try_from(wide).unwrap_or(0)
}

/// The numbers 0 to `len` - 1 in random order (Fisher and Yates).
pub fn permutation(rng: &mut impl Rng, len: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    for last in (1..len).rev() {
        order.swap(last, below(rng, last + 1));
    }
    order
}

/// `count` different numbers from 0 to `len` - 1 in random order: the first steps of the shuffle by Fisher and Yates.
///
/// # Panics
/// If `count` exceeds `len`.
pub fn choose(rng: &mut impl Rng, len: usize, count: usize) -> Vec<usize> {
    assert!(count <= len, "cannot choose {count} of {len}");
    let mut order: Vec<usize> = (0..len).collect();
    for at in 0..count {
        let other = at + below(rng, len - at);
        order.swap(at, other);
    }
    order.truncate(count);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_purpose_and_step_each_change_the_stream() {
        let first = |seed, purpose, step| keyed_rng(seed, purpose, step).next_u64();
        let base = first(1, "order", 0);
        assert_eq!(base, first(1, "order", 0));
        assert_ne!(base, first(2, "order", 0));
        assert_ne!(base, first(1, "flip", 0));
        assert_ne!(base, first(1, "order", 1));
    }

    #[test]
    fn the_stream_never_changes_between_versions() {
        // Computed apart from this crate, from the definitions of SHA-256 and ChaCha8: a change would break every resumed run.
        assert_eq!(keyed_rng(7, "order", 3).next_u64(), 862_681_667_521_758_278);
    }

    #[test]
    fn a_permutation_has_every_number_equally_often_in_every_place() {
        let mut counts = [[0; 4]; 4];
        for step in 0..4000 {
            let order = permutation(&mut keyed_rng(0, "order", step), 4);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3]);
            for (place, &number) in order.iter().enumerate() {
                counts[place][number] += 1;
            }
        }
        // Each of the 16 counts is binomial with mean 1000 and deviation 27.
        let mut counts = counts.iter().flatten();
        assert!(counts.all(|count| (870..1130).contains(count)));
    }

    #[test]
    fn every_number_is_chosen_equally_often_and_never_twice() {
        let mut counts = [0; 5];
        for step in 0..5000 {
            let chosen = choose(&mut keyed_rng(1, "choice", step), 5, 2);
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
}
