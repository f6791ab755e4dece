//! The matrix products of the Winograd domain.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::panels::Panels;
use crate::matmul::{LeftOperand, PANEL, ProductSizes, StridedRows, WriteMode, multiply_panel};

/// Transformed images times transformed weights, for some panels of the result.
pub struct Multiply<'a> {
    pub from: Panels,
    pub images: &'a [f32],
    pub weights: Panels,
    pub weight: &'a [f32],
    /// The panels of the result that are computed.
    pub range: Range<usize>,
    /// The elements of these panels.
    pub result: &'a mut [f32],
}

impl WithSimd for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (from, weights) = (self.from, self.weights);
        let to = Panels {
            columns: weights.columns,
            ..from
        };
        // A narrower last panel has other strides than the full ones.
        let full = (from.full() > 0).then_some((0, from.full(), PANEL));
        let rest = (from.full() < from.count()).then_some((
            from.full(),
            1,
            from.columns - from.full() * PANEL,
        ));
        for product in 0..from.products {
            for panel in self.range.clone() {
                let columns = to.width(panel);
                let start = to.matrix(panel, product) - to.matrix(self.range.start, 0);
                let mut into = StridedRows {
                    data: &mut self.result[start..start + from.rows * columns],
                    stride: columns,
                };
                let mut write = WriteMode::Overwrite;
                for (first, segments, inner) in full.into_iter().chain(rest) {
                    let left = LeftOperand {
                        data: &self.images[from.matrix(first, product)..],
                        row: inner,
                        inner: 1,
                        segment: from.panel_len(),
                    };
                    let start = weights.matrix(panel, product) + first * PANEL * columns;
                    let right = StridedRows {
                        data: &self.weight[start..][..segments * inner * columns],
                        stride: columns,
                    };
                    let sizes = ProductSizes {
                        rows: from.rows,
                        segments,
                        inner,
                        columns,
                    };
                    multiply_panel(simd, write, left, &right, &mut into, sizes);
                    write = WriteMode::Accumulate;
                }
            }
        }
    }
}

/// One product of transposed output gradients with one panel of inputs, both in the Winograd domain.
pub struct Correlate<'a> {
    pub write: WriteMode,
    pub product: usize,
    pub panel: usize,
    pub gradients: Panels,
    pub gradient: &'a [f32],
    pub inputs: Panels,
    pub input: &'a [f32],
    /// `[outputs, columns of the panel]`
    pub sum: &'a mut [f32],
}

impl WithSimd for Correlate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (gradients, inputs) = (self.gradients, self.inputs);
        let columns = inputs.width(self.panel);
        let right = StridedRows {
            data: &self.input[inputs.matrix(self.panel, self.product)..][..inputs.rows * columns],
            stride: columns,
        };
        for (panel, sum) in self.sum.chunks_mut(PANEL * columns).enumerate() {
            let rows = gradients.width(panel);
            let left = LeftOperand {
                data: &self.gradient[gradients.matrix(panel, self.product)..]
                    [..gradients.rows * rows],
                row: 1,
                inner: rows,
                segment: 0,
            };
            let mut into = StridedRows {
                data: sum,
                stride: columns,
            };
            let sizes = ProductSizes {
                rows,
                segments: 1,
                inner: inputs.rows,
                columns,
            };
            multiply_panel(simd, self.write, left, &right, &mut into, sizes);
        }
    }
}
