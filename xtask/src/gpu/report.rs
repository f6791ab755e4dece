//! The report, as JSON lines and as Markdown. Rewritten after every part, so that an interrupted run keeps its results.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

/// How one part ended.
#[derive(Debug)]
pub enum Outcome {
    Done(Value),
    Failed(String),
    NotRun(String),
}

/// The parts so far, and the folder they are written to.
pub struct Report {
    folder: PathBuf,
    gpus: String,
    parts: Vec<Part>,
}

struct Part {
    name: String,
    seconds: f64,
    outcome: Outcome,
}

impl Report {
    pub fn new(folder: &Path, gpus: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            gpus: gpus.to_owned(),
            parts: Vec::new(),
        }
    }

    /// Runs one part and records its outcome.
    pub fn part(&mut self, name: &str, run: impl FnOnce() -> Outcome) -> Result<(), String> {
        let started = Instant::now();
        let outcome = run();
        match &outcome {
            Outcome::Done(_) => {}
            Outcome::Failed(why) => println!("  {name} failed: {why}"),
            Outcome::NotRun(why) => println!("  {name} not run: {why}"),
        }
        self.parts.push(Part {
            name: name.to_owned(),
            seconds: started.elapsed().as_secs_f64(),
            outcome,
        });
        self.write("report.jsonl", &self.json_lines())?;
        self.write("report.md", &self.markdown())
    }

    /// Prints the path of the report, and fails if a part did.
    pub fn finish(self) -> Result<(), String> {
        println!("report: {}", self.folder.join("report.md").display());
        let failed: Vec<&str> = self
            .parts
            .iter()
            .filter(|part| matches!(part.outcome, Outcome::Failed(_)))
            .map(|part| part.name.as_str())
            .collect();
        if failed.is_empty() {
            Ok(())
        } else {
            Err(format!("failed on the GPU: {}", failed.join(", ")))
        }
    }

    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn json_lines(&self) -> String {
        let gpus = json!({ "gpus": self.gpus.lines().collect::<Vec<_>>() });
        let parts = self.parts.iter().map(Part::json);
        std::iter::once(gpus)
            .chain(parts)
            .map(|line| line.to_string() + "\n")
            .collect()
    }

    fn markdown(&self) -> String {
        let mut lines = vec![
            "# On an NVIDIA GPU".to_owned(),
            String::new(),
            self.gpus.clone(),
            String::new(),
        ];
        lines.extend(
            [
                "| recipe | on | step, median ms | images/s | speed, PyTorch = 1 |",
                "|---|---|---:|---:|---:|",
            ]
            .map(str::to_owned),
        );
        lines.extend(self.parts.iter().filter_map(|part| self.bench_row(part)));
        lines.push(String::new());
        lines.extend(["| part | outcome | s |", "|---|---|---:|"].map(str::to_owned));
        lines.extend(self.parts.iter().map(Part::row));
        lines.join("\n") + "\n"
    }

    /// A row for a part named `<recipe> <device>` that measured a step.
    fn bench_row(&self, part: &Part) -> Option<String> {
        let (recipe, device) = part.name.split_once(' ')?;
        let median = part.number("step_ms_median")?;
        let images = part.number("images_per_second")?;
        let peer = self
            .parts
            .iter()
            .find(|other| other.name == format!("{recipe} pytorch"))
            .and_then(|peer| peer.number("step_ms_median"))
            .map_or_else(
                || "not run".to_owned(),
                |peer| format!("{:.2}", peer / median),
            );
        Some(format!(
            "| {recipe} | {device} | {median:.2} | {images:.0} | {peer} |"
        ))
    }
}

impl Part {
    fn number(&self, key: &str) -> Option<f64> {
        match &self.outcome {
            Outcome::Done(result) => result.get(key)?.as_f64(),
            Outcome::Failed(_) | Outcome::NotRun(_) => None,
        }
    }

    fn json(&self) -> Value {
        let (status, key, value) = match &self.outcome {
            Outcome::Done(result) => ("done", "result", result.clone()),
            Outcome::Failed(why) => ("failed", "why", json!(why)),
            Outcome::NotRun(why) => ("not run", "why", json!(why)),
        };
        json!({ "part": self.name, "status": status, "seconds": self.seconds, key: value })
    }

    fn row(&self) -> String {
        let outcome = match &self.outcome {
            Outcome::Done(_) => "done".to_owned(),
            Outcome::Failed(why) => format!("failed: {why}"),
            Outcome::NotRun(why) => format!("not run: {why}"),
        };
        // A bar or a line break in a message would end the cell.
        let outcome = outcome.replace('|', "\\|").replace('\n', " ");
        format!("| {} | {outcome} | {:.1} |", self.name, self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(parts: Vec<(&str, Outcome)>) -> Report {
        let mut report = Report::new(Path::new("."), "GPU 0: test");
        report.parts = parts
            .into_iter()
            .map(|(name, outcome)| Part {
                name: name.into(),
                seconds: 1.0,
                outcome,
            })
            .collect();
        report
    }

    fn step(median: f64) -> Outcome {
        Outcome::Done(json!({ "step_ms_median": median, "images_per_second": 64e3 / median }))
    }

    #[test]
    fn a_device_is_compared_with_the_peer_on_the_same_recipe() {
        let text = report(vec![
            ("bench-dcgan32 cuda", step(4.0)),
            ("bench-dcgan32 pytorch", step(2.0)),
        ])
        .markdown();
        assert!(
            text.contains("| bench-dcgan32 | cuda | 4.00 | 16000 | 0.50 |"),
            "{text}"
        );
        assert!(
            text.contains("| bench-dcgan32 | pytorch | 2.00 | 32000 | 1.00 |"),
            "{text}"
        );
    }

    #[test]
    fn a_part_that_did_not_run_says_why_in_both_forms() {
        let report = report(vec![
            ("bench-dcgan64 cuda", step(8.0)),
            (
                "bench-dcgan64 pytorch",
                Outcome::NotRun("no PyTorch | here".into()),
            ),
        ]);
        let text = report.markdown();
        assert!(
            text.contains("| bench-dcgan64 | cuda | 8.00 | 8000 | not run |"),
            "{text}"
        );
        assert!(text.contains("not run: no PyTorch \\| here"), "{text}");
        let line = report.json_lines().lines().last().unwrap().to_owned();
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["status"], "not run");
        assert_eq!(line["why"], "no PyTorch | here");
    }

    #[test]
    fn a_failed_part_fails_the_whole_and_a_skipped_one_does_not() {
        let skipped = report(vec![(
            "bench-dcgan64 pytorch",
            Outcome::NotRun("no PyTorch".into()),
        )]);
        assert!(skipped.finish().is_ok());
        let failed = report(vec![
            ("devices", Outcome::Done(Value::Null)),
            ("backends", Outcome::Failed("x".into())),
        ]);
        assert_eq!(failed.finish().unwrap_err(), "failed on the GPU: backends");
    }
}
