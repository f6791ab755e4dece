//! The modules of a crate, and which file defines what a path ends in.

use std::collections::{BTreeMap, BTreeSet};

use super::super::code;
use super::super::imports::{Imports, Kind, Path};
use super::super::workspace::TextFile;

/// The modules of a crate, those of files and inline ones.
pub struct ModuleTree<'a> {
    modules: Vec<Module<'a>>,
    by_path: BTreeMap<Vec<&'a str>, usize>,
    /// The module that each file is.
    of_file: Vec<usize>,
}

#[derive(Default)]
struct Module<'a> {
    file: usize,
    path: Vec<&'a str>,
    /// Names that `use` brings in, with their paths. A name may stand for a type and a function.
    imported: Vec<(&'a str, Vec<&'a str>)>,
    globs: Vec<Vec<&'a str>>,
    items: BTreeSet<&'a str>,
}

/// What a path ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Module(usize),
    /// Everything of a module.
    Glob(usize),
    /// An item of a file.
    Item(usize),
}

/// The longest chain of re-exports that is followed. It also ends names that resolve to themselves, as in `use log;`.
const DEEPEST: usize = 12;

impl<'a> ModuleTree<'a> {
    pub fn new(files: &[&'a TextFile], imports: &[Imports<'a>]) -> Self {
        let mut tree = Self {
            modules: Vec::new(),
            by_path: BTreeMap::new(),
            of_file: Vec::new(),
        };
        for (file, text) in files.iter().enumerate() {
            let path = module_path(&text.path);
            let module = tree.add(path.clone(), file);
            tree.of_file.push(module);
            for inline in &imports[file].inline_modules {
                tree.add([path.as_slice(), inline].concat(), file);
            }
        }
        for (file, imports) in imports.iter().enumerate() {
            tree.fill(file, imports);
        }
        tree
    }

    /// The module at a path within a file.
    pub fn module(&self, file: usize, inline: &[&'a str]) -> Option<usize> {
        let path = [self.modules[self.of_file[file]].path.as_slice(), inline].concat();
        self.by_path.get(&path).copied()
    }

    pub fn file(&self, module: usize) -> usize {
        self.modules[module].file
    }

    /// What `path` ends in, as seen from `module`. `None` for what is outside the crate or not known.
    pub fn resolve(&self, module: usize, path: &Path<'a>) -> Option<Target> {
        self.follow(module, &path.segments, 0)
    }

    fn add(&mut self, path: Vec<&'a str>, file: usize) -> usize {
        let module = self.modules.len();
        self.by_path.insert(path.clone(), module);
        self.modules.push(Module {
            file,
            path,
            ..Module::default()
        });
        module
    }

    fn fill(&mut self, file: usize, imports: &Imports<'a>) {
        for path in &imports.paths {
            let (Kind::Use { name } | Kind::Reexport { name }) = path.kind else {
                continue;
            };
            let Some(module) = self.module(file, &path.module) else {
                continue;
            };
            let module = &mut self.modules[module];
            match path.segments.split_last() {
                Some((&"*", module_path)) => module.globs.push(module_path.to_vec()),
                _ => module.imported.push((name, path.segments.clone())),
            }
        }
        for item in &imports.items {
            if let Some(module) = self.module(file, &item.module) {
                self.modules[module].items.insert(item.name);
            }
        }
    }

    fn follow(&self, from: usize, segments: &[&'a str], depth: usize) -> Option<Target> {
        let (first, mut rest) = segments.split_first()?;
        let mut target = match *first {
            "crate" => Target::Module(*self.by_path.get(&Vec::new())?),
            "self" => Target::Module(from),
            "super" => Target::Module(self.parent(from)?),
            name => self.lookup(from, name, depth)?,
        };
        while let (Target::Module(module), Some((name, after))) = (target, rest.split_first()) {
            target = match *name {
                "super" => Target::Module(self.parent(module)?),
                "self" => target,
                "*" => Target::Glob(module),
                // A macro may define what is not found.
                name => self
                    .lookup(module, name, depth)
                    .unwrap_or(Target::Item(self.modules[module].file)),
            };
            rest = after;
        }
        Some(target)
    }

    fn parent(&self, module: usize) -> Option<usize> {
        let (_, parent) = self.modules[module].path.split_last()?;
        self.by_path.get(parent).copied()
    }

    /// What a name means in a module: a child, something defined or imported there, or part of a glob.
    fn lookup(&self, at: usize, name: &'a str, depth: usize) -> Option<Target> {
        if depth > DEEPEST {
            return None;
        }
        let module = &self.modules[at];
        let child = [module.path.as_slice(), &[name]].concat();
        if let Some(&child) = self.by_path.get(&child) {
            return Some(Target::Module(child));
        }
        if module.items.contains(name) {
            return Some(Target::Item(module.file));
        }
        let imported = module.imported.iter().filter(|(known, _)| *known == name);
        let mut imported = imported.filter_map(|(_, path)| self.follow(at, path, depth + 1));
        imported.next().or_else(|| {
            module
                .globs
                .iter()
                .find_map(|glob| match self.follow(at, glob, depth + 1)? {
                    Target::Module(module) => self.lookup(module, name, depth + 1),
                    Target::Glob(_) | Target::Item(_) => None,
                })
        })
    }
}

/// `crates/a/src/room/file.rs` is the module `room::file`.
fn module_path(path: &str) -> Vec<&str> {
    let (_, within) = code::crate_source(path).unwrap_or(("", path));
    let stem = within.strip_suffix(".rs").unwrap_or(within);
    let mut segments: Vec<&str> = stem.split('/').collect();
    if matches!(segments.last(), Some(&("lib" | "main" | "mod"))) {
        segments.pop();
    }
    segments
}
