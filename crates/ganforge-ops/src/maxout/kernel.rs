//! Maxout on slices. The position of the maximum is unpredictable, so nothing here branches on it; for a number of pieces known at compile time,
//! whole vectors of units are compared at once.
#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]
#![expect(
    clippy::needless_bitwise_bool,
    clippy::float_cmp,
    reason = "a lazy operator would branch, and the largest is one of the pieces itself"
)]

use pulp::{Arch, NullaryFnOnce};

/// Calls a function that is generic over the number of pieces: 2 to 5, or 0 for any other number.
macro_rules! with_count {
    ($count:expr, $task:ident($($argument:expr),*)) => {
        match $count {
            2 => $task::<2>($($argument),*),
            3 => $task::<3>($($argument),*),
            4 => $task::<4>($($argument),*),
            5 => $task::<5>($($argument),*),
            _ => $task::<0>($($argument),*),
        }
    };
}

/// The maximum of every `count` neighbouring elements. NaN counts as larger than any number, so that it propagates.
pub fn forward(pieces: &[f32], count: usize) -> Vec<f32> {
    let mut output = vec![0.0; pieces.len() / count];
    with_count!(count, run_forward(pieces, count, &mut output));
    output
}

fn run_forward<const COUNT: usize>(pieces: &[f32], count: usize, output: &mut [f32]) {
    Arch::new().dispatch(Forward::<COUNT> {
        pieces,
        count,
        output,
    });
}

struct Forward<'a, const COUNT: usize> {
    pieces: &'a [f32],
    count: usize,
    output: &'a mut [f32],
}

impl<const COUNT: usize> NullaryFnOnce for Forward<'_, COUNT> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let count = if COUNT == 0 { self.count } else { COUNT };
        for (unit, output) in self.pieces.chunks_exact(count).zip(self.output) {
            *output = largest(unit);
        }
    }
}

/// The gradient with respect to the pieces: the first largest piece of a unit receives all of it.
#[cfg(feature = "autodiff")]
pub fn backward(pieces: &[f32], gradient: &[f32], count: usize) -> Vec<f32> {
    let mut found = vec![0.0; pieces.len()];
    with_count!(count, run_backward(pieces, count, gradient, &mut found));
    found
}

#[cfg(feature = "autodiff")]
fn run_backward<const COUNT: usize>(
    pieces: &[f32],
    count: usize,
    gradient: &[f32],
    found: &mut [f32],
) {
    Arch::new().dispatch(Backward::<COUNT> {
        pieces,
        count,
        gradient,
        found,
    });
}

#[cfg(feature = "autodiff")]
struct Backward<'a, const COUNT: usize> {
    pieces: &'a [f32],
    count: usize,
    gradient: &'a [f32],
    found: &'a mut [f32],
}

#[cfg(feature = "autodiff")]
impl<const COUNT: usize> NullaryFnOnce for Backward<'_, COUNT> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let count = if COUNT == 0 { self.count } else { COUNT };
        let units = self.pieces.chunks_exact(count);
        let units = units.zip(self.found.chunks_exact_mut(count));
        for ((unit, found), gradient) in units.zip(self.gradient) {
            let largest = largest(unit);
            let mut assigned = false;
            for (value, found) in unit.iter().zip(found) {
                let selected = ((*value == largest) | value.is_nan()) & !assigned;
                *found = if selected { *gradient } else { 0.0 };
                assigned |= selected;
            }
        }
    }
}

#[inline(always)]
fn largest(unit: &[f32]) -> f32 {
    let mut largest = f32::NEG_INFINITY;
    for &value in unit {
        let larger = (value > largest) | value.is_nan();
        largest = if larger { value } else { largest };
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFINITE: f32 = f32::INFINITY;

    /// With equal pieces and infinities.
    const PIECES: [f32; 9] = [1.0, 3.0, 3.0, -2.0, -1.0, -1.0, -INFINITE, -5.0, INFINITE];

    #[test]
    fn the_output_is_the_maximum_of_each_unit() {
        assert_eq!(forward(&PIECES, 3), [3.0, -1.0, INFINITE]);
        assert_eq!(forward(&PIECES[..8], 2), [3.0, 3.0, -1.0, -5.0]);
        assert_eq!(forward(&PIECES[..5], 5), [3.0]);
        assert_eq!(forward(&PIECES, 1), PIECES);
    }

    #[cfg(feature = "autodiff")]
    #[test]
    fn the_first_largest_piece_receives_the_gradient() {
        let found = backward(&PIECES, &[7.0, 8.0, 9.0], 3);
        assert_eq!(found, [0.0, 7.0, 0.0, 0.0, 8.0, 0.0, 0.0, 0.0, 9.0]);
    }

    #[test]
    fn nan_propagates() {
        for unit in [[f32::NAN, 1.0], [1.0, f32::NAN]] {
            assert!(forward(&unit, 2)[0].is_nan(), "{unit:?}");
        }
    }
}
