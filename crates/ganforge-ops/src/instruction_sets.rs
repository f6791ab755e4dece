//! The instruction sets that a test can select on this machine.

use pulp::Arch;

/// Scalar code, the best instruction set of this machine, and AVX2 where available; scalar code first.
pub fn archs() -> Vec<Arch> {
    let archs = vec![Arch::Scalar, Arch::new()];
    #[cfg(target_arch = "x86_64")]
    let archs = {
        let avx2 = pulp::x86::V3::try_new().map(Arch::V3);
        archs.into_iter().chain(avx2).collect()
    };
    archs
}
