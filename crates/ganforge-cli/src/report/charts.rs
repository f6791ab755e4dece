//! Every chart of a report.

use super::captioned_chart::CaptionedChart;
use super::run::Run;
use super::{evaluation, terms, training};
use crate::error::CliError;

/// The charts of a run, most important first: evaluation, the game, other terms, then speed.
pub fn charts(run: &Run) -> Result<Vec<CaptionedChart>, CliError> {
    let ticks = &run.ticks;
    let system = run.system.facts(&run.experiment)?;
    let mut charts = evaluation::charts(ticks);
    charts.extend(training::charts(ticks, &run.experiment.game, &system));
    charts.extend(terms::charts(ticks, system.own_metrics));
    charts.push(training::speed(ticks));
    Ok(charts)
}
