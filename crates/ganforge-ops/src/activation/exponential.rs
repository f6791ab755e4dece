//! Functions of eˣ without branches or tables, which compilers can vectorise; the error is below 3e-7 of the value.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched loop is compiled for its instruction set"
)]

use std::f32::consts::LOG2_E;

/// Below this, tanh is computed from its series, because 1 - 2 / (e²ˣ + 1) would cancel.
const SERIES: f32 = 0.625;

/// From here on, tanh is 1 in single precision.
const SATURATED: f32 = 10.0;

/// From here on, e⁻ˣ is 0 in single precision.
const VANISHED: f32 = 104.0;

/// ln 2 in two parts, the first with so few bits that small multiples of it are exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];

/// Adding and subtracting this rounds a number of moderate size to an integer, which is also in the low bits of the sum.
const ROUNDING: f32 = 12_582_912.0;

/// Hyperbolic tangent; the coefficients of its series are those of S. Moshier's Cephes library.
#[inline(always)]
pub fn tanh(input: f32) -> f32 {
    let size = input.abs();
    // Comparisons with NaN are false, so that NaN is kept.
    let size = if size > SATURATED { SATURATED } else { size };
    let square = size * size;
    let mut series = -5.704_988_7e-3;
    for coefficient in [
        2.063_908_8e-2,
        -5.373_971_6e-2,
        1.333_144_2e-1,
        -3.333_328e-1,
    ] {
        series = series * square + coefficient;
    }
    let small = size + size * square * series;
    let large = 1.0 - 2.0 / (exponential(2.0 * size) + 1.0);
    let tanh = if size < SERIES { small } else { large };
    tanh.copysign(input)
}

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
pub fn sigmoid(input: f32) -> f32 {
    let size = input.abs();
    let size = if size > VANISHED { VANISHED } else { size };
    let less = exponential(-size);
    (if input >= 0.0 { 1.0 } else { less }) / (1.0 + less)
}

/// eˣ for -104 ≤ x ≤ 88: 2ⁿ · eʳ, r at most half of ln 2; the coefficients are those of S. Moshier's Cephes library.
#[inline(always)]
fn exponential(input: f32) -> f32 {
    let shifted = input * LOG2_E + ROUNDING;
    let count = shifted - ROUNDING;
    let rest = (input - count * LN_2[0]) - count * LN_2[1];
    let mut series = 1.987_569_1e-4;
    for coefficient in [
        1.398_199_9e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_6e-1,
        0.5,
    ] {
        series = series * rest + coefficient;
    }
    let fraction = series * rest * rest + rest + 1.0;
    // As two factors, because 2ⁿ may be too small for a normal number.
    let count = shifted
        .to_bits()
        .wrapping_sub(ROUNDING.to_bits())
        .cast_signed();
    let half = count >> 1;
    fraction * power_of_two(half) * power_of_two(count.wrapping_sub(half))
}

/// 2ⁿ for -126 ≤ n ≤ 127.
#[inline(always)]
fn power_of_two(count: i32) -> f32 {
    f32::from_bits(count.wrapping_add(127).cast_unsigned() << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every 1009th `f32` of either sign, with subnormal numbers and infinities.
    fn numbers() -> impl Iterator<Item = f32> {
        (0..=f32::INFINITY.to_bits())
            .step_by(1009)
            .chain([f32::INFINITY.to_bits(), f32::MAX.to_bits(), 1])
            .flat_map(|bits| [f32::from_bits(bits), -f32::from_bits(bits)])
    }

    /// The largest error relative to the value, or to the smallest normal number where the value is smaller.
    fn largest_error(function: fn(f32) -> f32, reference: fn(f64) -> f64) -> f64 {
        numbers()
            .map(|input| {
                let expected = reference(f64::from(input));
                let scale = expected.abs().max(f64::from(f32::MIN_POSITIVE));
                (f64::from(function(input)) - expected).abs() / scale
            })
            .fold(0.0, |most, error| {
                assert!(!error.is_nan());
                f64::max(most, error)
            })
    }

    #[test]
    fn tanh_is_accurate_everywhere() {
        let error = largest_error(tanh, f64::tanh);
        assert!(error < 3e-7, "{error:e}");
    }

    #[test]
    fn sigmoid_is_accurate_everywhere() {
        let reference = |input: f64| 1.0 / (1.0 + (-input).exp());
        let error = largest_error(sigmoid, reference);
        assert!(error < 3e-7, "{error:e}");
    }

    #[test]
    fn limits_and_signed_zeros_are_exact() {
        for (input, of_tanh, of_sigmoid) in [
            (f32::INFINITY, 1.0_f32, 1.0_f32),
            (f32::NEG_INFINITY, -1.0, 0.0),
            (0.0, 0.0, 0.5),
            (-0.0, -0.0, 0.5),
        ] {
            assert_eq!(tanh(input).to_bits(), of_tanh.to_bits());
            assert_eq!(sigmoid(input).to_bits(), of_sigmoid.to_bits());
        }
        // Subnormal numbers are returned unchanged.
        assert_eq!(tanh(f32::from_bits(1)).to_bits(), 1);
        assert!(tanh(f32::NAN).is_nan() && sigmoid(f32::NAN).is_nan());
    }
}
