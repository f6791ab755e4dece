use ganforge_model::{DiscriminatorConfig, GeneratorConfig};

use super::*;
use crate::recipe::Override;
use crate::recipe::registry_tests::{RecipeCheck, check_builtin};

const GIB: f64 = (1_u64 << 30) as f64;

fn memory(gib: f64) -> SystemMemory {
    SystemMemory {
        total: gib * GIB,
        available: gib * GIB,
        limit: None,
    }
}

fn recipe(name: &str, changes: &[&str]) -> Recipe {
    let changes: Vec<Override> = changes
        .iter()
        .map(|change| change.parse().unwrap())
        .collect();
    Recipe::load(name, &changes).unwrap()
}

fn checked(name: &str, changes: &[&str], memory: &SystemMemory) -> Result<Option<String>, String> {
    let recipe = recipe(name, changes);
    let images = smallest_images(&recipe);
    check_against(&recipe, images, Workload::Train, true, memory).map_err(|error| error.to_string())
}

#[test]
fn every_built_in_recipe_fits_a_small_memory() {
    struct Fits;

    impl RecipeCheck for Fits {
        fn check<S: System>(name: &str, recipe: &Recipe<S>) {
            let images = smallest_images(recipe);
            let gib = match name {
                // Two matrices of 8192 × 4000 weights, as in the paper.
                "context-encoder-2016-folder" => 3.0,
                _ => 2.0,
            };
            let checked = check_against(recipe, images, Workload::Train, true, &memory(gib));
            assert_eq!(
                checked.map_err(|error| error.to_string()),
                Ok(None),
                "{name}"
            );
        }
    }

    check_builtin::<Fits>();
}

#[test]
fn a_recipe_that_does_not_fit_is_refused_and_the_key_named() {
    let large = ["data.size=[64, 64]", "data.channels=3"];
    for (name, changes, parts) in [
        (
            "digits",
            &["generator.latent=1000000000"][..],
            &[
                "`generator.latent` is 1000000000: the networks have 256 billion parameters",
                "TiB; this machine has 23 GiB; lower generator.latent or generator.hidden",
            ][..],
        ),
        (
            "digits",
            &["generator.hidden=[1000000000]"],
            &["`generator.hidden` is [1000000000]:"],
        ),
        (
            "digits",
            &["discriminator.maxout_pieces=9223372036854775807"],
            &["`discriminator.maxout_pieces` is 9223372036854775807:"],
        ),
        (
            "folder-dcgan",
            &[
                &large[..],
                &["generator.width=1024", "discriminator.width=1024"],
            ]
            .concat(),
            &["width", "parameters"],
        ),
        (
            "folder-dcgan",
            &[&large[..], &["run.batch=16384"]].concat(),
            &[
                "`run.batch` is 16384: a training step of 16384 images takes about",
                "lower run.batch",
            ],
        ),
        (
            "folder-dcgan",
            &["data.size=[8192, 8192]"],
            &["`data.size` is [8192, 8192]:"],
        ),
        (
            "digits",
            &[
                "data.size=[8192, 8192]",
                "run.batch=1",
                "generator.norm=none",
            ],
            &["`data.size` is [8192, 8192]:"],
        ),
        (
            "digits",
            &[
                "evaluation.metrics=[\"recall\"]",
                "evaluation.samples=1048576",
                "data.size=[128, 128]",
            ],
            &[
                "`evaluation.samples` is 1048576: an evaluation of 1048576 samples takes about 64 GiB",
            ],
        ),
        (
            "digits",
            &["discriminator.minibatch_features={ kind = \"discrimination\", kernels = 1000000 }"],
            &[
                "`discriminator.minibatch_features.kernels` is 1000000: a training step of 64 images",
            ],
        ),
    ] {
        let refused = checked(name, changes, &memory(23.0)).unwrap_err();
        for part in parts {
            assert!(refused.contains(part), "{name} {changes:?}: {refused}");
        }
        assert!(!refused.contains('\n'), "{refused}");
    }
}

#[test]
fn the_limit_on_the_process_is_named() {
    let limited = SystemMemory {
        limit: Some("ulimit -v"),
        ..memory(0.01)
    };
    let refused = checked("digits", &["generator.hidden=[2048]"], &limited).unwrap_err();
    assert!(
        refused.contains("this process may take 10 MiB (ulimit -v)"),
        "{refused}"
    );
}

#[test]
fn nearly_all_of_the_memory_or_more_than_is_free_gives_a_warning() {
    let recipe = recipe("digits", &["generator.hidden=[4096, 4096]"]);
    let images = smallest_images(&recipe);
    let check = |memory: &SystemMemory| {
        check_against(&recipe, images, Workload::Train, true, memory).unwrap()
    };
    let required = MemoryEstimate::of(&recipe, images, Workload::Train).total() / GIB;
    assert_eq!(check(&memory(required * 1.3)), None);
    let nearly = check(&memory(required * 1.1)).unwrap();
    assert!(
        nearly.starts_with("the networks have 17 million parameters, and training"),
        "{nearly}"
    );
    let busy = SystemMemory {
        available: 0.5 * required * GIB,
        ..memory(required * 10.0)
    };
    assert!(check(&busy).unwrap().contains("of it free"));
}

#[test]
fn with_another_device_the_host_holds_checkpoint_and_images() {
    let recipe = recipe("folder-dcgan", &["run.batch=16384"]);
    let images = smallest_images(&recipe);
    let on = |on_host| check_against(&recipe, images, Workload::Train, on_host, &memory(23.0));
    assert!(on(true).is_err() && on(false).is_ok());
}

#[test]
fn a_network_of_unknown_size_is_not_checked() {
    use burn::tensor::Device;
    use ganforge_model::{
        ChaCha8Rng, ConfigError, GeneratorArchitecture, GeneratorNet, LatentSpec,
    };
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct Unknown {
        width: usize,
    }
    impl GeneratorArchitecture for Unknown {
        type Network = GeneratorNet;
        fn init(
            &self,
            _: ImageShape,
            _: usize,
            _: &mut ChaCha8Rng,
            _: &Device,
        ) -> Result<GeneratorNet, ConfigError> {
            Err(ConfigError::new("width", self.width, "nothing"))
        }
        fn latent(&self) -> LatentSpec {
            let config: GeneratorConfig = recipe("digits", &[]).system.generator;
            config.latent()
        }
    }
    let digits = recipe("digits", &[]).to_toml().unwrap();
    let mut table: toml::Table = digits.parse().unwrap();
    let width = toml::Table::from_iter([("width".to_owned(), toml::Value::from(1_i64 << 40))]);
    table.insert("generator".to_owned(), width.into());
    let recipe: Recipe<crate::system::Gan<Unknown, DiscriminatorConfig>> =
        Recipe::parse("mine", &table.to_string(), &[]).unwrap();
    let images = smallest_images(&recipe);
    assert_eq!(
        check_against(&recipe, images, Workload::Train, true, &memory(1.0)),
        Ok(None)
    );
}

#[test]
fn past_fakes_and_the_second_domain_count() {
    use crate::recipe::{Override, RecipeSource};
    use crate::system::CycleGan;

    let cyclegan = |changes: &[&str]| -> Recipe<CycleGan> {
        let changes: Vec<Override> = changes
            .iter()
            .map(|change| change.parse().unwrap())
            .collect();
        let source = RecipeSource::find("cyclegan-2017-folder").unwrap();
        Recipe::from_source(&source, &changes).unwrap()
    };
    let recipe = cyclegan(&["translation.pool=65536"]);
    let images = smallest_images(&recipe);
    let refused = check_against(&recipe, images, Workload::Train, true, &memory(23.0));
    let refused = refused.unwrap_err().to_string();
    // Two pools of 65,536 images of 3×128×128 floats, twice while a checkpoint is written.
    assert!(
        refused.starts_with("`translation.pool` is 65536: training with the stored past fakes"),
        "{refused}"
    );
    let bytes = |changes: &[&str]| smallest_images(&cyclegan(changes)).bytes;
    let sizes = [
        "data.size=[28, 28]",
        "data.channels=1",
        "data.source=\"mnist\"",
    ];
    let one = bytes(&sizes);
    let both = [
        "target.size=[28, 28]",
        "target.channels=1",
        "target.source=\"mnist\"",
    ];
    let two = bytes(&[sizes, both].concat());
    assert!((two - 2.0 * one).abs() < 0.5 && one > 4e7, "{one}, {two}");
}
