//! How a value was obtained, as text.

use ganforge_eval::metrics::KernelEstimator;
use ganforge_eval::{Figure, Metric};

use crate::format::number;

/// Feature space, parameters of the metric, reference images and how they were resized, and further results.
pub fn provenance(figure: &Figure) -> Vec<String> {
    let protocol = &figure.protocol;
    let reference = (protocol.reference > 0)
        .then(|| format!("against {} of {}", protocol.reference, protocol.split));
    let details = figure.details.iter();
    let details =
        details.map(|(name, value)| format!("{} {}", name.replace('-', " "), number(*value)));
    let stated = [
        Some(protocol.features.clone()),
        parameters(&protocol.metric),
        reference,
        protocol.resize.clone(),
    ];
    stated.into_iter().flatten().chain(details).collect()
}

fn parameters(metric: &Metric) -> Option<String> {
    Some(match metric {
        Metric::Frechet => return None,
        Metric::Kernel {
            estimator: KernelEstimator::AllPairs,
        } => "all pairs".to_owned(),
        Metric::Kernel {
            estimator: KernelEstimator::Subsets { count, size },
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
        Metric::Nearest { held_out, .. } => format!("held out {held_out} of test"),
        Metric::Diversity { pairs, scales: 1 } => format!("{pairs} pairs at one scale"),
        Metric::Diversity { pairs, scales } => format!("{pairs} pairs at {scales} scales"),
    })
}
