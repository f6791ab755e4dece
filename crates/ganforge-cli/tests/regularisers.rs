//! Regularisers, class conditioning and norms through the real binary: each trains, changes the run, and resumes to the same bytes.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use support::Home;

/// Runs short enough for one test to have many of them.
const SHORT: &str = "--images 512 --set run.tick=256 --set run.samples=4";

/// Trains `what` into `run` and fails unless every tick left numbers only, for JSON has no word for what is not finite.
fn trains(home: &Home, what: &str, run: &str) {
    home.does(&format!("train {what} {SHORT} --out {run}"));
    let metrics = home.metrics(run);
    assert_eq!(metrics.len(), 2, "{what}");
    for tick in metrics {
        for (figure, value) in tick.as_object().unwrap() {
            assert!(!value.is_null(), "{figure} of {what}: {tick}");
        }
    }
}

/// Trains `base` with each change, and fails unless each makes another generator than `base` alone.
fn each_changes_the_run(base: &str, changes: &[&str]) {
    let home = Home::new();
    trains(&home, base, "plain");
    let plain = weights(&home, "plain");
    for (index, change) in changes.iter().enumerate() {
        let run = format!("run-{index}");
        trains(&home, &format!("{base} {change}"), &run);
        assert!(weights(&home, &run) != plain, "{change}");
    }
}

/// The numbers of a run's model file, without the description before them.
fn weights(home: &Home, run: &str) -> Vec<u8> {
    let mut model = home.read(&format!("{run}/model.safetensors"));
    let length = u64::from_le_bytes(model[..8].try_into().unwrap());
    model.split_off(8 + usize::try_from(length).unwrap())
}

#[test]
fn every_rule_trains_and_changes_the_run() {
    each_changes_the_run(
        "digits --set generator.hidden=[32] --set discriminator.hidden=[32]",
        &[
            r#"--set game.penalties=[{kind="spectral-norm"}]"#,
            r#"--set game.payoff=wasserstein --set game.penalties=[{kind="spectral-norm"}]"#,
            r#"--set game.penalties=[{kind="orthogonal"}]"#,
            r#"--set game.penalties=[{kind="orthogonal",beta=0.01,unit_norms=true}]"#,
            r#"--set game.penalties=[{kind="lecam"}]"#,
            r#"--set game.penalties=[{kind="consistency"}]"#,
            r#"--set game.penalties=[{kind="consistency",lambda_fake=5,augment=["colour","cutout"]}]"#,
            "--set game.instance_noise={std=0.3,until=400}",
            "--set game.generator_noise=0.1",
            r#"--set game.augment=["colour","translation","cutout"]"#,
            "--set game.packing=2",
            "--set game.feature_matching={}",
            "--set game.feature_matching={weight=0.5,beside_payoff=true}",
            "--set game.historical_averaging=0.1",
            r#"--set discriminator.minibatch_features={kind="discrimination",kernels=4,dimensions=2}"#,
            r#"--set discriminator.minibatch_features={kind="deviation"}"#,
            "--set generator.norm=none",
            "--set generator.norm=virtual-batch --set generator.norm_reference=16",
        ],
    );
}

#[test]
fn classes_reach_both_players_in_every_way() {
    each_changes_the_run(
        "digits-conditional --set generator.hidden=[32] --set discriminator.hidden=[32]",
        &[
            "--set discriminator.conditioning=projection",
            "--set discriminator.conditioning=auxiliary",
            "--set discriminator.conditioning=auxiliary --set game.auxiliary_weight=0.2",
            "--set generator.norm=conditional-batch",
            "--set generator.norm=virtual-batch",
        ],
    );
}

#[test]
fn residual_networks_train_with_what_their_papers_add() {
    let home = Home::new();
    let small = "--data digits --set data.size=[8,8] --set run.batch=16";
    for (index, what) in [
        format!("mnist-resnet {small} --set generator.width=4 --set discriminator.width=4"),
        format!(
            "mnist-resnet {small} --set data.labels=false --set generator.width=4 --set generator.norm=batch \
             --set discriminator={{kind=\"resnet\",width=4}} --set game.update=one-stage --set game.payoff=non-saturating"
        ),
        format!("mnist-r3gan {small}"),
        format!("mnist-r3gan {small} --set data.labels=true"),
    ]
    .iter()
    .enumerate()
    {
        trains(&home, what, &format!("run-{index}"));
    }
}

/// Fails unless `recipe`, stopped twice, the second time by force in the middle of a tick, ends as at one go.
fn resumes(recipe: &str) {
    let home = Home::new();
    home.write("recipe.toml", recipe);
    let run = "recipe.toml --images 9600 --set run.tick=640 --set run.checkpoint=448 --set run.samples=10";
    home.does(&format!("train {run} --out whole"));
    let mut parts = home.start(&format!("train {run} --out parts"));
    parts.ticks(1);
    parts.signal("INT");
    assert_eq!(parts.wait(), Some(130));
    let mut parts = home.start("train recipe.toml --resume --out parts");
    parts.ticks(2);
    parts.signal("KILL");
    assert_eq!(parts.wait(), None);
    home.does("train recipe.toml --resume --out parts");
    home.assert_same_run("whole", "parts");
}

/// What the recipes below share.
const OPTIMIZERS: &str = r#"
    [optimizer.generator]
    kind = "adam"
    rate = 1e-3
    [optimizer.discriminator]
    kind = "adam"
    rate = 1e-3
    [average]
    half_life = 1000
    [run]
    images = 9600
    batch = 32
    tick = 640
"#;

#[test]
fn rules_that_keep_state_beside_the_weights_resume_to_the_same_bytes() {
    resumes(&format!(
        r#"
        title = "Everything that remembers"
        data = {{ source = "digits" }}
        generator = {{ kind = "mlp", latent = 8, hidden = [32], norm = "virtual-batch", norm_reference = 16 }}
        discriminator = {{ kind = "mlp", hidden = [32] }}
        [game]
        payoff = "hinge"
        penalties = [
            {{ kind = "spectral-norm" }}, {{ kind = "lecam", decay = 0.9 }}, {{ kind = "orthogonal" }},
            {{ kind = "consistency", lambda_fake = 1.0 }},
        ]
        update = "odd-even"
        discriminator_steps = 2
        instance_noise = {{ std = 0.5, until = 6000 }}
        generator_noise = 0.05
        augment = ["translation", "cutout", "colour"]
        historical_averaging = 0.1
        {OPTIMIZERS}"#
    ));
}

#[test]
fn classes_in_norms_and_heads_resume_to_the_same_bytes() {
    resumes(&format!(
        r#"
        title = "Residual networks with classes"
        data = {{ source = "digits", labels = true }}
        generator = {{ kind = "resnet", latent = 8, width = 4, norm = "conditional-batch" }}
        discriminator = {{ kind = "mlp", hidden = [32], conditioning = "auxiliary" }}
        [game]
        payoff = "non-saturating"
        penalties = [{{ kind = "spectral-norm" }}, {{ kind = "r1", gamma = 0.1 }}]
        update = "simultaneous"
        auxiliary_weight = 0.5
        historical_averaging = 0.01
        {OPTIMIZERS}"#
    ));
}

#[test]
fn packed_images_and_features_of_the_batch_resume_to_the_same_bytes() {
    resumes(&format!(
        r#"
        title = "What sees more than one image"
        data = {{ source = "digits", flip = true }}
        generator = {{ kind = "dcgan", latent = 8, width = 4 }}
        discriminator = {{ kind = "dcgan", width = 4, minibatch_features = {{ kind = "discrimination", kernels = 4 }} }}
        [game]
        payoff = "relativistic-average-logistic"
        packing = 2
        augment = ["colour"]
        instance_noise = {{ std = 0.2, until = 1e5 }}
        feature_matching = {{ beside_payoff = true }}
        generator_steps = 2
        historical_averaging = 0.01
        {OPTIMIZERS}"#
    ));
}
