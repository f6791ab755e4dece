//! Checkpoints: what is kept, what is recovered, what is refused, and that nothing of the user's is removed.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use std::fs;
use std::process::Command;

use support::{Ended, Home};

/// Two ticks and a checkpoint each 640 images, in a fraction of a second.
const SMALL: &str = "--set generator.hidden=[8] --set discriminator.hidden=[8] --set run.batch=32 \
                     --set run.tick=320 --set run.checkpoint=640 --set run.samples=4";

fn warns(home: &Home, line: &str) -> String {
    let Ended { status, stderr, .. } = home.run(line);
    assert_eq!(status, Some(0), "{line}: {stderr}");
    assert!(stderr.starts_with("warning: "), "{line}: {stderr}");
    stderr
}

#[test]
fn a_lost_manifest_is_recovered_from_its_checkpoint() {
    let home = Home::new();
    home.does(&format!("train digits {SMALL} --images 2560 --out whole"));
    home.does(&format!("train digits {SMALL} --images 1280 --set optimizer.generator.schedule.kind=constant --out other"));
    for damage in ["lost", "{"] {
        let run = format!("run-{}", damage.len());
        home.does(&format!("train digits {SMALL} --images 1280 --out {run}"));
        let manifest = home.path(&format!("{run}/checkpoint/manifest.json"));
        match damage {
            "lost" => fs::remove_file(&manifest).unwrap(),
            text => fs::write(&manifest, text).unwrap(),
        }
        let line = format!("train digits --resume --images 1600 --out {run}");
        let warning = warns(&home, &line);
        for part in ["manifest.json", "step-000000040", "going on from"] {
            assert!(warning.contains(part), "{warning}");
        }
        assert_eq!(home.metrics(&run).len(), 5);
    }
}

#[test]
fn a_kill_between_the_first_checkpoint_and_its_manifest_is_not_a_loss() {
    let home = Home::new();
    home.does(&format!("train digits {SMALL} --images 640 --out run"));
    fs::remove_file(home.path("run/checkpoint/manifest.json")).unwrap();
    home.does("train digits --resume --images 1280 --out run");
    assert_eq!(home.metrics("run").len(), 4);
}

#[test]
fn a_run_without_its_checkpoints_is_not_restarted() {
    let home = Home::new();
    home.does(&format!("train digits {SMALL} --images 1280 --out run"));
    let line = "train digits --resume --out run";
    let metrics = home.read("run/metrics.jsonl");
    let weights = "run/checkpoint/step-000000040/model.bpk";
    home.write(weights, "torn");
    fs::remove_file(home.path("run/checkpoint/manifest.json")).unwrap();
    let complaint = home.refuses(1, line);
    assert!(complaint.contains("step-000000040"), "{complaint}");
    fs::remove_dir_all(home.path("run/checkpoint")).unwrap();
    let complaint = home.refuses(1, line);
    for part in ["run/checkpoint", "model.safetensors", "--from"] {
        assert!(complaint.contains(part), "{complaint}");
    }
    assert_eq!(home.read("run/metrics.jsonl"), metrics);
}

#[test]
fn a_damaged_file_of_a_checkpoint_is_named_whatever_it_is() {
    let home = Home::new();
    home.does(&format!("train digits {SMALL} --images 640 --out run"));
    let folder = "run/checkpoint/step-000000020";
    for part in [
        "model.bpk",
        "optimizer.bpk",
        "scheduler.bpk",
        "model.safetensors",
        "recipe.toml",
    ] {
        let path = format!("{folder}/{part}");
        let bytes = home.read(&path);
        home.write(&path, &bytes[..bytes.len() - 1]);
        let complaint = home.refuses(1, "train digits --resume --images 1280 --out run");
        assert!(complaint.contains(&path), "{complaint}");
        assert!(!complaint.contains("recipe it was made"), "{complaint}");
        home.write(&path, bytes);
    }
    home.does("train digits --resume --images 640 --out run");
}

#[test]
fn several_checkpoints_are_kept_and_an_older_one_can_be_resumed() {
    let home = Home::new();
    let what = format!("{SMALL} --set run.keep=3");
    home.does(&format!("train digits {what} --images 2560 --out run"));
    assert_eq!(
        home.names("run/checkpoint"),
        [
            "manifest.json",
            "step-000000040",
            "step-000000060",
            "step-000000080"
        ]
    );
    home.does("sample run/checkpoint/step-000000040 -n 4 -o older.png");
    home.does("sample run/checkpoint -n 4 -o last.png");
    home.does("sample run -n 4 -o run.png");
    assert_eq!(home.read("last.png"), home.read("run.png"));
    assert_ne!(home.read("older.png"), home.read("last.png"));
    home.does(
        "evaluate run/checkpoint/step-000000040 --data digits --samples 100 --metrics frechet",
    );

    let metrics = home.read("run/metrics.jsonl");
    let model = home.read("run/model.safetensors");
    home.does("train digits --resume-from run/checkpoint/step-000000040 --images 1920");
    assert_eq!(home.metrics("run").len(), 6);
    assert_eq!(
        home.names("run/checkpoint"),
        ["manifest.json", "step-000000040", "step-000000060"]
    );
    // What had come after it is set aside.
    let aside = "run/after-000001280";
    assert_eq!(home.read(&format!("{aside}/metrics.jsonl")), metrics);
    assert_eq!(home.read(&format!("{aside}/model.safetensors")), model);
    assert_eq!(
        home.names(&format!("{aside}/checkpoint")),
        ["step-000000060", "step-000000080"]
    );
    assert_eq!(home.names(&format!("{aside}/samples")).len(), 4);
    home.does(&format!(
        "sample {aside}/checkpoint/step-000000080 -n 4 -o aside.png"
    ));
    assert_eq!(home.read("aside.png"), home.read("run.png"));
    // The run continues as if it had never been further.
    home.does("train digits --resume --images 2560 --out run");
    home.does(&format!("train digits {what} --images 2560 --out whole"));
    assert_eq!(home.metrics("run").len(), home.metrics("whole").len());
}

#[test]
fn a_copy_of_a_checkpoint_can_be_resumed_from_any_folder() {
    let home = Home::new();
    home.does(&format!("train digits {SMALL} --images 640 --out run"));
    let copy = home.path("run/checkpoint/before-it-collapsed");
    copy_folder(&home.path("run/checkpoint/step-000000020"), &copy);
    copy_folder(&copy, &home.path("backup"));
    home.write("run/checkpoint/notes/why.txt", "mine");
    home.does("train digits --resume --images 1280 --out run");
    assert_eq!(
        home.names("run/checkpoint"),
        [
            "before-it-collapsed",
            "manifest.json",
            "notes",
            "step-000000040"
        ]
    );
    home.does("train digits --resume-from run/checkpoint/before-it-collapsed --images 1280");
    home.does("train digits --resume-from backup --images 960 --out run");
    assert_eq!(home.metrics("run").len(), 3);
    assert_eq!(home.text("run/checkpoint/notes/why.txt"), "mine");
    let complaint = home.refuses(2, "train digits --resume-from backup");
    assert!(complaint.contains("--out"), "{complaint}");
    let complaint = home.refuses(1, "train digits --resume-from nowhere --out run");
    assert!(complaint.contains("nowhere"), "{complaint}");
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn a_damaged_line_of_the_metrics_is_warned_of_and_kept() {
    let home = Home::new();
    home.does(&format!("train digits {SMALL} --images 1280 --out run"));
    let text = home.text("run/metrics.jsonl");
    let damaged = text.replacen("\"images\":640", "\"images\":6\u{fffd}", 1);
    home.write("run/metrics.jsonl", &damaged);
    let warning = warns(&home, "train digits --resume --images 1600 --out run");
    assert!(warning.contains("metrics.jsonl: line 2"), "{warning}");
    let after = home.text("run/metrics.jsonl");
    assert!(after.starts_with(&damaged), "{after}");
    assert_eq!(after.lines().count(), 5);
}

#[test]
fn a_log_that_cannot_be_written_costs_a_warning() {
    let home = Home::new();
    home.does(&format!("train digits {SMALL} --images 640 --out run"));
    fs::remove_file(home.path("run/experiment.log")).unwrap();
    fs::create_dir(home.path("run/experiment.log")).unwrap();
    let warning = warns(&home, "train digits --resume --images 1280 --out run");
    assert!(warning.contains("experiment.log"), "{warning}");
    assert_eq!(warning.lines().count(), 1, "{warning}");
}

#[test]
fn the_log_says_why_a_run_ended() {
    let home = Home::new();
    home.does(&format!("train digits {SMALL} --images 640 --out run"));
    assert!(
        home.text("run/experiment.log")
            .contains("done after 640 images")
    );
    let diverging = "--set optimizer.generator={kind=\"sgd\",rate=1e30} --set optimizer.discriminator={kind=\"sgd\",rate=1e30}";
    let complaint = home.refuses(
        1,
        &format!("train digits {SMALL} --images 6400 {diverging} --out lost"),
    );
    assert!(
        complaint.contains("no checkpoint had been taken"),
        "{complaint}"
    );
    let log = home.text("lost/experiment.log");
    assert!(
        log.contains("ended after") && log.contains("not finite"),
        "{log}"
    );
    assert!(home.path("lost/report.html").is_file());
    let line = "train digits --resume --images 6400 --set optimizer.generator.rate=1e38 --set optimizer.discriminator.rate=1e38 --out run";
    let complaint = home.refuses(1, line);
    assert!(
        complaint.contains("after 640 images, is kept"),
        "{complaint}"
    );
}

/// The order on the disk: files, their folder, its name, and only then the manifest.
#[test]
fn a_checkpoint_is_on_the_disk_before_the_manifest_names_it() {
    let home = Home::new();
    let traced = home.command(&format!("train digits {SMALL} --images 640 --out run"));
    let mut command = Command::new("strace");
    command
        .args([
            "-f",
            "-y",
            "-e",
            "trace=fsync,fdatasync,rename",
            "-o",
            "trace",
        ])
        .arg(traced.get_program())
        .args(traced.get_args())
        .current_dir(home.path(""));
    if command
        .output()
        .map_or(true, |output| !output.status.success())
    {
        println!("skipped: strace is not at hand, or not permitted");
        return;
    }
    let trace = home.text("trace");
    let lines: Vec<&str> = trace.lines().collect();
    let place = |parts: &[&str], after: usize| {
        let found = lines[after..]
            .iter()
            .position(|line| parts.iter().all(|part| line.contains(part)));
        after + found.unwrap_or_else(|| panic!("{parts:?} after line {after} of {trace}"))
    };
    let unfinished = "step-000000020.partial";
    let files = [
        "model.bpk",
        "optimizer.bpk",
        "scheduler.bpk",
        "model.safetensors",
        "recipe.toml",
        "manifest.json",
    ];
    let files = files.map(|file| place(&["sync(", &format!("{unfinished}/{file}>")], 0));
    let named = place(&["rename(", unfinished], 0);
    assert!(files.iter().all(|&file| file < named), "{trace}");
    let folder = place(&["sync(", "checkpoint/step-000000020>"], named);
    let beside = place(&["sync(", "run/checkpoint>"], folder);
    let manifest = place(&["sync(", "checkpoint/.ganforge-"], beside);
    let counts = place(&["rename(", "checkpoint/manifest.json"], manifest);
    let flushed = place(&["sync(", "run/checkpoint>"], counts);
    place(&["rename(", "run/model.safetensors"], flushed);
}
