//! Charts of the game: losses, scores, accuracies, divergence, gradient norms and speed.

use std::f64::consts::LN_2;
use std::fmt::Write;

use ganforge_train::Payoff;
use ganforge_train::game::{AtUndecided, Game};
use plotters::style::RGBColor;

use super::captioned_chart::{BLUE, CaptionedChart, GREEN, GREY, Interpretation, ORANGE, line};
use super::chart::{Chart, Extent, Level};
use super::metrics::Tick;
use super::of_system::OfSystem;
use crate::format::short;

/// The keys of `metrics.jsonl` that these charts show.
pub const KEYS: [&str; 11] = [
    "discriminator_loss",
    "generator_loss",
    "penalty",
    "score_real",
    "score_fake",
    "accuracy_real",
    "accuracy_fake",
    "jsd_estimate",
    "discriminator_gradient_norm",
    "generator_gradient_norm",
    "images_per_second",
];

/// The charts of a game, speed aside.
pub fn charts(ticks: &[Tick], game: &Game, system: &OfSystem) -> Vec<CaptionedChart> {
    let mut charts = vec![
        losses(ticks, game, system),
        scores(ticks, game.payoff, system),
        accuracies(ticks, game.payoff, system),
    ];
    charts.extend(divergence(ticks));
    charts.push(gradient_norms(ticks));
    charts
}

fn losses(ticks: &[Tick], game: &Game, system: &OfSystem) -> CaptionedChart {
    let OfSystem {
        undecided, scored, ..
    } = system;
    let mut lines = vec![
        line("discriminator", BLUE, ticks, "discriminator_loss", 1.0),
        line("generator", ORANGE, ticks, "generator_loss", 1.0),
    ];
    // A bound on weights is a penalty that adds nothing to a loss.
    if ticks.iter().any(|tick| {
        tick.get("penalty")
            .is_some_and(|penalty| penalty.abs() > 0.0)
    }) {
        lines.push(line("penalty", GREEN, ticks, "penalty", 1.0));
    }
    let mut levels = Vec::new();
    let mut meaning = "What each player minimises, without penalties.".to_owned();
    if let Some(loss) = undecided.discriminator {
        levels.push(level(loss, BLUE));
        let _ = write!(
            meaning,
            " Dashed: the loss where the discriminator cannot distinguish real from generated {scored}, {} for the discriminator",
            short(loss)
        );
        let generator = match undecided.generator {
            AtUndecided::Loss(loss) => {
                levels.push(level(loss, ORANGE));
                let _ = write!(meaning, ", {} for the generator", short(loss));
                "."
            }
            AtUndecided::Score => {
                ". The generator's loss has no such value: it is a score, and scores may drift."
            }
            AtUndecided::Energy => ". The generator's loss has no such value: it is an energy.",
            AtUndecided::Other => {
                ". The generator's loss has no such value: parts of it do not depend on the discriminator's scores."
            }
        };
        meaning.push_str(generator);
    }
    if let Some(distance) = game.payoff.estimated_distance() {
        let _ = write!(
            meaning,
            " With this payoff, the negative of the discriminator's loss estimates {distance} between real and generated {scored}: it grows while the discriminator learns, and should then shrink."
        );
    }
    CaptionedChart {
        title: "Losses".to_owned(),
        chart: Chart {
            lines,
            levels,
            extent: Extent::Fitted,
        },
        meaning,
        interpretation: Some(Interpretation {
            healthy: "near the dashed lines and nearly constant. Neither loss has to fall, because the opponent improves as well: image quality shows in the samples, not in a loss.",
            trouble: "the discriminator's loss falls far below its dashed line and stays there: it is winning, and the generator learns less and less; lower the discriminator's learning rate or add a penalty. Growing oscillations: the players circle each other, often with a collapse to a few images.",
        }),
    }
}

fn scores(ticks: &[Tick], payoff: Payoff, system: &OfSystem) -> CaptionedChart {
    let scored = system.scored;
    // A payoff that compares scores with each other has no decision boundary.
    let (levels, judgement) = if matches!(payoff, Payoff::Balanced(_)) {
        let judgement = "With this payoff it is minus the reconstruction error, and nothing divides real images from generated ones.";
        (Vec::new(), judgement)
    } else if payoff.is_relativistic() {
        let judgement = "An image counts as real where its score is above that of the other kind.";
        (Vec::new(), judgement)
    } else {
        let judgement = "An image with a score above the dashed line counts as real.";
        (vec![level(payoff.decision_boundary(), GREY)], judgement)
    };
    CaptionedChart {
        title: "Scores".to_owned(),
        chart: Chart {
            lines: vec![
                line(&format!("real {scored}"), BLUE, ticks, "score_real", 1.0),
                line(
                    &format!("generated {scored}"),
                    ORANGE,
                    ticks,
                    "score_fake",
                    1.0,
                ),
            ],
            levels,
            extent: Extent::Fitted,
        },
        meaning: format!("Mean output (logit) of the discriminator. {judgement}"),
        interpretation: Some(Interpretation {
            healthy: if system.undecided.scores_are_free {
                "real above generated, with a gap that settles or shrinks. With this payoff only the gap counts: both may drift together."
            } else {
                "real above generated, with a gap that settles at a few units or less."
            },
            trouble: "a gap that is wide or never stops growing: the discriminator is winning, and a penalty would bound it. Curves that cross again and again: the generator jumps from one kind of image to the next; look for repetitions in the samples.",
        }),
    }
}

fn accuracies(ticks: &[Tick], payoff: Payoff, system: &OfSystem) -> CaptionedChart {
    let scored = system.scored;
    let mut meaning =
        format!("Share of {scored} that the discriminator classifies correctly. Dashed: chance.");
    // Accuracies of comparisons do not drift.
    if system.undecided.scores_are_free && !payoff.is_relativistic() {
        meaning.push_str(
            " With this payoff scores may drift across the line between real and generated, so only the mean of both accuracies counts.",
        );
    }
    CaptionedChart {
        title: "Accuracies".to_owned(),
        chart: Chart {
            lines: vec![
                line(
                    &format!("real {scored}, %"),
                    BLUE,
                    ticks,
                    "accuracy_real",
                    100.0,
                ),
                line(
                    &format!("generated {scored}, %"),
                    ORANGE,
                    ticks,
                    "accuracy_fake",
                    100.0,
                ),
            ],
            levels: vec![level(50.0, GREY)],
            extent: Extent::Fixed(0.0..105.0),
        },
        meaning,
        interpretation: Some(Interpretation {
            healthy: "both somewhat above 50 %: the discriminator sees a difference, and the generator fools it often enough to learn.",
            trouble: "both at 100 %: the discriminator has won. One near 100 % and the other near 0 %: it gives every image the same class, because it is too weak or because the generator has just moved to images it does not know.",
        }),
    }
}

/// `None` where the payoff's value is not a divergence.
fn divergence(ticks: &[Tick]) -> Option<CaptionedChart> {
    let estimate = line("estimate, nats", GREEN, ticks, "jsd_estimate", 1.0);
    if estimate.points.is_empty() {
        return None;
    }
    Some(CaptionedChart {
        title: "Jensen-Shannon divergence, estimated".to_owned(),
        chart: Chart {
            lines: vec![estimate],
            levels: vec![level(LN_2, GREY)],
            extent: Extent::Fixed(0.0..0.75),
        },
        meaning: "The divergence between real and generated images as the discriminator estimates it: 0 where it sees no difference, log 2 ≈ 0.693 (dashed) where it separates all of them. A better discriminator may find more, so this is a lower bound.".to_owned(),
        interpretation: Some(Interpretation {
            healthy: "well below the dashed line. A slow climb while the samples improve is a discriminator that learns finer differences.",
            trouble: "at the dashed line: the discriminator has won. At 0 under poor samples: it is too weak to show the generator what is wrong.",
        }),
    })
}

fn gradient_norms(ticks: &[Tick]) -> CaptionedChart {
    CaptionedChart {
        title: "Gradient norms".to_owned(),
        chart: Chart {
            lines: vec![
                line("discriminator", BLUE, ticks, "discriminator_gradient_norm", 1.0),
                line("generator", ORANGE, ticks, "generator_gradient_norm", 1.0),
            ],
            levels: Vec::new(),
            extent: Extent::Decades,
        },
        meaning: "L2 norm of each player's gradient at the last step of each tick, on a logarithmic axis.".to_owned(),
        interpretation: Some(Interpretation {
            healthy: "noisy, with a constant order of magnitude.",
            trouble: "the generator's norm vanishes: a discriminator that has won gives it no gradient. Norms that keep growing by orders of magnitude: training diverges; lower the learning rates or add a penalty.",
        }),
    }
}

/// Images per second.
pub fn speed(ticks: &[Tick]) -> CaptionedChart {
    CaptionedChart {
        title: "Images per second".to_owned(),
        chart: Chart {
            lines: vec![line(
                "real images per second",
                BLUE,
                ticks,
                "images_per_second",
                1.0,
            )],
            levels: Vec::new(),
            extent: Extent::FromZero,
        },
        meaning: "Real images shown to the discriminator per second of wall time.".to_owned(),
        interpretation: Some(Interpretation {
            healthy: "constant. The first tick may be slower, while the device is initialised.",
            trouble: "a lasting drop: the machine is shared, hot or short of memory. It does not concern image quality.",
        }),
    }
}

fn level(value: f64, colour: RGBColor) -> Level {
    Level { value, colour }
}
