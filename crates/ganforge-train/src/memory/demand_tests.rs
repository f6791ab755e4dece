use ganforge_model::ImageSpec;

use super::*;
use crate::recipe::Override;

fn recipe(name: &str, changes: &[&str]) -> Recipe {
    let changes: Vec<Override> = changes
        .iter()
        .map(|change| change.parse().unwrap())
        .collect();
    Recipe::load(name, &changes).unwrap()
}

fn demand(name: &str, changes: &[&str], side: usize, work: Work) -> Demand {
    let images = Images {
        image: ImageSpec {
            channels: 1,
            height: side,
            width: side,
        },
        classes: 0,
        held: 0.0,
        count: 0.0,
    };
    Demand::of(&recipe(name, changes), images, work)
}

/// Mebibytes at the peak of `ganforge bench` and, of the last, `ganforge train`, each less the 25 of a program that
/// trains next to nothing.
#[test]
#[expect(clippy::too_many_lines, reason = "a table of what was measured")]
fn estimates_are_no_more_than_was_measured_and_no_less_than_half() {
    let wide = |player: &str| format!("{player}.hidden=[4096, 4096]");
    let wide = [wide("generator"), wide("discriminator")];
    let wide: Vec<&str> = wide.iter().map(String::as_str).collect();
    let sgd = "{kind=\"sgd\",rate=1e-3}";
    let sgd = [
        format!("optimizer.generator={sgd}"),
        format!("optimizer.discriminator={sgd}"),
    ];
    let sgd: Vec<&str> = wide
        .iter()
        .copied()
        .chain(sgd.iter().map(String::as_str))
        .collect();
    let narrow = [
        "run.batch=512",
        "generator.width=16",
        "discriminator.width=16",
    ];
    let plain = [
        "run.batch=256",
        "discriminator.batch_norm=false",
        "generator.width=8",
    ];
    let with = |penalty: &'static str| [&plain[..], &[penalty]].concat();
    let resnet = [
        "run.batch=256",
        "data.labels=false",
        "generator.norm=\"batch\"",
        "discriminator={kind=\"resnet\",width=32}",
    ];
    let r3gan = ["run.batch=256"];
    for (name, changes, side, work, measured) in [
        ("digits", wide.clone(), 8, Work::Step, 735.0),
        ("digits", sgd.clone(), 8, Work::Step, 689.0),
        ("bench-mlp", vec!["run.batch=65536"], 8, Work::Step, 846.0),
        ("bench-dcgan64", vec![], 64, Work::Step, 404.0),
        (
            "bench-dcgan64",
            vec!["run.batch=256"],
            64,
            Work::Step,
            876.0,
        ),
        (
            "bench-dcgan64",
            vec!["run.batch=512"],
            64,
            Work::Step,
            1482.0,
        ),
        ("bench-dcgan64", narrow.to_vec(), 64, Work::Step, 545.0),
        ("bench-dcgan64", plain.to_vec(), 64, Work::Step, 612.0),
        (
            "bench-dcgan64",
            with("game.penalties=[{kind=\"r1\",gamma=1}]"),
            64,
            Work::Step,
            785.0,
        ),
        (
            "bench-dcgan64",
            with("game.penalties=[{kind=\"wgan-gp\"}]"),
            64,
            Work::Step,
            937.0,
        ),
        (
            "bench-dcgan64",
            with("game.penalties=[{kind=\"r1\",gamma=1,form=\"directional\"}]"),
            64,
            Work::Step,
            832.0,
        ),
        (
            "bench-dcgan64",
            with("game.penalties=[{kind=\"consistency\"}]"),
            64,
            Work::Step,
            697.0,
        ),
        ("mnist-resnet", resnet.to_vec(), 32, Work::Step, 563.0),
        ("mnist-r3gan", r3gan.to_vec(), 32, Work::Step, 755.0),
        (
            "mnist-r3gan",
            [&r3gan[..], &["game.penalties=[]"]].concat(),
            32,
            Work::Step,
            422.0,
        ),
        ("digits", wide.clone(), 8, Work::Train, 1536.0),
        ("digits", sgd, 8, Work::Train, 1379.0),
        (
            "digits",
            [&wide[..], &["game.historical_averaging=0.1"]].concat(),
            8,
            Work::Train,
            2099.0,
        ),
    ] {
        let estimate = demand(name, &changes, side, work).total() / f64::from(1 << 20);
        let share = estimate / (measured - 25.0);
        assert!(
            (0.5..1.05).contains(&share),
            "{name} {changes:?}: {estimate:.0} of {measured}"
        );
    }
}

#[test]
fn a_demand_grows_with_every_size_and_is_never_infinite() {
    let base = [
        "data.size=[32, 32]",
        "generator.width=8",
        "discriminator.width=8",
    ];
    let total = |changes: &[&str]| {
        let changes = [&base[..], changes].concat();
        demand("folder-dcgan", &changes, 32, Work::Train).total()
    };
    let least = total(&[]);
    for change in [
        "generator.width=9",
        "generator.latent=101",
        "discriminator.width=9",
        "run.batch=65",
        "run.samples=65",
        "game.discriminator_steps=2",
        "game.historical_averaging=0.1",
        "game.augment=[\"cutout\"]",
        "discriminator.minibatch_features={kind=\"discrimination\"}",
        "evaluation.metrics=[\"recall\"]",
    ] {
        assert!(total(&[change]) > least, "{change}");
    }
    let huge = i64::MAX;
    for key in ["generator.width", "generator.latent", "discriminator.width"] {
        let most = total(&[&format!("{key}={huge}")]);
        assert!(most.is_finite() && most > 1e15, "{key}: {most}");
    }
    let sampled = demand("folder-dcgan", &base, 32, Work::Sample).total();
    let stepped = demand("folder-dcgan", &base, 32, Work::Step).total();
    assert!(sampled < stepped && stepped < least);
}
