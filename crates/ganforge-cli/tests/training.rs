//! `ganforge train`: what it does, prints and writes.

mod support;

use support::{Ended, Home};

/// Enough of a run to have two ticks, in a fraction of a second.
const SHORT: &str = "--images 1280 --set run.tick=640";

#[test]
fn a_run_through_a_pipe_prints_a_readable_line_for_each_tick() {
    let home = Home::new();
    let printed = home.does("train digits --images 6400 --set run.tick=1280 --out run");
    let lines: Vec<&str> = printed.lines().collect();
    let [first, ticks @ .., last] = &lines[..] else {
        panic!("{printed}");
    };
    assert!(first.starts_with("digits: 1797 images 1x8x8"), "{first}");
    assert!(first.ends_with("into run"), "{first}");
    assert!(last.starts_with("done: run/model.safetensors"), "{last}");
    assert_eq!(ticks.len(), 5, "{printed}");
    for (tick, line) in ticks.iter().enumerate() {
        let position = format!("{}/6400 images", 1280 * (tick + 1));
        for part in [
            &position,
            "%",
            "loss D ",
            " G ",
            "score real ",
            " fake ",
            "accuracy real ",
            "JSD ",
            " images/s",
            " left",
        ] {
            assert!(line.contains(part), "`{part}` in {line}");
        }
        assert!(!line.contains("NaN"), "{line}");
    }
}

#[test]
fn a_run_directory_holds_what_the_design_promises() {
    let home = Home::new();
    home.does(&format!("train digits {SHORT} --out run"));
    assert_eq!(
        home.names("run"),
        [
            "checkpoint",
            "experiment.log",
            "metrics.jsonl",
            "model.safetensors",
            "recipe.toml",
            "report.html",
            "samples"
        ]
    );
    assert_eq!(
        home.names("run/samples"),
        ["000000640.png", "000001280.png"]
    );
    assert_eq!(
        home.names("run/checkpoint"),
        ["manifest.json", "step-000000020"]
    );
    let metrics = home.metrics("run");
    assert_eq!(metrics.len(), 2);
    for (line, images) in metrics.iter().zip([640, 1280]) {
        assert_eq!(line["images"], images);
        for key in [
            "discriminator_loss",
            "generator_loss",
            "score_real",
            "score_fake",
            "accuracy_real",
            "accuracy_fake",
            "jsd_estimate",
            "penalty",
            "discriminator_gradient_norm",
            "generator_gradient_norm",
            "images_per_second",
        ] {
            assert!(line[key].as_f64().is_some_and(f64::is_finite), "{key}");
        }
        assert!(line["images_per_second"].as_f64() > Some(0.0));
    }
    let grid = image::open(home.path("run/samples/000001280.png")).unwrap();
    assert_eq!([grid.width(), grid.height()], [2 + 8 * 34; 2]);
}

#[test]
fn the_resolved_recipe_of_a_run_repeats_it() {
    let home = Home::new();
    home.does(&format!(
        "train digits {SHORT} --seed 5 --set game.payoff=hinge --out run"
    ));
    let recipe = home.text("run/recipe.toml");
    for line in [
        "payoff = \"hinge\"",
        "images = 1280",
        "seed = 5",
        "tick = 640",
        "source = \"digits\"",
        "label_smoothing = 0.0",
    ] {
        assert!(recipe.lines().any(|found| found == line), "{line}");
    }
    home.does("train run/recipe.toml --out again");
    home.assert_same_run("run", "again");
    assert_eq!(recipe, home.text("again/recipe.toml"));
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let home = Home::new();
    home.does(&format!("train digits {SHORT} --seed 1 --out one"));
    home.does(&format!("train digits {SHORT} --seed 1 --out same"));
    home.does(&format!("train digits {SHORT} --seed 2 --out other"));
    home.assert_same_run("one", "same");
    for file in ["model.safetensors", "samples/000001280.png"] {
        let [one, other] = ["one", "other"].map(|run| home.read(&format!("{run}/{file}")));
        assert!(one != other, "{file}");
    }
}

#[test]
fn a_conditional_grid_has_a_column_for_each_class() {
    let home = Home::new();
    home.does(&format!("train digits-conditional {SHORT} --out run"));
    let grid = image::open(home.path("run/samples/000001280.png")).unwrap();
    assert_eq!([grid.width(), grid.height()], [2 + 10 * 34, 2 + 8 * 34]);
}

#[test]
fn points_in_the_plane_are_trained_on_and_drawn() {
    let home = Home::new();
    home.does("train ring8 --images 2000 --set run.batch=100 --set run.tick=1000 --set run.samples=100 --out run");
    assert_eq!(
        home.names("run/samples"),
        ["000001000.png", "000002000.png"]
    );
    assert!(image::open(home.path("run/samples/000002000.png")).is_ok());
    home.write("points.csv", "0,0\n1,0\n0,1\n1,1\n".repeat(50));
    home.does("train ring8 --data points.csv --images 400 --set run.batch=100 --set run.samples=9 --out mine");
}

#[test]
fn every_payoff_trains_under_every_update_rule() {
    let home = Home::new();
    let clipped = r#"--set game.penalties=[{kind="weight-clipping",limit=0.01}]"#;
    for (number, payoff) in [
        "minimax",
        "non-saturating",
        "maximum-likelihood",
        "least-squares",
        r#"{kind="least-squares",real=1,fake=-1,generator=0}"#,
        "wasserstein",
        "hinge",
        "f-kl",
        "f-reverse-kl",
        "f-pearson",
        "f-squared-hellinger",
        "f-jensen-shannon",
        r#"{kind="f-reverse-kl",non_saturating=true}"#,
        "relativistic-logistic",
        "relativistic-hinge",
        "relativistic-least-squares",
        "relativistic-average-logistic",
        "relativistic-average-hinge",
        "relativistic-average-least-squares",
    ]
    .into_iter()
    .enumerate()
    {
        let penalties = if payoff == "wasserstein" { clipped } else { "" };
        for (index, rule) in [
            "--set game.update=simultaneous",
            "--set game.discriminator_steps=3",
            "--set game.generator_steps=3",
        ]
        .into_iter()
        .enumerate()
        {
            let run = format!("{number}-{index}");
            home.does(&format!(
                "train digits --images 384 --set run.tick=192 --set run.samples=4 \
                 --set game.payoff={payoff} {penalties} {rule} --out {run}"
            ));
            let metrics = home.metrics(&run);
            assert_eq!(metrics.len(), 2, "{payoff} {rule}");
            let knows_jsd = metrics[0].get("jsd_estimate").is_some();
            let logistic = [
                "minimax",
                "non-saturating",
                "maximum-likelihood",
                "f-jensen-shannon",
            ];
            assert_eq!(knows_jsd, logistic.contains(&payoff), "{payoff} {rule}");
        }
    }
}

#[test]
fn every_optimizer_and_schedule_trains() {
    let home = Home::new();
    for (optimizer, schedule) in [
        ("sgd", "linear"),
        ("rmsprop", "constant"),
        ("adam", "cosine"),
    ] {
        home.does(&format!(
            "train digits {SHORT} --out {optimizer} --set optimizer.generator.kind={optimizer} \
             --set optimizer.generator.momentum=0.5 \
             --set optimizer.generator.schedule={{kind=\"{schedule}\",floor=0.1,warmup=320}}"
        ));
    }
}

#[test]
fn a_folder_that_holds_a_run_is_left_alone() {
    let home = Home::new();
    home.does(&format!("train digits {SHORT} --out run"));
    let before = home.read("run/model.safetensors");
    let complaint = home.refuses(1, &format!("train digits {SHORT} --seed 9 --out run"));
    assert!(
        complaint.contains("--resume") && complaint.contains("--out"),
        "{complaint}"
    );
    assert_eq!(home.read("run/model.safetensors"), before);
}

#[test]
fn a_run_without_a_folder_of_its_own_gets_one_named_after_recipe_and_time() {
    let home = Home::new();
    home.does(&format!("train digits {SHORT}"));
    let runs = home.names("runs");
    let [run] = &runs[..] else {
        panic!("{runs:?}");
    };
    let time = run.strip_prefix("digits-").unwrap();
    assert!(time.len() == 15 && time.as_bytes()[8] == b'-', "{run}");
    let printed = home.does("train digits --resume --images 1920");
    assert!(printed.contains(&format!("runs/{run}")), "{printed}");
    assert_eq!(home.metrics(&format!("runs/{run}")).len(), 3);
}

#[test]
fn without_a_dashboard_nothing_is_printed() {
    let home = Home::new();
    let printed = home.does(&format!("train digits {SHORT} --dashboard none --out run"));
    assert_eq!(printed, "");
}

#[test]
fn a_reader_that_leaves_does_not_stop_the_run() {
    let home = Home::new();
    let mut run = home.start("train digits --images 6400 --set run.tick=640 --out run");
    run.line().unwrap();
    assert_eq!(run.leave(), Some(0));
    assert_eq!(home.metrics("run").len(), 10);
}

#[test]
fn one_corrupt_image_is_skipped_and_named_and_the_run_continues() {
    let home = Home::new();
    home.squares("images", 40, 8);
    home.write("images/torn.png", &home.read("images/000.png")[..40]);
    let line = "train digits --data folder:images --images 320 --set run.tick=160 \
                --set run.batch=16 --out run";
    let Ended {
        status,
        stdout,
        stderr,
    } = home.run(line);
    assert_eq!(status, Some(0), "{stderr}");
    assert!(stdout.contains(" 40 images"), "{stdout}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.starts_with("warning: skipped "), "{stderr}");
    assert!(stderr.contains("torn.png"), "{stderr}");
    let log = home.text("run/experiment.log");
    assert!(log.contains("torn.png"), "{log}");
}

#[test]
fn dampening_changes_what_momentum_trains() {
    let home = Home::new();
    let models = ["0.0", "1.0"].map(|dampening| {
        let sgd = format!(r#"{{kind="sgd",rate=0.01,momentum=0.9,dampening={dampening}}}"#);
        let line =
            format!("train digits {SHORT} --set optimizer.generator={sgd} --out {dampening}");
        home.does(&line);
        home.read(&format!("{dampening}/model.safetensors"))
    });
    assert_ne!(models[0], models[1]);
}
