//! No circle of files: within a crate, no file imports one that imports it back, directly or through others.
//!
//! A path counts for the file that defines what it ends in, so importing a sibling through the room's root is an import of the sibling.
//! Neither the declaration of a child module nor a re-export is an import. Tests do not count.

mod components;
mod graph;
mod module_tree;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::code;
use super::violation::Violation;
use super::workspace::TextFile;
use graph::Graph;

/// Reports every circle with the imports that tie it.
pub fn check(files: &[TextFile]) -> Vec<Violation> {
    let mut crates: BTreeMap<&str, Vec<&TextFile>> = BTreeMap::new();
    for file in files {
        if let Some((krate, _)) = code::crate_source(&file.path) {
            crates.entry(krate).or_default().push(file);
        }
    }
    crates
        .into_values()
        .flat_map(|files| circles(&files))
        .collect()
}

fn circles(files: &[&TextFile]) -> Vec<Violation> {
    let graph = Graph::new(files);
    let arrows: Vec<(usize, usize)> = graph.arrows.keys().copied().collect();
    components::components(files.len(), &arrows)
        .into_iter()
        .filter(|component| component.len() > 1)
        .map(|component| {
            let mut what = format!("a circle of {} files", component.len());
            for ((from, to), uses) in &graph.arrows {
                if component.contains(from) && component.contains(to) {
                    let (line, names) = (uses.line, uses.names.join(", "));
                    let (from, to) = (&files[*from].path, &files[*to].path);
                    let _ = write!(what, "\n    {from}:{line} -> {to}: {names}");
                }
            }
            Violation::new(
                &files[component[0]].path,
                what,
                "\n    move what both need to a file of its own, or pass it as a value",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files of one crate by path within `src`, beside an empty root, and what is found in them.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let root = [("main.rs", "")];
        let files: Vec<TextFile> = root
            .iter()
            .chain(files)
            .map(|(path, text)| TextFile {
                path: format!("crates/a/src/{path}"),
                text: (*text).to_owned(),
            })
            .collect();
        check(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn two_files_that_import_each_other_are_reported_with_the_lines() {
        let found = found(&[
            ("lib.rs", "mod b;\nmod c;\n"),
            ("b.rs", "use crate::c::C;\npub struct B(C);\n"),
            (
                "c.rs",
                "\npub struct C;\nfn f() -> super::b::B { todo() }\n",
            ),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
        for tie in [
            "crates/a/src/b.rs:1 -> crates/a/src/c.rs: C",
            "crates/a/src/c.rs:3 -> crates/a/src/b.rs: B",
        ] {
            assert!(found[0].contains(tie), "{found:?}");
        }
    }

    #[test]
    fn a_circle_through_a_third_file_is_reported() {
        let found = found(&[
            ("b.rs", "use crate::c;\npub struct B(c::C);\n"),
            ("c.rs", "use crate::{d::D};\npub struct C(D);\n"),
            ("d/mod.rs", "pub struct D(crate::b::B);\n"),
        ]);
        assert!(found[0].contains("a circle of 3 files"), "{found:?}");
    }

    #[test]
    fn a_sibling_through_the_rooms_root_is_the_sibling() {
        let room = "mod b;\nmod c;\npub use b::B;\npub use c::C;\n";
        let one_way = [
            ("room/mod.rs", room),
            ("room/b.rs", "use super::C;\npub struct B(C);\n"),
            ("room/c.rs", "pub struct C;\n"),
        ];
        assert!(found(&one_way).is_empty());
        let mut both_ways = one_way;
        both_ways[2].1 = "use crate::room::B;\npub struct C(B);\n";
        assert_eq!(found(&both_ways).len(), 1);
    }

    #[test]
    fn a_root_that_uses_its_child_and_is_used_by_it_is_a_circle() {
        let child = ("room/b.rs", "use super::A;\npub struct B(A);\n");
        let root = "mod b;\npub use b::B;\npub struct A;\n";
        assert!(found(&[("room/mod.rs", root), child]).is_empty());
        let uses = format!("{root}fn f() -> B {{ b() }}\n");
        assert_eq!(found(&[("room/mod.rs", &uses), child]).len(), 1);
    }

    #[test]
    fn globs_are_followed() {
        let found = found(&[
            ("lib.rs", "mod b;\nmod c;\npub use c::*;\n"),
            ("b.rs", "use crate::C;\npub struct B(C);\n"),
            ("c.rs", "use crate::b::*;\npub struct C;\n"),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn tests_declarations_and_other_crates_do_not_count() {
        let tests = "pub struct C;\n#[cfg(test)]\nmod tests {\n    use crate::b::B;\n}\n";
        let found = found(&[
            ("lib.rs", "pub mod b;\nmod c;\n"),
            ("b.rs", "use crate::c::C;\nuse d::b;\npub struct B(C);\n"),
            ("c.rs", tests),
            ("c_tests.rs", "use crate::b::B;\n"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }
}
