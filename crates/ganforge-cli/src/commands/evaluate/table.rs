//! Figures for people to read.

use ganforge_eval::{Figure, Spread};

use super::report::Report;

/// A line for every figure: value, ±, change, and what it was obtained from.
pub fn table(report: &Report) -> String {
    let rows: Vec<[String; 5]> = report
        .metrics
        .iter()
        .map(|(metric, figure)| {
            let change = report.change.get(metric).copied();
            [
                metric.to_string(),
                number(figure.value),
                spread(figure),
                change.map_or_else(String::new, signed),
                origin(figure),
            ]
        })
        .collect();
    let widths: [usize; 4] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    });
    let line = |[metric, value, spread, change, origin]: &[String; 5]| {
        let mut cells = vec![
            format!("{metric:<0$}", widths[0]),
            format!("{value:>0$}", widths[1]),
        ];
        for (cell, width) in [(spread, widths[2]), (change, widths[3])] {
            // A column that no figure fills is left out.
            cells.extend((width > 0).then(|| format!("{cell:<width$}")));
        }
        cells.push(origin.clone());
        cells.join("  ") + "\n"
    };
    let lines: String = rows.iter().map(line).collect();
    format!("{} samples, {}\n\n{lines}", report.samples, report.data)
}

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

/// A change: its sign is what matters most.
fn signed(change: f64) -> String {
    let sign = if change > 0.0 { "+" } else { "" };
    format!("{sign}{} since", number(change))
}

fn spread(figure: &Figure) -> String {
    match figure.error {
        Some(Spread::StandardError(error) | Spread::Deviation(error)) => {
            format!("± {}", number(error))
        }
        None => String::new(),
    }
}

fn origin(figure: &Figure) -> String {
    let protocol = &figure.protocol;
    let reference = (protocol.reference > 0)
        .then(|| format!("against {} of {}", protocol.reference, protocol.split));
    let details = figure.details.iter();
    let details = details.map(|(name, value)| format!("{name} {}", number(*value)));
    let origin = [protocol.features.clone()].into_iter().chain(reference);
    origin.chain(details).collect::<Vec<_>>().join(", ")
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
