//! docs/game.md against the program: its names, its keys, its defaults, and that its snippets are recipes.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use burn::tensor::Device;
use ganforge_infer::Signature;
use ganforge_model::ImageShape;
use ganforge_model::networks::LapganDiscriminatorConfig;
use ganforge_train::recipe::{Override, RecipeSource};
use ganforge_train::system::{Ali, ContextEncoder};
use ganforge_train::{Payoff, Recipe, System};
use toml::{Table, Value};

const PAGE: &str = include_str!("../../../docs/game.md");

/// Each table of the page with a column of defaults: its heading, where it is in a recipe, and the least that has to be said there.
const TABLES: [(&str, &str, &str); 14] = [
    ("## `[game]`", "game", r#"payoff = "hinge""#),
    (
        "### Generator `mlp`",
        "generator",
        "kind = \"mlp\"\nlatent = 1\nhidden = [1]",
    ),
    (
        "### Generator `dcgan`",
        "generator",
        "kind = \"dcgan\"\nwidth = 8",
    ),
    (
        "### Generator `resnet`",
        "generator",
        "kind = \"resnet\"\nwidth = 8",
    ),
    (
        "### Generator `r3gan`",
        "generator",
        "kind = \"r3gan\"\nwidth = 8",
    ),
    (
        "### Generator `lapgan`",
        "generator",
        "kind = \"lapgan\"\ncoarsest = [4, 4]\nhidden = [1]\nwidths = [1]",
    ),
    (
        "### Discriminator `mlp`",
        "discriminator",
        "kind = \"mlp\"\nhidden = [1]",
    ),
    (
        "### Discriminator `dcgan`",
        "discriminator",
        "kind = \"dcgan\"\nwidth = 8",
    ),
    (
        "### Discriminator `resnet`",
        "discriminator",
        "kind = \"resnet\"\nwidth = 8",
    ),
    (
        "### Discriminator `r3gan`",
        "discriminator",
        "kind = \"r3gan\"\nwidth = 8",
    ),
    (
        "### Discriminator `autoencoder`",
        "discriminator",
        "kind = \"autoencoder\"\nencoder = [1]\ncode = 1",
    ),
    (
        "### Optimizer",
        "optimizer.generator",
        "kind = \"adam\"\nrate = 1.0",
    ),
    ("## `[evaluation]`", "evaluation", "metrics = [\"frechet\"]"),
    ("## `[data]`", "data", "source = \"digits\""),
];

/// The part of the page under a heading, up to the next.
fn section(heading: &str) -> &'static str {
    let (_, rest) = PAGE
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("{heading}"));
    rest.split("\n#").next().unwrap()
}

/// The cells of the table row that begins with a name.
fn row(within: &'static str, name: &str) -> Vec<&'static str> {
    let start = format!("| `{name}` |");
    let line = within.lines().find(|line| line.starts_with(&start));
    let line = line.unwrap_or_else(|| panic!("no row of `{name}`"));
    line.trim_matches('|').split(" | ").map(str::trim).collect()
}

/// The recipe `digits` with tables replaced.
fn digits(changes: &[(&str, Value)]) -> Result<Recipe, String> {
    let changes: Vec<Override> = changes
        .iter()
        .map(|(path, value)| Override::new(path, value.clone()))
        .collect();
    Recipe::load("digits", &changes).map_err(|error| error.to_string())
}

/// What a complaint about an unknown name lists.
fn known(path: &str, table: &str) -> Vec<String> {
    let value = Value::Table(table.parse().unwrap());
    let complaint = digits(&[(path, value)]).unwrap_err();
    let (_, known) = complaint
        .rsplit_once("expected ")
        .unwrap_or_else(|| panic!("{complaint}"));
    let words = known.split('`').skip(1).step_by(2);
    words.map(str::to_owned).collect()
}

/// A table as it is written out, every default with it.
fn written(path: &str, table: &str) -> Table {
    let value = Value::Table(table.parse().unwrap());
    let mut changes = vec![(path, value)];
    if table.contains("autoencoder") {
        changes.push(("game.payoff", Value::from("energy-margin")));
    }
    let recipe = digits(&changes).unwrap().to_toml().unwrap();
    let whole: Table = recipe.parse().unwrap();
    path.split('.')
        .fold(whole, |table, key| table[key].as_table().unwrap().clone())
}

#[test]
fn every_key_has_a_row_with_its_default() {
    for (heading, path, least) in TABLES {
        let mut keys = known(path, &format!("{least}\nnonsense = 1"));
        // Another name for a generator's `norm`, with a place in its row.
        keys.retain(|key| path != "generator" || key != "batch_norm");
        assert!(keys.len() > 4, "{heading}: {keys:?}");
        check_rows(
            heading,
            &keys,
            &least.parse().unwrap(),
            &written(path, least),
        );
    }
}

/// Fails unless each key has a row, with its default or as required, and there are no other rows.
fn check_rows(heading: &str, keys: &[String], given: &Table, defaults: &Table) {
    let section = section(heading);
    for key in keys {
        let default = row(section, key)[1];
        if given.contains_key(key) {
            assert_eq!(default, "required", "{heading}: {key}");
        } else if let Some(written) = defaults.get(key) {
            let stated = default
                .strip_prefix('`')
                .and_then(|text| text.strip_suffix('`'));
            let stated = stated.and_then(|value| format!("v = {value}").parse::<Table>().ok());
            let stated = stated.unwrap_or_else(|| panic!("{heading}: {key}: {default}"));
            assert_eq!(&stated["v"], written, "{heading}: {key}");
        }
    }
    let rows = section
        .lines()
        .skip_while(|line| !line.starts_with("| key"));
    let rows = rows.skip(2).take_while(|line| line.starts_with('|'));
    assert_eq!(rows.count(), keys.len(), "{heading}: {keys:?}");
}

#[test]
fn every_key_of_the_context_encoder_has_a_row_with_its_default() {
    let load = |path: &str, table: &str| {
        let value = Value::Table(table.parse().unwrap());
        let source = RecipeSource::find("context-encoder-2016-mnist-small").unwrap();
        let recipe = Recipe::<ContextEncoder>::from_source(&source, &[Override::new(path, value)]);
        recipe.map_err(|error| error.to_string())
    };
    for (heading, path, least) in [
        (
            "### Generator `context-encoder`",
            "generator",
            "encoder = [8, 8]\ncode = 8\ndecoder = [8, 8]",
        ),
        ("### System `context-encoder`", "inpainting", ""),
    ] {
        let complaint = load(path, &format!("{least}\nnonsense = 1")).unwrap_err();
        let (_, known) = complaint.rsplit_once("expected ").unwrap();
        let keys = known.split('`').skip(1).step_by(2).map(str::to_owned);
        let keys: Vec<String> = keys.collect();
        let written: Table = load(path, least)
            .unwrap()
            .to_toml()
            .unwrap()
            .parse()
            .unwrap();
        let written = written[path].as_table().unwrap();
        check_rows(heading, &keys, &least.parse().unwrap(), written);
    }
    for choice in ["centre", "random"] {
        assert!(PAGE.contains(&format!("`\"{choice}\"`")), "{choice}");
    }
}

/// The discriminators of `lapgan` are not a kind of a plain GAN, whose recipes the other tables are compared with.
#[test]
fn every_key_of_the_discriminators_of_lapgan_has_a_row_with_its_default() {
    let section = section("### Discriminators of `lapgan`");
    let config = LapganDiscriminatorConfig::new([1], 1);
    let keys = Table::try_from(config).unwrap();
    for (key, value) in &keys {
        let default = row(section, key)[1];
        let expected = match key.as_str() {
            "hidden" | "width" => "required".to_owned(),
            "init" => "`{ kind = \"fan\" }`".to_owned(),
            _ => format!("`{value}`"),
        };
        assert_eq!(default, expected, "{key}");
    }
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    assert_eq!(rows.count(), keys.len());
}

#[test]
fn every_payoff_and_every_choice_has_its_name_on_the_page() {
    for payoff in Payoff::ALL {
        assert!(
            PAGE.contains(&format!("`{}`", payoff.name())),
            "{}",
            payoff.name()
        );
    }
    let (mlp, head) = ("kind='mlp'\nlatent=1\nhidden=[1]", "kind='mlp'\nhidden=[1]");
    let adam = "kind='adam'\nrate=1.0";
    for (path, table) in [
        ("game", "payoff='hinge'\nupdate='?'".to_owned()),
        ("game", "payoff='hinge'\naugment=['?']".to_owned()),
        (
            "game",
            "payoff='hinge'\npenalties=[{kind='r1',gamma=1,form='?'}]".to_owned(),
        ),
        ("game", "payoff='hinge'\ninstance_noise={x=1}".to_owned()),
        ("game", "payoff='hinge'\nfeature_matching={x=1}".to_owned()),
        ("game", "payoff={kind='least-squares',x=1}".to_owned()),
        ("generator", "kind='?'".to_owned()),
        ("generator", format!("{mlp}\nnorm='?'")),
        ("generator", format!("{mlp}\nactivation='?'")),
        ("generator", format!("{mlp}\noutput='?'")),
        ("generator", format!("{mlp}\nlatent_distribution='?'")),
        ("generator", format!("{mlp}\ninit={{kind='?'}}")),
        ("discriminator", "kind='?'".to_owned()),
        ("discriminator", format!("{head}\nconditioning='?'")),
        (
            "discriminator",
            "kind='autoencoder'\nencoder=[1]\ncode=1\nerror='?'".to_owned(),
        ),
        (
            "discriminator",
            format!("{head}\nminibatch_features={{kind='?'}}"),
        ),
        ("optimizer.generator", "kind='?'\nrate=1.0".to_owned()),
        (
            "optimizer.generator",
            format!("{adam}\nschedule={{kind='?'}}"),
        ),
        (
            "optimizer.generator",
            format!("{adam}\nschedule={{kind='linear',x=1}}"),
        ),
        ("evaluation", "metrics=['?']".to_owned()),
        ("evaluation", "metrics=['modes']\nfeatures='?'".to_owned()),
        ("evaluation", "metrics=['modes']\nsplit='?'".to_owned()),
    ] {
        for name in known(path, &table) {
            let forms = [
                format!("`{name}`"),
                format!("`\"{name}\"`"),
                format!("`{name} = "),
                format!("`schedule.{name}`"),
            ];
            assert!(
                forms.iter().any(|form| PAGE.contains(form)),
                "`{name}`, known in {table}"
            );
        }
    }
}

#[test]
fn every_penalty_and_feature_has_a_row_with_its_keys() {
    let section = section("### Penalties");
    let kinds = known("game", "payoff='hinge'\npenalties=[{kind='?'}]");
    assert!(kinds.len() > 8, "{kinds:?}");
    for kind in kinds {
        let needed = match kind.as_str() {
            "r1" | "r2" => "gamma=7.0",
            "weight-clipping" => "limit=7.0",
            _ => "",
        };
        let game = format!("payoff='hinge'\npenalties=[{{kind='{kind}',{needed}}}]");
        let game = written("game", &game.replace(",}", "}"));
        states(section, game["penalties"][0].as_table().unwrap());
    }
    let features = "kind='mlp'\nhidden=[1]\nminibatch_features={kind='discrimination'}";
    let features = &written("discriminator", features)["minibatch_features"];
    states(
        self::section("### Minibatch features"),
        features.as_table().unwrap(),
    );
    let matching = &written("game", "payoff='hinge'\nfeature_matching={}")["feature_matching"];
    let cells = row(self::section("### Regularisers"), "feature_matching");
    for (key, value) in matching.as_table().unwrap() {
        assert!(
            cells[2].contains(&format!("`{key} = {value}`")),
            "{cells:?}"
        );
    }
}

/// Fails unless the row of a table's kind states its keys with their defaults.
fn states(section: &'static str, table: &Table) {
    let kind = table["kind"].as_str().unwrap();
    let cells = row(section, kind).join(" | ");
    for (key, value) in table.iter().filter(|(key, _)| *key != "kind") {
        let required = value.as_float() == Some(7.0);
        let stated = match key.as_str() {
            "form" => "`form`".to_owned(),
            _ if required => format!("`{key}` (required"),
            _ => format!("`{key} = {value}`"),
        };
        assert!(cells.contains(&stated), "{stated} in the row of {kind}");
    }
}

#[test]
fn every_snippet_is_part_of_a_recipe_whose_networks_can_be_built() {
    let snippets = PAGE.split("```toml\n").skip(1);
    let snippets: Vec<&str> = snippets
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(snippets.len() > 7);
    for snippet in snippets {
        let tables: Table = snippet.parse().unwrap();
        let mut changes = Vec::new();
        for (name, table) in &tables {
            // A player or the rules as a whole; of the other tables, what is said.
            if matches!(
                name.as_str(),
                "game" | "generator" | "discriminator" | "evaluation"
            ) {
                changes.push((name.clone(), table.clone()));
                continue;
            }
            for (key, value) in table.as_table().unwrap() {
                changes.push((format!("{name}.{key}"), value.clone()));
            }
        }
        let changes: Vec<(&str, Value)> = changes
            .iter()
            .map(|(path, value)| (path.as_str(), value.clone()))
            .collect();
        let recipe = digits(&changes).unwrap_or_else(|error| panic!("{snippet}{error}"));
        let classes = if recipe.experiment.data.labels { 10 } else { 0 };
        let signature = Signature {
            latent: recipe.system.latent(),
            image: ImageShape {
                channels: 1,
                height: 8,
                width: 8,
            },
            input: None,
            classes: (0..classes).map(|class| class.to_string()).collect(),
        };
        let built = recipe.build(&signature, 0, &Device::flex());
        assert!(built.is_ok(), "{snippet}{}", built.err().unwrap());
    }
}

/// The tables of a system of pairs, as [`TABLES`].
const PAIRS: [(&str, &str, &str); 2] = [
    (
        "### Encoder `mlp`",
        "encoder",
        "kind = \"mlp\"\nhidden = [1]",
    ),
    (
        "### Discriminator `mlp` of pairs",
        "discriminator",
        "kind = \"mlp\"\nhidden = [1]",
    ),
];

#[test]
fn every_key_of_a_system_of_pairs_has_a_row_with_its_default() {
    let source = RecipeSource::find("ali-2016-digits").unwrap();
    for (heading, path, least) in PAIRS {
        let section = section(heading);
        let read = |table: String| {
            let table = Value::Table(table.parse().unwrap());
            let mut changes = vec![Override::new(path, table)];
            if path == "encoder" {
                changes.push("encoder.noise=gaussian".parse().unwrap());
            }
            Recipe::<Ali>::from_source(&source, &changes).map_err(|error| error.to_string())
        };
        let complaint = read(format!("{least}\nnonsense = 1")).unwrap_err();
        let (_, known) = complaint.rsplit_once("expected ").unwrap();
        let keys: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        let whole: Table = read(least.to_owned())
            .unwrap()
            .to_toml()
            .unwrap()
            .parse()
            .unwrap();
        for &key in &keys {
            let default = row(section, key)[1];
            // The recipe needs a noise that is not the default.
            if key == "hidden" || key == "noise" {
                let stated = if key == "hidden" {
                    "required"
                } else {
                    "`\"none\"`"
                };
                assert_eq!(default, stated, "{heading}: {key}");
                continue;
            }
            let stated = format!("v = {}", default.trim_matches('`'));
            let stated: Table = stated.parse().unwrap();
            assert_eq!(stated["v"], whole[path][key], "{heading}: {key}");
        }
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        assert_eq!(rows.count(), keys.len(), "{heading}: {keys:?}");
        for noise in ["none", "gaussian", "input"] {
            assert!(PAGE.contains(&format!("`\"{noise}\"`")), "{noise}");
        }
    }
}
