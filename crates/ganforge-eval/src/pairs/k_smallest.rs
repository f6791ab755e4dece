//! The few smallest values seen so far.

/// For each of some rows, its `count` smallest values in ascending order; infinity where fewer were seen.
pub struct KSmallest {
    count: usize,
    values: Vec<f32>,
}

impl KSmallest {
    /// Nothing seen yet.
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

    /// Shows values of a row, and returns the largest one it keeps.
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

    /// Each row's values.
    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.count)
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "values are kept as they are")]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_are_kept_in_order_with_repetitions() {
        let mut smallest = KSmallest::new(2, 3);
        assert_eq!(smallest.insert(1, [5.0, 2.0, 9.0, 2.0]), 5.0);
        assert_eq!(smallest.insert(1, [4.0, 1.0]), 2.0);
        assert_eq!(smallest.insert(0, [7.0]), f32::INFINITY);
        let rows: Vec<&[f32]> = smallest.rows().collect();
        assert_eq!(rows[1], [1.0, 2.0, 2.0]);
        assert_eq!(rows[0], [7.0, f32::INFINITY, f32::INFINITY]);
    }
}
