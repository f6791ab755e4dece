//! docs/game.md, taken apart.
#![allow(dead_code, reason = "not every test reads all of it")]

/// The page.
pub const PAGE: &str = include_str!("../../../../docs/game.md");

/// The part of the page under a heading, up to the next.
pub fn section(heading: &str) -> &'static str {
    let (_, rest) = PAGE
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("{heading}"));
    rest.split("\n#").next().unwrap()
}

/// The cells of the table row that begins with a name.
pub fn row(within: &'static str, name: &str) -> Vec<&'static str> {
    let start = format!("| `{name}` |");
    let line = within.lines().find(|line| line.starts_with(&start));
    let line = line.unwrap_or_else(|| panic!("no row of `{name}`"));
    line.trim_matches('|').split(" | ").map(str::trim).collect()
}
