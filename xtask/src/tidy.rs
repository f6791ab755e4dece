//! The rules of the house that no compiler checks: what `ARCHITECTURE.md` promises, kept true.
//!
//! Each rule is a pure function from facts to violations, so that each can be seen to fail on made-up input.

mod arrows;
mod backends;
mod code;
mod files;
mod manifests;
mod purity;
mod recipes;
mod workspace;

use std::fmt;

use workspace::Workspace;

/// Prints every violation, not just the first, and fails if there is one.
pub fn run() -> Result<(), String> {
    let workspace = Workspace::load()?;
    let violations = violations(&workspace);
    for violation in &violations {
        println!("{violation}");
    }
    match violations.len() {
        0 => {
            println!(
                "tidy: {} crates, {} files, in order",
                workspace.members.len(),
                workspace.files.len()
            );
            Ok(())
        }
        count => Err(format!("tidy found {count} violations, listed above")),
    }
}

/// One broken rule: where, what, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Violation {
    place: String,
    what: String,
    remedy: String,
}

impl Violation {
    fn new(place: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}; {}", self.place, self.what, self.remedy)
    }
}

fn violations(workspace: &Workspace) -> Vec<Violation> {
    let mut found = Vec::new();
    for member in &workspace.members {
        found.extend(arrows::check(member));
        found.extend(backends::check_manifest(member));
        found.extend(manifests::check(&member.manifest, &member.manifest_text));
    }
    for (krate, tree) in &workspace.trees {
        found.extend(purity::check(krate, tree));
    }
    for file in &workspace.files {
        found.extend(files::check(file));
        found.extend(backends::check_source(file));
        found.extend(recipes::check(file));
    }
    found
}
