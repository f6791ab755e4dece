#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::fs;

use ganforge_train::experiment::Experiment;
use ganforge_train::recipe::{ForSystem, Override, RecipeSource, for_system};
use ganforge_train::run::RunDirectory;
use ganforge_train::telemetry::Reading;
use ganforge_train::{Payoff, Recipe, System};
use serde_json::{Value, json};

use super::html::escape;
use super::metrics::Tick;
use super::of_system::AnySystem;
use super::page::page;
use super::run::{Run, Sample};

/// A line of `metrics.jsonl`, with further keys.
fn line(images: u64, further: Value) -> String {
    let mut line = json!({
        "images": images,
        "discriminator_loss": 1.3,
        "generator_loss": 0.8,
        "score_real": 0.2,
        "score_fake": -0.2,
        "accuracy_real": 0.7,
        "accuracy_fake": 0.6,
        "penalty": 0.0,
        "discriminator_gradient_norm": 1.5,
        "generator_gradient_norm": 0.4,
        "images_per_second": 12_000.0,
    });
    let object = line.as_object_mut().unwrap();
    if let Value::Object(further) = further {
        object.extend(further);
    }
    line.to_string()
}

fn tick(images: u64, further: Value) -> Tick {
    Tick::parse(line(images, further).as_bytes()).unwrap()
}

fn plain(images: u64) -> Tick {
    tick(images, Value::Null)
}

fn charts(page: &str) -> usize {
    page.matches("<svg").count()
}

fn run(ticks: Vec<Tick>) -> Run {
    let recipe = Recipe::load("digits", &[]).unwrap();
    Run {
        recipe_text: recipe.to_toml().unwrap(),
        experiment: recipe.experiment,
        system: Box::new(recipe.system),
        images: 640,
        seconds: Some(61.0),
        ticks,
        samples: Vec::new(),
        model_bytes: Some(1_000),
        has_best: false,
    }
}

#[test]
fn text_is_escaped_wherever_a_recipe_can_put_it() {
    let mut run = run(vec![plain(640)]);
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
    let estimates = [(320, 0.1), (640, 0.2)];
    let estimates = estimates.map(|(images, jsd)| tick(images, json!({ "jsd_estimate": jsd })));
    let with = page(&run(estimates.to_vec())).unwrap();
    let without = page(&run(vec![plain(320), plain(640)])).unwrap();
    assert!(with.contains("Jensen-Shannon") && !without.contains("Jensen-Shannon"));
    assert_eq!((charts(&with), charts(&without)), (6, 5));
}

#[test]
fn figures_have_charts_of_their_own_and_the_first_of_equal_ones_is_the_best() {
    let evaluated = |(images, recall)| tick(images, json!({ "frechet": 3.0, "recall": recall }));
    let recalls = [(400, 0.4), (700, 0.7), (800, 0.7), (900, 0.5)];
    let mut run = run(recalls.map(evaluated).to_vec());
    let plain = page(&run).unwrap();
    assert_eq!(charts(&plain), 5 + 2);
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
fn unknown_keys_have_charts_of_their_own() {
    let terms = json!({ "energy_real": 1.0, "energy_fake": 2.0, "convergence": 0.5, "note": "?", "lost": null });
    let page = page(&run(vec![tick(320, terms), plain(640)])).unwrap();
    assert_eq!(charts(&page), 5 + 2);
    for part in [
        "<h3>Convergence",
        "<h3>Energy<",
        "</i>energy_real: <b>1<",
        "</i>energy_fake: <b>2<",
    ] {
        assert!(page.contains(part), "{part} is missing: {page}");
    }
    assert!(!page.contains("<h3>Note") && !page.contains("<h3>Lost"));
}

#[test]
fn every_key_of_a_reading_has_its_chart() {
    let reading = serde_json::to_vec(&Reading::default()).unwrap();
    let ticks = [Tick::parse(&reading).unwrap()];
    assert!(super::terms::charts(&ticks, &[]).is_empty());
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
        let mut run = run(vec![plain(640)]);
        run.experiment.game.payoff = payoff;
        let page = page(&run).unwrap();
        (page.contains("drift"), page.contains("for the generator"))
    };
    for payoff in Payoff::ALL {
        let is_critic = payoff == Payoff::Wasserstein;
        // If scores are compared, the generator's loss depends on the same differences, so it has a level. An energy has none.
        let expected = (
            is_critic || payoff.is_relativistic(),
            !is_critic && !payoff.takes_energies(),
        );
        assert_eq!(texts(payoff), expected, "{payoff:?}");
    }
}

#[test]
fn the_dashed_lines_of_the_losses_are_those_of_an_undecided_discriminator() {
    // 2 log 2 and log 2, by hand.
    let page = page(&run(vec![plain(640)])).unwrap();
    assert!(page.contains("1.39 for the discriminator, 0.693 for the generator"));
}

/// 2 log 2 for each discriminator. ALI's generator loss has both halves, LAPGAN's losses are sums over three levels.
#[test]
fn the_dashed_lines_are_those_of_the_system() {
    let none = "The generator's loss has no such value";
    for (recipe, changes, parts) in [
        (
            "bigan-2016-digits",
            &[][..],
            [
                "generated pairs, 1.39 for the discriminator",
                "1.39 for the generator",
            ],
        ),
        (
            "ali-2016-digits",
            &["game.payoff=minimax"],
            ["1.39 for the discriminator", "-1.39 for the generator"],
        ),
        (
            "lapgan-2015-mnist-small",
            &[],
            ["4.16 for the discriminator", "2.08 for the generator"],
        ),
        (
            "lapgan-2015-mnist-small",
            &["generator.widths=[32, 0]"],
            ["2.77 for the discriminator", "1.39 for the generator"],
        ),
        (
            "infogan-2016-digits-small",
            &[],
            ["1.39 for the discriminator", "0.693 for the generator"],
        ),
        (
            "context-encoder-2016-mnist-small",
            &[],
            ["1.39 for the discriminator", none],
        ),
        (
            "digits-conditional",
            &[],
            ["for the discriminator", "for the generator"],
        ),
    ] {
        let changes: Vec<Override> = changes
            .iter()
            .map(|change| change.parse().unwrap())
            .collect();
        let page = page(&of_recipe(recipe, &changes)).unwrap();
        let page = page.replace("&#39;", "'");
        for part in parts {
            assert!(page.contains(part), "{recipe}: {part}");
        }
    }
    let semi = page(&of_recipe("salimans-2016-digits-small", &[])).unwrap();
    assert!(
        !semi.contains("for the discriminator"),
        "a cross-entropy of classes"
    );
    let matched = ["game.feature_matching={weight=1.0}".parse().unwrap()];
    let matched = page(&of_recipe("digits", &matched))
        .unwrap()
        .replace("&#39;", "'");
    assert!(matched.contains(none));
}

/// A run of another recipe, with one tick.
fn of_recipe(name: &str, changes: &[Override]) -> Run {
    struct Text<'a>(RecipeSource, &'a [Override]);

    impl ForSystem for Text<'_> {
        type Output = (String, Experiment, Box<dyn AnySystem>);

        fn run<S: System>(self) -> Self::Output {
            let recipe = Recipe::<S>::from_source(&self.0, self.1).unwrap();
            let text = recipe.to_toml().unwrap();
            (text, recipe.experiment, Box::new(recipe.system))
        }
    }

    let source = RecipeSource::find(name).unwrap();
    let system = source.system(changes).unwrap();
    let (recipe_text, experiment, system) = for_system(&system, Text(source, changes)).unwrap();
    Run {
        experiment,
        system,
        recipe_text,
        ..run(vec![plain(640)])
    }
}

#[test]
fn figures_of_evaluations_are_not_called_means_over_ticks() {
    let mut run = of_recipe("bigan-2016-digits", &[]);
    let chart = |run: &Run, title: &str| {
        let page = page(run).unwrap();
        let from = page.find(&format!("<h3>{title}</h3>")).unwrap();
        let end = page[from..].find("<h3>Images per second").unwrap();
        page[from..from + end].to_owned()
    };
    run.ticks = vec![tick(640, json!({"reconstruction_ratio": 0.7}))];
    let measured = chart(&run, "Reconstruction ratio");
    assert!(measured.contains("at each evaluation") && !measured.contains("mean over each tick"));
    run.ticks = vec![tick(640, json!({"some_term": 0.7}))];
    assert!(chart(&run, "Some term").contains("mean over each tick"));
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
    let metrics = format!(
        "{}\nnonsense\n\n\u{0}\n{}\n{{\"images\":",
        line(320, Value::Null),
        line(640, Value::Null)
    );
    fs::write(directory.metrics(), metrics).unwrap();
    let run = Run::read(&directory).unwrap();
    assert_eq!(run.ticks, [plain(320), plain(640)]);
    assert_eq!((run.images, run.seconds), (640, None));
    let links: Vec<_> = run
        .samples
        .iter()
        .map(|sample| sample.link.as_str())
        .collect();
    assert_eq!(links, ["samples/000000320.png"]);
}
