//! Names of files and classes from outside are printed so that a terminal only prints them, and take one line.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use support::{Ended, Home};

/// Clears a screen, begins a line, and turns what follows it.
const NAME: &str = "a\u{1b}[2J\nb\u{202e}";
/// The same to be read.
const PRINTED: &str = r"a\u{1b}[2J\nb\u{202e}";

/// Runs a command with one more argument, which may be anything.
fn run_with(home: &Home, line: &str, argument: &str) -> Ended {
    let mut command = home.command(line);
    command.arg(argument);
    Ended::of(command)
}

fn assert_harmless(text: &str) {
    let obeyed = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    assert!(!text.contains(obeyed), "{text:?}");
}

/// A folder `photos` of two classes with such a name, one image each that cannot be read.
fn photos(home: &Home) {
    for class in [NAME, "dogs"] {
        home.squares(&format!("photos/{class}"), 4, 8);
        home.write(&format!("photos/{class}/{NAME}.png"), "no image");
    }
    home.write(&format!("photos/{NAME}.txt"), "a note");
}

#[test]
fn an_inspection_prints_them_on_their_lines() {
    let home = Home::new();
    photos(&home);
    let report = home.does("data inspect folder:photos");
    assert_harmless(&report);
    assert!(report.contains(&format!("  {PRINTED}  4\n")), "{report}");
    assert!(
        report.contains(&format!("{PRINTED}/000.png = dogs/000.png\n")),
        "{report}"
    );
    assert!(
        report.contains(&format!("photos/dogs/{PRINTED}.png: ")),
        "{report}"
    );
    assert!(report.contains(&format!("  {PRINTED}.txt\n")), "{report}");
    // Programs get them as they are.
    let json = home.does("data inspect folder:photos --json");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["classes"][0]["name"], NAME);
}

#[test]
fn a_run_its_log_and_its_figures_print_them_on_one_line() {
    let home = Home::new();
    photos(&home);
    let line = "train digits-conditional --data folder:photos --set run.batch=4 --set run.samples=4 --images 16 --out";
    let trained = run_with(&home, line, NAME);
    assert_eq!(trained.status, Some(0), "{trained:?}");
    for text in [&trained.stdout, &trained.stderr] {
        assert_harmless(text);
        assert!(text.contains(PRINTED), "{trained:?}");
    }
    assert_eq!(trained.stderr.lines().count(), 2, "{trained:?}");
    let log = home.text(&format!("{NAME}/experiment.log"));
    assert_harmless(&log);
    assert_eq!(log.matches(&format!("{PRINTED}.png: ")).count(), 2, "{log}");
    let line = "evaluate --data folder:photos --samples 8 --metrics precision";
    let figures = run_with(&home, line, NAME);
    assert_eq!(figures.status, Some(0), "{figures:?}");
    assert_harmless(&figures.stdout);
    assert!(figures.stdout.starts_with(PRINTED), "{figures:?}");
    let complaint = run_with(&home, "sample --class cat -o a.png", NAME).refusal(2, "a class");
    assert!(
        complaint.contains(&format!("it has {PRINTED}, dogs")),
        "{complaint}"
    );
}

#[test]
fn what_is_refused_is_named_on_one_line() {
    let home = Home::new();
    let nowhere = format!("folder:{NAME}");
    for (status, line, argument) in [
        (1, "train digits --data", nowhere.as_str()),
        (1, "data inspect", &nowhere),
        (1, "sample -o a.png", NAME),
        (2, "train", NAME),
        (2, "data inspect", NAME),
        (2, "train digits --device", NAME),
        (2, "train digits --set", NAME),
    ] {
        let complaint = run_with(&home, line, argument).refusal(status, line);
        assert_harmless(&complaint);
        assert!(complaint.contains(r"b\u{202e}"), "{complaint}");
    }
    let unknown = run_with(&home, "", &format!("train{NAME}"));
    assert_eq!(unknown.status, Some(2), "{unknown:?}");
    assert_harmless(&unknown.stderr);
    assert!(unknown.stderr.contains("Usage"), "{unknown:?}");
}

#[test]
fn a_name_that_is_not_unicode_is_no_reason_to_fail() {
    let home = Home::new();
    home.squares("photos", 4, 8);
    let name = OsStr::from_bytes(b"\xff\xfe.png");
    fs::write(home.path("photos").join(name), "no image").unwrap();
    let report = home.does("data inspect folder:photos");
    assert!(report.contains("photos/\u{fffd}\u{fffd}.png: "), "{report}");
    let json = home.does("data inspect folder:photos --json");
    assert!(json.contains("photos/\u{fffd}\u{fffd}.png"), "{json}");
}
