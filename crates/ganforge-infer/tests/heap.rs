//! A program that samples for ever does not grow: live heap after a thousand calls equals that after the second.
#![allow(unsafe_code, reason = "a counting allocator forwards to the system's")]
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering};

use ganforge_infer::{SampleOptions, Sampler};

/// Bytes that are allocated and not freed.
static LIVE: AtomicIsize = AtomicIsize::new(0);

struct Counting;

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size().cast_signed(), Ordering::SeqCst);
        // SAFETY: the caller keeps the contract of this method, which is that of the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size().cast_signed(), Ordering::SeqCst);
        // SAFETY: the pointer is of `alloc`, which is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn live_heap_after_a_thousand_calls_is_that_after_the_second() {
    let sampler = Sampler::from_bytes(include_bytes!("fixture/digits.safetensors")).unwrap();
    let options = SampleOptions::new(16, 0);
    let call = |seed| {
        let options = SampleOptions {
            seed,
            ..options.clone()
        };
        drop(sampler.sample(&options).unwrap());
        LIVE.load(Ordering::SeqCst)
    };
    call(0);
    let second = call(1);
    let mut last = second;
    for seed in 2..1000 {
        last = call(seed);
    }
    assert_eq!(last, second);
}
