//! A memory budget for decoding that all threads share: a few large images at a time, or many small ones.

use std::sync::{Condvar, LazyLock, Mutex, PoisonError};

/// The budget in bytes on a machine with few cores.
const MIN_BUDGET: u64 = 1 << 30;
/// Bytes per core on a machine with many.
const BYTES_PER_CORE: u64 = 128 << 20;

static BUDGET: LazyLock<MemoryBudget> = LazyLock::new(|| {
    let cores = rayon::current_num_threads() as u64;
    MemoryBudget::new(MIN_BUDGET.max(cores.saturating_mul(BYTES_PER_CORE)))
});

/// Waits until `bytes` of the budget are free and reserves them; a request beyond the budget reserves all of it.
///
/// A thread that holds a reservation must not request another: two such threads could deadlock.
pub(super) fn reserve(bytes: u64) -> Reservation<'static> {
    BUDGET.reserve(bytes)
}

/// A number of bytes that threads reserve parts of.
struct MemoryBudget {
    total: u64,
    free: Mutex<u64>,
    released: Condvar,
}

/// A reserved part of the budget, released when dropped.
pub(super) struct Reservation<'a> {
    budget: &'a MemoryBudget,
    bytes: u64,
}

impl MemoryBudget {
    fn new(total: u64) -> Self {
        Self {
            total,
            free: Mutex::new(total),
            released: Condvar::new(),
        }
    }

    fn reserve(&self, bytes: u64) -> Reservation<'_> {
        let bytes = bytes.min(self.total);
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self
            .released
            .wait_while(free, |free| *free < bytes)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= bytes;
        Reservation {
            budget: self,
            bytes,
        }
    }
}

impl Reservation<'_> {
    /// Raises the reservation to `bytes` if they are free now.
    pub(super) fn grow(&mut self, bytes: u64) -> bool {
        let more = bytes.min(self.budget.total).saturating_sub(self.bytes);
        let mut free = self
            .budget
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let fits = more <= *free;
        if fits {
            *free -= more;
            self.bytes += more;
        }
        fits
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let free = self.budget.free.lock();
        *free.unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.budget.released.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn reservations_never_exceed_the_budget() {
        let budget = MemoryBudget::new(100);
        let held = AtomicU64::new(0);
        thread::scope(|scope| {
            for thread in 0..8 {
                let (budget, held) = (&budget, &held);
                scope.spawn(move || {
                    for turn in 0..200 {
                        // Some requests exceed the budget and reserve all of it.
                        let mut reservation = budget.reserve((thread * 37 + turn * 13) % 140);
                        reservation.grow((thread * 53 + turn * 7) % 140);
                        let now =
                            held.fetch_add(reservation.bytes, Ordering::SeqCst) + reservation.bytes;
                        assert!(now <= 100, "{now}");
                        held.fetch_sub(reservation.bytes, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(*budget.free.lock().unwrap(), 100);
    }

    #[test]
    fn a_reservation_grows_only_into_free_bytes() {
        let budget = MemoryBudget::new(100);
        let mut reservation = budget.reserve(30);
        let other = budget.reserve(50);
        assert!(reservation.grow(50));
        assert!(!reservation.grow(51));
        drop(other);
        assert!(reservation.grow(1000));
        assert_eq!(reservation.bytes, 100);
    }
}
