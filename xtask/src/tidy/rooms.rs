//! A crate is grouped into rooms: at most ten files lie directly in its `src`.

use std::collections::BTreeMap;

use super::code;
use super::violation::Violation;
use super::workspace::TextFile;

const MOST: usize = 10;

/// Reports every crate with more files than that.
pub fn check(files: &[TextFile]) -> Vec<Violation> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for file in files {
        match code::crate_source(&file.path) {
            Some((krate, within)) if !within.contains('/') => *count.entry(krate).or_default() += 1,
            _ => {}
        }
    }
    count
        .into_iter()
        .filter(|&(_, count)| count > MOST)
        .map(|(krate, count)| {
            Violation::new(
                format!("{krate}/src"),
                format!("{count} files lie directly in it, over {MOST}"),
                "group them into rooms",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_rooms_and_tests_do_not_count() {
        let mut files: Vec<TextFile> = (0..MOST)
            .map(|number| format!("crates/a/src/f{number}.rs"))
            .chain(["crates/a/src/room/mod.rs", "crates/a/src/f_tests.rs"].map(String::from))
            .map(|path| TextFile {
                path,
                text: String::new(),
            })
            .collect();
        assert!(check(&files).is_empty());
        files[MOST].path = "crates/a/src/room.rs".into();
        assert_eq!(
            check(&files)[0].to_string(),
            "crates/a/src: 11 files lie directly in it, over 10; group them into rooms"
        );
    }
}
