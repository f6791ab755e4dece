//! What a Rust file imports, the other paths in its code, and what it defines.

mod statement;

use super::tokens::Token;
use statement::Tree;

/// Paths and definitions of one file, with the inline modules they stand in.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Imports<'a> {
    pub paths: Vec<Path<'a>>,
    pub items: Vec<Item<'a>>,
    /// The inline modules (`mod name { … }`), each as its path within the file.
    pub inline_modules: Vec<Vec<&'a str>>,
}

/// A path such as `super::game::Payoff`, from a `use` or from code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<'a> {
    pub line: usize,
    pub module: Vec<&'a str>,
    /// At least one; the last is `*` for a glob.
    pub segments: Vec<&'a str>,
    pub kind: Kind<'a>,
}

/// Where a path occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    Use {
        name: &'a str,
    },
    /// `pub use`, `pub(crate) use` and so on.
    Reexport {
        name: &'a str,
    },
    Code,
}

/// Something that a module defines and a path can end in.
#[derive(Debug, PartialEq, Eq)]
pub struct Item<'a> {
    pub module: Vec<&'a str>,
    pub name: &'a str,
}

const DEFINING: [&str; 9] = [
    "const",
    "enum",
    "fn",
    "macro_rules",
    "static",
    "struct",
    "trait",
    "type",
    "union",
];

/// Reads a file's tokens.
pub fn imports<'a>(tokens: &[Token<'a>]) -> Imports<'a> {
    let mut found = Imports::default();
    // Open inline modules, each with the depth of braces inside it.
    let mut modules: Vec<(&str, usize)> = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text);
    while at < tokens.len() {
        let token = tokens[at];
        let module = || modules.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        match token.text {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                if modules.last().is_some_and(|&(_, inside)| depth < inside) {
                    modules.pop();
                }
            }
            "mod" if text(at + 2) == "{" => {
                depth += 1;
                modules.push((text(at + 1), depth));
                found
                    .inline_modules
                    .push(modules.iter().map(|(name, _)| *name).collect());
                at += 2;
            }
            // `use<'a>` in a type captures lifetimes.
            "use" if text(at + 1) != "<" => {
                let reexport = at > 0 && matches!(text(at - 1), "pub" | ")");
                let (tree, after) = Tree::read(tokens, at + 1);
                for (segments, name) in tree.paths {
                    let kind = if reexport {
                        Kind::Reexport { name }
                    } else {
                        Kind::Use { name }
                    };
                    found.paths.push(Path {
                        line: token.line,
                        module: module(),
                        segments,
                        kind,
                    });
                }
                at = after;
            }
            word if DEFINING.contains(&word) => {
                let inside = modules.last().map_or(0, |&(_, inside)| inside);
                let name_at = at + 1 + usize::from(text(at + 1) == "!");
                let is_name = tokens.get(name_at).is_some_and(Token::is_word);
                if depth == inside && is_name && !DEFINING.contains(&text(name_at)) {
                    let (module, name) = (module(), text(name_at));
                    found.items.push(Item { module, name });
                }
            }
            _ if token.is_word() && !matches!(text(at.wrapping_sub(1)), "." | "::") => {
                let (segments, after) = path(tokens, at);
                found.paths.push(Path {
                    line: token.line,
                    module: module(),
                    segments,
                    kind: Kind::Code,
                });
                at = after - 1;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The path that begins at `at`, and where it ends.
fn path<'a>(tokens: &[Token<'a>], at: usize) -> (Vec<&'a str>, usize) {
    let mut segments = vec![tokens[at].text];
    let mut next = at + 1;
    while let [separator, word, ..] = &tokens[next..] {
        if separator.text != "::" || !word.is_word() {
            break;
        }
        segments.push(word.text);
        next += 2;
    }
    (segments, next)
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    fn named(source: &str) -> Vec<(String, usize)> {
        let tokens = tokens(source);
        let paths = imports(&tokens).paths.into_iter();
        paths
            .filter(|path| path.segments.len() > 1)
            .map(|path| (path.segments.join("::"), path.line))
            .collect()
    }

    #[test]
    fn paths_in_code_and_macros_are_found_with_their_lines() {
        let source = "fn f() -> crate::a::B {\n    assert!(super::c::d(x.e::<u8>()));\n}\n";
        assert_eq!(
            named(source),
            [("crate::a::B".into(), 1), ("super::c::d".into(), 2)]
        );
    }

    #[test]
    fn what_a_file_defines_is_found_and_methods_are_not() {
        let tokens = tokens(
            "pub struct A;\nimpl A {\n    fn method() {}\n}\nconst fn b() {}\nmod inner {\n    enum C {}\n}\nmacro_rules! d { () => {} }\n",
        );
        let imports = imports(&tokens);
        let items: Vec<(&str, usize)> = imports
            .items
            .iter()
            .map(|item| (item.name, item.module.len()))
            .collect();
        assert_eq!(items, [("A", 0), ("b", 0), ("C", 1), ("d", 0)]);
        assert_eq!(imports.inline_modules, [["inner"]]);
    }

    #[test]
    fn a_reexport_is_no_import() {
        let tokens = tokens("use a::B;\npub use a::C;\npub(crate) use a::D as E;\n");
        let kinds: Vec<Kind> = imports(&tokens)
            .paths
            .iter()
            .map(|path| path.kind)
            .filter(|kind| *kind != Kind::Code)
            .collect();
        assert_eq!(
            kinds,
            [
                Kind::Use { name: "B" },
                Kind::Reexport { name: "C" },
                Kind::Reexport { name: "E" }
            ]
        );
    }
}
