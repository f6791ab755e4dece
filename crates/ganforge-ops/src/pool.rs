//! Multithreading: rayon's pool, entered once per operation and only for operations large enough to benefit.
//!
//! The number of threads decides which thread computes an element, but not how: the partition of sums and the choice of kernel depend only on shapes.

use rayon::prelude::*;

/// Floating-point operations that take one thread about as long as waking another thread.
const MIN_PARALLEL_OPERATIONS: f64 = 2e6;

/// Floating-point operations of a matrix product below which a second thread measured slower than one thread: a convolution of a single image, or a
/// layer of 256 × 256 units at batch 64, ends before the second thread is awake.
const MIN_PARALLEL_MATMUL_OPERATIONS: f64 = 3e7;

/// Number of threads for an operation of so many floating-point operations.
pub fn threads(operations: f64) -> usize {
    if operations < MIN_PARALLEL_OPERATIONS {
        1
    } else {
        rayon::current_num_threads()
    }
}

/// Number of threads for a convolution or a fully connected layer of so many floating-point operations.
pub fn matmul_threads(operations: f64) -> usize {
    if is_matmul_parallel(operations) {
        threads(operations)
    } else {
        1
    }
}

/// Whether a convolution or a fully connected layer of so many floating-point operations is divided among threads, where there are several. The
/// answer does not depend on their number.
pub fn is_matmul_parallel(operations: f64) -> bool {
    operations >= MIN_PARALLEL_MATMUL_OPERATIONS
}

/// Runs `operation` inside the pool, so that its parallel loops do not each enter the pool.
pub fn install<R: Send>(threads: usize, operation: impl FnOnce() -> R + Send) -> R {
    if threads == 1 || rayon::current_thread_index().is_some() {
        operation()
    } else {
        rayon::join(operation, || ()).0
    }
}

/// Calls `task` with the index and the elements of every chunk of `size` elements; the last chunk may be shorter.
pub fn for_each_chunk<T: Send>(
    threads: usize,
    data: &mut [T],
    size: usize,
    task: impl Fn(usize, &mut [T]) + Sync + Send,
) {
    if threads == 1 || data.len() <= size {
        for (index, chunk) in data.chunks_mut(size).enumerate() {
            task(index, chunk);
        }
    } else {
        data.par_chunks_mut(size)
            .enumerate()
            .for_each(|(index, chunk)| task(index, chunk));
    }
}
