use ganforge_model::ImageShape;

use super::*;
use crate::recipe::Override;

fn recipe(name: &str, changes: &[&str]) -> Recipe {
    let changes: Vec<Override> = changes
        .iter()
        .map(|change| change.parse().unwrap())
        .collect();
    Recipe::load(name, &changes).unwrap()
}

fn estimate(name: &str, changes: &[&str], side: usize, workload: Workload) -> MemoryEstimate {
    let images = TrainingImages {
        image: ImageShape {
            channels: 1,
            height: side,
            width: side,
        },
        classes: 0,
        bytes: 0.0,
        count: 0.0,
    };
    MemoryEstimate::of(&recipe(name, changes), images, workload)
}

/// Peak mebibytes of `ganforge bench` and, for the last three, `ganforge train`; 25 of them are the program itself.
#[test]
#[expect(clippy::too_many_lines, reason = "a table of measurements")]
fn estimates_are_between_half_of_the_measurement_and_the_measurement() {
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
    for (name, changes, side, workload, measured) in [
        ("digits", wide.clone(), 8, Workload::Step, 735.0),
        ("digits", sgd.clone(), 8, Workload::Step, 689.0),
        (
            "bench-mlp",
            vec!["run.batch=65536"],
            8,
            Workload::Step,
            846.0,
        ),
        ("bench-dcgan64", vec![], 64, Workload::Step, 404.0),
        (
            "bench-dcgan64",
            vec!["run.batch=256"],
            64,
            Workload::Step,
            876.0,
        ),
        (
            "bench-dcgan64",
            vec!["run.batch=512"],
            64,
            Workload::Step,
            1482.0,
        ),
        ("bench-dcgan64", narrow.to_vec(), 64, Workload::Step, 545.0),
        ("bench-dcgan64", plain.to_vec(), 64, Workload::Step, 612.0),
        (
            "bench-dcgan64",
            with("game.penalties=[{kind=\"r1\",gamma=1}]"),
            64,
            Workload::Step,
            785.0,
        ),
        (
            "bench-dcgan64",
            with("game.penalties=[{kind=\"wgan-gp\"}]"),
            64,
            Workload::Step,
            937.0,
        ),
        (
            "bench-dcgan64",
            with("game.penalties=[{kind=\"r1\",gamma=1,form=\"directional\"}]"),
            64,
            Workload::Step,
            832.0,
        ),
        (
            "bench-dcgan64",
            with("game.penalties=[{kind=\"consistency\"}]"),
            64,
            Workload::Step,
            697.0,
        ),
        ("mnist-resnet", resnet.to_vec(), 32, Workload::Step, 563.0),
        ("mnist-r3gan", r3gan.to_vec(), 32, Workload::Step, 755.0),
        (
            "mnist-r3gan",
            [&r3gan[..], &["game.penalties=[]"]].concat(),
            32,
            Workload::Step,
            422.0,
        ),
        ("digits", wide.clone(), 8, Workload::Train, 1536.0),
        ("digits", sgd, 8, Workload::Train, 1379.0),
        (
            "digits",
            [&wide[..], &["game.historical_averaging=0.1"]].concat(),
            8,
            Workload::Train,
            2099.0,
        ),
    ] {
        let estimate = estimate(name, &changes, side, workload).total() / f64::from(1 << 20);
        let ratio = estimate / (measured - 25.0);
        assert!(
            (0.5..1.05).contains(&ratio),
            "{name} {changes:?}: {estimate:.0} of {measured}"
        );
    }
}

#[test]
fn an_estimate_grows_with_every_size_and_is_finite() {
    let base = [
        "data.size=[32, 32]",
        "generator.width=8",
        "discriminator.width=8",
    ];
    let total = |changes: &[&str]| {
        let changes = [&base[..], changes].concat();
        estimate("folder-dcgan", &changes, 32, Workload::Train).total()
    };
    let base_total = total(&[]);
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
        assert!(total(&[change]) > base_total, "{change}");
    }
    let huge = i64::MAX;
    for key in ["generator.width", "generator.latent", "discriminator.width"] {
        let bytes = total(&[&format!("{key}={huge}")]);
        assert!(bytes.is_finite() && bytes > 1e15, "{key}: {bytes}");
    }
    let sampling = estimate("folder-dcgan", &base, 32, Workload::Sample).total();
    let stepping = estimate("folder-dcgan", &base, 32, Workload::Step).total();
    assert!(sampling < stepping && stepping < base_total);
}
