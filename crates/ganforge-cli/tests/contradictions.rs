//! Rules that contradict each other, the networks or the data are refused in one line, which names the key, what it is and what
//! it might be instead.

mod support;

use support::Home;

/// Trains a recipe with changes; fails unless it is refused before anything is written, in a line with all of `parts`.
fn refused(recipe: &str, cases: &[(&str, &[&str])]) {
    let home = Home::new();
    for (changes, parts) in cases {
        let changes = changes.replace(' ', " --set ");
        let complaint = home.refuses(1, &format!("train {recipe} --set {changes} --out run"));
        assert!(complaint.contains("allowed: "), "{complaint}");
        for part in *parts {
            assert!(complaint.contains(part), "`{part}` in {complaint}");
        }
        assert!(complaint.len() < 320, "{complaint}");
        assert!(!home.path("run").exists(), "{changes}");
    }
}

#[test]
fn penalties_that_do_not_go_with_the_payoff_or_each_other() {
    refused(
        "digits",
        &[
            (
                "game.payoff=wasserstein",
                &[
                    "`game.penalties` is no bound",
                    "wgan-gp",
                    "spectral-norm",
                    "weight-clipping",
                ],
            ),
            (
                r#"game.payoff=wasserstein game.penalties=[{kind="lecam"},{kind="orthogonal"},{kind="consistency"}]"#,
                &["`game.penalties` is no bound"],
            ),
            (
                r#"game.payoff=relativistic-average-hinge game.penalties=[{kind="lecam"}]"#,
                &["`game.penalties` is lecam", "relativistic"],
            ),
            (
                r#"game.penalties=[{kind="lecam"},{kind="lecam",lambda=1}]"#,
                &["`game.penalties` is lecam more than once", "allowed: one"],
            ),
            (
                r#"game.penalties=[{kind="spectral-norm"},{kind="spectral-norm"}]"#,
                &[
                    "`game.penalties` is spectral-norm more than once",
                    "allowed: one",
                ],
            ),
            (
                r#"game.penalties=[{kind="spectral-norm"},{kind="weight-clipping",limit=0.1}]"#,
                &["weight-clipping beside spectral-norm", "one of the two"],
            ),
        ],
    );
}

#[test]
fn penalties_on_networks_they_mean_nothing_for() {
    let features = r#"discriminator.minibatch_features={kind="deviation"}"#;
    for penalty in [
        r#"{kind="r1",gamma=1}"#,
        r#"{kind="r2",gamma=1}"#,
        r#"{kind="wgan-gp"}"#,
        r#"{kind="dragan"}"#,
    ] {
        let penalty = format!("game.penalties=[{penalty}]");
        refused(
            "folder-dcgan",
            &[(
                &penalty,
                &[
                    "`discriminator.batch_norm` is true, allowed: false",
                    "whole batch",
                ],
            )],
        );
        let beside = format!("{penalty} {features}");
        refused(
            "digits",
            &[(
                &beside,
                &[
                    "`discriminator.minibatch_features` is deviation, allowed: left out",
                    "whole batch",
                ],
            )],
        );
    }
    refused(
        "folder-dcgan",
        &[(
            r#"game.penalties=[{kind="spectral-norm"}]"#,
            &[
                "`discriminator.batch_norm` is true, allowed: false",
                "`spectral-norm`",
                "cancel",
            ],
        )],
    );
}

#[test]
fn what_a_one_stage_step_would_get_wrong() {
    let one_stage = |change: &str| format!("game.update=one-stage {change}");
    let cases = [
        (
            "game.payoff=relativistic-logistic",
            &["`game.payoff` is relativistic-logistic", "alone"],
        ),
        ("game.payoff=hinge", &["`game.payoff` is hinge", "margin"]),
        ("game.packing=2", &["`game.packing` is 2", "share one"]),
        (
            "game.feature_matching={}",
            &["`game.feature_matching` is set", "left out"],
        ),
        (
            r#"game.penalties=[{kind="lecam"}]"#,
            &["`game.penalties` is lecam", "payoff alone"],
        ),
        (
            r#"game.penalties=[{kind="consistency",lambda_fake=1}]"#,
            &["`game.penalties` is consistency", "payoff alone"],
        ),
        (
            r#"discriminator.minibatch_features={kind="discrimination"}"#,
            &[
                "`discriminator.minibatch_features` is discrimination",
                "left out",
            ],
        ),
        (
            "game.discriminator_steps=2",
            &["`game.discriminator_steps` is 2", "one-stage"],
        ),
    ];
    for (change, parts) in cases {
        refused("digits", &[(&one_stage(change), parts)]);
    }
    let auxiliary = one_stage("discriminator.conditioning=auxiliary");
    let told: &[&str] = &[
        "`discriminator.conditioning` is auxiliary",
        "projection",
        "one-stage",
    ];
    refused("digits-conditional", &[(&auxiliary, told)]);
    let normed: &[&str] = &["`discriminator.batch_norm` is true", "one-stage"];
    refused("folder-dcgan", &[("game.update=one-stage", normed)]);
    // Consistency of real images alone leaves the fakes' gradient as it is.
    Home::new().does(
        "train digits --images 64 --set game.update=one-stage --set game.penalties=[{kind=\"consistency\"}] --out run",
    );
}

#[test]
fn packing_that_does_not_come_out_even() {
    refused(
        "digits",
        &[
            ("game.packing=3", &["`game.packing` is 3", "divisor", "64"]),
            ("game.packing=0", &["`game.packing` is 0", "1 or more"]),
            (
                r#"game.packing=2 game.penalties=[{kind="consistency",augment=["colour"]}]"#,
                &["`game.packing` is 2", "colour", "consistency"],
            ),
        ],
    );
    let classes: &[&str] = &["`game.packing` is 2", "data.labels = true", "classes"];
    refused("digits-conditional", &[("game.packing=2", classes)]);
}

#[test]
fn batches_of_one_where_others_are_needed() {
    refused(
        "digits",
        &[
            (
                "run.batch=1",
                &[
                    "`run.batch` is 1, allowed: 2 or more",
                    "generator.norm = \"batch\"",
                ],
            ),
            (
                r#"game.packing=64 discriminator.minibatch_features={kind="deviation"}"#,
                &[
                    "`discriminator.minibatch_features` is deviation, allowed: left out",
                    "no others",
                ],
            ),
        ],
    );
    Home::new().does(
        "train digits --images 2 --set run.batch=1 --set generator.norm=virtual-batch --out run",
    );
}

#[test]
fn classes_where_there_are_none() {
    refused(
        "digits",
        &[
            (
                "game.auxiliary_weight=0.5",
                &["`game.auxiliary_weight` is 0.5", "auxiliary"],
            ),
            (
                "discriminator.conditioning=auxiliary",
                &["discriminator: `conditioning` is auxiliary", "data.labels"],
            ),
            (
                "discriminator.conditioning=projection",
                &["discriminator: `conditioning` is projection", "data.labels"],
            ),
            (
                "discriminator.conditioning=concatenation",
                &[
                    "discriminator: `conditioning` is concatenation",
                    "data.labels",
                ],
            ),
            (
                "generator.norm=conditional-batch",
                &["generator: `norm` is conditional-batch", "data.labels"],
            ),
        ],
    );
    let unweighed: &[&str] = &["`game.auxiliary_weight` is 2", "auxiliary"];
    refused(
        "digits-conditional",
        &[("game.auxiliary_weight=2", unweighed)],
    );
}

#[test]
fn augmentations_of_points() {
    for change in [
        r#"game.augment=["colour"]"#,
        r#"game.augment=["translation"]"#,
        r#"game.augment=["cutout"]"#,
    ] {
        refused(
            "ring8",
            &[(change, &["`game.augment` is ", "left out", "points"])],
        );
    }
    refused(
        "ring8",
        &[(
            r#"game.penalties=[{kind="consistency"}]"#,
            &["`game.penalties` is consistency", "points"],
        )],
    );
    // Noise and packing mean the same for points as for images.
    Home::new().does(
        "train ring8 --images 100 --set generator.hidden=[8] --set discriminator.hidden=[8] --set run.samples=4 \
         --set game.instance_noise={std=0.1,until=5000} --set game.generator_noise=0.01 --set game.packing=2 --out run",
    );
}

#[test]
fn values_out_of_range() {
    refused(
        "digits",
        &[
            (
                "game.instance_noise={std=0,until=100}",
                &["`game.instance_noise.std` is 0", "above 0"],
            ),
            (
                "game.instance_noise={std=1,until=-1}",
                &["`game.instance_noise.until` is -1", "above 0"],
            ),
            (
                "game.feature_matching={weight=0}",
                &["`game.feature_matching.weight` is 0", "above 0"],
            ),
            (
                "game.generator_noise=-0.1",
                &["`game.generator_noise` is -0.1", "0 or more"],
            ),
            (
                "game.generator_noise=inf",
                &["`game.generator_noise` is inf", "0 or more"],
            ),
            (
                "game.auxiliary_weight=-1",
                &["`game.auxiliary_weight` is -1", "0 or more"],
            ),
            (
                "game.historical_averaging=nan",
                &["`game.historical_averaging` is NaN", "0 or more"],
            ),
            (
                r#"game.penalties=[{kind="orthogonal",beta=0}]"#,
                &["`game.penalties.beta` is 0", "above 0"],
            ),
            (
                r#"game.penalties=[{kind="lecam",lambda=0}]"#,
                &["`game.penalties.lambda` is 0", "above 0"],
            ),
            (
                r#"game.penalties=[{kind="lecam",decay=1}]"#,
                &["`game.penalties.decay` is 1", "below 1"],
            ),
            (
                r#"game.penalties=[{kind="consistency",lambda=-1}]"#,
                &["`game.penalties.lambda` is -1", "above 0"],
            ),
            (
                r#"game.penalties=[{kind="consistency",lambda_fake=-1}]"#,
                &["`game.penalties.lambda_fake` is -1", "0 or more"],
            ),
            (
                r#"game.penalties=[{kind="consistency",augment=[]}]"#,
                &[
                    "`game.penalties.augment` is []",
                    "colour, translation and cutout",
                ],
            ),
            (
                "generator.norm=virtual-batch generator.norm_reference=0",
                &["`norm_reference` is 0", "1 or more"],
            ),
            (
                r#"discriminator.minibatch_features={kind="discrimination",kernels=0}"#,
                &["`minibatch_features.kernels` is 0", "1 or more"],
            ),
        ],
    );
}

#[test]
fn unknown_names_are_answered_with_their_key_and_the_known_ones() {
    let home = Home::new();
    for (change, parts) in [
        (
            r#"game.penalties=[{kind="le-cam"}]"#,
            ["`le-cam`", "`lecam`"],
        ),
        (
            r#"game.penalties=[{kind="spectral-norm",limit=1}]"#,
            ["game.penalties", "`limit`"],
        ),
        (r#"game.augment=["color"]"#, ["augment = ", "`colour`"]),
        (
            "discriminator.conditioning=acgan",
            ["[discriminator] `conditioning = ", "`auxiliary`"],
        ),
        (
            "generator.norm=layer",
            ["[generator] `norm = ", "`virtual-batch`"],
        ),
        (
            "generator.hidden=8",
            ["[generator] `hidden = 8`", "sequence"],
        ),
        (
            r#"discriminator.minibatch_features={kind="stddev"}"#,
            ["[discriminator.minibatch_features] `kind = ", "`deviation`"],
        ),
        (
            "game.instance_noise={std=1}",
            ["game.instance_noise", "`until`"],
        ),
        (
            "game.feature_matching={wieght=1}",
            ["game.feature_matching", "`weight`"],
        ),
    ] {
        let complaint = home.refuses(1, &format!("train digits --set {change} --out run"));
        for part in parts {
            assert!(complaint.contains(part), "`{part}` in {complaint}");
        }
    }
}
