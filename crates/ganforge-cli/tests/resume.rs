//! A run that was stopped and resumed equals one that was not, byte for byte.

mod support;

use support::Home;

/// Runs `train <what>` at one go into `whole`, and once more into `parts`, stopped after so many ticks each time.
fn stopped_and_resumed(home: &Home, what: &str, stops: &[usize]) {
    home.does(&format!("train {what} --out whole"));
    let recipe = what.split_whitespace().next().unwrap_or_default();
    let mut line = format!("train {what} --out parts");
    for &ticks in stops {
        let mut run = home.start(&line);
        run.ticks(ticks);
        run.signal("INT");
        assert_eq!(run.wait(), Some(130), "{line}");
        line = format!("train {recipe} --resume --out parts");
    }
    home.does(&line);
    home.assert_same_run("whole", "parts");
}

#[test]
fn with_batch_statistics_an_average_and_a_schedule() {
    let home = Home::new();
    let what = "digits --images 12800 --set run.tick=1280";
    stopped_and_resumed(&home, what, &[2, 3]);
}

#[test]
fn with_dropout_and_classes() {
    let home = Home::new();
    let what = "digits-conditional --images 9600 --set run.tick=960";
    stopped_and_resumed(&home, what, &[1, 2]);
}

#[test]
fn with_maxout_and_dropped_pixels() {
    let home = Home::new();
    let what = "mnist-mlp --data digits --images 6400 --set run.batch=64 --set run.tick=640 \
                --set generator.hidden=[64] --set discriminator.hidden=[32]";
    stopped_and_resumed(&home, what, &[2]);
}

#[test]
fn with_convolutions_and_mirrored_images_from_a_folder() {
    let home = Home::new();
    home.squares("images", 50, 20);
    let what = "folder-dcgan --data folder:images --set data.size=[16,16] --images 960 \
                --set generator.width=8 --set discriminator.width=8 --set run.batch=16 \
                --set run.tick=96 --set run.samples=9";
    stopped_and_resumed(&home, what, &[2]);
}

#[test]
fn with_several_turns_of_both_players() {
    let home = Home::new();
    let what = "digits --images 12800 --set run.tick=1280 --set game.discriminator_steps=2 \
                --set game.generator_steps=3";
    stopped_and_resumed(&home, what, &[2]);
}

#[test]
fn with_the_balance_of_an_autoencoder() {
    let home = Home::new();
    let what = "began-2017-digits --images 12800 --set run.tick=1280";
    stopped_and_resumed(&home, what, &[2, 3]);
    let metrics = home.metrics("whole");
    let ks: Vec<f64> = metrics
        .iter()
        .map(|tick| tick["balance"].as_f64().unwrap())
        .collect();
    // It was at neither end when the run was stopped.
    assert!(ks.iter().all(|&k| k > 0.0 && k < 1.0), "{ks:?}");
}

#[test]
fn with_momentum_clipping_and_warm_up_and_without_an_average() {
    let home = Home::new();
    home.write(
        "plain.toml",
        r#"
        title = "Wasserstein GAN on points"
        data = { source = "ring8" }
        generator = { kind = "mlp", latent = 4, hidden = [64, 64], norm = "batch", output = "linear" }
        discriminator = { kind = "mlp", hidden = [64, 64] }
        [game]
        payoff = "wasserstein"
        penalties = [{ kind = "weight-clipping", limit = 0.05 }]
        update = "simultaneous"
        [optimizer.generator]
        kind = "rmsprop"
        rate = 1e-3
        momentum = 0.5
        schedule = { kind = "linear", floor = 0.1, warmup = 2000 }
        [optimizer.discriminator]
        kind = "sgd"
        rate = 1e-2
        momentum = 0.9
        [run]
        images = 20000
        batch = 50
        tick = 2000
        samples = 100
        "#,
    );
    stopped_and_resumed(&home, "plain.toml", &[2]);
}

#[test]
fn a_tick_in_which_a_run_was_stopped_is_reported_as_if_it_had_not_been() {
    let home = Home::new();
    // 20 steps a tick, 390 a checkpoint: the first stands in the middle of a tick, and the second comes long after the kill.
    let what = "--images 51200 --set run.tick=1280 --set run.checkpoint=24960";
    home.does(&format!("train digits {what} --out whole"));
    let mut run = home.start(&format!("train digits {what} --out parts"));
    run.ticks(20);
    // The checkpoint is written while training continues.
    home.wait_for("parts/checkpoint/manifest.json");
    run.signal("KILL");
    assert_eq!(run.wait(), None);
    let manifest = home.json("parts/checkpoint/manifest.json");
    assert_eq!(manifest["images"], 24960);
    home.does("train digits --resume --out parts");
    home.assert_same_run("whole", "parts");
}

#[test]
fn a_finished_run_continues_when_more_images_are_requested() {
    let home = Home::new();
    let constant = "--set optimizer.generator.schedule.kind=constant \
                    --set optimizer.discriminator.schedule.kind=constant --set run.tick=640";
    home.does(&format!(
        "train digits --images 2560 {constant} --out whole"
    ));
    home.does(&format!(
        "train digits --images 1280 {constant} --out parts"
    ));
    home.does("train digits --resume --images 2560 --out parts");
    home.assert_same_run("whole", "parts");
}

#[test]
fn a_finished_run_resumed_gets_its_model_file_back() {
    let home = Home::new();
    home.does("train digits --images 1280 --out run");
    let model = home.read("run/model.safetensors");
    // As if it had been killed between its last checkpoint and the model file.
    std::fs::remove_file(home.path("run/model.safetensors")).unwrap_or_default();
    home.does("train digits --resume --out run");
    assert_eq!(home.read("run/model.safetensors"), model);
    assert_eq!(home.metrics("run").len(), 1);
}

#[test]
fn a_second_interrupt_ends_at_once_and_leaves_what_can_be_resumed() {
    let home = Home::new();
    let mut run = home.start("train digits --images 64000 --set run.checkpoint=640 --out run");
    run.ticks(1);
    run.signal("INT");
    run.signal("INT");
    assert_eq!(run.wait(), Some(130));
    home.does("train digits --resume --images 19200 --out run");
}

#[test]
fn termination_by_the_system_counts_as_an_interrupt() {
    let home = Home::new();
    let mut run = home.start("train digits --images 64000 --set run.tick=640 --out run");
    run.ticks(2);
    run.signal("TERM");
    assert_eq!(run.wait(), Some(130));
    assert!(home.path("run/checkpoint/manifest.json").is_file());
}
