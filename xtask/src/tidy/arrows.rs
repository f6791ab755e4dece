//! Which crate may know which: the arrows of `ARCHITECTURE.md`, for tests too.

use super::Violation;
use super::workspace::Member;

/// Each crate of ours with those it may depend on. Nothing points the other way.
const ARROWS: &[(&str, &[&str])] = &[
    ("ganforge-core", &[]),
    ("ganforge-ops", &[]),
    ("ganforge-model", &["ganforge-ops"]),
    ("ganforge-data", &[]),
    ("ganforge-eval", &["ganforge-core", "ganforge-ops"]),
    ("ganforge-infer", &["ganforge-core", "ganforge-model"]),
    (
        "ganforge-measure",
        &["ganforge-data", "ganforge-eval", "ganforge-infer"],
    ),
    (
        "ganforge-train",
        &[
            "ganforge-data",
            "ganforge-eval",
            "ganforge-infer",
            "ganforge-measure",
            "ganforge-model",
            "ganforge-ops",
        ],
    ),
    (
        "ganforge-cli",
        &[
            "ganforge-data",
            "ganforge-eval",
            "ganforge-infer",
            "ganforge-measure",
            "ganforge-model",
            "ganforge-train",
        ],
    ),
    ("ganforge-web", &["ganforge-infer"]),
    ("xtask", &[]),
];

/// An example stands where a user stands: it may use every library.
const EXAMPLE: &[&str] = &[
    "ganforge-data",
    "ganforge-eval",
    "ganforge-core",
    "ganforge-infer",
    "ganforge-measure",
    "ganforge-model",
    "ganforge-ops",
    "ganforge-train",
];

/// Reports every arrow that is not on the map.
pub fn check(member: &Member) -> Vec<Violation> {
    let Some(allowed) = allowed(member) else {
        return vec![Violation::new(
            &member.manifest,
            format!("crate `{}` is not on the map", member.name),
            "add it to ARCHITECTURE.md and to xtask/src/tidy/arrows.rs",
        )];
    };
    member
        .dependencies
        .iter()
        .map(|dependency| dependency.package.as_str())
        .filter(|package| package.starts_with("ganforge") && !allowed.contains(package))
        .map(|package| {
            Violation::new(
                &member.manifest,
                format!("`{}` must not depend on `{package}`", member.name),
                "move the code to the crate that may know both, or pass the value in",
            )
        })
        .collect()
}

fn allowed(member: &Member) -> Option<&'static [&'static str]> {
    if member.manifest.starts_with("examples/") {
        return Some(EXAMPLE);
    }
    ARROWS
        .iter()
        .find(|(name, _)| *name == member.name)
        .map(|(_, allowed)| *allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::workspace::Dependency;

    fn member(name: &str, manifest: &str, on: &str, for_tests: bool) -> Member {
        Member {
            name: name.into(),
            manifest: manifest.into(),
            dependencies: vec![Dependency {
                package: on.into(),
                for_tests,
                features: Vec::new(),
            }],
            ..Member::default()
        }
    }

    #[test]
    fn an_arrow_on_the_map_passes() {
        let infer = member(
            "ganforge-infer",
            "crates/ganforge-infer/Cargo.toml",
            "ganforge-model",
            false,
        );
        assert!(check(&infer).is_empty());
        let example = member(
            "first-gan",
            "examples/first-gan/Cargo.toml",
            "ganforge-train",
            false,
        );
        assert!(check(&example).is_empty());
    }

    #[test]
    fn an_arrow_the_other_way_is_reported_in_tests_too() {
        for for_tests in [false, true] {
            let model = member(
                "ganforge-model",
                "crates/ganforge-model/Cargo.toml",
                "ganforge-train",
                for_tests,
            );
            let found = check(&model);
            assert_eq!(found.len(), 1);
            assert!(
                found[0]
                    .to_string()
                    .contains("`ganforge-model` must not depend on `ganforge-train`")
            );
        }
    }

    #[test]
    fn an_example_must_not_use_the_binary() {
        let example = member(
            "first-gan",
            "examples/first-gan/Cargo.toml",
            "ganforge-cli",
            false,
        );
        assert_eq!(check(&example).len(), 1);
    }

    #[test]
    fn a_crate_nobody_drew_is_reported() {
        let stray = member(
            "ganforge-misc",
            "crates/ganforge-misc/Cargo.toml",
            "serde",
            false,
        );
        assert!(check(&stray)[0].to_string().contains("not on the map"));
    }
}
