//! Which file of a crate imports which.

use std::collections::BTreeMap;

use super::super::code;
use super::super::imports::{Imports, Kind, imports};
use super::super::tokens::tokens;
use super::super::workspace::TextFile;
use super::module_tree::{ModuleTree, Target};

/// Arrows from a file to another, by index.
pub struct Graph {
    pub arrows: BTreeMap<(usize, usize), Uses>,
}

/// What one file takes from another.
#[derive(Default)]
pub struct Uses {
    /// The first line that names something of the other file.
    pub line: usize,
    pub names: Vec<String>,
}

impl Graph {
    /// The arrows among the files of one crate.
    pub fn new(files: &[&TextFile]) -> Self {
        let read: Vec<Imports> = files.iter().map(|file| shipped_imports(file)).collect();
        let tree = ModuleTree::new(files, &read);
        let mut arrows: BTreeMap<(usize, usize), Uses> = BTreeMap::new();
        for (from, imports) in read.iter().enumerate() {
            for path in &imports.paths {
                if matches!(path.kind, Kind::Reexport { .. }) {
                    continue;
                }
                let Some(module) = tree.module(from, &path.module) else {
                    continue;
                };
                let to = match tree.resolve(module, path) {
                    Some(Target::Item(file)) => file,
                    Some(Target::Glob(module)) => tree.file(module),
                    // What is used of an imported module is seen where a path names it.
                    Some(Target::Module(_)) | None => continue,
                };
                if to != from {
                    let uses = arrows.entry((from, to)).or_default();
                    uses.note(path.line, path.segments.last().copied().unwrap_or_default());
                }
            }
        }
        Self { arrows }
    }
}

impl Uses {
    fn note(&mut self, line: usize, name: &str) {
        if self.names.is_empty() {
            self.line = line;
        }
        if !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
        }
    }
}

fn shipped_imports(file: &TextFile) -> Imports<'_> {
    let shipped: Vec<usize> = code::shipped(file).map(|(line, _)| line).collect();
    let mut tokens = tokens(&file.text);
    tokens.retain(|token| shipped.binary_search(&token.line).is_ok());
    imports(&tokens)
}
