//! Formats large numbers with units.

/// Bytes with at least two digits, such as `3.8 TiB`.
pub(super) fn bytes(bytes: f64) -> String {
    scaled(
        bytes,
        1024.0,
        &["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"],
    )
}

/// A count, such as `257 billion`.
pub(super) fn count(count: f64) -> String {
    let names = [
        "",
        "thousand",
        "million",
        "billion",
        "trillion",
        "quadrillion",
    ];
    scaled(count, 1000.0, &names).trim_end().to_owned()
}

fn scaled(number: f64, base: f64, names: &[&str]) -> String {
    let (mut number, mut names) = (number, names.iter());
    let mut name = names.next().copied().unwrap_or_default();
    // The name changes where rounding gives the base itself.
    for larger in names {
        if number < base - 0.5 {
            break;
        }
        number /= base;
        name = larger;
    }
    if number >= 1e6 {
        format!("{number:.1e} {name}")
    } else if number < 9.95 && name != "bytes" && !name.is_empty() {
        format!("{number:.1} {name}")
    } else {
        format!("{number:.0} {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_at_least_two_digits() {
        for (number, words) in [
            (17.0, "17 bytes"),
            (23.6 * 1_073_741_824.0, "24 GiB"),
            (3.84 * 1_099_511_627_776.0, "3.8 TiB"),
            (1023.7 * 1_048_576.0, "1.0 GiB"),
            (1e30, "8.7e11 EiB"),
        ] {
            assert_eq!(bytes(number), words);
        }
    }

    #[test]
    fn counts_have_names() {
        for (number, words) in [
            (12.0, "12"),
            (34_350_000.0, "34 million"),
            (257e9, "257 billion"),
            (9.2e18, "9200 quadrillion"),
            (1e40, "1.0e25 quadrillion"),
        ] {
            assert_eq!(count(number), words);
        }
    }
}
