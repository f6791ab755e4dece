//! A view of a slice as a matrix.

/// A view of a slice as a matrix.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    pub(super) data: &'a [f32],
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) row_stride: usize,
    pub(super) column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// A matrix of `rows` × `columns` elements, stored row after row.
    ///
    /// # Panics
    /// If the length of the slice is not `rows` × `columns`.
    pub fn new(data: &'a [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(data.len(), rows * columns, "a matrix fills its slice");
        Self {
            data,
            rows,
            columns,
            row_stride: columns,
            column_stride: 1,
        }
    }

    /// The transpose, without a copy.
    pub fn transposed(self) -> Self {
        Self {
            data: self.data,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }

    /// `count` rows from `first` on.
    ///
    /// # Panics
    /// If the matrix has fewer rows.
    pub(super) fn rows(self, first: usize, count: usize) -> Self {
        assert!(first + count <= self.rows, "rows of the matrix");
        Self {
            data: &self.data[first * self.row_stride..],
            rows: count,
            ..self
        }
    }

    /// `count` columns from `first` on.
    pub(super) fn columns(self, first: usize, count: usize) -> Self {
        self.transposed().rows(first, count).transposed()
    }
}

/// What happens to the previous contents of the destination.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum WriteMode {
    /// They are overwritten without being read.
    Overwrite,
    /// The product is added to them.
    Accumulate,
}
