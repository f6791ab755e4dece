//! Which curves a report shows, and how to read them.

use std::f64::consts::LN_2;
use std::fmt::Write;

use burn::tensor::{Device, Tensor};
use ganforge_train::Payoff;
use ganforge_train::game::Game;
use ganforge_train::telemetry::Reading;
use plotters::style::RGBColor;

use super::chart::{Chart, Extent, Level, Line};
use super::figures::figures;
use super::html::short;
use super::run::Run;
use crate::device::{Backend, DeviceSpec};
use crate::error::CliError;

// Okabe & Ito's palette, which readers with any colour vision tell apart.
pub const BLUE: RGBColor = RGBColor(0, 114, 178);
pub const ORANGE: RGBColor = RGBColor(213, 94, 0);
pub const GREEN: RGBColor = RGBColor(0, 158, 115);
pub const PURPLE: RGBColor = RGBColor(204, 121, 167);
const GREY: RGBColor = RGBColor(130, 130, 130);

/// A chart and its words.
pub struct Curve {
    /// What it shows.
    pub title: &'static str,
    /// The lines.
    pub chart: Chart,
    /// What the figures are.
    pub meaning: String,
    /// What they look like when all goes well.
    pub healthy: &'static str,
    /// What they look like when it does not, and what to do.
    pub trouble: &'static str,
}

/// Every curve of a run, in the order in which a reader asks for them.
pub fn curves(run: &Run) -> Result<Vec<Curve>, CliError> {
    let readings = &run.readings;
    let game = &run.experiment.game;
    let undecided = Undecided::new(game)?;
    let mut curves = figures(readings);
    curves.extend([
        losses(readings, game, &undecided),
        scores(readings, game.payoff, &undecided),
        accuracies(readings, game.payoff, &undecided),
    ]);
    curves.extend(divergence(readings));
    curves.push(gradient_norms(readings));
    curves.push(speed(readings));
    Ok(curves)
}

fn losses(readings: &[Reading], game: &Game, undecided: &Undecided) -> Curve {
    let mut lines = vec![
        line("discriminator", BLUE, readings, |r| r.discriminator_loss),
        line("generator", ORANGE, readings, |r| r.generator_loss),
    ];
    // A bound on weights is a penalty that adds nothing to a loss.
    if readings.iter().any(|reading| reading.penalty.abs() > 0.0) {
        lines.push(line("penalty", GREEN, readings, |r| r.penalty));
    }
    let mut levels = vec![level(undecided.discriminator, BLUE)];
    let mut meaning = format!(
        "What each player minimises, penalties aside. Dashed, the loss where the discriminator cannot tell real from generated: {} for the discriminator",
        short(undecided.discriminator)
    );
    match undecided.generator {
        Some(loss) => {
            levels.push(level(loss, ORANGE));
            let _ = write!(meaning, ", {} for the generator.", short(loss));
        }
        None => meaning.push_str(
            ". The generator's loss has no such value: it is a score, and scores may drift.",
        ),
    }
    if let Some(distance) = game.payoff.bounds() {
        let _ = write!(
            meaning,
            " With this payoff, the discriminator's loss with its sign changed estimates {distance} between real and generated images: it grows while the discriminator learns to see, and should then shrink."
        );
    }
    Curve {
        title: "Losses",
        chart: Chart {
            lines,
            levels,
            extent: Extent::Fitted,
        },
        meaning,
        healthy: "within sight of the dashed lines and hardly moving. Neither loss has to fall, for the opponent improves as well: a loss does not say how good the images are, the samples do.",
        trouble: "the discriminator's loss sinks away from its dashed line and stays there: it is winning, and its opponent learns ever less; lower the discriminator's rate or add a penalty. Swings that grow: the players circle each other, often with a collapse to a few images.",
    }
}

fn scores(readings: &[Reading], payoff: Payoff, undecided: &Undecided) -> Curve {
    // Where scores are compared with each other, no line stands between them.
    let (levels, judgement) = if payoff.compares() {
        let judgement = "An image counts as real where it is scored above the other kind.";
        (Vec::new(), judgement)
    } else {
        let judgement = "An image scored above the dashed line counts as real.";
        (vec![level(payoff.decision_boundary(), GREY)], judgement)
    };
    Curve {
        title: "Scores",
        chart: Chart {
            lines: vec![
                line("real images", BLUE, readings, |r| r.score_real),
                line("generated images", ORANGE, readings, |r| r.score_fake),
            ],
            levels,
            extent: Extent::Fitted,
        },
        meaning: format!("Mean output (logit) of the discriminator. {judgement}"),
        healthy: if undecided.scores_are_free {
            "real above generated, with a gap that settles or shrinks. With this payoff only the gap counts: both may drift together."
        } else {
            "real above generated, with a gap that settles at a few units or less."
        },
        trouble: "a gap that is wide or never stops growing: the discriminator is winning, and a penalty would bound it. Curves that cross again and again: the generator flees from one kind of image to the next; look for repeats in the samples.",
    }
}

fn accuracies(readings: &[Reading], payoff: Payoff, undecided: &Undecided) -> Curve {
    let mut meaning =
        "Share of the images that the discriminator takes for what they are. Dashed, guessing."
            .to_owned();
    // Shares of comparisons drift with nothing.
    if undecided.scores_are_free && !payoff.compares() {
        meaning.push_str(
            " With this payoff scores may drift across the line between real and generated, so only the mean of both shares counts.",
        );
    }
    Curve {
        title: "Accuracies",
        chart: Chart {
            lines: vec![
                line("real images, %", BLUE, readings, |r| {
                    100.0 * r.accuracy_real
                }),
                line("generated images, %", ORANGE, readings, |r| {
                    100.0 * r.accuracy_fake
                }),
            ],
            levels: vec![level(50.0, GREY)],
            extent: Extent::Fixed(0.0..105.0),
        },
        meaning,
        healthy: "both somewhat above 50 %: the discriminator sees a difference, and the generator fools it often enough to learn.",
        trouble: "both at 100 %: the discriminator has won. One near 100 % and the other near 0 %: it calls everything by the same name, because it is too weak or because the generator has just leapt to images it does not know.",
    }
}

/// Absent where the payoff's value is no divergence.
fn divergence(readings: &[Reading]) -> Option<Curve> {
    let estimates = readings
        .iter()
        .filter_map(|reading| Some((reading.images as f64, reading.jsd_estimate?)));
    let points: Vec<_> = estimates.collect();
    if points.is_empty() {
        return None;
    }
    Some(Curve {
        title: "Jensen-Shannon divergence, estimated",
        chart: Chart {
            lines: vec![Line {
                label: "estimate, nats",
                colour: GREEN,
                points,
            }],
            levels: vec![level(LN_2, GREY)],
            extent: Extent::Fixed(0.0..0.75),
        },
        meaning: "How far apart real and generated images are by the discriminator's account: 0 where it sees no difference, log 2 ≈ 0.693 (dashed) where it tells all of them apart. A better discriminator may find more, so this is a lower bound.".to_owned(),
        healthy: "well below the dashed line. A slow climb while the samples improve is a discriminator that learns finer differences.",
        trouble: "at the dashed line: the discriminator has won. At 0 under poor samples: it is too weak to show the generator what is wrong.",
    })
}

fn gradient_norms(readings: &[Reading]) -> Curve {
    Curve {
        title: "Gradient norms",
        chart: Chart {
            lines: vec![
                line("discriminator", BLUE, readings, |r| {
                    r.discriminator_gradient_norm
                }),
                line("generator", ORANGE, readings, |r| {
                    r.generator_gradient_norm
                }),
            ],
            levels: Vec::new(),
            extent: Extent::Decades,
        },
        meaning: "How hard each player is pushed: the length of its gradient at the last step of each tick, on a logarithmic axis.".to_owned(),
        healthy: "noisy, yet of the same order of magnitude throughout.",
        trouble: "the generator's norm fades away: a discriminator that has won leaves it nothing to learn from. Norms that grow tenfold and again: training diverges; lower the rates or add a penalty.",
    }
}

fn speed(readings: &[Reading]) -> Curve {
    Curve {
        title: "Images per second",
        chart: Chart {
            lines: vec![line("real images per second", BLUE, readings, |r| {
                r.images_per_second
            })],
            levels: Vec::new(),
            extent: Extent::FromZero,
        },
        meaning: "Real images shown to the discriminator per second of wall time.".to_owned(),
        healthy: "level. The first tick may be slower, while the device gets ready.",
        trouble: "a lasting drop: the machine is shared, hot or short of memory. It says nothing about the images.",
    }
}

/// Losses against a discriminator that gives every image the same score.
struct Undecided {
    discriminator: f64,
    /// Absent where it depends on which score that is.
    generator: Option<f64>,
    /// True where the discriminator is paid for differences of scores alone, so that all of them may drift.
    scores_are_free: bool,
}

impl Undecided {
    /// Asks the payoff's own formulas, so that a new payoff needs no word here.
    fn new(game: &Game) -> Result<Self, CliError> {
        // Flex is always compiled in, and a few numbers need nothing faster.
        let (_, device) = DeviceSpec::Named(Backend::Flex, 0).open()?;
        let boundary = game.payoff.decision_boundary();
        let [discriminator, generator] = losses_at(boundary, game, &device);
        let elsewhere = losses_at(boundary + 10.0, game, &device);
        let same = |a: f64, b: f64| (a - b).abs() < 1e-6;
        let scores_are_free = same(discriminator, elsewhere[0]);
        let is_score = scores_are_free && !same(generator, elsewhere[1]);
        Ok(Self {
            discriminator,
            generator: (!is_score).then_some(generator),
            scores_are_free,
        })
    }
}

/// Discriminator's and generator's loss where every image scores `score`.
fn losses_at(score: f64, game: &Game, device: &Device) -> [f64; 2] {
    let scores = || Tensor::<2>::full([1, 1], score, device);
    let smoothing = game.label_smoothing;
    let discriminator = game
        .payoff
        .discriminator_loss(scores(), scores(), smoothing);
    let generator = game.payoff.generator_loss(scores, scores());
    let number = |loss: Tensor<1>| loss.into_data().iter::<f64>().next().unwrap_or_default();
    [number(discriminator), number(generator)]
}

fn line(
    label: &'static str,
    colour: RGBColor,
    readings: &[Reading],
    figure: fn(&Reading) -> f64,
) -> Line {
    let points = readings
        .iter()
        .map(|reading| (reading.images as f64, figure(reading)))
        .filter(|point| point.1.is_finite())
        .collect();
    Line {
        label,
        colour,
        points,
    }
}

fn level(value: f64, colour: RGBColor) -> Level {
    Level { value, colour }
}
