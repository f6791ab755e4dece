//! The transform of weights, `G g Gᵀ`, and its transpose for their gradient.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Arch, Simd, WithSimd};

use super::panels::Panels;
use super::tiling::Tiling;
use super::transform::Vectors;
use super::variant::{Transform, Variant};
use crate::convolution::ConvShape;
use crate::matmul::PANEL;
use crate::pool;
use crate::scratch::Scratch;
use crate::simd_planes::LANES;
use crate::uninit::Uninit;

/// The operand that the weights are multiplied with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum RightFactor {
    /// Inputs: rows are input channels, columns output channels.
    Inputs,
    /// Output gradients: rows are output channels, columns input channels.
    OutputGradients,
}

/// Transforms the weights to the right operand of the products.
///
/// # Shapes
/// `weight` `[outputs, inputs, kernel height, kernel width]` to the returned panels.
pub fn transform<F: Variant>(
    arch: Arch,
    shape: &ConvShape,
    tiling: &Tiling<F>,
    factor: RightFactor,
    threads: usize,
    weight: &[f32],
) -> (Panels, Scratch) {
    let (depth, width) = (tiling.input.channels(), tiling.output.channels());
    let (rows, columns) = match factor {
        RightFactor::Inputs => (depth, width),
        RightFactor::OutputGradients => (width, depth),
    };
    let panels = Panels {
        products: F::Weight::PRODUCTS,
        rows,
        columns,
    };
    let mut points = Scratch::take(panels.len());
    pool::for_each_chunk(threads, &mut points, panels.panel_len(), |panel, points| {
        let panels = Panels {
            columns: panels.width(panel),
            ..panels
        };
        arch.dispatch(ToPoints {
            shape,
            tiling,
            factor,
            weight,
            first: panel * PANEL,
            panels,
            points,
        });
    });
    (panels, points)
}

/// Computes one panel of transformed weights.
struct ToPoints<'a, F: Variant> {
    shape: &'a ConvShape,
    tiling: &'a Tiling<F>,
    factor: RightFactor,
    weight: &'a [f32],
    /// First column of this panel.
    first: usize,
    panels: Panels,
    points: &'a mut [f32],
}

impl<F: Variant> WithSimd for ToPoints<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (inputs, outputs) = (self.shape.inputs(), self.shape.outputs());
        let phases = F::Weight::PHASES;
        let taps = self.tiling.weight.layout.plane_len();
        let mut frame = [0.0; LANES * 16];
        let frame = &mut frame[..self.tiling.weight.frame_len];
        match self.factor {
            RightFactor::Inputs => {
                if !inputs.is_multiple_of(LANES) {
                    self.points.fill(0.0);
                }
                let (points, _) = S::as_mut_simd_f32s(self.points);
                for input in 0..inputs {
                    for block in 0..self.panels.columns / LANES {
                        let output = self.first + block * LANES;
                        let weight = &self.weight[(output * inputs + input) * taps..];
                        let channels = LANES.min(outputs - output);
                        let layout = &self.tiling.weight.layout;
                        layout.gather(simd, weight, inputs * taps, channels, frame);
                        let at = vectors::<S, F>(self.panels.block(block, 1), self.tiling);
                        let (pixels, _) = S::as_simd_f32s(frame);
                        for phase in 0..phases {
                            let row = (input / LANES * phases + phase) * LANES + input % LANES;
                            for part in 0..Vectors::<S, F::Weight>::PARTS {
                                let (corner, place) =
                                    (at.corner([0, 0], phase, part), at.place(row, 0, part));
                                at.to_points(simd, pixels, corner, points, place);
                            }
                        }
                    }
                }
            }
            RightFactor::OutputGradients => {
                if !outputs.is_multiple_of(LANES) {
                    self.points.fill(0.0);
                }
                let (points, _) = S::as_mut_simd_f32s(self.points);
                for output in 0..outputs {
                    for block in 0..self.panels.columns / (phases * LANES) {
                        let input = self.first / phases + block * LANES;
                        let weight = &self.weight[(output * inputs + input) * taps..];
                        let channels = LANES.min(inputs - input);
                        let layout = &self.tiling.weight.layout;
                        layout.gather(simd, weight, taps, channels, frame);
                        let at = vectors::<S, F>(self.panels.block(block, phases), self.tiling);
                        let (pixels, _) = S::as_simd_f32s(frame);
                        for phase in 0..phases {
                            for part in 0..Vectors::<S, F::Weight>::PARTS {
                                let corner = at.corner([0, 0], phase, part);
                                let place = at.place(output, phase, part);
                                at.to_points(simd, pixels, corner, points, place);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The gradient with respect to the weights, from that with respect to the transformed weights.
///
/// # Shapes
/// `points`, laid out as `panels`, to `gradient` `[outputs, inputs, kernel height, kernel width]`.
pub fn weight_gradient<F: Variant>(
    arch: Arch,
    shape: &ConvShape,
    tiling: &Tiling<F>,
    threads: usize,
    panels: Panels,
    points: &[f32],
    gradient: Uninit,
) {
    gradient.for_each_chunk(threads, shape.taps(), |output, gradient| {
        arch.dispatch(ToPixels {
            tiling,
            panels,
            points,
            output,
            gradient: gradient.floats(),
        });
    });
}

/// The weights of one output channel.
struct ToPixels<'a, F: Variant> {
    tiling: &'a Tiling<F>,
    panels: Panels,
    points: &'a [f32],
    output: usize,
    gradient: &'a mut [f32],
}

impl<F: Variant> WithSimd for ToPixels<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let phases = F::Weight::PHASES;
        let layout = &self.tiling.weight.layout;
        let mut frame = [0.0; LANES * 16];
        let frame = &mut frame[..self.tiling.weight.frame_len];
        let (points, _) = S::as_simd_f32s(self.points);
        for (block, planes) in self.gradient.chunks_mut(layout.block_len()).enumerate() {
            frame.fill(0.0);
            let at = vectors::<S, F>(self.panels.block(block, phases), self.tiling);
            let (pixels, _) = S::as_mut_simd_f32s(frame);
            for phase in 0..phases {
                for part in 0..Vectors::<S, F::Weight>::PARTS {
                    let (corner, place) = (
                        at.corner([0, 0], phase, part),
                        at.place(self.output, phase, part),
                    );
                    at.to_pixels(simd, points, place, pixels, corner);
                }
            }
            layout.scatter(simd, frame, planes);
        }
    }
}

#[inline(always)]
fn vectors<S: Simd, F: Variant>(
    block: super::panels::Block,
    tiling: &Tiling<F>,
) -> Vectors<S, F::Weight> {
    Vectors::new(block, tiling.weight.width)
}
