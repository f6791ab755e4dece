//! Vectorised, multithreaded loops over several slices of one length.
#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched loop is compiled for its instruction set"
)]

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::pool;

/// Elements that a thread processes at a time.
const CHUNK: usize = 1 << 14;

/// Cost of one element in floating-point operations, memory access included.
const OPERATIONS: f64 = 8.0;

/// An update of one element of `W` slices from the same element of `R` further slices.
pub trait ElementUpdate<const W: usize, const R: usize>: Sync {
    fn update(&self, written: [&mut f32; W], read: [f32; R]);
}

/// Calls `update` for every element. All slices have one length.
pub fn update_elements<const W: usize, const R: usize>(
    written: [&mut [f32]; W],
    read: [&[f32]; R],
    update: &impl ElementUpdate<W, R>,
) {
    let len = written[0].len();
    assert!(
        written.iter().all(|slice| slice.len() == len),
        "slices of one length"
    );
    assert!(
        read.iter().all(|slice| slice.len() == len),
        "slices of one length"
    );
    let threads = pool::threads(OPERATIONS * len as f64);
    if threads == 1 || len <= CHUNK {
        Arch::new().dispatch(ElementLoop {
            written,
            read,
            update,
        });
        return;
    }
    let mut remaining = written.map(|slice| slice.chunks_mut(CHUNK));
    let chunks: Vec<_> = (0..len.div_ceil(CHUNK))
        .map(|index| {
            let start = index * CHUNK;
            let end = len.min(start + CHUNK);
            let written = remaining
                .each_mut()
                .map(|remaining| remaining.next().unwrap_or_default());
            (written, read.map(|slice| &slice[start..end]))
        })
        .collect();
    pool::install(threads, || {
        chunks.into_par_iter().for_each(|(written, read)| {
            Arch::new().dispatch(ElementLoop {
                written,
                read,
                update,
            });
        });
    });
}

struct ElementLoop<'a, 'b, E, const W: usize, const R: usize> {
    written: [&'a mut [f32]; W],
    read: [&'a [f32]; R],
    update: &'b E,
}

impl<E: ElementUpdate<W, R>, const W: usize, const R: usize> WithSimd
    for ElementLoop<'_, '_, E, W, R>
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self {
            written,
            read,
            update,
        } = self;
        let len = written[0].len();
        // After this the compiler knows that all lengths are equal and omits bounds checks.
        let mut written = written.map(|slice| &mut slice[..len]);
        let read = read.map(|slice| &slice[..len]);
        for at in 0..len {
            update.update(
                written.each_mut().map(|slice| &mut slice[at]),
                read.map(|slice| slice[at]),
            );
        }
    }
}
