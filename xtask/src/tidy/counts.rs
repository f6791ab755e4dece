//! How many violations each file has.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::violation::Violation;

/// A line per file with its count, most violations first, under a line with the total of the check.
pub fn table(check: &str, violations: &[Violation]) -> String {
    let mut per_file: BTreeMap<&str, usize> = BTreeMap::new();
    for violation in violations {
        *per_file.entry(violation.file()).or_default() += 1;
    }
    let mut rows: Vec<_> = per_file.into_iter().collect();
    rows.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let mut text = format!("{check}: {} in {} files\n", violations.len(), rows.len());
    for (file, count) in rows {
        let _ = writeln!(text, "{count:6}  {file}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_most_violations_come_first() {
        let violations = ["a.rs:1", "b.rs:7", "b.rs:9", "c.md"]
            .map(|place| Violation::new(place, "what", "remedy"));
        assert_eq!(
            table("phrases", &violations),
            "phrases: 4 in 3 files\n     2  b.rs\n     1  a.rs\n     1  c.md\n"
        );
    }
}
