//! Numbers as text, for every output of this program.

use std::time::Duration;

/// A figure with the digits that matter: four decimals below 1, fewer above, an exponent where it is tiny or huge.
pub fn number(value: f64) -> String {
    if value.fract().abs() < f64::EPSILON && value.abs() < 1e6 {
        // Adding zero takes the sign off a negative one.
        return format!("{:.0}", value + 0.0);
    }
    match value.abs() {
        ..0.001 => format!("{value:.2e}"),
        0.001..1.0 => format!("{value:.4}"),
        1.0..100.0 => format!("{value:.3}"),
        1e9.. => format!("{value:.3e}"),
        _ => format!("{value:.1}"),
    }
}

/// A [`number`] with its unit: `98.760%`, `0.1235 nats`.
pub fn with_unit(value: f64, unit: Option<&str>) -> String {
    let value = number(value);
    match unit {
        Some("%") => format!("{value}%"),
        Some(unit) => format!("{value} {unit}"),
        None => value,
    }
}

/// Three significant digits, for axes and legends: `13.4k`, `0.693`, `2e-7`.
pub fn short(number: f64) -> String {
    let size = number.abs();
    let (scaled, suffix) = match size {
        // Also of a zero with a sign.
        _ if size == 0.0 => return "0".to_owned(),
        _ if size >= 1e12 => return format!("{number:.0e}"),
        _ if size >= 1e9 => (number / 1e9, "G"),
        _ if size >= 1e6 => (number / 1e6, "M"),
        _ if size >= 1e3 => (number / 1e3, "k"),
        _ if size < 1e-3 => return format!("{number:.0e}"),
        _ => (number, ""),
    };
    let decimals = match scaled.abs() {
        large if large >= 100.0 => 0,
        medium if medium >= 10.0 => 1,
        small if small >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{scaled:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text}{suffix}")
}

/// A label of an axis that spans `range`: enough decimals to differ from its neighbours.
pub fn axis_label(value: f64, range: f64) -> String {
    if range < 1e-4 || value.abs() >= 1e6 {
        return format!("{value:.2e}");
    }
    #[expect(clippy::cast_sign_loss, reason = "clamped to 0 and more")]
    let decimals = (2.0 - range.log10().floor()).clamp(0.0, 6.0) as usize;
    format!("{value:.decimals$}")
}

/// A whole number with a comma every three digits: `512,000`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A running time that keeps its width: `0:00:59`, `1:01:01`, `2 d 7 h`.
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours >= 48 {
        return format!("{} d {} h", hours / 24, hours % 24);
    }
    format!("{hours}:{minutes:02}:{seconds:02}")
}

/// A length of time in words: `39 s`, `12 min 5 s`, `3 h 20 min`.
pub fn duration(seconds: f64) -> String {
    #[expect(clippy::cast_sign_loss, reason = "`as` saturates")]
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_show_the_digits_that_matter() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (25.0, "25"),
            (-3.0, "-3"),
            (0.000_123_4, "1.23e-4"),
            (-0.001_234_5, "-0.0012"),
            (0.912_34, "0.9123"),
            (12.345_6, "12.346"),
            (225.12, "225.1"),
            (1.5e300, "1.500e300"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(with_unit(98.765, Some("%")), "98.765%");
        assert_eq!(with_unit(f64::NAN, Some("nats")), "NaN nats");
    }

    #[test]
    fn short_numbers_have_three_digits() {
        let numbers = [
            -0.0, 0.712_34, -1.386_294, 12.34, 1_500.0, 13_397.8, 512_000.0, 2.5e6, 1e-5,
        ];
        assert_eq!(
            numbers.map(short),
            [
                "0", "0.712", "-1.39", "12.3", "1.5k", "13.4k", "512k", "2.5M", "1e-5"
            ]
        );
    }

    #[test]
    fn labels_of_an_axis_differ() {
        let labels = [1.0, 5.5, 10.0].map(|value| axis_label(value, 9.0));
        assert_eq!(labels, ["1.00", "5.50", "10.00"]);
        assert_eq!(axis_label(0.5, 0.02), "0.5000");
        assert_eq!(axis_label(2e7, 1e7), "2.00e7");
    }

    #[test]
    fn counts_are_grouped_and_times_are_round() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"]
        );
        let clocks = [0, 59, 3_661, 200_000].map(|seconds| clock(Duration::from_secs(seconds)));
        assert_eq!(clocks, ["0:00:00", "0:00:59", "1:01:01", "2 d 7 h"]);
        assert_eq!(
            [38.98, 125.0, 7_300.0].map(duration),
            ["39 s", "2 min 5 s", "2 h 1 min"]
        );
    }
}
