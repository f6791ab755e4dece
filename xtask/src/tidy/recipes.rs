//! A recipe states its title and its expected outcome.

use std::path::Path;

use toml::Table;

use super::violation::Violation;
use super::workspace::TextFile;

const REQUIRED: [(&str, &str); 2] = [
    ("title", "say in one line what is trained on what"),
    ("expected", "say what a run reaches, and by which protocol"),
];

/// Reports missing keys of a recipe. Files elsewhere are not recipes.
pub fn check(file: &TextFile) -> Vec<Violation> {
    let is_recipe = file
        .path
        .strip_prefix("crates/ganforge-train/recipes/")
        .is_some_and(|name| Path::new(name).extension() == Some("toml".as_ref()));
    if !is_recipe {
        return Vec::new();
    }
    let recipe: Table = match file.text.parse() {
        Ok(recipe) => recipe,
        Err(error) => {
            return vec![Violation::new(
                &file.path,
                format!("not TOML ({})", error.message()),
                "correct it",
            )];
        }
    };
    REQUIRED
        .into_iter()
        .filter(|(key, _)| {
            let value = recipe.get(*key).and_then(|value| value.as_str());
            value.is_none_or(|text| text.trim().is_empty())
        })
        .map(|(key, remedy)| Violation::new(&file.path, format!("no `{key}`"), remedy))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let file = TextFile {
            path: path.into(),
            text: text.into(),
        };
        check(&file).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_recipe_that_says_what_it_reaches_passes() {
        let text = "title = 'DCGAN on MNIST'\nexpected = 'Fréchet distance 4'\n";
        assert!(found("crates/ganforge-train/recipes/mnist-dcgan.toml", text).is_empty());
    }

    #[test]
    fn a_missing_or_empty_title_and_outcome_are_both_reported() {
        assert_eq!(found("crates/ganforge-train/recipes/a.toml", "").len(), 2);
        assert_eq!(
            found(
                "crates/ganforge-train/recipes/a.toml",
                "title = ' '\nexpected = 3\n"
            )
            .len(),
            2
        );
        assert_eq!(
            found("crates/ganforge-train/recipes/a.toml", "title = 'A'\n"),
            [
                "crates/ganforge-train/recipes/a.toml: no `expected`; say what a run reaches, and by which protocol"
            ]
        );
    }

    #[test]
    fn a_recipe_that_is_not_toml_is_reported() {
        assert_eq!(
            found("crates/ganforge-train/recipes/a.toml", "title =").len(),
            1
        );
    }

    #[test]
    fn other_toml_files_are_not_recipes() {
        assert!(found("crates/a/Cargo.toml", "").is_empty());
    }
}
