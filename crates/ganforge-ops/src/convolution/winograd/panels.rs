//! Memory layout of the operands in the Winograd domain: `[panel, product, row, column]`. Columns are channels; a panel has as many as a matrix
//! product accumulates at a time. So every operand is read, and every result written, from front to back.

use crate::matmul::PANEL;
use crate::simd_planes::LANES;

/// Sizes of an operand in the Winograd domain.
#[derive(Clone, Copy)]
pub struct Panels {
    pub products: usize,
    /// Tiles, or the channels summed over.
    pub rows: usize,
    /// Columns of all panels, in blocks of 16.
    pub columns: usize,
}

impl Panels {
    pub fn len(self) -> usize {
        self.products * self.rows * self.columns
    }

    pub fn count(self) -> usize {
        self.columns.div_ceil(PANEL)
    }

    /// Number of full panels; the last panel may be narrower.
    pub fn full(self) -> usize {
        self.columns / PANEL
    }

    /// Columns of a panel.
    pub fn width(self, panel: usize) -> usize {
        PANEL.min(self.columns - panel * PANEL)
    }

    /// Elements of a full panel, with all its products.
    pub fn panel_len(self) -> usize {
        self.products * self.rows * PANEL
    }

    /// Index of the first element of the matrix of one product.
    pub fn matrix(self, panel: usize, product: usize) -> usize {
        panel * self.panel_len() + product * self.rows * self.width(panel)
    }

    /// Positions of the vectors of a block of channels.
    pub fn block(self, block: usize, phases: usize) -> Block {
        let column = block * phases * LANES;
        let (panel, column) = (column / PANEL, column % PANEL);
        let width = self.width(panel);
        Block {
            start: self.matrix(panel, 0) + column,
            row: width,
            product: self.rows * width,
        }
    }
}

/// Distances between the vectors of a block of channels.
#[derive(Clone, Copy)]
pub struct Block {
    /// Index of the first row, product and phase.
    pub start: usize,
    pub row: usize,
    pub product: usize,
}
