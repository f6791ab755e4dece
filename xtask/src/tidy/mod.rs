//! House rules that no compiler checks: `ARCHITECTURE.md` states them, `cargo xtask tidy` enforces them.
//!
//! Each rule is a pure function from facts to violations, so that a unit test can show it failing on a small fixture.

mod arrows;
mod backends;
mod circles;
mod code;
mod counts;
mod files;
mod imports;
mod manifests;
mod prose;
mod purity;
mod recipes;
mod rooms;
mod tokens;
mod training_loop;
mod violation;
mod workspace;

use violation::Violation;
use workspace::{TextFile, Workspace};

/// A named rule, so that each can be run alone: `cargo xtask tidy circles`.
struct Check {
    name: &'static str,
    run: fn(&Workspace) -> Vec<Violation>,
}

const CHECKS: [Check; 11] = [
    Check {
        name: "arrows",
        run: |all| all.members.iter().flat_map(arrows::check).collect(),
    },
    Check {
        name: "backends",
        run: |all| {
            let manifests = all.members.iter().flat_map(backends::check_manifest);
            manifests
                .chain(each_file(all, backends::check_source))
                .collect()
        },
    },
    Check {
        name: "circles",
        run: |all| circles::check(&all.files),
    },
    Check {
        name: "files",
        run: |all| each_file(all, files::check).collect(),
    },
    Check {
        name: "manifests",
        run: |all| {
            let manifests = all.members.iter();
            manifests
                .flat_map(|member| manifests::check(&member.manifest, &member.manifest_text))
                .collect()
        },
    },
    Check {
        name: "names",
        run: |all| each_file(all, prose::names).collect(),
    },
    Check {
        name: "phrases",
        run: |all| each_file(all, prose::phrases).collect(),
    },
    Check {
        name: "purity",
        run: |all| {
            let trees = all.trees.iter();
            trees
                .filter_map(|(krate, tree)| purity::check(krate, tree))
                .collect()
        },
    },
    Check {
        name: "recipes",
        run: |all| each_file(all, recipes::check).collect(),
    },
    Check {
        name: "rooms",
        run: |all| rooms::check(&all.files),
    },
    Check {
        name: "training-loop",
        run: |all| each_file(all, training_loop::check).collect(),
    },
];

/// What to check, and how to print it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Names of the checks to run; all where empty.
    only: Vec<String>,
    /// Print the number of violations per file instead of the violations.
    counts: bool,
}

impl Options {
    /// Reads `[--counts] [CHECK]...`.
    pub fn parse(words: &[&str]) -> Result<Self, String> {
        let mut options = Self::default();
        for word in words {
            if *word == "--counts" {
                options.counts = true;
            } else if CHECKS.iter().any(|check| check.name == *word) {
                options.only.push((*word).to_owned());
            } else {
                let names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
                return Err(format!(
                    "tidy: no check `{word}`; there are {}",
                    names.join(", ")
                ));
            }
        }
        Ok(options)
    }

    fn includes(&self, check: &Check) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == check.name)
    }
}

/// Prints every violation, not just the first, and fails if there is one.
pub fn run(options: &Options) -> Result<(), String> {
    let workspace = Workspace::load()?;
    let mut failed = Vec::new();
    let mut total = 0;
    for check in CHECKS.iter().filter(|check| options.includes(check)) {
        let violations = (check.run)(&workspace);
        if violations.is_empty() {
            continue;
        }
        if options.counts {
            print!("{}", counts::table(check.name, &violations));
        } else {
            for violation in &violations {
                println!("{}: {violation}", check.name);
            }
        }
        failed.push(format!("{} {}", violations.len(), check.name));
        total += violations.len();
    }
    if total > 0 {
        return Err(format!(
            "tidy found {total} violations, listed above: {}",
            failed.join(", ")
        ));
    }
    println!(
        "tidy: {} crates, {} files, in order",
        workspace.members.len(),
        workspace.files.len()
    );
    Ok(())
}

fn each_file<'a, Found: IntoIterator<Item = Violation> + 'a>(
    workspace: &'a Workspace,
    check: fn(&'a TextFile) -> Found,
) -> impl Iterator<Item = Violation> + 'a {
    workspace.files.iter().flat_map(check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_can_be_run_alone_and_unknown_ones_are_refused() {
        let options = Options::parse(&["--counts", "phrases"]).unwrap();
        let run: Vec<&str> = CHECKS
            .iter()
            .filter(|check| options.includes(check))
            .map(|check| check.name)
            .collect();
        assert_eq!(run, ["phrases"]);
        assert!(options.counts);
        let refused = Options::parse(&["spelling"]).unwrap_err();
        assert!(refused.contains("`spelling`"), "{refused}");
        assert!(refused.contains("circles"), "{refused}");
    }
}
