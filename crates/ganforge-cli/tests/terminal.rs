//! The dashboard, its keys, job control, and a terminal that closes.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

#[path = "support/pty.rs"]
mod pty;
mod support;

use std::fs;
use std::process::Command;
use std::time::Duration;

use pty::Terminal;
use support::Home;

/// A run with hundreds of ticks a second and no checkpoint of its own accord.
const ENDLESS: &str = "train digits --set generator.hidden=[8] --set discriminator.hidden=[8] --set run.batch=32 --set run.tick=640 --set run.checkpoint=64000000 --set run.samples=4 --images 640000000 --out run";

const ENTERS: &str = "\x1b[?1049h";
const LEAVES: &str = "\x1b[?1049l";
const CTRL_C: &str = "\x03";
const CTRL_Z: &str = "\x1a";

fn dashboard(home: &Home, line: &str) -> Terminal {
    let mut terminal = Terminal::start(&home.command(line));
    terminal.sees(ENTERS);
    terminal.sees("images/s");
    terminal
}

/// Images in the run's checkpoint.
fn saved(home: &Home) -> u64 {
    home.json("run/checkpoint/manifest.json")["images"]
        .as_u64()
        .unwrap()
}

#[test]
fn closing_the_terminal_ends_the_run_with_a_checkpoint() {
    for pause in [0, 130, 270] {
        let home = Home::new();
        let mut terminal = dashboard(&home, ENDLESS);
        if pause == 270 {
            // While a question is open, too.
            terminal.types("q");
            terminal.sees("training?");
        }
        std::thread::sleep(Duration::from_millis(pause));
        assert_eq!(terminal.close().code(), Some(130));
        assert!(saved(&home) > 0);
        let ticks = home.metrics("run").len() as u64;
        assert!(saved(&home) / 640 <= ticks, "{ticks} ticks");
        assert!(home.path("run/report.html").exists());
    }
}

#[test]
fn a_terminal_that_closes_on_log_lines_ends_the_run_in_the_same_way() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home.command(&format!("{ENDLESS} --dashboard log")));
    terminal.sees("images/s");
    assert_eq!(terminal.close().code(), Some(130));
    assert!(saved(&home) > 0);
}

#[test]
fn keys_ask_before_they_stop() {
    for (asks, stops) in [("q", "y"), (CTRL_C, CTRL_C), (CTRL_C, "y")] {
        let home = Home::new();
        let mut terminal = dashboard(&home, ENDLESS);
        terminal.types(asks);
        terminal.sees("--resume");
        terminal.sees("Esc");
        // Another view answers the next key: the question is closed.
        terminal.types("n");
        terminal.types("\t");
        terminal.sees("Score");
        assert!(!home.path("run/checkpoint/manifest.json").exists());
        terminal.types(asks);
        terminal.sees("training?");
        terminal.types(stops);
        terminal.sees(LEAVES);
        assert!(terminal.is_as_found());
        let (status, last) = terminal.wait();
        assert_eq!(status.code(), Some(130), "{last:?}");
        assert!(last.contains("interrupted after"), "{last:?}");
        assert!(saved(&home) > 0);
    }
}

#[test]
fn a_run_that_ends_gives_the_terminal_back() {
    let home = Home::new();
    let line = ENDLESS.replace("640000000", "6400");
    let mut terminal = Terminal::start(&home.command(&line));
    terminal.sees(ENTERS);
    terminal.sees(LEAVES);
    terminal.sees("done: run/model.safetensors");
    assert_eq!(terminal.wait().0.code(), Some(0));
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_fg_takes_it_again() {
    let home = Home::new();
    let script = "\"$@\"; echo stopped-$?; read -r _; fg >/dev/null; echo stopped-$?; read -r _; fg >/dev/null; echo ended-$?";
    let run = home.command(ENDLESS);
    let mut shell = Command::new("bash");
    shell
        .args(["-mc", script, "bash"])
        .arg(run.get_program())
        .args(run.get_args())
        .current_dir(home.path(""));
    let mut terminal = Terminal::start(&shell);
    terminal.sees(ENTERS);
    terminal.sees("images/s");
    let run = only_child(terminal.id());
    for how in ["key", "signal"] {
        if how == "key" {
            terminal.types(CTRL_Z);
        } else {
            let sent = Command::new("kill").args(["-TSTP", &run]).status();
            assert!(sent.unwrap().success());
        }
        terminal.sees(LEAVES);
        terminal.sees("stopped-147");
        assert!(terminal.is_as_found(), "{how}");
        assert_eq!(state(&run), "T", "{how}");
        terminal.types("\n");
        terminal.sees(ENTERS);
        terminal.sees("images/s");
        assert!(!terminal.is_as_found(), "{how}");
    }
    terminal.types("q");
    terminal.sees("training?");
    terminal.types("y");
    terminal.sees("ended-130");
    assert!(terminal.is_as_found());
    assert!(saved(&home) > 0);
}

/// Without a shell nothing could continue the process.
#[test]
fn ctrl_z_without_a_shell_changes_nothing() {
    let home = Home::new();
    let mut terminal = dashboard(&home, ENDLESS);
    terminal.types(CTRL_Z);
    terminal.sees("images");
    terminal.types("q");
    terminal.sees("training?");
    terminal.types("y");
    assert_eq!(terminal.wait().0.code(), Some(130));
}

/// The process that a shell started.
fn only_child(shell: u32) -> String {
    let children = fs::read_to_string(format!("/proc/{shell}/task/{shell}/children"));
    let children = children.unwrap();
    let mut children = children.split_whitespace();
    let child = children.next().unwrap().to_owned();
    assert_eq!(children.next(), None);
    child
}

/// The letter of a process's state.
fn state(process: &str) -> String {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let after_name = stat.rsplit_once(") ").unwrap().1;
    after_name.split(' ').next().unwrap().to_owned()
}

#[test]
fn a_second_signal_ends_the_run_at_once_with_the_terminal_as_it_was() {
    let home = Home::new();
    let mut terminal = dashboard(&home, ENDLESS);
    let process = terminal.id().to_string();
    // Stopped in between, so that both wait for it.
    for signal in ["-STOP", "-INT", "-TERM", "-CONT"] {
        let sent = Command::new("kill").args([signal, &process]).status();
        assert!(sent.unwrap().success());
    }
    terminal.sees(LEAVES);
    assert!(terminal.is_as_found());
    assert_eq!(terminal.wait().0.code(), Some(130));
}

/// As over a connection that stalls.
#[test]
fn a_terminal_that_takes_nothing_more_does_not_keep_the_process() {
    let home = Home::new();
    let terminal = Terminal::start(&home.command(ENDLESS));
    // Nobody reads: what fits has been written.
    std::thread::sleep(Duration::from_secs(2));
    let process = terminal.id().to_string();
    for _ in 0..2 {
        let sent = Command::new("kill").args(["-TERM", &process]).status();
        assert!(sent.unwrap().success());
        std::thread::sleep(Duration::from_millis(300));
    }
    assert_eq!(terminal.wait_unread().code(), Some(130));
}

#[test]
fn a_terminal_that_cannot_show_it_gets_log_lines() {
    for (name, value) in [
        ("TERM", "dumb"),
        ("TERM", ""),
        ("JPY_PARENT_PID", "1"),
        ("COLAB_RELEASE_TAG", "x"),
        ("KAGGLE_KERNEL_RUN_TYPE", "Interactive"),
    ] {
        let home = Home::new();
        let line = ENDLESS.replace("640000000", "1280");
        let mut command = home.command(&line);
        command.env(name, value);
        let (status, shown) = Terminal::start(&command).wait();
        assert_eq!(status.code(), Some(0), "{name}: {shown}");
        assert!(shown.contains("images/s"), "{name}: {shown}");
        assert!(!shown.contains('\x1b'), "{name}: {shown:?}");
    }
}

#[test]
fn a_dashboard_without_a_terminal_is_refused_before_anything_is_touched() {
    let home = Home::new();
    let complaint = home.refuses(2, "train digits --dashboard tui --out run");
    assert!(complaint.contains("standard output is not a terminal"));
    assert!(complaint.contains("--dashboard log"), "{complaint}");
    assert!(!home.path("run").exists());
    let mut command = home.command("train digits --dashboard tui --out run");
    command.env("TERM", "dumb");
    let (status, shown) = Terminal::start(&command).wait();
    assert_eq!(status.code(), Some(2));
    assert!(shown.contains("TERM=dumb"), "{shown}");
    assert!(!home.path("run").exists());
}
