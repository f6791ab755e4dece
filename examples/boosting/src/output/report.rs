//! `report.html`: one page with the charts, the samples and the settings of a run. It has no script and loads nothing from a server.

use std::fmt::Write;

use plotters::style::RGBColor;

use super::chart::{Curve, svg};
use super::run::{Error, Metrics};

const BLUE: RGBColor = RGBColor(0, 114, 178);
const ORANGE: RGBColor = RGBColor(213, 94, 0);

/// What a report shows.
#[derive(Debug)]
pub struct Report {
    /// Its heading.
    pub title: String,
    /// The lines of `metrics.jsonl`.
    pub metrics: Vec<Metrics>,
    /// The most that a model can reach: the log-likelihood of the training images under their own distribution.
    pub bound: f64,
    /// Pictures, by path from the run directory, with their captions.
    pub pictures: Vec<(String, String)>,
    /// Results beside the curves, a line each.
    pub remarks: Vec<String>,
    /// The text of `settings.toml`.
    pub settings: String,
}

impl Report {
    /// The page as HTML.
    ///
    /// # Errors
    /// A chart cannot be drawn.
    pub fn page(&self) -> Result<String, Error> {
        let curve = |label, colour, value: fn(&Metrics) -> Option<f64>| {
            let points = self.metrics.iter();
            let points = points.filter_map(|line| Some((line.features as f64, value(line)?)));
            Curve {
                label,
                colour,
                points: points.collect(),
            }
        };
        let likelihoods = [
            curve("training images", BLUE, |line| line.log_likelihood_train),
            curve("test images", ORANGE, |line| line.log_likelihood_test),
        ];
        let losses = [curve("classifier", BLUE, |line| line.classifier_loss)];
        let chance = 2.0 * 2f64.ln();
        let likelihoods = figure(
            "Log-likelihood",
            &likelihoods,
            &[self.bound],
            "nats",
            "Mean log p(x). The dashed line is the bound: minus the entropy of the training images.",
        )?;
        let losses = figure(
            "Loss of the classifier on its own negatives",
            &losses,
            &[chance],
            "nats",
            "The dashed line is chance, 2 log 2 = 1.386: a classifier at chance can no longer distinguish negatives from data, which is the fixed point of a GAN.",
        )?;
        let mut pictures = String::new();
        for (link, caption) in &self.pictures {
            // Writing into a string cannot fail.
            let _ = writeln!(
                pictures,
                r#"<figure><a href="{link}"><img src="{link}" alt="{caption}"></a><figcaption>{caption}</figcaption></figure>"#
            );
        }
        let remarks = self
            .remarks
            .iter()
            .map(|remark| format!("<p>{remark}</p>\n"));
        Ok(format!(
            r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ max-width: 860px; margin: 2rem auto; padding: 0 1rem; color: #222; font: 16px/1.5 system-ui, sans-serif; }}
figure {{ margin: 0; }}
figcaption {{ color: #666; font-size: 14px; }}
.grids {{ display: flex; flex-wrap: wrap; gap: 12px; }}
.grids figure {{ flex: 0 1 274px; }}
.grids img {{ max-width: 100%; }}
svg {{ width: 100%; height: auto; }}
pre {{ padding: 1rem; background: #f6f6f6; overflow-x: auto; font-size: 13px; }}
</style>
</head>
<body>
<h1>{title}</h1>
{remarks}{likelihoods}{losses}<h2>Negatives</h2>
<div class="grids">
{pictures}</div>
<h2>Settings</h2>
<pre>{settings}</pre>
</body>
</html>
"#,
            title = self.title,
            remarks = remarks.collect::<String>(),
            settings = self.settings,
        ))
    }
}

fn figure(
    title: &str,
    curves: &[Curve],
    levels: &[f64],
    unit: &str,
    meaning: &str,
) -> Result<String, Error> {
    let legend = curves.iter().map(|curve| {
        let RGBColor(red, green, blue) = curve.colour;
        let latest = curve.points.last();
        let latest = latest.map_or_else(|| "none".to_owned(), |point| format!("{:.3}", point.1));
        format!(
            r#"<span style="color:rgb({red},{green},{blue})">{}: <b>{latest}</b></span> "#,
            curve.label
        )
    });
    Ok(format!(
        "<h2>{title}</h2>\n<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n<p>{meaning}</p>\n",
        legend.collect::<String>(),
        svg(curves, levels, unit)?
    ))
}
