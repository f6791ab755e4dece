//! The tree of a `use` statement, flattened: `use a::{b, c::{self, d as e}}` imports three paths.

use super::super::tokens::Token;

/// Every path of a statement with the name it is imported under.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tree<'a> {
    pub paths: Vec<(Vec<&'a str>, &'a str)>,
}

impl<'a> Tree<'a> {
    /// Reads the statement whose first token after `use` is at `at`; also returns where its `;` is.
    pub fn read(tokens: &[Token<'a>], at: usize) -> (Self, usize) {
        let mut tree = Self::default();
        let end = tree.branch(tokens, at, &[]);
        (tree, end)
    }

    /// Reads one path or group after `prefix`, up to the `,`, `}` or `;` that ends it.
    fn branch(&mut self, tokens: &[Token<'a>], mut at: usize, prefix: &[&'a str]) -> usize {
        let mut segments = prefix.to_vec();
        while let Some(token) = tokens.get(at) {
            match token.text {
                "{" => {
                    at += 1;
                    while tokens.get(at).is_some_and(|token| token.text != "}") {
                        at = self.branch(tokens, at, &segments);
                        at += usize::from(tokens.get(at).is_some_and(|token| token.text == ","));
                    }
                    return at + 1;
                }
                "," | "}" | ";" => break,
                "as" => {
                    let name = tokens.get(at + 1).map_or("_", |token| token.text);
                    self.push(segments, name);
                    return at + 2;
                }
                "::" => {}
                word => segments.push(word),
            }
            at += 1;
        }
        if segments.len() > prefix.len() {
            let name = segments.last().copied().unwrap_or_default();
            self.push(segments, name);
        }
        at
    }

    fn push(&mut self, mut segments: Vec<&'a str>, mut name: &'a str) {
        // `a::{self}` is `a`.
        if segments.len() > 1 && segments.last() == Some(&"self") {
            segments.pop();
            if name == "self" {
                name = segments.last().copied().unwrap_or_default();
            }
        }
        self.paths.push((segments, name));
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tokens::tokens;
    use super::*;

    fn flat(statement: &str) -> Vec<String> {
        let tokens = tokens(statement);
        let (tree, end) = Tree::read(&tokens, 1);
        assert_eq!(tokens[end].text, ";");
        let paths = tree.paths.into_iter();
        paths
            .map(|(segments, name)| format!("{} as {name}", segments.join("::")))
            .collect()
    }

    #[test]
    fn nested_groups_are_flattened() {
        assert_eq!(
            flat("use crate::{a::{self, B as C}, d::*, e,};"),
            [
                "crate::a as a",
                "crate::a::B as C",
                "crate::d::* as *",
                "crate::e as e"
            ]
        );
    }

    #[test]
    fn one_path_is_read_up_to_its_semicolon() {
        assert_eq!(flat("use super::A; use b::C;"), ["super::A as A"]);
        assert_eq!(flat("use a as _;"), ["a as _"]);
    }
}
