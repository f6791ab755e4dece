//! A run ends with `report.html`.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// The page's charts, in order.
const CHARTS: [&str; 6] = [
    "Losses",
    "Scores",
    "Accuracies",
    "Jensen-Shannon divergence, estimated",
    "Gradient norms",
    "Images per second",
];

fn train(out: &Path, more: &[&str]) -> Output {
    let shared = ["train", "digits", "--images", "1280", "--dashboard", "none"];
    let output = Command::new(env!("CARGO_BIN_EXE_ganforge"))
        .args(shared)
        .args(["--device", "flex", "--set", "run.tick=128", "--out"])
        .arg(out)
        .args(more)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    output
}

/// Every value of an attribute.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!(" {attribute}=\"");
    let pieces = page.split(opening.as_str()).skip(1);
    pieces
        .map(|piece| piece.split('"').next().unwrap())
        .collect()
}

#[test]
fn a_finished_run_leaves_a_page_with_its_curves_samples_and_recipe() {
    let home = tempfile::tempdir().unwrap();
    let run = home.path().join("run");
    train(&run, &[]);
    let page = fs::read_to_string(run.join("report.html")).unwrap();

    let headings: Vec<_> = page.split("<h3>").skip(1).collect();
    let titles: Vec<_> = headings
        .iter()
        .map(|piece| piece.split("</h3>").next().unwrap())
        .collect();
    assert_eq!(titles, CHARTS);
    for tag in [
        "html", "body", "dl", "svg", "figure", "div", "pre", "style", "a",
    ] {
        let opened =
            page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        let closed = page.matches(&format!("</{tag}>")).count();
        assert!(
            opened == closed && opened > 0,
            "<{tag}> {opened}, </{tag}> {closed}"
        );
    }

    let images = values(&page, "src");
    assert_eq!(images.len(), 9);
    assert_eq!(images.first(), Some(&"samples/000000128.png"));
    assert_eq!(images.last(), Some(&"samples/000001280.png"));
    for link in images.into_iter().chain(values(&page, "href")) {
        assert!(run.join(link).is_file(), "{link}");
    }
    // No request to a server and no script; the SVG namespace is a name, not an address.
    assert!(
        !page
            .replace("http://www.w3.org/2000/svg", "")
            .contains("://")
    );
    assert!(!page.contains("<script"));

    assert!(page.contains("1,280 of 1,280 (100 %)") && page.contains("finished"));
    assert!(page.contains("batch = 64\n"));
    assert!(!page.contains(home.path().to_str().unwrap()));
    let names = std::fs::read_dir(&run).unwrap();
    let mut names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.all(|name| !name.ends_with(".partial")));
}

#[test]
fn a_payoff_without_a_divergence_leaves_that_chart_out() {
    let home = tempfile::tempdir().unwrap();
    let run = home.path().join("run");
    train(&run, &["--set", "game.payoff=hinge"]);
    let page = fs::read_to_string(run.join("report.html")).unwrap();
    assert!(!page.contains("Jensen-Shannon"));
    assert_eq!(page.matches("<svg").count(), CHARTS.len() - 1);
}

#[test]
fn a_report_that_cannot_be_written_costs_a_warning_and_not_the_run() {
    let home = tempfile::tempdir().unwrap();
    let run = home.path().join("run");
    train(&run, &[]);
    // A folder in its place is something that no rename replaces.
    fs::remove_file(run.join("report.html")).unwrap();
    fs::create_dir_all(run.join("report.html/occupied")).unwrap();
    let output = train(&run, &["--resume"]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(
        errors.starts_with("warning: no report was written: "),
        "{errors}"
    );
    assert!(errors.contains("report.html"), "{errors}");
    assert!(run.join("model.safetensors").is_file());
}
