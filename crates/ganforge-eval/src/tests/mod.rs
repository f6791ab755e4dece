//! Deterministic features for tests, and the metrics against stored results of reference implementations.

mod reference;

use crate::Features;

/// Pseudorandom features that any language can reproduce: hashed integers plus a shared term in groups of four columns, which correlates them. Exact in single
/// precision, and equal to `scattered` in `references/metrics.py`.
pub fn scattered(rows: usize, columns: usize, seed: u64) -> Features {
    let uniform = |row: usize, column: usize| {
        let hash = mixed((seed << 48) + ((row as u64) << 20) + column as u64);
        f32::from(u16::try_from(hash >> 52).unwrap()) / 2048.0 - 1.0
    };
    let data = (0..rows)
        .flat_map(|row| {
            (0..columns)
                .map(move |column| uniform(row, column) + uniform(row, (1 << 19) + column / 4))
        })
        .collect();
    Features::new(rows, columns, data).unwrap()
}

/// The finaliser of splitmix64.
pub fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
