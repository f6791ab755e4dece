//! Randomness keyed by (seed, purpose, step), so that no generator state ever needs saving.

pub use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// A generator for one purpose at one step of one run: the same on every machine, and unrelated to that of any other seed, purpose or step.
///
/// Its key is the SHA-256 of the seed and the step (64-bit little-endian) followed by the purpose. Ask for a new one at every step in place of carrying one
/// along: a run resumed at step `n` then draws what an uninterrupted run draws there.
///
/// ```
/// use rand_chacha::rand_core::Rng;
/// let mut latents = ganforge_data::keyed_rng(7, "latents", 1000);
/// assert_eq!(latents.next_u64(), ganforge_data::keyed_rng(7, "latents", 1000).next_u64());
/// ```
#[must_use]
pub fn keyed_rng(seed: u64, purpose: &str, step: u64) -> ChaCha8Rng {
    let mut key = Sha256::new();
    key.update(seed.to_le_bytes());
    key.update(step.to_le_bytes());
    key.update(purpose.as_bytes());
    ChaCha8Rng::from_seed(key.finalize().into())
}

/// A whole number from 0 to `bound` - 1.
///
/// The high half of a 64 × 64 bit product: its bias is below `bound` / 2^64, and unlike a library's choice of method it will not change with a version.
pub(crate) fn below(rng: &mut impl Rng, bound: usize) -> usize {
    let wide = (u128::from(rng.next_u64()) * bound as u128) >> 64;
    usize::try_from(wide).unwrap_or(0)
}

/// The numbers 0 to `len` - 1 in random order (Fisher and Yates).
pub(crate) fn permutation(rng: &mut impl Rng, len: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    for last in (1..len).rev() {
        order.swap(last, below(rng, last + 1));
    }
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
        // Computed apart from this crate, from the definitions of SHA-256 and ChaCha8: a change here would break every resumed run.
        assert_eq!(keyed_rng(7, "order", 3).next_u64(), 862_681_667_521_758_278);
    }

    #[test]
    fn a_permutation_holds_every_number_once_in_every_place() {
        let mut seen = [[0; 4]; 4];
        for step in 0..4000 {
            let order = permutation(&mut keyed_rng(0, "order", step), 4);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3]);
            for (place, &number) in order.iter().enumerate() {
                seen[place][number] += 1;
            }
        }
        // Each of the 16 counts is binomial with mean 1000 and deviation 27.
        assert!(
            seen.iter()
                .flatten()
                .all(|&count| (870..1130).contains(&count)),
            "{seen:?}"
        );
    }
}
