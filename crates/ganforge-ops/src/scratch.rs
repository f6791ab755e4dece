//! Memory that is reused: pages fresh from the system cost as much as some kernels.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

/// Bytes in a cache line: buffers begin at one, for vectors that straddle two take twice the time.
const ALIGNMENT: usize = 64;

/// Buffers kept while nobody uses them; more are given back to the system, smallest first.
const MAX_FREE_BUFFERS: usize = 64;

static FREE: Mutex<Vec<Vec<f32>>> = Mutex::new(Vec::new());

/// A buffer of floats with unspecified contents, returned to the pool when dropped.
pub struct Scratch {
    memory: Vec<f32>,
    start: usize,
    len: usize,
}

impl Scratch {
    /// Takes the smallest free buffer that is large enough, or a new one.
    pub fn take(len: usize) -> Self {
        let capacity = len + ALIGNMENT / size_of::<f32>();
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        // The pool is sorted by size.
        let at = free.partition_point(|memory| memory.len() < capacity);
        let found = (at < free.len()).then(|| free.remove(at));
        drop(free);
        let memory = found.unwrap_or_else(|| vec![0.0; capacity]);
        let start = memory.as_ptr().align_offset(ALIGNMENT);
        // `align_offset` may decline to answer; alignment is for speed alone.
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

/// Gives the scratch memory that is not in use back to the system: the next operation takes fresh pages.
pub fn release_scratch() {
    let free = std::mem::take(&mut *FREE.lock().unwrap_or_else(PoisonError::into_inner));
    drop(free);
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "small integers are exact")]
mod tests {
    use super::*;

    #[test]
    fn buffers_begin_at_a_cache_line_and_have_the_length_asked_for() {
        for len in [0, 1, 15, 16, 1000] {
            let scratch = Scratch::take(len);
            assert_eq!(scratch.len(), len);
            assert_eq!(scratch.as_ptr().addr() % ALIGNMENT, 0);
        }
    }

    #[test]
    fn two_buffers_in_use_are_two() {
        let (mut one, mut other) = (Scratch::take(32), Scratch::take(32));
        one.fill(1.0);
        other.fill(2.0);
        assert!(one.iter().all(|&value| value == 1.0));
    }
}
