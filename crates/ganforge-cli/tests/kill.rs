//! Kills at any moment and disks that fill up leave a run that `--resume` continues.
#![cfg(unix)]

mod support;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use support::{Ended, Home};

/// Frequent checkpoints, some of them between two ticks.
const RUN: &str = "--images 19200 --set run.tick=960 --set run.checkpoint=640 --set run.samples=16";

#[test]
fn a_run_killed_many_times_equals_one_that_was_not() {
    let home = Home::new();
    home.does(&format!("train digits {RUN} --out whole"));
    let mut line = format!("train digits {RUN} --out parts");
    let mut killed = 0;
    for (ticks, pause) in moments(20_261_121).take(8) {
        let mut run = home.start(&line);
        run.ticks(ticks);
        std::thread::sleep(pause);
        run.signal("KILL");
        killed += usize::from(run.wait().is_none());
        // Killed before it had begun, there is nothing to resume yet.
        if home.path("parts/recipe.toml").is_file() {
            line = "train digits --resume --out parts".to_owned();
        }
    }
    assert!(killed >= 5, "{killed} kills came in time");
    home.does(&line);
    home.assert_same_run("whole", "parts");
    assert_eq!(
        home.names("parts/checkpoint"),
        ["manifest.json", "step-000000300"]
    );
}

/// Ticks to wait for and a pause of up to 40 ms, from a linear congruential generator.
fn moments(seed: u64) -> impl Iterator<Item = (usize, Duration)> {
    let mut state: u64 = seed;
    std::iter::from_fn(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let draw = state >> 33;
        let ticks = usize::try_from(draw % 3).ok()?;
        Some((ticks, Duration::from_millis(draw / 3 % 40)))
    })
}

#[test]
fn a_run_killed_before_its_first_checkpoint_starts_over() {
    let home = Home::new();
    // Long enough for a kill to come in time.
    let what = "--images 25600 --set run.tick=2560 --set run.checkpoint=25600";
    home.does(&format!("train digits {what} --out whole"));
    let mut run = home.start(&format!("train digits {what} --out parts"));
    run.ticks(1);
    run.signal("KILL");
    assert_eq!(run.wait(), None);
    assert!(!home.path("parts/checkpoint/manifest.json").exists());
    home.does("train digits --resume --out parts");
    home.assert_same_run("whole", "parts");
}

/// A run of 6,400 images at one go, and the same one stopped half-way.
fn whole_and_half(home: &Home) {
    let what = "--images 6400 --set run.tick=640 --set run.checkpoint=1280";
    home.does(&format!("train digits {what} --out whole"));
    let mut run = home.start(&format!("train digits {what} --out parts"));
    run.ticks(3);
    run.signal("INT");
    assert_eq!(run.wait(), Some(130));
}

#[test]
fn a_checkpoint_that_cannot_be_written_leaves_the_one_before() {
    let home = Home::new();
    whole_and_half(&home);
    let manifest = home.read("parts/checkpoint/manifest.json");
    // Files of up to 800 KiB hold the model, but no checkpoint of both players.
    let limited = home.command("train digits --resume --out parts");
    let mut command = Command::new("bash");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 800; exec \"$@\"", "bash"])
        .arg(limited.get_program())
        .args(limited.get_args())
        .current_dir(home.path(""));
    let complaint = Ended::of(command).refusal(1, "a limit on the size of files");
    assert!(complaint.contains("parts/checkpoint/step-"), "{complaint}");
    assert!(
        complaint.contains("model.bpk: File too large"),
        "{complaint}"
    );
    assert!(complaint.contains("--resume"), "{complaint}");
    assert_eq!(home.read("parts/checkpoint/manifest.json"), manifest);
    assert_eq!(home.names("parts/checkpoint").len(), 2);
    home.does("train digits --resume --out parts");
    home.assert_same_run("whole", "parts");
}

#[test]
fn a_disk_that_fills_up_leaves_the_last_checkpoint() {
    let home = Home::new();
    let parts = home.path("parts");
    std::fs::create_dir(&parts).unwrap_or_default();
    let Some(_disk) = Disk::mount(&parts, "4m") else {
        println!("skipped: mounting a small disk is not permitted here");
        return;
    };
    // Room for one checkpoint and not for two.
    let what = "--images 6400 --set run.tick=640 --set run.checkpoint=1280";
    home.does(&format!("train digits {what} --out whole"));
    let line = format!("train digits {what} --out parts");
    let complaint = home.refuses(1, &line);
    assert!(complaint.contains("parts/"), "{complaint}");
    assert!(complaint.contains("No space left on device"), "{complaint}");
    assert!(home.path("parts/checkpoint/manifest.json").is_file());
    assert!(mount(&["-o", "remount,size=64m"], &parts));
    home.does("train digits --resume --out parts");
    home.assert_same_run("whole", "parts");
}

/// A small file system, for as long as this lives.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn mount(folder: &'a Path, size: &str) -> Option<Self> {
        let size = format!("size={size}");
        let mounted = mount(&["-t", "tmpfs", "-o", &size, "tmpfs"], folder);
        mounted.then_some(Self(folder))
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

fn mount(options: &[&str], folder: &Path) -> bool {
    let mounted = Command::new("mount").args(options).arg(folder).output();
    mounted.is_ok_and(|output| output.status.success())
}
