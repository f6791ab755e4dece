//! Runs that are evaluated while they train, and keep their best model.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use serde_json::Value;
use support::Home;

/// Rates that do not depend on how long a run is to be, so that a shorter run is the beginning of a longer one.
const CONSTANT: &str = "--set optimizer.generator.schedule.kind=constant \
                        --set optimizer.discriminator.schedule.kind=constant";

/// An evaluation of a hundred samples by a list of metrics.
fn by(metrics: &str) -> String {
    let names: Vec<String> = metrics
        .split(',')
        .map(|name| format!("\"{name}\""))
        .collect();
    format!(
        "--set evaluation.metrics=[{}] --set evaluation.samples=100",
        names.join(",")
    )
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// Images and a figure, a pair for every line that has it.
fn curve(home: &Home, run: &str, metric: &str) -> Vec<(u64, f64)> {
    let lines = home.metrics(run);
    let point = |line: &Value| Some((line["images"].as_u64()?, line.get(metric)?.as_f64()?));
    lines.iter().filter_map(point).collect()
}

#[test]
#[expect(clippy::float_cmp, reason = "the same figures, not alike ones")]
fn every_nth_tick_and_the_last_say_what_evaluate_says_of_that_model() {
    let home = Home::new();
    let metrics = "frechet,kernel,recall,diversity";
    let shown = home.does(&format!(
        "train digits --images 3840 --seed 3 --set run.tick=640 --set evaluation.every=4 {} --out run",
        by(metrics)
    ));
    let images: Vec<u64> = curve(&home, "run", "frechet")
        .iter()
        .map(|at| at.0)
        .collect();
    assert_eq!(images, [2560, 3840]);
    let ticks: Vec<&str> = shown
        .lines()
        .filter(|line| line.contains("images/s"))
        .collect();
    let evaluated = ticks.iter().map(|line| line.contains("  frechet "));
    assert!(
        evaluated.eq([false, false, false, true, false, true]),
        "{shown}"
    );
    assert!(
        ticks[5].contains("  recall ") && ticks[5].contains("  kernel "),
        "{shown}"
    );

    let report = home.does(&format!(
        "evaluate run --data digits --samples 100 --seed 3 --metrics {metrics} --json"
    ));
    let (report, last) = (json(&report), &home.metrics("run")[5]);
    let protocols = home.json("run/evaluation.json");
    assert_eq!(protocols.as_object().unwrap().len(), 4);
    for metric in metrics.split(',') {
        let found = &report["metrics"][metric];
        assert_eq!(number(&last[metric]), number(&found["value"]), "{metric}");
        assert_eq!(protocols[metric], found["protocol"], "{metric}");
    }
    let page = home.text("run/report.html");
    assert!(page.contains("Fréchet distance") && page.contains("evaluation.json"));
    assert!(!home.path("run/best.safetensors").exists());
}

#[test]
fn evaluation_changes_nothing_of_what_is_trained() {
    let home = Home::new();
    // Batch statistics in the generator that is evaluated, dropout and noise drawn on the device, and no average.
    home.write(
        "noisy.toml",
        r#"
        title = "Everything random"
        data = { source = "digits" }
        generator = { kind = "mlp", latent = 8, hidden = [64], norm = "batch" }
        discriminator = { kind = "mlp", hidden = [64], dropout_hidden = 0.3 }
        game = { payoff = "non-saturating", instance_noise = { std = 0.1, until = 10000 } }
        optimizer.generator = { kind = "adam", rate = 1e-3 }
        optimizer.discriminator = { kind = "adam", rate = 1e-3 }
        run = { images = 3200, batch = 64, tick = 640 }
        "#,
    );
    for recipe in ["noisy.toml", "digits"] {
        let line = format!("train {recipe} --images 3200 --set run.tick=640");
        let (plain, evaluated) = (format!("{recipe}-0"), format!("{recipe}-1"));
        home.does(&format!("{line} --out {plain}"));
        home.does(&format!(
            "{line} {} --out {evaluated}",
            by("frechet,kernel,recall")
        ));
        let model = |run: &str| home.read(&format!("{run}/model.safetensors"));
        assert!(model(&plain) == model(&evaluated), "{recipe}");
        let told = |run: &str| {
            let mut lines = home.metrics(run);
            for line in &mut lines {
                let line = line.as_object_mut().unwrap();
                for key in ["images_per_second", "frechet", "kernel", "recall"] {
                    line.remove(key);
                }
            }
            lines
        };
        assert_eq!(told(&plain), told(&evaluated), "{recipe}");
    }
}

#[test]
fn the_best_model_is_that_of_the_best_tick_and_survives_worse_ones() {
    let home = Home::new();
    let line = format!("{CONSTANT} --set run.tick=640");
    let keep = format!(
        "{} --set evaluation.keep_best=frechet",
        by("frechet,precision")
    );
    home.does(&format!(
        "train digits --images 2560 {line} {keep} --out run"
    ));
    // At this rate nothing gets better any more.
    home.does("train digits --resume --images 5120 --set optimizer.generator.rate=0.5 --out run");
    let curve = curve(&home, "run", "frechet");
    let best = curve.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1));
    let (images, value) = best.unwrap();
    assert!(curve.len() == 8 && images <= 2560, "{curve:?}");
    home.does(&format!(
        "train digits --images {images} {line} --out short"
    ));
    let kept = home.read("run/best.safetensors");
    assert!(kept == home.read("short/model.safetensors"), "{curve:?}");
    assert!(kept != home.read("run/model.safetensors"));
    assert!(home.text("run/report.html").contains("best.safetensors"));

    let line = "evaluate run/best.safetensors --data digits --samples 100 --metrics frechet --json";
    let found = number(&json(&home.does(line))["metrics"]["frechet"]["value"]);
    assert!((found - value).abs() < 1e-12 * value, "{found} {value}");
    home.does("sample run/best.safetensors -n 4 -o samples.png");
}

#[test]
fn a_run_stopped_or_killed_and_resumed_keeps_the_same_best_model() {
    let home = Home::new();
    let what = format!(
        "--images 7680 --set run.tick=640 --set run.checkpoint=2560 {} --set evaluation.keep_best=precision",
        by("frechet,precision")
    );
    home.does(&format!("train digits {what} --out whole"));
    let mut line = format!("train digits {what} --out parts");
    // A kill leaves a best model that is later than the checkpoint, or none of a better one that comes again.
    for (ticks, signal) in [(3, "KILL"), (3, "INT"), (4, "KILL"), (1, "KILL")] {
        let mut run = home.start(&line);
        run.ticks(ticks);
        run.signal(signal);
        assert_ne!(run.wait(), Some(0), "{line}");
        line = "train digits --resume --out parts".to_owned();
    }
    home.does(&line);
    assert!(home.path("whole/best.safetensors").is_file());
    home.assert_same_run("whole", "parts");
}

#[test]
fn a_metric_without_a_value_costs_a_warning_and_not_the_run() {
    let home = Home::new();
    let line = format!(
        "train ring8 --images 4000 --set run.tick=500 --set run.batch=50 --set run.samples=50 {}",
        by("reverse-kl,modes")
    );
    // A generator that stays where it begins is far from every mode.
    let ended = home.run(&format!(
        "{line} --set optimizer.generator.rate=1e-9 --out run"
    ));
    assert_eq!(ended.status, Some(0), "{ended:?}");
    let expected = "warning: after 500 images: reverse-kl has no value";
    assert!(ended.stderr.starts_with(expected), "{}", ended.stderr);
    assert_eq!(ended.stderr.lines().count(), 6, "{}", ended.stderr);
    for line in home.metrics("run") {
        assert_eq!(line["modes"], 0.0, "{line}");
        assert!(line.get("reverse-kl").is_none(), "{line}");
    }
    assert_eq!(
        home.text("run/experiment.log")
            .matches("reverse-kl")
            .count(),
        8
    );
}

#[test]
fn what_the_data_cannot_serve_is_refused_before_anything_is_written() {
    let home = Home::new();
    for (words, parts) in [
        (by("modes"), ["[evaluation] modes", "ring8, grid25"]),
        (
            by("nearest"),
            ["compare with test images", "digits has none"],
        ),
        (
            by("inception-score"),
            ["inception-score", "digits features"],
        ),
        (
            format!("{} --set evaluation.features=digits", by("frechet")),
            ["1x8x8", "raw features"],
        ),
        (
            format!("{} --set evaluation.samples=5", by("recall")),
            ["at least 6 samples", "are 5"],
        ),
        (
            format!("{} --set evaluation.split=test", by("kernel")),
            ["digits", "no test part"],
        ),
        (
            format!("{} --set evaluation.keep_best=kernel", by("recall")),
            ["`evaluation.keep_best` is kernel", "recall"],
        ),
    ] {
        let complaint = home.refuses(1, &format!("train digits {words} --out run"));
        for part in parts {
            assert!(complaint.contains(part), "`{part}` in {complaint}");
        }
        assert!(!home.path("run").exists(), "{words}");
    }
}

#[test]
fn a_resumed_run_is_not_measured_otherwise_than_before() {
    let home = Home::new();
    let keep = "--set evaluation.keep_best=recall";
    let line = format!("{} {keep} --set run.tick=640", by("recall"));
    home.does(&format!("train digits --images 1280 {line} --out run"));
    let resume = "train digits --resume --images 1920 --out run";
    let complaint = home.refuses(1, &format!("{resume} --set evaluation.samples=50"));
    for part in ["recall", "`reference` 100 so far", "50 from here on"] {
        assert!(complaint.contains(part), "`{part}` in {complaint}");
    }
    assert_eq!(home.metrics("run").len(), 2);
    let best = home.read("run/best.safetensors");
    home.write("run/best.safetensors", &best[..best.len() / 2]);
    let complaint = home.refuses(1, resume);
    for part in ["run/best.safetensors", "move the file away"] {
        assert!(complaint.contains(part), "`{part}` in {complaint}");
    }
    home.write("run/best.safetensors", best);
    // Other metrics may come and go.
    let metrics = "--set evaluation.metrics=[\"frechet\"] --set evaluation.keep_best=frechet";
    home.does(&format!("{resume} {metrics}"));
    let lines = home.metrics("run");
    assert!(lines[1].get("recall").is_some() && lines[1].get("frechet").is_none());
    assert!(lines[2].get("recall").is_none() && lines[2].get("frechet").is_some());
    let protocols = home.json("run/evaluation.json");
    assert_eq!(protocols.as_object().unwrap().len(), 2);
}
