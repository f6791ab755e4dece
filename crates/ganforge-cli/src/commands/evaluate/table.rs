//! Evaluation results as a table.

use ganforge_core::printable;
use ganforge_eval::{Better, Figure, MetricName, Spread};

use super::provenance::provenance;
use super::report::Report;
use crate::format::number;

/// A heading with what all metrics share, and a line per metric: value, error, change, baseline, and the rest of its provenance.
pub fn table(report: &Report) -> String {
    let provenances: Vec<Vec<String>> = report.metrics.values().map(provenance).collect();
    let shared = shared(&provenances);
    let rows: Vec<[String; 6]> = report
        .metrics
        .iter()
        .zip(&provenances)
        .map(|((metric, figure), provenance)| {
            let own = provenance.iter().filter(|part| !shared.contains(*part));
            let own: Vec<&str> = own.map(String::as_str).collect();
            [
                format!("{metric} {}", goal(*metric)),
                number(figure.value),
                spread(figure),
                changed(report, *metric),
                real(report, *metric),
                own.join(", "),
            ]
        })
        .collect();
    let widths: [usize; 5] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    });
    let line = |[metric, value, spread, change, real, provenance]: &[String; 6]| {
        let mut cells = vec![
            format!("{metric:<0$}", widths[0]),
            format!("{value:>0$}", widths[1]),
        ];
        for (cell, width) in [spread, change, real].into_iter().zip(&widths[2..]) {
            // An empty column is left out.
            cells.extend((*width > 0).then(|| format!("{cell:<width$}")));
        }
        cells.push(provenance.clone());
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    let lines: String = rows.iter().map(line).collect();
    format!("{}\n\n{lines}", heading(report, &shared))
}

/// The parts of provenance that all metrics share, if there are several.
fn shared(provenances: &[Vec<String>]) -> Vec<String> {
    match provenances {
        [first, others @ ..] if !others.is_empty() => {
            let everywhere = |part: &&String| others.iter().all(|other| other.contains(part));
            first.iter().filter(everywhere).cloned().collect()
        }
        _ => Vec::new(),
    }
}

/// The model, the samples, and the shared provenance.
fn heading(report: &Report, shared: &[String]) -> String {
    let mut parts = vec![format!("{} samples", report.samples)];
    if let Some(Figure { protocol, .. }) = report.metrics.values().next() {
        parts.push(format!("seed {}", protocol.seed));
        let sampling = protocol.sampling.iter();
        parts.extend(sampling.map(|(key, value)| format!("{key} {value}")));
    }
    parts.push(format!("compared with {}", report.data));
    parts.extend_from_slice(shared);
    let parts = parts.join(", ");
    let baseline = report.baseline.iter();
    let baseline =
        baseline.map(|real| format!("\nreal: {} of {} in their place", real.images, real.split));
    let since = report.since.iter();
    let since = since.map(|path| path.display().to_string());
    let since = since.map(|path| format!("\nchanges since {}", printable(&path)));
    format!(
        "{} after {} images\n{}{}{}",
        printable(&report.model),
        report.images_seen,
        printable(&parts),
        baseline.collect::<String>(),
        since.collect::<String>()
    )
}

/// The direction of better values.
fn goal(metric: MetricName) -> &'static str {
    match (metric, metric.better()) {
        (_, Some(Better::Lower)) => "↓",
        (_, Some(Better::Higher)) => "↑",
        (MetricName::Nearest, None) => "→ 1",
        (_, None) => "",
    }
}

/// The change since the earlier report, with its sign.
fn changed(report: &Report, metric: MetricName) -> String {
    match (report.change.get(&metric), &report.since) {
        (Some(change), _) if *change > 0.0 => format!("(+{})", number(*change)),
        (Some(change), _) => format!("({})", number(*change)),
        (None, Some(_)) => "(new)".to_owned(),
        (None, None) => String::new(),
    }
}

/// The value of the baseline.
fn real(report: &Report, metric: MetricName) -> String {
    let baseline = report.baseline.as_ref();
    let value = baseline.and_then(|baseline| baseline.values.get(&metric));
    value.map_or_else(String::new, |value| format!("real {}", number(*value)))
}

fn spread(figure: &Figure) -> String {
    match figure.error {
        Some(Spread::StandardError(error)) => format!("± {} SE", number(error)),
        Some(Spread::Deviation(error)) => format!("± {} SD", number(error)),
        None => String::new(),
    }
}
