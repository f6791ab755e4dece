//! ALI and BiGAN: encoders train, resume, encode and reconstruct, and refuse what means nothing for them.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use support::Home;

const SHORT: &str =
    "--images 1280 --set run.tick=640 --set run.samples=4 --set average.half_life=1000";

fn trained(system: &str) -> Home {
    let home = Home::new();
    home.does(&format!("train {system}-2016-digits {SHORT} --out run"));
    home
}

/// The numbers of a `.npy` file, and what its header says of their shape.
fn array(home: &Home, name: &str) -> (String, Vec<f32>) {
    let bytes = home.read(name);
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = String::from_utf8_lossy(&bytes[10..10 + length]).into_owned();
    let (numbers, _) = bytes[10 + length..].as_chunks::<4>();
    let numbers = numbers.iter().map(|four| f32::from_le_bytes(*four));
    (header, numbers.collect())
}

#[test]
fn a_run_reports_how_well_it_reconstructs_and_ships_both_networks() {
    for system in ["ali", "bigan"] {
        let home = trained(system);
        let last = home.metrics("run").pop().unwrap();
        let value = |of: &serde_json::Value, name: &str| of[name].as_f64().unwrap();
        assert!(value(&last, "frechet") > 0.0, "{system}");
        // The loss of both halves, of a discriminator that knows a little.
        let loss = value(&last, "generator_loss");
        assert!((0.5..5.0).contains(&loss), "{system}: {loss}");
        // The figures of the run are those of its model on the images that it does not see.
        let line = "reconstruct run --data digits --skip 1500 --json -o pairs.png";
        let figures: serde_json::Value = serde_json::from_str(&home.does(line)).unwrap();
        let mut titles = Vec::new();
        for (name, title) in [
            ("reconstruction_ratio", "Reconstruction ratio"),
            ("inverse_ratio", "Inverse ratio"),
            ("latent_mean", "Latent mean"),
            ("latent_variance", "Latent variance"),
        ] {
            let [run, found] = [&last, &figures].map(|of| value(of, name));
            assert!(
                (run - found).abs() < 1e-4 * found.abs(),
                "{system}, {name}: {run}, {found}"
            );
            titles.push(format!("<h3>{title}</h3>"));
        }
        home.does("sample run -n 4 -o samples.png");
        home.does("evaluate run --data digits --metrics frechet --samples 200");
        let page = home.text("run/report.html");
        for part in titles.iter().map(String::as_str).chain([
            "at each evaluation, on images that training does not see",
            "real from generated pairs, 1.39 for the discriminator, 1.39 for the generator",
        ]) {
            assert!(page.contains(part), "{system}: {part}");
        }
    }
}

#[test]
fn latents_are_rows_of_an_array_and_a_reconstruction_is_the_image_of_a_latent() {
    let home = trained("bigan");
    home.does("encode run --data digits -o all.npy");
    home.does("encode run --data digits --skip 10 -n 3 -o some.npy");
    let (header, all) = array(&home, "all.npy");
    assert!(header.contains("(1797, 32)"), "{header}");
    let (header, some) = array(&home, "some.npy");
    assert!(header.contains("(3, 32)"), "{header}");
    let difference = some.iter().zip(&all[320..]).map(|(a, b)| (a - b).abs());
    assert!(difference.fold(0.0, f32::max) < 1e-5);

    let json = home.does("reconstruct run --data digits -n 50 --json -o recon.npy");
    let figures: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(figures["images"], 50);
    assert!(figures.get("class_agreement").is_none(), "no 28x28 digits");
    let value = |name: &str| figures[name].as_f64().unwrap();
    let ratio = value("reconstruction_error") / value("other_error");
    assert!((ratio - value("reconstruction_ratio")).abs() < 1e-9);

    // The mean distance, from the images and reconstructions themselves: of other images, of pixels in [0, 1].
    let (header, reconstructions) = array(&home, "recon.npy");
    assert!(header.contains("(50, 1, 8, 8)"), "{header}");
    let digits = ganforge_data::Dataset::open(
        &ganforge_data::DataSpec::Digits,
        &ganforge_data::DataOptions::new(),
    );
    let indices: Vec<usize> = (0..50).collect();
    let images = digits.unwrap().gather(&indices).unwrap().images;
    let pairs = images.chunks(64).zip(reconstructions.chunks(64));
    let distances = pairs.map(|(one, other)| {
        let squares = one.iter().zip(other).map(|(a, b)| ((a - b) / 2.0).powi(2));
        f64::from(squares.sum::<f32>().sqrt())
    });
    let mean = distances.sum::<f64>() / 50.0;
    assert!(
        (mean - value("reconstruction_error")).abs() < 1e-4,
        "{mean}"
    );
}

#[test]
fn a_sheet_shows_images_beside_their_reconstructions() {
    let home = trained("bigan");
    let printed = home.does("reconstruct run --data digits --skip 1500 --shown 20 -o pairs.png");
    for what in [
        "297 images of digits",
        "reconstruction ratio",
        "latent variance",
    ] {
        assert!(printed.contains(what), "{printed}");
    }
    let sheet = image::open(home.path("pairs.png")).unwrap();
    // Three rows of eight pairs, each image of 32 pixels with gaps of 2.
    assert_eq!((sheet.width(), sheet.height()), (16 * 34 + 2, 3 * 34 + 2));
}

#[test]
fn the_noise_of_a_stochastic_encoder_has_a_seed() {
    let home = trained("ali");
    let encode = |noise: &str, out: &str| {
        home.does(&format!(
            "encode run --data digits -n 20 {noise} -o {out}.npy"
        ));
        home.read(&format!("{out}.npy"))
    };
    let [mean, again] = ["mean", "again"].map(|out| encode("", out));
    let [one, same, two] = [("1", "one"), ("1", "same"), ("2", "two")]
        .map(|(seed, out)| encode(&format!("--noise-seed {seed}"), out));
    assert!(mean == again && one == same);
    assert!(mean != one && one != two);
}

#[test]
fn a_seed_of_noise_is_refused_where_there_is_no_noise() {
    let home = trained("bigan");
    for command in [
        "encode run --data digits -o codes.npy",
        "reconstruct run --data digits -o pairs.png",
    ] {
        let complaint = home.refuses(2, &format!("{command} --noise-seed 1"));
        for part in ["--noise-seed", "deterministic"] {
            assert!(complaint.contains(part), "{complaint}");
        }
    }
    assert!(!home.path("codes.npy").exists() && !home.path("pairs.png").exists());
}

#[test]
fn an_evaluation_of_fewer_than_two_unseen_images_is_refused_before_training() {
    let home = Home::new();
    for take in [1796, 1797] {
        for recipe in ["bigan-2016-digits", "infogan-2016-digits-small"] {
            let line = format!("train {recipe} --set data.take={take} --out run");
            let complaint = home.refuses(1, &line);
            for part in [&format!("`data.take` is {take}"), "1795 or less"] {
                assert!(complaint.contains(part), "{complaint}");
            }
            assert!(!home.path("run").exists(), "{take}");
        }
    }
    home.does(&format!(
        "train bigan-2016-digits {SHORT} --set data.take=1795 --out run"
    ));
}

#[test]
fn a_point_is_encoded_with_the_noise_beside_it() {
    let home = Home::new();
    home.does(
        "train ali-2016-grid25-small --images 300 --set run.tick=300 --set generator.hidden=[8] \
         --set encoder.hidden=[8] --set discriminator.hidden=[8] --out run",
    );
    home.does("encode run --data grid25 -n 30 -o codes.npy");
    assert!(array(&home, "codes.npy").0.contains("(30, 2)"));
    home.does("reconstruct run --data grid25 -n 30 -o points.png");
    let complaint = home.refuses(2, "encode run --data digits -o codes.npy");
    assert!(complaint.contains("2x1x1"), "{complaint}");
}

#[test]
fn a_killed_run_resumes_to_the_same_bytes() {
    let home = Home::new();
    let what = "--images 12800 --set run.tick=1280 --set run.checkpoint=2560 --set run.samples=4";
    for system in ["ali", "bigan"] {
        let recipe = format!("{system}-2016-digits");
        let [whole, parts] = ["whole", "parts"].map(|name| format!("{system}-{name}"));
        home.does(&format!("train {recipe} {what} --out {whole}"));
        let mut run = home.start(&format!("train {recipe} {what} --out {parts}"));
        run.ticks(3);
        run.signal("KILL");
        run.wait();
        home.does(&format!("train {recipe} --resume --out {parts}"));
        home.assert_same_run(&whole, &parts);
    }
}

#[test]
fn models_without_an_encoder_and_other_outputs_are_refused() {
    let home = Home::new();
    home.does("train digits --images 64 --set run.samples=4 --out gan");
    let complaint = home.refuses(1, "encode gan --data digits -o codes.npy");
    assert!(complaint.contains("`gan` has no encoder"), "{complaint}");
    let complaint = home.refuses(1, "reconstruct gan --data digits -o pairs.png");
    assert!(complaint.contains("`gan` has no encoder"), "{complaint}");
    let complaint = home.refuses(2, "encode gan --data digits -o codes.csv");
    assert!(complaint.contains("codes.csv") && complaint.contains(".npy"));
}

/// Trains recipes with changes; fails unless each is refused before anything is written, in a line with both parts.
fn refused(cases: &[(&str, &str, [&str; 2])]) {
    let home = Home::new();
    for (recipe, changes, parts) in cases {
        let set = changes.replace(' ', " --set ");
        let complaint = home.refuses(1, &format!("train {recipe} --set {set} --out run"));
        for part in parts {
            assert!(complaint.contains(part), "`{part}` in {complaint}");
        }
        assert!(complaint.len() < 320, "{complaint}");
        assert!(!home.path("run").exists(), "{changes}");
    }
}

#[test]
fn recipes_that_mean_nothing_are_refused() {
    refused(&[
        (
            "ali-2016-digits",
            "encoder.noise=none",
            ["`encoder.noise` is none", "\"bigan\""],
        ),
        (
            "bigan-2016-digits",
            "encoder.noise=gaussian",
            ["`encoder.noise` is gaussian", "\"ali\""],
        ),
        (
            "bigan-2016-digits",
            "game.payoff=hinge",
            ["`game.payoff` is hinge", "non-saturating"],
        ),
        (
            "bigan-2016-digits",
            r#"game.penalties=[{kind="r1",gamma=1.0}]"#,
            ["`game.penalties` is r1", "spectral-norm"],
        ),
        (
            "bigan-2016-digits",
            "game.packing=2",
            ["`game.packing` is 2", "\"bigan\""],
        ),
        (
            "ali-2016-digits",
            "game.feature_matching={weight=1.0}",
            ["`game.feature_matching` is set", "left out"],
        ),
        (
            "bigan-2016-digits",
            "game.update=one-stage",
            ["`game.update` is one-stage", "\"bigan\""],
        ),
        (
            "bigan-2016-digits",
            "data.labels=true",
            ["`data.labels` is true", "no classes"],
        ),
        (
            "bigan-2016-digits",
            "run.batch=1",
            ["`run.batch` is 1", "no statistics"],
        ),
        (
            "bigan-2016-digits",
            "discriminator.code_layer=3",
            ["`code_layer` is 3", "1 to 2"],
        ),
        (
            "bigan-2016-digits",
            "discriminator.code_layer=0",
            ["`code_layer` is 0", "1 to 2"],
        ),
        (
            "bigan-2016-digits",
            "encoder.norm=virtual-batch",
            ["`norm` is virtual-batch", "unscaled-batch"],
        ),
        (
            "bigan-2016-digits",
            "discriminator.norm=batch discriminator.maxout_pieces=2",
            ["`maxout_pieces` is 2", "norm"],
        ),
        (
            "bigan-2016-digits",
            "encoder.hidden=[0]",
            ["`hidden` is 0", "1 or more"],
        ),
        ("bigan-2016-digits", "encoder.kind=conv", ["conv", "`mlp`"]),
    ]);
}

#[test]
fn generators_of_images_and_shipped_discriminators_are_refused() {
    refused(&[
        (
            "bigan-2016-digits",
            r#"generator={kind="translator",network={kind="mlp",hidden=[4]}}"#,
            ["`generator.kind` is one that takes images", "\"bigan\""],
        ),
        (
            "ali-2016-digits",
            r#"generator={kind="context-encoder",encoder=[8],code=4,decoder=[8]}"#,
            ["`generator.kind` is one that takes images", "\"ali\""],
        ),
        (
            "infogan-2016-digits-small",
            r#"generator={kind="context-encoder",encoder=[8],code=4,decoder=[8]}"#,
            ["`generator.kind` is one that takes images", "\"infogan\""],
        ),
        (
            "salimans-2016-digits-small",
            r#"generator={kind="context-encoder",encoder=[8],code=4,decoder=[8]}"#,
            [
                "`generator.kind` is one that takes images",
                "\"semi-supervised\"",
            ],
        ),
        (
            "ali-2016-digits",
            "run.ship_discriminator=true",
            ["`run.ship_discriminator` is true", "no command reads"],
        ),
    ]);
}
