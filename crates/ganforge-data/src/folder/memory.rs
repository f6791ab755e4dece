//! The memory in which images are decoded, shared by all threads: a few large images at a time, or many small ones.

use std::sync::{Condvar, LazyLock, Mutex, PoisonError};

/// Bytes for images under way on a machine of few cores.
const LEAST: u64 = 1 << 30;
/// Bytes for each core of a machine that has many.
const PER_CORE: u64 = 128 << 20;

static IMAGES: LazyLock<Memory> = LazyLock::new(|| {
    let cores = rayon::current_num_threads() as u64;
    Memory::of(LEAST.max(cores.saturating_mul(PER_CORE)))
});

/// Waits until there is room for an image that takes so many bytes while it is decoded. One that takes more than all there is gets all of it.
///
/// A thread that holds a share must not ask for another one: two such threads could wait for each other.
pub(super) fn share(bytes: u64) -> Share<'static> {
    IMAGES.share(bytes)
}

/// A number of bytes of which threads take shares.
struct Memory {
    total: u64,
    free: Mutex<u64>,
    returned: Condvar,
}

/// Part of the memory, until it is dropped.
pub(super) struct Share<'a> {
    memory: &'a Memory,
    bytes: u64,
}

impl Memory {
    fn of(total: u64) -> Self {
        Self {
            total,
            free: Mutex::new(total),
            returned: Condvar::new(),
        }
    }

    fn share(&self, bytes: u64) -> Share<'_> {
        let bytes = bytes.min(self.total);
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self
            .returned
            .wait_while(free, |free| *free < bytes)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= bytes;
        Share {
            memory: self,
            bytes,
        }
    }
}

impl Share<'_> {
    /// Makes the share as large as that, if there is room for it at once.
    pub(super) fn grow(&mut self, bytes: u64) -> bool {
        let more = bytes.min(self.memory.total).saturating_sub(self.bytes);
        let mut free = self
            .memory
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_room = more <= *free;
        if is_room {
            *free -= more;
            self.bytes += more;
        }
        is_room
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let free = self.memory.free.lock();
        *free.unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.memory.returned.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn what_threads_hold_together_never_exceeds_the_whole() {
        let memory = Memory::of(100);
        let held = AtomicU64::new(0);
        thread::scope(|scope| {
            for thread in 0..8 {
                let (memory, held) = (&memory, &held);
                scope.spawn(move || {
                    for turn in 0..200 {
                        // Some ask for more than there is, and get all of it.
                        let mut share = memory.share((thread * 37 + turn * 13) % 140);
                        share.grow((thread * 53 + turn * 7) % 140);
                        let now = held.fetch_add(share.bytes, Ordering::SeqCst) + share.bytes;
                        assert!(now <= 100, "{now}");
                        held.fetch_sub(share.bytes, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(*memory.free.lock().unwrap(), 100);
    }

    #[test]
    fn a_share_grows_only_where_there_is_room() {
        let memory = Memory::of(100);
        let mut share = memory.share(30);
        let other = memory.share(50);
        assert!(share.grow(50));
        assert!(!share.grow(51));
        drop(other);
        assert!(share.grow(1000));
        assert_eq!(share.bytes, 100);
    }
}
