//! A pool of scratch buffers: memory pages fresh from the operating system cost as much time as some kernels.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

/// Bytes in a cache line. Buffers are aligned to it, because a vector that crosses two lines takes twice the time to load.
const ALIGNMENT: usize = 64;

/// Unused buffers that are kept; beyond that, the smallest are freed first.
const MAX_FREE_BUFFERS: usize = 64;

static FREE: Mutex<Vec<Vec<f32>>> = Mutex::new(Vec::new());

/// A buffer of floats with unspecified contents. Dropping it returns it to the pool.
pub struct Scratch {
    memory: Vec<f32>,
    start: usize,
    len: usize,
}

impl Scratch {
    /// Takes the smallest free buffer that is large enough, or allocates one.
    pub fn take(len: usize) -> Self {
        let capacity = len + ALIGNMENT / size_of::<f32>();
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        // The pool is sorted by size.
        let at = free.partition_point(|memory| memory.len() < capacity);
        let found = (at < free.len()).then(|| free.remove(at));
        drop(free);
        let memory = found.unwrap_or_else(|| vec![0.0; capacity]);
        let start = memory.as_ptr().align_offset(ALIGNMENT);
        // `align_offset` may return `usize::MAX`; the alignment matters for speed only.
        let start = if start + len <= memory.len() {
            start
        } else {
            0
        };
        Self { memory, start, len }
    }
}

impl Deref for Scratch {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.memory[self.start..self.start + self.len]
    }
}

impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.memory[self.start..self.start + self.len]
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        let at = free.partition_point(|other| other.len() < memory.len());
        free.insert(at, memory);
        let surplus = (free.len() > MAX_FREE_BUFFERS).then(|| free.remove(0));
        drop(free);
        drop(surplus);
    }
}

/// Frees the scratch memory that is not in use; the next operation allocates new memory.
pub fn release_scratch() {
    let free = std::mem::take(&mut *FREE.lock().unwrap_or_else(PoisonError::into_inner));
    drop(free);
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "small integers are exact")]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_aligned_and_have_the_requested_length() {
        for len in [0, 1, 15, 16, 1000] {
            let scratch = Scratch::take(len);
            assert_eq!(scratch.len(), len);
            assert_eq!(scratch.as_ptr().addr() % ALIGNMENT, 0);
        }
    }

    #[test]
    fn buffers_in_use_do_not_overlap() {
        let (mut one, mut other) = (Scratch::take(32), Scratch::take(32));
        one.fill(1.0);
        other.fill(2.0);
        assert!(one.iter().all(|&value| value == 1.0));
    }
}
