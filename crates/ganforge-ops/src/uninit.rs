//! Memory of results, allocated uninitialised: the thread that will overwrite a part of it zeroes that part first, in its own cache.
//!
//! `vec![0.0; n]` would write all of it on one thread, and every other thread would load its part from memory again. This needs unsafe code, because
//! safe Rust cannot hand out uninitialised memory: [`vector`] counts the zeroed elements and checks the count.
#![expect(
    unsafe_code,
    reason = "the number of initialised elements is checked before use"
)]

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::pool;

/// A vector of `len` floats that `write` overwrites.
///
/// # Panics
/// If `write` leaves a part uninitialised.
pub fn vector(len: usize, write: impl FnOnce(Uninit)) -> Vec<f32> {
    let mut vector = Vec::with_capacity(len);
    let initialised = AtomicUsize::new(0);
    let memory = &mut vector.spare_capacity_mut()[..len];
    write(Uninit(Memory::Uninitialised(memory, &initialised)));
    assert_eq!(
        initialised.into_inner(),
        len,
        "every part of the result is initialised"
    );
    // SAFETY: the counted parts are disjoint, lie inside these `len` elements and were zeroed; since their count is `len`, all are initialised.
    unsafe { vector.set_len(len) };
    vector
}

/// Floats that will be overwritten, or a part of them.
pub struct Uninit<'a>(Memory<'a>);

enum Memory<'a> {
    /// Memory that holds floats.
    Initialised(&'a mut [f32]),
    /// Uninitialised memory, and the number of elements of the whole vector that have been initialised.
    Uninitialised(&'a mut [MaybeUninit<f32>], &'a AtomicUsize),
}

impl<'a> From<&'a mut [f32]> for Uninit<'a> {
    fn from(floats: &'a mut [f32]) -> Self {
        Self(Memory::Initialised(floats))
    }
}

impl<'a> Uninit<'a> {
    pub fn len(&self) -> usize {
        match &self.0 {
            Memory::Initialised(floats) => floats.len(),
            Memory::Uninitialised(memory, _) => memory.len(),
        }
    }

    /// The floats: the existing contents, or zeros in uninitialised memory.
    pub fn floats(self) -> &'a mut [f32] {
        match self.0 {
            Memory::Initialised(floats) => floats,
            Memory::Uninitialised(memory, initialised) => {
                memory.fill(MaybeUninit::new(0.0));
                initialised.fetch_add(memory.len(), Ordering::Relaxed);
                // SAFETY: `fill` initialised every element.
                unsafe { memory.assume_init_mut() }
            }
        }
    }

    /// Parts of `size` elements; the last part may be shorter.
    pub fn chunks(mut self, size: usize) -> impl Iterator<Item = Self> {
        std::iter::from_fn(move || {
            let size = size.min(self.len());
            let first = match &mut self.0 {
                Memory::Initialised(floats) => Memory::Initialised(floats.split_off_mut(..size)?),
                Memory::Uninitialised(memory, initialised) => {
                    Memory::Uninitialised(memory.split_off_mut(..size)?, initialised)
                }
            };
            (size > 0).then_some(Self(first))
        })
    }

    /// As [`pool::for_each_chunk`].
    pub fn for_each_chunk(
        self,
        threads: usize,
        size: usize,
        task: impl Fn(usize, Uninit) + Sync + Send,
    ) {
        match self.0 {
            Memory::Initialised(floats) => {
                pool::for_each_chunk(threads, floats, size, |index, chunk| {
                    task(index, chunk.into());
                });
            }
            Memory::Uninitialised(memory, initialised) => {
                pool::for_each_chunk(threads, memory, size, |index, chunk| {
                    task(index, Uninit(Memory::Uninitialised(chunk, initialised)));
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_in_order_and_start_as_zeros() {
        for threads in [1, 2] {
            let written = vector(10, |memory| {
                assert_eq!(memory.len(), 10);
                memory.for_each_chunk(threads, 4, |index, part| {
                    let part = part.floats();
                    assert!(part.iter().all(|&value| value == 0.0));
                    part.fill(index as f32);
                });
            });
            assert_eq!(written, [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0]);
        }
    }

    #[test]
    fn parts_of_parts_make_up_the_whole() {
        let written = vector(7, |memory| {
            for (index, part) in memory.chunks(5).enumerate() {
                for part in part.chunks(3) {
                    let len = part.len();
                    part.floats().fill((10 * index + len) as f32);
                }
            }
        });
        assert_eq!(written, [3.0, 3.0, 3.0, 2.0, 2.0, 12.0, 12.0]);
        assert!(vector(0, |_| ()).is_empty());
    }

    #[test]
    fn initialised_memory_keeps_its_contents() {
        let mut floats = [1.0, 2.0];
        assert_eq!(Uninit::from(&mut floats[..]).floats(), [1.0, 2.0]);
    }

    #[test]
    #[should_panic(expected = "every part of the result is initialised")]
    fn an_uninitialised_part_panics() {
        vector(8, |memory| {
            memory.chunks(4).skip(1).for_each(|part| {
                part.floats();
            });
        });
    }
}
