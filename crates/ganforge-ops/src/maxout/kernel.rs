//! Maxout on slices.
#![expect(
    clippy::inline_always,
    reason = "only what is inlined knows the count of its caller"
)]

/// The largest of every `count` neighbours. NaN is larger than any number, so that it is not lost.
pub fn forward(pieces: &[f32], count: usize) -> Vec<f32> {
    let largest = |unit: &[f32]| unit[first_largest(unit)];
    // A count that the compiler knows needs no loop.
    match count {
        2 => pieces
            .as_chunks::<2>()
            .0
            .iter()
            .map(|unit| largest(unit))
            .collect(),
        5 => pieces
            .as_chunks::<5>()
            .0
            .iter()
            .map(|unit| largest(unit))
            .collect(),
        _ => pieces.chunks_exact(count).map(largest).collect(),
    }
}

/// The gradient by the pieces.
#[cfg(feature = "autodiff")]
pub fn backward(pieces: &[f32], gradient: &[f32], count: usize) -> Vec<f32> {
    let mut found = vec![0.0; pieces.len()];
    let units = pieces
        .chunks_exact(count)
        .zip(found.chunks_exact_mut(count));
    for ((unit, found), gradient) in units.zip(gradient) {
        found[first_largest(unit)] = *gradient;
    }
    found
}

#[inline(always)]
fn first_largest(unit: &[f32]) -> usize {
    let mut best = 0;
    for (at, value) in unit.iter().enumerate() {
        let larger = *value > unit[best] || value.is_nan() && !unit[best].is_nan();
        best = if larger { at } else { best };
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Units of several sizes, with equal pieces and infinities.
    #[test]
    fn the_first_of_the_largest_is_taken() {
        let pieces = [
            1.0,
            3.0,
            3.0,
            -2.0,
            -1.0,
            -1.0,
            f32::NEG_INFINITY,
            -5.0,
            f32::INFINITY,
        ];
        assert_eq!(forward(&pieces, 3), [3.0, -1.0, f32::INFINITY]);
        assert_eq!(forward(&pieces[..8], 2), [3.0, 3.0, -1.0, -5.0]);
        assert_eq!(forward(&pieces[..5], 5), [3.0]);
        assert_eq!(forward(&pieces, 1), pieces);
        let found = backward(&pieces, &[7.0, 8.0, 9.0], 3);
        assert_eq!(found, [0.0, 7.0, 0.0, 0.0, 8.0, 0.0, 0.0, 0.0, 9.0]);
    }

    #[test]
    fn nan_is_not_lost() {
        for unit in [[f32::NAN, 1.0], [1.0, f32::NAN]] {
            assert!(forward(&unit, 2)[0].is_nan(), "{unit:?}");
        }
    }
}
