//! docs/game.md against the program: every key of every table has a row with its default.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod page;

use ganforge_train::recipe::{ForSystem, Override, RecipeSource, for_system};
use ganforge_train::{Recipe, System};
use page::{row, section};
use toml::{Table, Value};

/// Each table of the page with a column of defaults: its heading, a built-in recipe that has it, where, and the least that has to be said there.
const TABLES: [(&str, &str, &str, &str); 25] = [
    ("## `[game]`", "digits", "game", r#"payoff = "hinge""#),
    (
        "### Generator `mlp`",
        "digits",
        "generator",
        "kind = \"mlp\"\nlatent = 1\nhidden = [1]",
    ),
    (
        "### Generator `dcgan`",
        "digits",
        "generator",
        "kind = \"dcgan\"\nwidth = 8",
    ),
    (
        "### Generator `resnet`",
        "digits",
        "generator",
        "kind = \"resnet\"\nwidth = 8",
    ),
    (
        "### Generator `r3gan`",
        "digits",
        "generator",
        "kind = \"r3gan\"\nwidth = 8",
    ),
    (
        "### Generator `lapgan`",
        "digits",
        "generator",
        "kind = \"lapgan\"\ncoarsest = [4, 4]\nhidden = [1]\nwidths = [1]",
    ),
    (
        "### Discriminator `mlp`",
        "digits",
        "discriminator",
        "kind = \"mlp\"\nhidden = [1]",
    ),
    (
        "### Discriminator `dcgan`",
        "digits",
        "discriminator",
        "kind = \"dcgan\"\nwidth = 8",
    ),
    (
        "### Discriminator `resnet`",
        "digits",
        "discriminator",
        "kind = \"resnet\"\nwidth = 8",
    ),
    (
        "### Discriminator `r3gan`",
        "digits",
        "discriminator",
        "kind = \"r3gan\"\nwidth = 8",
    ),
    (
        "### Discriminator `autoencoder`",
        "digits",
        "discriminator",
        "kind = \"autoencoder\"\nencoder = [1]\ncode = 1",
    ),
    (
        "### Optimizer",
        "digits",
        "optimizer.generator",
        "kind = \"adam\"\nrate = 1.0",
    ),
    (
        "## `[evaluation]`",
        "digits",
        "evaluation",
        "metrics = [\"frechet\"]",
    ),
    ("## `[data]`", "digits", "data", "source = \"digits\""),
    (
        "### Generator `context-encoder`",
        "context-encoder-2016-mnist-small",
        "generator",
        "encoder = [8, 8]\ncode = 8\ndecoder = [8, 8]",
    ),
    (
        "### System `context-encoder`",
        "context-encoder-2016-mnist-small",
        "inpainting",
        "",
    ),
    (
        "### Discriminators of `lapgan`",
        "lapgan-2015-mnist-small",
        "discriminator",
        "hidden = [1]\nwidth = 1",
    ),
    (
        "### Encoder `mlp`",
        "bigan-2016-digits",
        "encoder",
        "kind = \"mlp\"\nhidden = [1]",
    ),
    (
        "### Discriminator `mlp` of pairs",
        "bigan-2016-digits",
        "discriminator",
        "kind = \"mlp\"\nhidden = [1]",
    ),
    (
        "### System `discogan`",
        "discogan-2017-points-small",
        "translation",
        "",
    ),
    (
        "### Translator `mlp`",
        "discogan-2017-points-small",
        "generator",
        "kind = \"mlp\"\nhidden = [8]",
    ),
    (
        "### Translator `encoder-decoder`",
        "discogan-2017-folder",
        "generator",
        "kind = \"encoder-decoder\"",
    ),
    (
        "### Translator `resnet`",
        "cyclegan-2017-folder",
        "generator",
        "kind = \"resnet\"",
    ),
    (
        "### System `cyclegan`",
        "cyclegan-2017-folder",
        "translation",
        "",
    ),
    (
        "### Discriminator `patch`",
        "cyclegan-2017-folder",
        "discriminator",
        "kind = \"patch\"",
    ),
];

/// Reads a table of a recipe, and returns it with its defaults, or the error.
struct Read {
    source: RecipeSource,
    path: &'static str,
    table: String,
}

impl ForSystem for Read {
    type Output = Result<Table, String>;

    fn run<S: System>(self) -> Self::Output {
        let table = Value::Table(self.table.parse().unwrap());
        let mut changes = vec![Override::new(self.path, table)];
        if self.table.contains("autoencoder") {
            changes.push(Override::new("game.payoff", "energy-margin"));
        }
        let recipe = Recipe::<S>::from_source(&self.source, &changes);
        let written = recipe.and_then(|recipe| recipe.to_toml());
        let whole: Table = written.map_err(|error| error.to_string())?.parse().unwrap();
        let keys = self.path.split('.');
        Ok(keys.fold(whole, |table, key| table[key].as_table().unwrap().clone()))
    }
}

fn read(recipe: &str, path: &'static str, table: String) -> Result<Table, String> {
    let source = RecipeSource::find(recipe).unwrap();
    let system = source.system(&[]).unwrap();
    let code = Read {
        source,
        path,
        table,
    };
    for_system(&system, code).unwrap()
}

/// The keys that a complaint about an unknown one lists.
fn keys(recipe: &str, path: &'static str, least: &str) -> Vec<String> {
    let complaint = read(recipe, path, format!("{least}\nnonsense = 1")).unwrap_err();
    let (_, known) = complaint
        .rsplit_once("expected ")
        .unwrap_or_else(|| panic!("{complaint}"));
    let words = known.split('`').skip(1).step_by(2).map(str::to_owned);
    // Another name for a generator's `norm`, with a place in its row.
    words
        .filter(|key| path != "generator" || key != "batch_norm")
        .collect()
}

#[test]
fn every_key_has_a_row_with_its_default() {
    for (heading, recipe, path, least) in TABLES {
        let keys = keys(recipe, path, least);
        let given: Table = least.parse().unwrap();
        let defaults = read(recipe, path, least.to_owned()).unwrap();
        let section = section(heading);
        for key in &keys {
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
}
