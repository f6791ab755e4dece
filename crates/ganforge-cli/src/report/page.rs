//! The HTML of a report: summary, samples, charts, recipe.

use std::fmt::Write;

use super::captioned_chart::{CaptionedChart, Interpretation};
use super::charts::charts;
use super::html::escape;
use super::run::{Run, Sample};
use crate::error::CliError;
use crate::format::{duration, grouped, number, short};

const STYLE: &str = include_str!("style.css");

/// Sample grids shown at most.
const GRIDS: usize = 9;

/// The page as HTML.
pub fn page(run: &Run) -> Result<String, CliError> {
    let title = escape(&run.experiment.title);
    let summary = summary(run);
    let samples = samples(&run.samples);
    let curves = curves(run)?;
    let recipe = escape(&run.recipe_text);
    let version = env!("CARGO_PKG_VERSION");
    Ok(format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{STYLE}</style>
</head>
<body>
<h1>{title}</h1>
{summary}
<h2>Samples</h2>
{samples}
<h2>Curves</h2>
{curves}
<h2>Recipe</h2>
<pre>{recipe}</pre>
<footer>ganforge {version}</footer>
</body>
</html>
"#
    ))
}

fn summary(run: &Run) -> String {
    let recipe = &run.experiment;
    let mut rows = String::new();
    let mut row = |name: &str, value: &str| {
        // Writing into a string cannot fail.
        let _ = writeln!(rows, "<dt>{name}</dt><dd>{value}</dd>");
    };
    if let Some(paper) = &recipe.paper {
        row("Paper", &escape(paper));
    }
    if let Some(expected) = &recipe.expected {
        row("Expected", &escape(expected));
    }
    let name = escape(&recipe.name);
    if run.is_finished() {
        row("State", "finished");
    } else {
        row(
            "State",
            &format!(
                "interrupted; <code>ganforge train {name} --resume --out FOLDER</code> resumes it, where FOLDER is the folder of this page"
            ),
        );
    }
    let percent = 100.0 * run.images as f64 / run.goal() as f64;
    row(
        "Images seen",
        &format!(
            "{} of {} ({percent:.0} %)",
            grouped(run.images),
            grouped(run.goal())
        ),
    );
    if let Some(seconds) = run.seconds {
        row("Training time", &duration(seconds));
    }
    row("Data", &escape(&recipe.data.source.to_string()));
    if let Some(bytes) = run.model_bytes {
        row(
            "Model",
            &format!(
                r#"<a href="model.safetensors">model.safetensors</a>, {} bytes; <code>ganforge sample model.safetensors -o samples.png</code> draws from it"#,
                grouped(bytes)
            ),
        );
    }
    if let Some((metric, value, images)) = run.best() {
        row(
            "Best model",
            &format!(
                r#"<a href="best.safetensors">best.safetensors</a>, after {} images: {metric} {}"#,
                grouped(images),
                number(value)
            ),
        );
    }
    format!("<dl>\n{rows}</dl>")
}

fn samples(samples: &[Sample]) -> String {
    if samples.is_empty() {
        return "<p>None yet: the run was stopped before its first tick.</p>".to_owned();
    }
    let mut figures = String::new();
    for sample in evenly_spaced(samples, GRIDS) {
        let link = escape(&sample.link);
        let images = grouped(sample.images);
        let _ = writeln!(
            figures,
            r#"<figure><a href="{link}"><img src="{link}" alt="Samples after {images} images"></a><figcaption>{images} images</figcaption></figure>"#
        );
    }
    format!(
        r#"<p class="reading">All grids use the same latents, so each sample can be followed through the run. <b>Continue</b> while the samples get better. <b>Stop</b> once they only change; no loss shows this. Nearly identical samples are a mode collapse, which more training rarely repairs.</p>
<div class="grids">
{figures}</div>"#
    )
}

/// The first, the last, and evenly spaced ones between them.
fn evenly_spaced(samples: &[Sample], most: usize) -> impl Iterator<Item = &Sample> {
    let count = samples.len().min(most);
    let last = samples.len() - 1;
    (0..count).map(move |index| &samples[index * last / (count - 1).max(1)])
}

fn curves(run: &Run) -> Result<String, CliError> {
    if run.ticks.is_empty() {
        return Ok("<p>None yet: the run was stopped before its first tick.</p>".to_owned());
    }
    let charts: Result<Vec<_>, _> = charts(run)?.iter().map(chart).collect();
    let charts = charts?.concat();
    let protocols = if run.experiment.evaluation.is_some() {
        r#" The protocols of evaluation metrics are in <a href="evaluation.json">evaluation.json</a>."#
    } else {
        ""
    };
    Ok(format!(
        r#"<p class="reading">One point per tick, from <a href="metrics.jsonl">metrics.jsonl</a>; the legend shows the latest value.{protocols}</p>
{charts}"#
    ))
}

fn chart(captioned: &CaptionedChart) -> Result<String, CliError> {
    let mut legend = String::new();
    for line in &captioned.chart.lines {
        let colour = line.colour;
        let label = escape(&line.label);
        let latest = line.points.last().map(|point| short(point.1));
        let latest = latest.unwrap_or_else(|| "none".to_owned());
        let _ = write!(
            legend,
            r#"<span><i style="background:rgb({},{},{})"></i>{label}: <b>{latest}</b></span>"#,
            colour.0, colour.1, colour.2
        );
    }
    Ok(format!(
        r#"<h3>{title}</h3>
<figure class="chart">
<figcaption class="legend">{legend}</figcaption>
<div role="img" aria-label="{title} over images seen">
{svg}</div>
</figure>
<p class="reading">{meaning}</p>
{interpretation}"#,
        title = escape(&captioned.title),
        svg = captioned.chart.svg()?,
        meaning = escape(&captioned.meaning),
        interpretation = captioned
            .interpretation
            .map(interpretation)
            .unwrap_or_default(),
    ))
}

fn interpretation(text: Interpretation) -> String {
    format!(
        r#"<p class="reading"><b>Healthy:</b> {}</p>
<p class="reading"><b>Trouble:</b> {}</p>
"#,
        escape(text.healthy),
        escape(text.trouble)
    )
}
