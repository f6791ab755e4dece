//! Numbers for people to read.

/// Four digits that mean something, and no more before the point than there are.
pub fn number(value: f64) -> String {
    if value.fract().abs() < f64::EPSILON && value.abs() < 1e6 {
        return format!("{value:.0}");
    }
    match value.abs() {
        ..0.001 => format!("{value:.2e}"),
        0.001..1.0 => format!("{value:.4}"),
        1.0..100.0 => format!("{value:.3}"),
        _ => format!("{value:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_show_what_matters() {
        for (value, shown) in [
            (0.0, "0"),
            (25.0, "25"),
            (0.000_123_4, "1.23e-4"),
            (-0.001_234_5, "-0.0012"),
            (0.912_34, "0.9123"),
            (12.345_6, "12.346"),
            (225.12, "225.1"),
        ] {
            assert_eq!(number(value), shown);
        }
    }
}
