//! Which crate may use which: the table of `ARCHITECTURE.md`, for tests too.

use super::violation::Violation;
use super::workspace::Member;

/// Each crate of ours with those it may depend on, besides `ganforge-core`, which all may use.
const ARROWS: [(&str, &[&str]); 12] = [
    ("ganforge-core", &[]),
    ("ganforge-ops", &[]),
    ("ganforge-data", &[]),
    ("ganforge-model", &["ganforge-ops"]),
    ("ganforge-eval", &["ganforge-ops"]),
    ("ganforge-infer", &["ganforge-model"]),
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
    ("ganforge", LIBRARIES),
    ("ganforge-cli", LIBRARIES),
    (
        "ganforge-web",
        &["ganforge-data", "ganforge-infer", "ganforge-train"],
    ),
    ("xtask", &[]),
];

/// What the facade, the binary and examples may use.
const LIBRARIES: &[&str] = &[
    "ganforge",
    "ganforge-data",
    "ganforge-eval",
    "ganforge-infer",
    "ganforge-measure",
    "ganforge-model",
    "ganforge-ops",
    "ganforge-train",
];

/// The crate that every other one may use.
const CORE: &str = "ganforge-core";

/// Reports every dependency that is not in the table.
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
        .filter(|package| package.starts_with("ganforge") && *package != CORE)
        .filter(|package| !allowed.contains(package))
        .map(|package| {
            Violation::new(
                &member.manifest,
                format!("`{}` must not depend on `{package}`", member.name),
                "move the code to a crate that may use both, or pass a value",
            )
        })
        .collect()
}

fn allowed(member: &Member) -> Option<&'static [&'static str]> {
    if member.manifest.starts_with("examples/") {
        return Some(LIBRARIES);
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
    fn every_crate_may_use_the_core_and_the_core_none() {
        for name in ["ganforge-ops", "ganforge-data", "xtask"] {
            let manifest = format!("crates/{name}/Cargo.toml");
            assert!(check(&member(name, &manifest, CORE, false)).is_empty());
        }
        let manifest = "crates/ganforge-core/Cargo.toml";
        let core = member(CORE, manifest, "ganforge-data", false);
        assert_eq!(check(&core).len(), 1);
    }

    #[test]
    fn measuring_does_not_know_training() {
        let manifest = "crates/ganforge-measure/Cargo.toml";
        for (on, violations) in [("ganforge-eval", 0), ("ganforge-train", 1)] {
            let measure = member("ganforge-measure", manifest, on, false);
            assert_eq!(check(&measure).len(), violations, "{on}");
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
    fn a_crate_that_is_not_on_the_map_is_reported() {
        let stray = member(
            "ganforge-misc",
            "crates/ganforge-misc/Cargo.toml",
            "serde",
            false,
        );
        assert!(check(&stray)[0].to_string().contains("not on the map"));
    }
}
