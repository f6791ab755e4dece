#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;
use std::fs;

use ganforge_eval::MetricName;
use ganforge_train::recipe::Override;
use ganforge_train::run::RunDirectory;
use ganforge_train::telemetry::Reading;
use ganforge_train::{Payoff, Recipe};

use super::html::{duration, escape, grouped, short};
use super::page::page;
use super::run::{Run, Sample};

fn reading(images: u64, jsd_estimate: Option<f64>) -> Reading {
    Reading {
        images,
        discriminator_loss: 1.3,
        generator_loss: 0.8,
        score_real: 0.2,
        score_fake: -0.2,
        accuracy_real: 0.7,
        accuracy_fake: 0.6,
        jsd_estimate,
        penalty: 0.0,
        discriminator_gradient_norm: 1.5,
        generator_gradient_norm: 0.4,
        images_per_second: 12_000.0,
        terms: BTreeMap::new(),
        figures: BTreeMap::new(),
    }
}

fn run(readings: Vec<Reading>) -> Run {
    let recipe = Recipe::load("digits", &[]).unwrap();
    Run {
        recipe_text: recipe.to_toml().unwrap(),
        experiment: recipe.experiment,
        images: 640,
        seconds: Some(61.0),
        readings,
        samples: Vec::new(),
        model_bytes: Some(1_000),
        has_best: false,
    }
}

#[test]
fn text_is_escaped_wherever_a_recipe_can_put_it() {
    let mut run = run(vec![reading(640, None)]);
    let evil = r#"<script>alert("1")</script> & 'co'"#;
    evil.clone_into(&mut run.experiment.title);
    evil.clone_into(&mut run.experiment.name);
    evil.clone_into(&mut run.recipe_text);
    run.experiment.paper = Some(evil.to_owned());
    run.experiment.expected = Some(evil.to_owned());
    let page = page(&run).unwrap();
    assert!(!page.contains("<script"), "{page}");
    // Title twice, name, paper, expected and recipe.
    assert_eq!(page.matches(&escape(evil)).count(), 6);
    assert_eq!(
        escape(evil),
        "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;co&#39;"
    );
}

#[test]
fn a_payoff_without_a_divergence_has_no_chart_of_it() {
    let charts = |page: &str| page.matches("<svg").count();
    let with = page(&run(vec![reading(320, Some(0.1)), reading(640, Some(0.2))])).unwrap();
    let without = page(&run(vec![reading(320, None), reading(640, None)])).unwrap();
    assert!(with.contains("Jensen-Shannon") && !without.contains("Jensen-Shannon"));
    assert_eq!((charts(&with), charts(&without)), (6, 5));
}

#[test]
fn figures_have_charts_of_their_own_and_the_first_of_equal_ones_is_the_best() {
    let told = |(images, recall)| Reading {
        figures: [(MetricName::Frechet, 3.0), (MetricName::Recall, recall)].into(),
        ..reading(images, None)
    };
    let recalls = [(400, 0.4), (700, 0.7), (800, 0.7), (900, 0.5)];
    let mut run = run(recalls.map(told).to_vec());
    let plain = page(&run).unwrap();
    assert_eq!(plain.matches("<svg").count(), 5 + 2);
    assert!(plain.find("Fréchet").unwrap() < plain.find("<h3>Losses").unwrap());
    assert!(!plain.contains("best.safetensors") && !plain.contains("</i>coverage"));
    let keep = [
        Override::new("evaluation.metrics", vec!["recall", "frechet"]),
        Override::new("evaluation.keep_best", "recall"),
    ];
    run.experiment = Recipe::load("digits", &keep).unwrap().experiment;
    run.has_best = true;
    let page = page(&run).unwrap();
    assert!(page.contains("after 700 images: recall 0.7"), "{page}");
    assert!(page.contains("evaluation.json"));
}

#[test]
fn a_run_without_metrics_still_has_a_page() {
    let page = page(&run(Vec::new())).unwrap();
    assert!(page.contains("None yet") && !page.contains("<svg"));
    assert!(page.contains("640 of 512,000 (0 %)") && page.contains("interrupted"));
}

#[test]
fn only_scores_that_may_drift_are_said_to() {
    let texts = |payoff| {
        let mut run = run(vec![reading(640, None)]);
        run.experiment.game.payoff = payoff;
        let page = page(&run).unwrap();
        (page.contains("drift"), page.contains("for the generator"))
    };
    for payoff in Payoff::ALL {
        // Where scores are compared the generator is paid for the same differences, so its loss has a level.
        let expected = (
            payoff == Payoff::Wasserstein || payoff.compares(),
            payoff != Payoff::Wasserstein,
        );
        assert_eq!(texts(payoff), expected, "{payoff:?}");
    }
}

#[test]
fn the_dashed_lines_of_the_losses_are_those_of_an_undecided_discriminator() {
    // 2 log 2 and log 2, by hand.
    let page = page(&run(vec![reading(640, None)])).unwrap();
    assert!(page.contains("1.39 for the discriminator, 0.693 for the generator"));
}

#[test]
fn the_first_and_the_last_grid_are_shown_and_few_between_them() {
    let mut run = run(Vec::new());
    let sample = |images| Sample {
        images,
        link: format!("samples/{images:09}.png"),
    };
    for count in [1, 2, 9, 10, 100] {
        run.samples = (1..=count).map(sample).collect();
        let page = page(&run).unwrap();
        let shown = |images| page.contains(&format!("<img src=\"samples/{images:09}.png\""));
        assert!(shown(1) && shown(count), "{count}");
        let expected = usize::try_from(count).unwrap().min(9);
        assert_eq!(page.matches("<img").count(), expected);
    }
}

#[test]
fn broken_lines_and_grids_past_the_checkpoint_are_left_out() {
    let home = tempfile::tempdir().unwrap();
    let directory = RunDirectory::new(home.path());
    let recipe = Recipe::load("digits", &[]).unwrap().to_toml().unwrap();
    fs::write(directory.recipe(), recipe).unwrap();
    fs::create_dir(directory.samples()).unwrap();
    for name in [
        "000000320.png",
        "000000960.png",
        "000000320.png.partial",
        "cat.png",
    ] {
        fs::write(directory.samples().join(name), "").unwrap();
    }
    let line = |images| serde_json::to_string(&reading(images, None)).unwrap();
    let metrics = format!(
        "{}\nnonsense\n\n\u{0}\n{}\n{{\"images\":",
        line(320),
        line(640)
    );
    fs::write(directory.metrics(), metrics).unwrap();
    let run = Run::read(&directory).unwrap();
    assert_eq!(run.readings, [reading(320, None), reading(640, None)]);
    assert_eq!((run.images, run.seconds), (640, None));
    let links: Vec<_> = run
        .samples
        .iter()
        .map(|sample| sample.link.as_str())
        .collect();
    assert_eq!(links, ["samples/000000320.png"]);
}

#[test]
fn numbers_are_short_and_times_are_round() {
    let numbers = [
        -0.0, 0.712_34, -1.386_294, 12.34, 1_500.0, 13_397.8, 512_000.0, 2.5e6, 1e-5,
    ];
    assert_eq!(
        numbers.map(short),
        [
            "0", "0.712", "-1.39", "12.3", "1.5k", "13.4k", "512k", "2.5M", "1e-5"
        ]
    );
    assert_eq!(
        [0, 999, 1_000, 1_234_567].map(grouped),
        ["0", "999", "1,000", "1,234,567"]
    );
    assert_eq!(
        [38.98, 125.0, 7_300.0].map(duration),
        ["39 s", "2 min 5 s", "2 h 1 min"]
    );
}
