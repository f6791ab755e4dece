//! The two Winograd variants: the matrices of the module's documentation, written out in one dimension.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::Simd;

/// Largest number of pixels or points of a tile in one dimension.
pub const MAX_TILE: usize = 4;

/// A Winograd algorithm: the transforms of its three tensors.
pub trait Variant {
    type Input: Transform;
    type Output: Transform;
    type Weight: Transform;
}

/// The transform of one tensor into the Winograd domain, and the transpose of this transform, which maps its gradient back.
///
/// Arrays hold a tile in their first elements; the rest is unspecified.
pub trait Transform {
    /// Points of a tile in the Winograd domain, in one dimension.
    const POINTS: usize;
    /// Pixels of a tile, in one dimension.
    const TILE: usize;
    /// Distance between the pixels of a tile; those in between belong to other phases.
    const STRIDE: usize;
    /// Matrix products, one for each point of a tile.
    const PRODUCTS: usize = Self::POINTS * Self::POINTS;
    /// Phases, each of which is a channel of its own.
    const PHASES: usize = Self::STRIDE * Self::STRIDE;

    /// Transforms pixels to points.
    fn to_points<S: Simd>(simd: S, pixels: [S::f32s; MAX_TILE]) -> [S::f32s; MAX_TILE];

    /// Transforms points to pixels: the transpose of [`to_points`](Self::to_points).
    fn to_pixels<S: Simd>(simd: S, points: [S::f32s; MAX_TILE]) -> [S::f32s; MAX_TILE];
}

/// Kernel 4, stride 2, padding 1: F(2 × 2, 2 × 2) over four phases.
pub struct Polyphase;

/// Kernel 3, stride 1, padding 1: F(2 × 2, 3 × 3).
pub struct UnitStride;

impl Variant for Polyphase {
    type Input = PolyphaseInput;
    type Output = PolyphaseOutput;
    type Weight = PolyphaseWeight;
}

impl Variant for UnitStride {
    type Input = UnitStrideInput;
    type Output = UnitStrideOutput;
    type Weight = UnitStrideWeight;
}

pub struct PolyphaseInput;
pub struct PolyphaseOutput;
pub struct PolyphaseWeight;
pub struct UnitStrideInput;
pub struct UnitStrideOutput;
pub struct UnitStrideWeight;

impl Transform for PolyphaseInput {
    const POINTS: usize = 3;
    const TILE: usize = 3;
    const STRIDE: usize = 2;

    #[inline(always)]
    fn to_points<S: Simd>(simd: S, [a, b, c, _]: [S::f32s; MAX_TILE]) -> [S::f32s; MAX_TILE] {
        [simd.sub_f32s(a, b), b, simd.sub_f32s(b, c), c]
    }

    #[inline(always)]
    fn to_pixels<S: Simd>(simd: S, [a, b, c, _]: [S::f32s; MAX_TILE]) -> [S::f32s; MAX_TILE] {
        let sum = simd.add_f32s(b, c);
        [a, simd.sub_f32s(sum, a), simd.neg_f32s(c), c]
    }
}

impl Transform for PolyphaseOutput {
    const POINTS: usize = 3;
    const TILE: usize = 2;
    const STRIDE: usize = 1;

    #[inline(always)]
    fn to_points<S: Simd>(simd: S, [a, b, ..]: [S::f32s; MAX_TILE]) -> [S::f32s; MAX_TILE] {
        [a, simd.add_f32s(a, b), simd.neg_f32s(b), b]
    }

    #[inline(always)]
    fn to_pixels<S: Simd>(simd: S, [a, b, c, _]: [S::f32s; MAX_TILE]) -> [S::f32s; MAX_TILE] {
        [simd.add_f32s(a, b), simd.sub_f32s(b, c), b, c]
    }
}

impl Transform for PolyphaseWeight {
    const POINTS: usize = 3;
    const TILE: usize = 2;
    const STRIDE: usize = 2;

    #[inline(always)]
    fn to_points<S: Simd>(simd: S, [a, b, ..]: [S::f32s; MAX_TILE]) -> [S::f32s; MAX_TILE] {
        [a, simd.add_f32s(a, b), b, b]
    }

    #[inline(always)]
    fn to_pixels<S: Simd>(simd: S, [a, b, c, _]: [S::f32s; MAX_TILE]) -> [S::f32s; MAX_TILE] {
        [simd.add_f32s(a, b), simd.add_f32s(b, c), b, c]
    }
}

impl Transform for UnitStrideInput {
    const POINTS: usize = 4;
    const TILE: usize = 4;
    const STRIDE: usize = 1;

    #[inline(always)]
    fn to_points<S: Simd>(simd: S, [a, b, c, d]: [S::f32s; MAX_TILE]) -> [S::f32s; MAX_TILE] {
        [
            simd.sub_f32s(a, c),
            simd.add_f32s(b, c),
            simd.sub_f32s(c, b),
            simd.sub_f32s(b, d),
        ]
    }

    #[inline(always)]
    fn to_pixels<S: Simd>(simd: S, [a, b, c, d]: [S::f32s; MAX_TILE]) -> [S::f32s; MAX_TILE] {
        [
            a,
            simd.add_f32s(simd.sub_f32s(b, c), d),
            simd.sub_f32s(simd.add_f32s(b, c), a),
            simd.neg_f32s(d),
        ]
    }
}

impl Transform for UnitStrideOutput {
    const POINTS: usize = 4;
    const TILE: usize = 2;
    const STRIDE: usize = 1;

    #[inline(always)]
    fn to_points<S: Simd>(simd: S, [a, b, ..]: [S::f32s; MAX_TILE]) -> [S::f32s; MAX_TILE] {
        [
            a,
            simd.add_f32s(a, b),
            simd.sub_f32s(a, b),
            simd.neg_f32s(b),
        ]
    }

    #[inline(always)]
    fn to_pixels<S: Simd>(simd: S, [a, b, c, d]: [S::f32s; MAX_TILE]) -> [S::f32s; MAX_TILE] {
        let (sum, difference) = (simd.add_f32s(b, c), simd.sub_f32s(b, c));
        [simd.add_f32s(a, sum), simd.sub_f32s(difference, d), c, d]
    }
}

impl Transform for UnitStrideWeight {
    const POINTS: usize = 4;
    const TILE: usize = 3;
    const STRIDE: usize = 1;

    #[inline(always)]
    fn to_points<S: Simd>(simd: S, [a, b, c, _]: [S::f32s; MAX_TILE]) -> [S::f32s; MAX_TILE] {
        let half = simd.splat_f32s(0.5);
        let (outer, inner) = (
            simd.mul_f32s(half, simd.add_f32s(a, c)),
            simd.mul_f32s(half, b),
        );
        [
            a,
            simd.add_f32s(outer, inner),
            simd.sub_f32s(outer, inner),
            c,
        ]
    }

    #[inline(always)]
    fn to_pixels<S: Simd>(simd: S, [a, b, c, d]: [S::f32s; MAX_TILE]) -> [S::f32s; MAX_TILE] {
        let half = simd.splat_f32s(0.5);
        let sum = simd.mul_f32s(half, simd.add_f32s(b, c));
        let difference = simd.mul_f32s(half, simd.sub_f32s(b, c));
        [simd.add_f32s(a, sum), difference, simd.add_f32s(sum, d), d]
    }
}
