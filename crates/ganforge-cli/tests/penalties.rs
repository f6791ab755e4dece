//! Training with penalties on the discriminator, through the real binary.

mod support;

use support::Home;

const PENALTIES: [&str; 8] = [
    r#"{kind="r1",gamma=1.0}"#,
    r#"{kind="r1",gamma=1.0,form="noise"}"#,
    r#"{kind="r2",gamma=0.5}"#,
    r#"{kind="wgan-gp",lambda=10.0}"#,
    r#"{kind="wgan-gp",lambda=10.0,one_sided=true}"#,
    r#"{kind="wgan-gp",form="directional"}"#,
    r#"{kind="dragan",lambda=10.0}"#,
    r#"{kind="r1",gamma=1.0},{kind="r2",gamma=1.0}"#,
];

/// Trains by `line` and fails unless every tick reports a positive penalty; a one-sided one may be zero.
fn trains(home: &Home, line: &str) {
    home.does(line);
    let run = line.rsplit(' ').next().unwrap_or_default();
    let least = if line.contains("one_sided") {
        0.0
    } else {
        f64::MIN_POSITIVE
    };
    for tick in home.metrics(run) {
        let penalty = tick["penalty"].as_f64();
        let is_reported = penalty.is_some_and(|penalty| (least..f64::INFINITY).contains(&penalty));
        assert!(is_reported, "{line}: {tick}");
    }
}

#[test]
fn every_penalty_trains_a_multilayer_perceptron() {
    let home = Home::new();
    for (index, penalty) in PENALTIES.iter().enumerate() {
        trains(
            &home,
            &format!(
                "train digits --images 1280 --set run.tick=640 --set run.samples=4 \
                 --set game.penalties=[{penalty}] --out run-{index}"
            ),
        );
    }
}

#[test]
fn every_penalty_trains_convolutions_without_batch_statistics() {
    let home = Home::new();
    home.squares("images", 40, 16);
    for (index, penalty) in PENALTIES.iter().enumerate() {
        trains(
            &home,
            &format!(
                "train folder-dcgan --data folder:images --set data.size=[16,16] --images 96 \
                 --set generator.width=4 --set discriminator.width=4 --set run.batch=8 \
                 --set run.tick=48 --set run.samples=4 --set discriminator.batch_norm=false \
                 --set game.penalties=[{penalty}] --out run-{index}"
            ),
        );
    }
}

#[test]
fn a_penalty_reaches_classes_maxout_dropout_and_simultaneous_updates() {
    let home = Home::new();
    trains(
        &home,
        "train digits-conditional --images 640 --set run.tick=320 --set discriminator.maxout_pieces=3 \
         --set discriminator.dropout_input=0.2 --set game.update=simultaneous \
         --set game.payoff=wasserstein --set game.penalties=[{kind=\"wgan-gp\"}] --out run",
    );
}

#[test]
fn a_run_with_random_points_and_noise_resumes_to_the_same_bytes() {
    let home = Home::new();
    let what = "--images 6400 --set run.tick=640 --set run.checkpoint=960 --set game.penalties=[\
                {kind=\"wgan-gp\"},{kind=\"dragan\"},{kind=\"r1\",gamma=0.1,form=\"noise\"}]";
    home.does(&format!("train digits {what} --out whole"));
    let mut run = home.start(&format!("train digits {what} --out parts"));
    run.ticks(2);
    // Not asked but killed: the checkpoint it goes on from stands in the middle of a tick.
    run.signal("KILL");
    assert_eq!(run.wait(), None);
    home.does("train digits --resume --out parts");
    home.assert_same_run("whole", "parts");
}

#[test]
fn batch_statistics_are_refused_in_one_line_that_says_why_and_what_to_do() {
    let home = Home::new();
    let complaint = home.refuses(
        1,
        "train folder-dcgan --data folder:images --set game.penalties=[{kind=\"r1\",gamma=1}] --out run",
    );
    for part in [
        "`discriminator.batch_norm` is true",
        "false",
        "`r1`",
        "whole batch",
    ] {
        assert!(complaint.contains(part), "{complaint}");
    }
    assert!(!home.path("run").exists());
}
