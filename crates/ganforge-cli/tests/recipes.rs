//! The built-in recipes, and what lists and times them.

mod support;

use ganforge_train::experiment::Experiment;
use ganforge_train::recipe::{RecipeSource, builtin_names};
use serde_json::Value;
use support::Home;

/// The recipes the project promises.
const PROMISED: [&str; 14] = [
    "digits",
    "digits-conditional",
    "mnist-mlp",
    "mnist-dcgan",
    "mnist-r3gan",
    "mnist-resnet",
    "goodfellow-2014-mnist",
    "stacked-mnist-dcgan",
    "ring8",
    "grid25",
    "folder-dcgan",
    "bench-dcgan32",
    "bench-dcgan64",
    "bench-mlp",
];

#[test]
fn every_promised_recipe_is_built_in_and_names_paper_and_result() {
    for name in PROMISED {
        assert!(builtin_names().any(|known| known == name), "{name}");
    }
    for name in builtin_names() {
        let source = RecipeSource::find(name).unwrap();
        let recipe = Experiment::parse(&source, &[]).unwrap();
        assert!(recipe.paper.is_some(), "{name}");
        assert!(recipe.expected.is_some(), "{name}");
    }
}

#[test]
fn recipes_are_listed_and_printed_as_toml_that_trains() {
    let home = Home::new();
    let listed = home.does("recipes");
    for (line, name) in listed.lines().zip(builtin_names()) {
        assert_eq!(line.split_whitespace().next(), Some(name));
    }
    assert_eq!(listed.lines().count(), builtin_names().count());
    home.write("mine.toml", home.does("recipes digits"));
    home.does("train mine.toml --images 640 --out mine");
    home.does("train digits --images 640 --out built-in");
    let [mine, built_in] =
        ["mine", "built-in"].map(|run| home.read(&format!("{run}/samples/000000640.png")));
    assert!(mine == built_in);
}

#[test]
fn every_built_in_recipe_builds_its_networks_and_takes_a_step() {
    let home = Home::new();
    home.squares("images", 70, 70);
    for name in builtin_names() {
        // Real data where a recipe's own are not at hand, and few channels: the shape is what is tried here.
        let data = match name {
            "folder-dcgan" | "context-encoder-2016-folder" | "lapgan-2015-folder" => {
                "--data images"
            }
            "lapgan-2015-mnist" => {
                "--data digits --set data.size=[28,28] --set data.take=1000 --set generator.hidden=[16,16]"
            }
            "lapgan-2015-mnist-small" => "--data digits --set data.size=[28,28]",
            "context-encoder-2016-mnist-small"
            | "salimans-2016-mnist"
            | "salimans-2016-mnist-small"
            | "infogan-2016-mnist" => {
                "--data digits --set data.take=1000 --set evaluation.features=raw --set evaluation.samples=200"
            }
            "discogan-2017-folder" => {
                "--data images --set target.source=images --set generator.width=4 --set discriminator.width=4"
            }
            "cyclegan-2017-folder" => {
                "--data images --set target.source=images --set generator.width=4 --set discriminator.width=4 \
                 --set data.size=[32,32] --set target.size=[32,32] --set discriminator.layers=2"
            }
            "cyclegan-2017-mnist-small" => {
                "--data digits --set data.take=900 --set target.source=digits --set target.skip=900 \
                 --set target.take=800 --set evaluation.samples=200"
            }
            "goodfellow-2014-mnist" => "--data digits --set data.take=1000",
            "stacked-mnist-dcgan" => "--data stacked:digits --set data.take=1000",
            _ if name.starts_with("bigan-2016-mnist") => {
                "--data digits --set data.take=1500 --set evaluation.features=raw --set evaluation.split=train"
            }
            _ if name.ends_with("-mnist") => "--data digits",
            _ if name.starts_with("mnist") || name.starts_with("bench") => "--data digits",
            _ => "",
        };
        let wide = ["dcgan", "resnet", "infogan-2016-mnist"]
            .iter()
            .any(|kind| name.contains(kind));
        let narrow = if name == "context-encoder-2016-folder" {
            "--set generator.encoder=[4,4,4,4,4] --set generator.code=4 --set generator.decoder=[4,4,4,4] \
             --set discriminator.width=4"
        } else if wide {
            "--set generator.width=4 --set discriminator.width=4"
        } else {
            ""
        };
        home.does(&format!(
            "train {name} {data} {narrow} --images 1 --set run.samples=4 --out {name}"
        ));
        let input = match name {
            "context-encoder-2016-folder" | "discogan-2017-folder" | "cyclegan-2017-folder" => {
                "--input images"
            }
            "context-encoder-2016-mnist-small" | "cyclegan-2017-mnist-small" => "--input digits",
            "discogan-2017-points-small" => "--input ring5",
            _ => "",
        };
        home.does(&format!("sample {name} {input} -n 2 -o {name}.npy"));
    }
}

#[test]
fn bench_prints_exactly_the_figures_scripts_rely_on() {
    let home = Home::new();
    let line = "bench bench-dcgan32 --steps 2 --set generator.width=8 --set discriminator.width=8";
    let report: Value = serde_json::from_str(&home.does(&format!("{line} --json"))).unwrap();
    let keys: Vec<&String> = report.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "batch",
            "device",
            "images_per_second",
            "parameters",
            "recipe",
            "step_ms_median",
            "step_ms_min",
            "steps",
            "update_rule"
        ]
    );
    assert_eq!(report["recipe"], "bench-dcgan32");
    assert_eq!(report["batch"], 64);
    assert_eq!(report["steps"], 2);
    assert_eq!(report["update_rule"], "alternating");
    assert!(report["step_ms_min"].as_f64() <= report["step_ms_median"].as_f64());
    let text = home.does(line);
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn bench_times_the_generator_alone() {
    let home = Home::new();
    let line = "bench bench-dcgan32 --sample --steps 3 --set run.batch=2 --set generator.width=8";
    let report: Value = serde_json::from_str(&home.does(&format!("{line} --json"))).unwrap();
    assert_eq!(report["batch"], 2);
    assert_eq!(report["steps"], 3);
    assert!(report["step_ms_min"].as_f64() <= report["step_ms_median"].as_f64());
    let text = home.does(line);
    assert!(text.contains("a batch of 2 samples"), "{text}");
    let complaint = home.refuses(1, "bench bench-dcgan32 --sample --steps 0");
    assert!(complaint.contains("--steps"), "{complaint}");
}

#[test]
fn a_recipe_that_leaves_the_size_to_its_data_is_timed_at_theirs() {
    let home = Home::new();
    let report = home.does("bench digits --steps 2 --json");
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["recipe"], "digits");
    // The recipe names a folder that is not here.
    let complaint = home.refuses(1, "bench folder-dcgan --steps 1");
    assert!(complaint.contains("images"), "{complaint}");
}

#[test]
fn devices_are_listed_for_people_and_for_programs() {
    let home = Home::new();
    let listed = home.does("devices");
    assert!(
        listed.lines().any(|line| line.starts_with("flex ")),
        "{listed}"
    );
    let object: Value = serde_json::from_str(&home.does("devices --json")).unwrap();
    let devices = object["devices"].as_array().unwrap();
    assert!(devices.iter().any(|device| device["spec"] == "flex"));
    for key in ["spec", "backend", "name", "software"] {
        assert!(devices[0].get(key).is_some(), "{key}");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let home = Home::new();
    for line in [
        "recipes",
        "recipes digits",
        "devices",
        "devices --json",
        "data inspect digits",
    ] {
        assert_eq!(home.start(line).leave(), Some(0), "{line}");
    }
}
