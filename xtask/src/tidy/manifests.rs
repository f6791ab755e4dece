//! Versions, lints, edition and licence are written once, in the root manifest.

use toml::{Table, Value};

use super::violation::Violation;

const DEPENDENCY_TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Reports what a member's manifest does not inherit.
pub fn check(path: &str, text: &str) -> Vec<Violation> {
    let manifest: Table = match text.parse() {
        Ok(manifest) => manifest,
        Err(error) => {
            return vec![Violation::new(
                path,
                format!("not TOML ({})", error.message()),
                "correct it",
            )];
        }
    };
    let mut found = Vec::new();
    for (table, key) in [("package", "edition"), ("package", "license")] {
        if !inherits(manifest.get(table).and_then(|table| table.get(key))) {
            found.push(Violation::new(
                path,
                format!("`{key}` is not the workspace's"),
                format!("write `{key}.workspace = true`"),
            ));
        }
    }
    if !inherits(manifest.get("lints")) {
        found.push(Violation::new(
            path,
            "the workspace's lints are not on",
            "write `[lints]` with `workspace = true`",
        ));
    }
    found.extend(own_versions(&manifest).map(|dependency| {
        Violation::new(
            path,
            format!("`{dependency}` is specified here"),
            format!("name it in the root's [workspace.dependencies] and write `{dependency} = {{ workspace = true }}`"),
        )
    }));
    found
}

/// Dependencies without `workspace = true`, in every table, platform tables included. A crate may name itself, by path, to test with its features on.
fn own_versions(manifest: &Table) -> impl Iterator<Item = &String> {
    let package = manifest.get("package");
    let own_name = package.and_then(|package| package.get("name")?.as_str());
    let platforms = manifest
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(Table::values)
        .filter_map(Value::as_table);
    std::iter::once(manifest)
        .chain(platforms)
        .flat_map(|tables| {
            DEPENDENCY_TABLES
                .iter()
                .filter_map(|name| tables.get(*name))
        })
        .filter_map(Value::as_table)
        .flatten()
        .filter(move |(name, specification)| {
            !inherits(Some(specification)) && own_name != Some(name.as_str())
        })
        .map(|(name, _)| name)
}

fn inherits(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")) == Some(&Value::Boolean(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIDY: &str = "
        [package]
        name = 'a'
        edition.workspace = true
        license.workspace = true
        [dependencies]
        serde = { workspace = true, features = ['derive'] }
        [lints]
        workspace = true
    ";

    #[test]
    fn a_manifest_that_decides_nothing_passes() {
        assert!(check("a/Cargo.toml", TIDY).is_empty());
    }

    #[test]
    fn an_own_edition_licence_or_lint_level_is_reported() {
        for (inherited, own) in [
            ("edition.workspace = true", "edition = '2021'"),
            ("license.workspace = true", "license = 'MIT'"),
            ("[lints]\n        workspace = true", "[lints.rust]"),
        ] {
            let text = TIDY.replace(inherited, own);
            assert_ne!(text, TIDY);
            assert_eq!(check("a/Cargo.toml", &text).len(), 1, "{own}");
        }
    }

    #[test]
    fn a_crate_may_test_with_its_own_features() {
        let text =
            format!("{TIDY}\n[dev-dependencies]\na = {{ path = '.', features = ['full'] }}\n");
        assert!(check("a/Cargo.toml", &text).is_empty());
    }

    #[test]
    fn a_version_of_its_own_is_reported_in_every_table() {
        let text = format!(
            "{TIDY}
            [dev-dependencies]
            tempfile = '3'
            [build-dependencies]
            cc = {{ version = '1' }}
            [target.'cfg(unix)'.dependencies]
            libc = {{ git = 'somewhere' }}
            "
        );
        let found = check("a/Cargo.toml", &text);
        assert_eq!(found.len(), 3, "{found:?}");
        for name in ["tempfile", "cc", "libc"] {
            assert!(
                found
                    .iter()
                    .any(|violation| violation.what == format!("`{name}` is specified here"))
            );
        }
    }

    #[test]
    fn a_broken_manifest_is_reported_not_skipped() {
        assert_eq!(check("a/Cargo.toml", "[package").len(), 1);
    }
}
