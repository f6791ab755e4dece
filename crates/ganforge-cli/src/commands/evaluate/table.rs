//! Figures for people to read.

use ganforge_eval::{Better, Estimator, Figure, Metric, MetricName, Spread};

use super::report::Report;

/// The protocol that all figures share, and a line for every figure: value, ±, change, and what it was obtained from besides.
pub fn table(report: &Report) -> String {
    let shared = shared_resize(report);
    let rows: Vec<[String; 5]> = report
        .metrics
        .iter()
        .map(|(metric, figure)| {
            [
                format!("{metric} {}", direction(*metric)),
                number(figure.value),
                spread(figure),
                changed(report, *metric),
                origin(figure, shared),
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
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    let lines: String = rows.iter().map(line).collect();
    format!("{}\n\n{lines}", heading(report, shared))
}

/// What was measured, and how that was obtained.
fn heading(report: &Report, shared: Option<&str>) -> String {
    let protocol = report
        .metrics
        .values()
        .map(|figure| &figure.protocol)
        .next();
    let mut parts = vec![format!("{} samples", report.samples)];
    if let Some(protocol) = protocol {
        parts.push(format!("seed {}", protocol.seed));
        let sampling = protocol.sampling.iter();
        parts.extend(sampling.map(|(key, value)| format!("{key} {value}")));
    }
    parts.push(format!("beside {}", report.data));
    parts.extend(shared.map(str::to_owned));
    let since = report
        .since
        .as_ref()
        .map(|path| format!("\nchanges since {}", path.display()));
    format!(
        "{} after {} images\n{}{}",
        report.model.display(),
        report.images,
        parts.join(", "),
        since.unwrap_or_default()
    )
}

/// How real images came to their size, where that is the same for all figures that say it.
fn shared_resize(report: &Report) -> Option<&str> {
    let mut ways = report
        .metrics
        .values()
        .map(|figure| figure.protocol.resize.as_deref());
    let first = ways.next()??;
    ways.all(|way| way == Some(first)).then_some(first)
}

/// Where better figures are.
fn direction(metric: MetricName) -> &'static str {
    match metric.better() {
        Some(Better::Lower) => "↓",
        Some(Better::Higher) => "↑",
        None => "",
    }
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
fn changed(report: &Report, metric: MetricName) -> String {
    match (report.change.get(&metric), &report.since) {
        (Some(change), _) if *change > 0.0 => format!("(+{})", number(*change)),
        (Some(change), _) => format!("({})", number(*change)),
        (None, Some(_)) => "(new)".to_owned(),
        (None, None) => String::new(),
    }
}

fn spread(figure: &Figure) -> String {
    match figure.error {
        Some(Spread::StandardError(error)) => format!("± {} SE", number(error)),
        Some(Spread::Deviation(error)) => format!("± {} SD", number(error)),
        None => String::new(),
    }
}

fn origin(figure: &Figure, shared: Option<&str>) -> String {
    let protocol = &figure.protocol;
    let reference = (protocol.reference > 0)
        .then(|| format!("against {} of {}", protocol.reference, protocol.split));
    let resize = protocol
        .resize
        .clone()
        .filter(|way| Some(way.as_str()) != shared);
    let details = figure.details.iter();
    let details =
        details.map(|(name, value)| format!("{} {}", name.replace('-', " "), number(*value)));
    let said = [protocol.features.clone()].into_iter();
    let said = said.chain(parameters(&protocol.metric)).chain(reference);
    said.chain(resize)
        .chain(details)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The parameters of a metric.
fn parameters(metric: &Metric) -> Option<String> {
    Some(match metric {
        Metric::Frechet => return None,
        Metric::Kernel {
            estimator: Estimator::Whole,
        } => "all pairs".to_owned(),
        Metric::Kernel {
            estimator: Estimator::Subsets { count, size },
        } => format!("{count} subsets of {size}"),
        Metric::Precision { k }
        | Metric::Recall { k }
        | Metric::Density { k }
        | Metric::Coverage { k } => format!("k {k}"),
        Metric::InceptionScore { splits } => format!("{splits} splits"),
        Metric::Parzen { validation, .. } => format!("width by {validation} of train"),
        Metric::Modes { of, within }
        | Metric::HighQuality { of, within }
        | Metric::ReverseKl { of, within } => {
            let within = within.map(|within| format!(" within {}", number(within)));
            format!("{of} modes{}", within.unwrap_or_default())
        }
        Metric::Nearest { held_out, .. } => format!("beside {held_out} of test"),
        Metric::Diversity { pairs, scales: 1 } => format!("{pairs} pairs at one scale"),
        Metric::Diversity { pairs, scales } => format!("{pairs} pairs at {scales} scales"),
    })
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
