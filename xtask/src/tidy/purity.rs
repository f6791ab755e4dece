//! Crates that must stay light: checks all of their dependencies, direct and indirect.

use super::violation::Violation;

/// A crate, what it must not depend on (a trailing `*` matches any ending), and why.
const LIGHT: [(&str, &[&str], &str); 4] = [
    (
        "ganforge-infer",
        &[
            "burn-autodiff",
            "burn-dataset",
            "burn-optim",
            "burn-train",
            "ganforge-data",
            "gif",
            "image-webp",
            "ratatui",
            "zune-jpeg",
        ],
        "a program that only samples carries no training, no data and no codec but PNG",
    ),
    (
        "ganforge-data",
        &["burn", "burn-*"],
        "datasets live on the host and know no tensor",
    ),
    (
        "ganforge-eval",
        &[
            "burn-autodiff",
            "burn-dataset",
            "burn-optim",
            "burn-train",
            "ratatui",
        ],
        "a program that only measures must not carry training",
    ),
    (
        "ganforge-measure",
        &[
            "burn-autodiff",
            "burn-dataset",
            "burn-optim",
            "burn-train",
            "ratatui",
        ],
        "a program that only measures must not carry training",
    ),
];

/// Whether a crate must stay light.
pub fn watches(krate: &str) -> bool {
    LIGHT.iter().any(|(light, ..)| *light == krate)
}

/// Reports, in one line per crate, its forbidden dependencies.
pub fn check(krate: &str, tree: &[String]) -> Option<Violation> {
    let (_, forbidden, why) = LIGHT.iter().find(|(light, ..)| *light == krate)?;
    let heavy: Vec<&str> = tree
        .iter()
        .map(String::as_str)
        .filter(|name| forbidden.iter().any(|pattern| matches(name, pattern)))
        .collect();
    let first = heavy.first()?;
    Some(Violation::new(
        format!("crates/{krate}/Cargo.toml"),
        format!("built from {}, but {why}", heavy.join(", ")),
        format!("see how it comes in: cargo tree -p {krate} -e normal -i {first}"),
    ))
}

fn matches(name: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.into()).collect()
    }

    fn found(krate: &str, names: &[&str]) -> Option<String> {
        check(krate, &tree(names)).map(|violation| violation.to_string())
    }

    #[test]
    fn sampling_without_training_passes() {
        assert_eq!(
            found(
                "ganforge-infer",
                &["burn", "burn-nn", "burn-store", "image"]
            ),
            None
        );
    }

    #[test]
    fn training_beneath_the_sampler_is_reported_with_the_way_to_find_it() {
        let names = ["burn", "burn-autodiff", "burn-train", "ratatui"];
        let line = found("ganforge-infer", &names).unwrap();
        assert!(line.contains("built from burn-autodiff, burn-train, ratatui,"));
        assert!(line.ends_with("-i burn-autodiff"));
    }

    #[test]
    fn a_tensor_beneath_the_data_is_reported() {
        let names = ["burn", "burn-tensor", "burner", "csv"];
        let line = found("ganforge-data", &names).unwrap();
        assert!(line.contains("built from burn, burn-tensor,"), "{line}");
    }

    #[test]
    fn measures_may_use_tensors_but_not_train() {
        assert_eq!(found("ganforge-eval", &["burn", "burn-nn"]), None);
        let line = found("ganforge-eval", &["burn", "burn-optim"]).unwrap();
        assert!(line.contains("built from burn-optim,"), "{line}");
    }

    #[test]
    fn other_crates_are_not_watched() {
        assert!(!watches("ganforge-train"));
        assert_eq!(found("ganforge-train", &["burn-train"]), None);
    }
}
