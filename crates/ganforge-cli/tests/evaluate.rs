//! `ganforge evaluate`: figures of exactly the images that `sample` writes, each with its protocol.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use std::ops::Range;

use ganforge_data::{DataOptions, DataSpec, Dataset, Split};
use ganforge_eval::Features;
use ganforge_eval::metrics::{PARZEN_GRID, frechet_of_features, parzen as parzen_of};
use ganforge_eval::spaces::{INCEPTION_FILE, INCEPTION_SHA256};
use serde_json::Value;
use support::Home;

/// A home with a model of 8×8 digits in `run`.
fn trained() -> Home {
    let home = Home::new();
    home.does("train digits --images 1280 --set run.tick=1280 --out run");
    home
}

/// The numbers of a `.npy` file, which follow a header of a length it states.
fn array(home: &Home, name: &str) -> Vec<f32> {
    let bytes = home.read(name);
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let numbers = bytes[10 + header..].chunks_exact(4);
    numbers
        .map(|four| f32::from_le_bytes(four.try_into().unwrap()))
        .collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Fails unless the complaint names everything in `parts`.
fn names(complaint: &str, parts: &[&str]) {
    for part in parts {
        assert!(complaint.contains(part), "`{part}` in {complaint}");
    }
}

#[test]
fn the_samples_are_those_that_sample_writes() {
    let home = trained();
    let report = json(&home.does("evaluate run --data digits --samples 300 --seed 7 --json"));
    assert_eq!(report["samples"], 300);
    assert_eq!(report["data"], "digits");
    let metrics = report["metrics"].as_object().unwrap();
    let mut known: Vec<&str> = metrics.keys().map(String::as_str).collect();
    known.sort_unstable();
    assert_eq!(
        known,
        [
            "coverage",
            "density",
            "frechet",
            "kernel",
            "precision",
            "recall"
        ]
    );

    home.does("sample run -n 300 --seed 7 -o samples.npy");
    let samples = Features::new(300, 64, array(&home, "samples.npy")).unwrap();
    let digits = Dataset::open(&DataSpec::Digits, &DataOptions::default()).unwrap();
    let chosen: Vec<usize> = (0..300).map(|at| at * digits.len() / 300).collect();
    let reference = Features::new(300, 64, digits.gather(&chosen).unwrap().images).unwrap();
    let expected = frechet_of_features(&samples, &reference).unwrap();
    let found = metrics["frechet"]["value"].as_f64().unwrap();
    assert!(
        (found - expected).abs() < 1e-9 * expected,
        "{found} {expected}"
    );

    let protocol = &metrics["frechet"]["protocol"];
    for (key, value) in [
        ("features", Value::from("raw")),
        ("samples", 300.into()),
        ("reference", 300.into()),
        ("data", "digits".into()),
        ("split", "train".into()),
        ("resize", "pad to 1x8x8".into()),
        ("seed", 7.into()),
    ] {
        assert_eq!(protocol[key], value, "{key}");
    }
    let error = &metrics["kernel"]["error"]["standard_error"];
    assert!(error.as_f64().unwrap() > 0.0);
    // The model file says the same as the run directory.
    let line = "evaluate run/model.safetensors --data digits --samples 300 --seed 7 --json";
    assert_eq!(json(&home.does(line)), report);
}

#[test]
fn a_change_is_told_for_one_protocol_and_refused_for_two() {
    let home = trained();
    let line = "evaluate run --data digits --samples 100 --metrics frechet,recall";
    home.write("before.json", home.does(&format!("{line} --json")));
    let table = home.does(&format!("{line} --against before.json"));
    let heading = "run/model.safetensors after 1280 images\n\
                   100 samples, seed 0, compared with digits, raw, against 100 of train, pad to 1x8x8\n\
                   changes since before.json\n\n";
    assert!(table.starts_with(heading), "{table}");
    let lines: Vec<&str> = table.lines().skip(4).collect();
    names(lines[0], &["frechet ↓ ", "  (0)"]);
    names(lines[1], &["recall ↑ ", "  (0)  k 3"]);
    let report = json(&home.does(&format!("{line} --against before.json --json")));
    assert_eq!(report["change"]["frechet"], 0.0);

    for (changed, parts) in [
        (" --samples 101", &["`samples` is 101 here and 100"][..]),
        (" --seed 3", &["`seed` is 3 here and 0 there"]),
        (
            " --truncation 0.5",
            &["`sampling.truncation` is \"0.5\"", "not given"],
        ),
    ] {
        let line = line.replace(
            " --samples 100",
            if changed.contains("samples") {
                ""
            } else {
                " --samples 100"
            },
        );
        let complaint = home.refuses(1, &format!("{line}{changed} --against before.json"));
        names(&complaint, &["frechet", "before.json"]);
        names(&complaint, parts);
    }
    let other = "evaluate run --data digits --metrics diversity --against before.json";
    names(
        &home.refuses(2, other),
        &["none of these", "frechet, recall"],
    );
    // A metric that the earlier report lacks has no change.
    let more = line.replace("recall", "recall,kernel");
    let table = home.does(&format!("{more} --against before.json"));
    names(&table, &["kernel ↓", " SE  (new)  all pairs"]);
    home.write("torn.json", "{\"samples\":");
    let line = format!("{line} --against torn.json");
    names(&home.refuses(1, &line), &["torn.json", "--json"]);
}

#[test]
fn modes_of_a_mixture_are_counted() {
    let home = Home::new();
    home.does("train grid25 --images 500 --set run.samples=50 --out run");
    let report = json(&home.does("evaluate run --data grid25 --json"));
    assert_eq!(report["samples"], 2500);
    let metrics = &report["metrics"];
    assert!((0.0..=25.0).contains(&metrics["modes"]["value"].as_f64().unwrap()));
    let stated = &metrics["high-quality"]["protocol"]["metric"];
    assert_eq!(stated["of"], 25);
    assert!((stated["within"].as_f64().unwrap() - 0.15).abs() < 1e-12);
    let complaint = home.refuses(2, "evaluate run --data digits");
    names(&complaint, &["2x1x1", "digits has images"]);
    let complaint = home.refuses(2, "evaluate run --data ring8 --metrics parzen");
    names(&complaint, &["parzen", "points have no pixels"]);
}

/// Writes a pair of IDX files: bars of digits' size, each at its own place, with labels.
fn bars(home: &Home, part: &str, which: Range<u32>) {
    let count = which.end - which.start;
    let mut images = [0x803_u32, count, 28, 28].map(u32::to_be_bytes).concat();
    let mut labels = [0x801_u32, count].map(u32::to_be_bytes).concat();
    for index in which {
        let [left, top] = [4 + index * 7 % 19, 3 + index * 5 % 11];
        let ink = |at: u32| {
            let [x, y] = [at % 28, at / 28];
            let inside = x.abs_diff(left) < 2 && (top..top + 9).contains(&y);
            if inside { 255 - (index % 90) as u8 } else { 0 }
        };
        images.extend((0..28 * 28).map(ink));
        labels.push((index % 10) as u8);
    }
    home.write(&format!("bars/{part}-images-idx3-ubyte"), images);
    home.write(&format!("bars/{part}-labels-idx1-ubyte"), labels);
}

#[test]
fn a_metric_without_a_value_is_left_out_with_a_warning() {
    let home = Home::new();
    home.does("train ring8 --images 500 --set run.samples=50 --out run");
    // Every sample is the same point, far from the circle's eight.
    let line = "evaluate run --data ring8 --samples 20 --truncation 0";
    let ended = home.run(&format!("{line} --json"));
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(
        ended.stderr.starts_with("warning: reverse-kl has no value"),
        "{}",
        ended.stderr
    );
    let metrics = &json(&ended.stdout)["metrics"];
    assert_eq!(metrics["modes"]["value"], 0.0);
    assert_eq!(metrics["high-quality"]["value"], 0.0);
    assert!(metrics.get("reverse-kl").is_none());
    let complaint = home.refuses(1, &format!("{line} --metrics reverse-kl"));
    names(&complaint, &["reverse-kl has no value"]);
}

#[test]
fn a_test_part_is_held_out_and_validation_is_the_end_of_the_training_part() {
    let home = Home::new();
    bars(&home, "train", 0..600);
    bars(&home, "t10k", 600..720);
    let small = "--set run.tick=400 --set run.samples=16 --set generator.hidden=[32]";
    home.does(&format!(
        "train mnist-mlp --data idx:bars --images 400 {small} --out run"
    ));
    let line = "evaluate run --data idx:bars --samples 50 --json";
    let ended = home.run(&format!("{line} --features digits"));
    names(
        &ended.stderr,
        &[
            "50 samples and 50 real images in 128 dimensions",
            "more than 128 of both",
        ],
    );
    let report = json(&ended.stdout);
    let metrics = &report["metrics"];
    assert_eq!(metrics.as_object().unwrap().len(), 8, "{metrics}");
    let nearest = &metrics["nearest"]["protocol"];
    assert_eq!(nearest["metric"]["training"], 600);
    assert_eq!(nearest["metric"]["held_out"], 120);
    let suspicious = metrics["nearest"]["details"]["suspicious"]
        .as_f64()
        .unwrap();
    assert!((0.0..=1.0).contains(&suspicious), "{suspicious}");
    let score = &metrics["inception-score"];
    assert!((1.0..=10.0).contains(&score["value"].as_f64().unwrap()));
    assert!(score["error"]["deviation"].is_number());
    let features = score["protocol"]["features"].as_str().unwrap();
    assert!(features.starts_with("digits "), "{features}");

    let report = json(
        &home
            .run(&format!("{line} --metrics parzen,frechet --split test"))
            .stdout,
    );
    let parzen = &report["metrics"]["parzen"];
    assert_eq!(parzen["protocol"]["metric"]["validation"], 100);
    assert_eq!(parzen["protocol"]["reference"], 120);
    assert_eq!(parzen["protocol"]["features"], "raw");
    assert_eq!(report["metrics"]["frechet"]["protocol"]["split"], "test");
    assert_eq!(report["metrics"]["frechet"]["protocol"]["reference"], 50);
    // The likelihood is that of pixels from 0 to 1, by the definition of the library.
    home.does("sample run -n 50 -o samples.npy");
    let ink = |pixels: Vec<f32>| {
        let rows = pixels.len() / 784;
        let ink = pixels.into_iter().map(|pixel| f32::midpoint(pixel, 1.0));
        Features::new(rows, 784, ink.collect()).unwrap()
    };
    let open = |split| {
        let options = DataOptions {
            split,
            ..DataOptions::default()
        };
        Dataset::open(&DataSpec::Idx(home.path("bars")), &options).unwrap()
    };
    let of = |split, range: Range<usize>| {
        let indices: Vec<usize> = range.collect();
        ink(open(split).gather(&indices).unwrap().images)
    };
    let [validation, test] = [of(Split::Train, 500..600), of(Split::Test, 0..120)];
    let samples = ink(array(&home, "samples.npy"));
    let expected = parzen_of(&samples, &validation, &test, &PARZEN_GRID).unwrap();
    let (found, nats) = (parzen["value"].as_f64().unwrap(), expected.nats.value);
    assert!((found - nats).abs() < 1e-9 * nats.abs(), "{found} {nats}");
    assert_eq!(parzen["details"]["sigma"], expected.sigma);
}

/// Three bars are a stacked image; whether a network of digits sees a thousand modes in them is not the question here.
#[test]
fn stacked_digits_are_trained_on_and_their_modes_counted() {
    let home = Home::new();
    bars(&home, "train", 0..60);
    let small =
        "--set generator.width=2 --set discriminator.width=2 --set run.batch=8 --set run.samples=4";
    home.does(&format!(
        "train stacked-mnist-dcgan --data stacked:idx:bars --images 64 {small} --out run"
    ));
    let line =
        "evaluate run --data stacked:idx:bars --samples 40 --metrics modes,reverse-kl --json";
    let metrics = json(&home.does(line))["metrics"].clone();
    assert_eq!(metrics["modes"]["protocol"]["metric"]["of"], 1000);
    let found = metrics["modes"]["value"].as_f64().unwrap();
    assert!((1.0..=40.0).contains(&found), "{found}");
    assert!(metrics["reverse-kl"]["value"].as_f64().unwrap() > 0.0);
    // The same samples give the same figures.
    assert_eq!(json(&home.does(line))["metrics"], metrics);
}

#[test]
fn samples_of_a_class_are_compared_with_real_images_of_it() {
    let home = Home::new();
    home.does("train digits-conditional --images 640 --out run");
    let line = "evaluate run --data digits --metrics frechet --samples 200 --json";
    let all = json(&home.does(line));
    let threes = json(&home.does(&format!("{line} --class 3")));
    let [all, threes] =
        [all, threes].map(|report| report["metrics"]["frechet"]["protocol"].clone());
    assert_eq!(
        (&all["reference"], &threes["reference"]),
        (&200.into(), &183.into())
    );
    assert_eq!(threes["sampling"]["class"], "3");
}

#[test]
fn what_cannot_be_evaluated_is_said_in_one_line() {
    let home = trained();
    for (status, words, parts) in [
        (2, "--metrics fid", &["`fid`", "frechet, kernel"][..]),
        (2, "--metrics modes", &["modes", "ring8, grid25"]),
        (2, "--metrics inception-score", &["digits features"]),
        (2, "--samples 0", &["from 1 on"]),
        (2, "--class 3", &["`class` is 3"]),
        (2, "--truncation=-1", &["truncation"]),
        (1, "--features digits", &["1x8x8", "raw features"]),
        (1, "--split test", &["digits has no test part"]),
        (
            2,
            "--metrics nearest",
            &["with test images", "digits has none"],
        ),
        (
            2,
            "--metrics parzen",
            &["with test images", "digits has none"],
        ),
        (1, "--samples 3", &["at least 6 samples", "are 3"]),
        (1, "--against none.json", &["none.json"]),
    ] {
        let line = format!("evaluate run --data digits {words}");
        names(&home.refuses(status, &line), parts);
    }
    let complaint = home.refuses(2, "evaluate run --data ring8");
    names(&complaint, &["1x8x8", "ring8 has points"]);
    let complaint = home.refuses(2, "evaluate run --data stacked:digits");
    names(&complaint, &["3 channels"]);
    for line in ["evaluate nowhere --data digits", "sample nowhere -o x.png"] {
        let complaint = home.refuses(1, line);
        names(&complaint, &["nowhere: nothing is there", "run directory"]);
    }
    let complaint = home.refuses(1, "evaluate run/samples --data digits");
    names(&complaint, &["this folder has no model.safetensors"]);
}

#[test]
fn inception_features_need_the_released_weights() {
    let home = trained();
    let line = "evaluate run --data digits --features inception";
    let file = format!("cache/inception/{INCEPTION_FILE}");
    let complaint = home.refuses(1, line);
    names(
        &complaint,
        &[&file, "not there", "ganforge data fetch inception"],
    );
    // Whatever else lies there is not used.
    home.write(&file, "a page that asks to log in");
    let complaint = home.refuses(1, line);
    names(
        &complaint,
        &[&file, INCEPTION_SHA256, "ganforge data fetch inception"],
    );
    // What is fetched and what is opened are one file.
    assert_eq!(INCEPTION_SHA256, ganforge_data::INCEPTION_SHA256);
}
