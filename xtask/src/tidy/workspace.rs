//! The input of the rules, from cargo, git and the disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

use super::purity;
use crate::step;

/// The input of all rules.
pub struct Workspace {
    pub members: Vec<Member>,
    /// For each crate that must stay light, the names of all its dependencies, direct and indirect.
    pub trees: BTreeMap<String, Vec<String>>,
    /// Every text file that is committed or about to be.
    pub files: Vec<TextFile>,
}

/// A crate of the workspace, with what it inherits filled in.
#[derive(Debug, Default)]
pub struct Member {
    pub name: String,
    /// Path of its `Cargo.toml` from the root, and its text.
    pub manifest: String,
    pub manifest_text: String,
    pub dependencies: Vec<Dependency>,
    /// What its own features enable, such as `burn/wgpu`.
    pub switched_on: Vec<String>,
}

/// One entry of a dependency table.
#[derive(Debug, Default)]
pub struct Dependency {
    pub package: String,
    pub for_tests: bool,
    pub features: Vec<String>,
}

/// A file by its path from the root, with forward slashes.
#[derive(Debug)]
pub struct TextFile {
    pub path: String,
    pub text: String,
}

impl Workspace {
    pub fn load() -> Result<Self, String> {
        let root = step::workspace_root();
        let metadata = MetadataCommand::new()
            .current_dir(&root)
            .no_deps()
            .exec()
            .map_err(|error| format!("cargo metadata: {error}"))?;
        let base = metadata.workspace_root.as_std_path();
        let members = metadata
            .packages
            .iter()
            .map(|package| member(base, package))
            .collect::<Result<Vec<_>, _>>()?;

        let mut trees = BTreeMap::new();
        for member in members
            .iter()
            .filter(|member| purity::watches(&member.name))
        {
            trees.insert(member.name.clone(), tree(&member.name)?);
        }
        Ok(Self {
            members,
            trees,
            files: files(&root)?,
        })
    }
}

fn member(base: &Path, package: &Package) -> Result<Member, String> {
    let path = package.manifest_path.as_std_path();
    let manifest = path
        .strip_prefix(base)
        .unwrap_or(path)
        .display()
        .to_string();
    let manifest_text = fs::read_to_string(path).map_err(|error| format!("{manifest}: {error}"))?;
    let dependencies = package
        .dependencies
        .iter()
        .map(|dependency| Dependency {
            package: dependency.name.clone(),
            for_tests: dependency.kind == DependencyKind::Development,
            features: dependency.features.clone(),
        })
        .collect();
    Ok(Member {
        name: package.name.to_string(),
        manifest,
        manifest_text,
        dependencies,
        switched_on: package.features.values().flatten().cloned().collect(),
    })
}

/// `cargo tree` resolves features for one crate alone, where `cargo metadata` merges the whole workspace's.
fn tree(krate: &str) -> Result<Vec<String>, String> {
    let printed = step::read(&mut step::command(
        "cargo",
        &[
            "tree", "--quiet", "-p", krate, "-e", "normal", "--prefix", "none", "--format", "{p}",
        ],
    ))?;
    let mut names: Vec<String> = printed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != krate)
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

fn files(root: &Path) -> Result<Vec<TextFile>, String> {
    let listed = step::read(&mut step::command(
        "git",
        &[
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "-z",
        ],
    ))?;
    let mut files = Vec::new();
    for path in listed.split_terminator('\0') {
        // A listed path without a file is being deleted; bytes that are not UTF-8 are data.
        let Ok(bytes) = fs::read(root.join(path)) else {
            continue;
        };
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(TextFile {
                path: path.to_owned(),
                text,
            });
        }
    }
    Ok(files)
}
