//! Memory of results, which begins unwritten: the thread that is about to overwrite a part of it zeroes that part, in its own cache.
//!
//! `vec![0.0; n]` has one thread write all of it while the others wait, and fetches it from far away a second time. Unsafe code, because
//! the language has no other way to hand out memory before it holds numbers: [`vector`] counts what was zeroed, and trusts nobody.
#![expect(
    unsafe_code,
    reason = "what was zeroed is counted before it is believed"
)]

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::pool;

/// `len` floats that `write` overwrites.
///
/// # Panics
/// If `write` leaves a part of them untaken.
pub fn vector(len: usize, write: impl FnOnce(Uninit)) -> Vec<f32> {
    let mut vector = Vec::with_capacity(len);
    let initialised = AtomicUsize::new(0);
    let memory = &mut vector.spare_capacity_mut()[..len];
    write(Uninit(Memory::Uninitialised(memory, &initialised)));
    assert_eq!(initialised.into_inner(), len, "all of a result is written");
    // SAFETY: the parts that were counted are disjoint, all inside these `len` elements, and were zeroed first; so none is left out.
    unsafe { vector.set_len(len) };
    vector
}

/// Floats that will be overwritten, or a part of them.
pub struct Uninit<'a>(Memory<'a>);

enum Memory<'a> {
    /// Something stands there.
    Initialised(&'a mut [f32]),
    /// Nothing does; and how many elements of the whole have been zeroed.
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

    /// The floats: what stood there, or zeros.
    pub fn floats(self) -> &'a mut [f32] {
        match self.0 {
            Memory::Initialised(floats) => floats,
            Memory::Uninitialised(memory, initialised) => {
                memory.fill(MaybeUninit::new(0.0));
                initialised.fetch_add(memory.len(), Ordering::Relaxed);
                // SAFETY: every element was written in the line before last.
                unsafe { memory.assume_init_mut() }
            }
        }
    }

    /// Parts of `size` elements, the last one perhaps shorter.
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
                })
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
    fn parts_come_in_order_and_begin_as_zeros() {
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
    fn memory_that_was_in_use_keeps_its_contents() {
        let mut floats = [1.0, 2.0];
        assert_eq!(Uninit::from(&mut floats[..]).floats(), [1.0, 2.0]);
    }

    #[test]
    #[should_panic(expected = "all of a result is written")]
    fn a_part_left_out_is_noticed() {
        vector(8, |memory| {
            memory.chunks(4).skip(1).for_each(|part| {
                part.floats();
            });
        });
    }
}
