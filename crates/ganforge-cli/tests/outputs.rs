//! Outputs that nobody reads, and hang-ups that were ignored.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use support::Home;

const SMALL: &str = "train digits --set generator.hidden=[8] --set discriminator.hidden=[8] --set run.batch=32 --set run.tick=320 --set run.checkpoint=640 --set run.samples=4 --out run";

/// The command in a shell with other outputs.
fn in_shell(home: &Home, line: &str, outputs: &str) -> Command {
    let command = home.command(line);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("exec \"$@\" {outputs}"), "sh"])
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(home.path(""))
        .env("GANFORGE_CACHE", home.path("cache"))
        .stdin(Stdio::null());
    shell
}

/// Closed, full, or read by nobody.
const OUTPUTS: [&str; 5] = [
    ">&- 2>&-",
    ">/dev/full 2>/dev/full",
    ">&-",
    "2>/dev/full",
    ">/dev/full 2>&-",
];

fn status(home: &Home, line: &str, outputs: &str) -> Option<i32> {
    let mut command = in_shell(home, line, outputs);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().unwrap().code()
}

#[test]
fn outputs_that_take_nothing_leave_the_status_of_training_as_it_is() {
    for outputs in OUTPUTS {
        let home = Home::new();
        let status = |line: &str| status(&home, line, outputs);
        assert_eq!(status(&format!("{SMALL} --images 640")), Some(0));
        // The next sample grid cannot be written.
        home.write("run/samples/000000960.png/x", "");
        let resumed = format!("{SMALL} --images 1280 --resume");
        assert_eq!(status(&resumed), Some(1), "{outputs}");
        assert_eq!(status("train nosuch"), Some(2), "{outputs}");
        assert_eq!(status("train --nosuch"), Some(2), "{outputs}");
        assert_eq!(status("train digits --images many"), Some(2), "{outputs}");
        assert_eq!(status("train digits --dashboard tui"), Some(2), "{outputs}");
        assert_eq!(status("data inspect folder:nosuch"), Some(1), "{outputs}");
        assert_eq!(status("--help"), Some(0), "{outputs}");
    }
}

#[test]
fn an_interrupted_run_ends_with_130_though_its_outputs_take_nothing() {
    for outputs in OUTPUTS {
        let home = Home::new();
        let line = format!("{SMALL} --images 64000000");
        let mut run = in_shell(&home, &line, outputs);
        let mut run = run
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        home.wait_for("run/checkpoint/manifest.json");
        signal("-INT", run.id());
        assert_eq!(run.wait().unwrap().code(), Some(130), "{outputs}");
    }
}

#[test]
fn a_result_that_cannot_be_written_is_an_error() {
    let home = Home::new();
    for line in [
        "data inspect digits",
        "data inspect digits --json",
        "recipes",
        "devices",
    ] {
        assert_eq!(status(&home, line, ">/dev/full"), Some(1), "{line}");
        assert_eq!(status(&home, line, "2>/dev/full"), Some(0), "{line}");
        assert_eq!(
            status(&home, line, ">/dev/full 2>/dev/full"),
            Some(1),
            "{line}"
        );
    }
}

#[test]
fn a_hang_up_ignored_by_nohup_stays_ignored() {
    let home = Home::new();
    let line = format!("{SMALL} --images 64000000");
    let run = home.command(&line);
    // As a script starts jobs in the background: interrupts are ignored, too, until the run heeds them.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' INT; exec nohup \"$@\"", "sh"]);
    command.arg(run.get_program()).args(run.get_args());
    command.current_dir(home.path("")).stdin(Stdio::null());
    let mut run = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(run.stdout.take().unwrap()).lines();
    let mut ticks = |count| {
        let ticks = lines.by_ref().map(Result::unwrap);
        ticks
            .filter(|line| line.contains("images/s"))
            .take(count)
            .count()
    };
    assert_eq!(ticks(2), 2);
    signal("-HUP", run.id());
    assert_eq!(ticks(500), 500);
    signal("-INT", run.id());
    while lines.next().is_some() {}
    assert_eq!(run.wait().unwrap().code(), Some(130));
}

#[test]
fn a_hang_up_ends_a_run_with_a_checkpoint() {
    let home = Home::new();
    let mut run = home.start(&format!("{SMALL} --images 64000000"));
    run.ticks(1);
    // Terminals and their shells both send one.
    run.signal("HUP");
    run.signal("HUP");
    assert_eq!(run.wait(), Some(130));
    assert!(home.path("run/checkpoint/manifest.json").exists());
}

/// As `timeout` sends its signal: to the process, and then to its group.
#[test]
fn a_signal_sent_twice_at_once_is_one_request() {
    let home = Home::new();
    // A step takes longer than the pause between the signals.
    let slow = "--set run.batch=1024 --set generator.hidden=[1024,1024] --set discriminator.hidden=[1024,1024]";
    let line = format!("{SMALL} {slow} --set run.tick=1024 --set run.checkpoint=64000000");
    let mut run = home.start(&format!("{line} --images 64000000"));
    run.ticks(1);
    run.signal("TERM");
    std::thread::sleep(Duration::from_millis(20));
    run.signal("TERM");
    assert_eq!(run.wait(), Some(130));
    assert!(home.path("run/checkpoint/manifest.json").exists());
}

fn signal(name: &str, process: u32) {
    let sent = Command::new("kill")
        .args([name, &process.to_string()])
        .status();
    assert!(sent.unwrap().success());
}
