//! Which instruction sets a test can force on this machine.

use pulp::Arch;

/// Plain code, the best of this machine, and AVX2 where it has that: plain code first.
pub fn archs() -> Vec<Arch> {
    let mut archs = vec![Arch::Scalar, Arch::new()];
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        archs.push(Arch::V3(simd));
    }
    archs
}
