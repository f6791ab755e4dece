//! Which instruction sets a test can force on this machine.

use pulp::Arch;

/// Plain code, the best of this machine, and AVX2 where it has that: plain code first.
pub fn archs() -> Vec<Arch> {
    let archs = vec![Arch::Scalar, Arch::new()];
    #[cfg(target_arch = "x86_64")]
    let archs = {
        let avx2 = pulp::x86::V3::try_new().map(Arch::V3);
        archs.into_iter().chain(avx2).collect()
    };
    archs
}
