//! The k smallest values per row.

/// The `count` smallest values inserted into each row, in ascending order, padded with infinity.
pub struct KSmallest {
    count: usize,
    values: Vec<f32>,
}

impl KSmallest {
    /// Empty rows.
    ///
    /// # Panics
    /// If `count` is 0.
    pub fn new(rows: usize, count: usize) -> Self {
        assert!(count > 0, "at least one value is kept");
        Self {
            count,
            values: vec![f32::INFINITY; rows * count],
        }
    }

    /// Inserts values into a row, and returns the largest value that the row keeps.
    pub fn insert(&mut self, row: usize, values: impl IntoIterator<Item = f32>) -> f32 {
        let kept = &mut self.values[row * self.count..][..self.count];
        let last = kept.len() - 1;
        for value in values {
            if value < kept[last] {
                let at = kept.partition_point(|&other| other <= value);
                kept.copy_within(at..last, at + 1);
                kept[at] = value;
            }
        }
        kept[last]
    }

    /// The values of each row.
    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.count)
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "values are kept as they are")]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_values_are_kept_in_order_with_repetitions() {
        let mut smallest = KSmallest::new(2, 3);
        assert_eq!(smallest.insert(1, [5.0, 2.0, 9.0, 2.0]), 5.0);
        assert_eq!(smallest.insert(1, [4.0, 1.0]), 2.0);
        assert_eq!(smallest.insert(0, [7.0]), f32::INFINITY);
        let rows: Vec<&[f32]> = smallest.rows().collect();
        assert_eq!(rows[1], [1.0, 2.0, 2.0]);
        assert_eq!(rows[0], [7.0, f32::INFINITY, f32::INFINITY]);
    }
}
