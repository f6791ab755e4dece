//! Numbers for a small room.

use std::time::Duration;

/// With a comma every three digits.
pub fn grouped(count: usize) -> String {
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

/// Hours, minutes and seconds.
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours >= 48 {
        return format!("{} d {} h", hours / 24, hours % 24);
    }
    format!("{hours}:{minutes:02}:{seconds:02}")
}

/// A figure of a curve, with its unit.
pub fn figure(value: f64, unit: Option<&str>) -> String {
    let value = match value.abs() {
        _ if !value.is_finite() => value.to_string(),
        0.0 => "0".to_owned(),
        ..0.001 => format!("{value:.2e}"),
        0.001..10.0 => format!("{value:.4}"),
        10.0..1000.0 => format!("{value:.2}"),
        1000.0..1e9 => format!("{value:.0}"),
        _ => format!("{value:.3e}"),
    };
    match unit {
        Some("%") => format!("{value}%"),
        Some(unit) => format!("{value} {unit}"),
        None => value,
    }
}

/// A value on an axis that covers `range`.
pub fn on_axis(value: f64, range: f64) -> String {
    if range < 1e-4 || value.abs() >= 1e6 {
        return format!("{value:.2e}");
    }
    #[expect(clippy::cast_sign_loss, reason = "clamped to 0 and more")]
    let decimals = (2.0 - range.log10().floor()).clamp(0.0, 6.0) as usize;
    format!("{value:.decimals$}")
}

/// A number of images on an axis.
pub fn short(images: f64) -> String {
    match images {
        ..10_000.0 => format!("{images:.0}"),
        10_000.0..1e6 => format!("{:.0}k", images / 1e3),
        1e6..1e9 => format!("{:.2}M", images / 1e6),
        _ => format!("{:.2}G", images / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"]
        );
        let clocks = [0, 59, 3_661, 200_000].map(|seconds| clock(Duration::from_secs(seconds)));
        assert_eq!(clocks, ["0:00:00", "0:00:59", "1:01:01", "2 d 7 h"]);
        let ticks = [1.0, 5.5, 10.0].map(|value| on_axis(value, 9.0));
        assert_eq!(ticks, ["1.00", "5.50", "10.00"]);
        assert_eq!(on_axis(0.5, 0.02), "0.5000");
        assert_eq!(on_axis(2e7, 1e7), "2.00e7");
        assert_eq!(figure(0.123_46, None), "0.1235");
        assert_eq!(figure(98.76, Some("%")), "98.76%");
        assert_eq!(figure(f64::NAN, Some("nats")), "NaN nats");
        assert_eq!(
            [640.0, 25_600.0, 3_200_000.0].map(short),
            ["640", "26k", "3.20M"]
        );
    }
}
