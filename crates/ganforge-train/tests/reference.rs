//! docs/game.md against the program: its names, the keys of penalties, and that its snippets are recipes.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod page;

use burn::tensor::Device;
use ganforge_infer::Signature;
use ganforge_model::ImageShape;
use ganforge_train::recipe::Override;
use ganforge_train::{Payoff, Recipe, System};
use page::{PAGE, row};
use toml::{Table, Value};

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
fn every_payoff_and_every_choice_has_its_name_on_the_page() {
    // Holes of the Context-Encoder and noise of encoders.
    for choice in ["centre", "random", "none", "gaussian", "input"] {
        assert!(PAGE.contains(&format!("`\"{choice}\"`")), "{choice}");
    }
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
    let section = page::section("### Penalties");
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
        page::section("### Minibatch features"),
        features.as_table().unwrap(),
    );
    let matching = &written("game", "payoff='hinge'\nfeature_matching={}")["feature_matching"];
    let cells = row(page::section("### Regularisers"), "feature_matching");
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
