//! A run directory belongs to one process and to the user; names stand for runs.

mod support;

use std::fs;

use support::{Ended, Home};

const SHORT: &str = "--images 1280 --set run.tick=640";

#[test]
fn a_run_is_trained_on_by_one_process_at_a_time() {
    let home = Home::new();
    let mut first = home.start(
        "train digits --images 6400000 --set run.tick=640 --set run.checkpoint=640 --out run",
    );
    first.ticks(2);
    for line in [
        "train digits --resume --out run",
        "train digits --resume-from run/checkpoint/step-000000010 --out run",
    ] {
        let complaint = home.refuses(1, line);
        assert!(
            complaint.contains(&format!("process {}", first.id())),
            "{complaint}"
        );
    }
    home.refuses(1, "train digits --images 640 --out run");
    first.signal("KILL");
    first.wait();
    let printed = home.does("train digits --resume --images 6400 --out run");
    assert!(printed.contains("done"), "{printed}");
    assert!(!home.names("run").iter().any(|name| name.contains("lock")));
}

#[test]
fn two_new_runs_never_share_a_folder() {
    let home = Home::new();
    let lines = "train digits --images 640";
    let runs: Vec<_> = (0..4).map(|_| home.start(lines)).collect();
    for run in runs {
        assert_eq!(run.wait(), Some(0));
    }
    assert_eq!(home.names("runs").len(), 4);
    let line = "train digits --images 6400 --out one";
    let runs: Vec<_> = (0..3)
        .map(|_| home.command(line).spawn().unwrap())
        .collect();
    let statuses: Vec<_> = runs
        .into_iter()
        .map(|mut run| run.wait().unwrap().code())
        .collect();
    assert_eq!(
        statuses.iter().filter(|&&status| status == Some(0)).count(),
        1,
        "{statuses:?}"
    );
}

#[test]
fn a_folder_with_files_of_the_users_is_left_as_it_is() {
    let home = Home::new();
    for (file, named) in [
        ("checkpoint/step-000000010/weights.bin", "./checkpoint"),
        ("samples/000000640.png", "./samples"),
        ("metrics.jsonl", "./metrics.jsonl"),
        ("report.html", "./report.html"),
        ("experiment.log", "./experiment.log"),
    ] {
        home.write(file, "mine");
        let complaint = home.refuses(1, &format!("train digits {SHORT} --out ."));
        assert!(
            complaint.contains(named) && complaint.contains("--out"),
            "{complaint}"
        );
        assert_eq!(home.text(file), "mine");
        fs::remove_file(home.path(file)).unwrap();
    }
    fs::remove_dir_all(home.path("checkpoint")).unwrap();
    home.write("src/main.rs", "mine");
    home.does(&format!("train digits {SHORT} --out ."));
    // A resumed run clears what a kill left, and nothing else.
    home.write("samples/sketch.partial", "mine");
    home.write("samples/.ganforge-77-1.partial", "torn");
    home.write("checkpoint/step-000000099.partial/model.bpk", "torn");
    home.write("checkpoint/notes.partial/model.bpk", "mine");
    home.does("train digits --resume --images 1920 --out .");
    assert_eq!(home.text("samples/sketch.partial"), "mine");
    assert_eq!(home.text("checkpoint/notes.partial/model.bpk"), "mine");
    assert!(!home.path("samples/.ganforge-77-1.partial").exists());
    assert!(!home.path("checkpoint/step-000000099.partial").exists());
}

#[test]
fn a_recipe_and_latest_stand_for_their_newest_run() {
    let home = Home::new();
    let complaint = home.refuses(1, "sample digits -o x.png");
    assert!(complaint.contains("no run of this recipe"), "{complaint}");
    let complaint = home.refuses(1, "sample latest -o x.png");
    assert!(complaint.contains("runs/"), "{complaint}");
    home.does(&format!("train digits {SHORT} --seed 1"));
    home.does(&format!("train digits {SHORT} --seed 2"));
    home.does(&format!("train digits-conditional {SHORT}"));
    let runs = home.names("runs");
    home.does("sample digits -n 4 -o named.npy");
    home.does("sample latest -n 4 -o latest.npy");
    home.does("evaluate latest --data digits --samples 100 --metrics frechet");
    let newest = runs
        .iter()
        .rfind(|run| !run.contains("conditional"))
        .unwrap();
    home.does(&format!("sample runs/{newest} -n 4 -o expected.npy"));
    assert_eq!(home.read("named.npy"), home.read("expected.npy"));
    assert_ne!(home.read("named.npy"), home.read("latest.npy"));
    let both: Vec<String> = runs.iter().map(|run| format!("runs/{run}")).collect();
    let complaint = home.refuses(2, &format!("sample {} -o x.png", both.join(" ")));
    assert!(complaint.contains("say one, or latest"), "{complaint}");
    assert!(
        complaint.contains(&both[0]) && complaint.contains(&both[2]),
        "{complaint}"
    );
    let complaint = home.refuses(1, "sample nowhere -o x.png");
    assert!(
        complaint.contains("nowhere") && complaint.contains("latest"),
        "{complaint}"
    );
    let printed = home.does("train digits --resume --images 1920");
    assert!(printed.contains(newest.as_str()), "{printed}");
}

#[test]
fn the_commands_that_are_printed_can_be_pasted() {
    let home = Home::new();
    let mut command = home.command("train digits --images 640 --out");
    command.arg("a run");
    let Ended { status, stdout, .. } = Ended::of(command);
    assert_eq!(status, Some(0));
    let sample = stdout
        .lines()
        .last()
        .unwrap()
        .split_once("with: ")
        .unwrap()
        .1;
    assert!(paste(&home, sample), "{sample}");
    assert!(home.path("samples.png").is_file());

    let mut run = home.start("train digits --images 64000 --set run.tick=640 --out it's");
    run.ticks(1);
    run.signal("INT");
    let mut last = String::new();
    while let Some(line) = run.line() {
        last = line;
    }
    let resume = last.trim().split_once("with: ").unwrap().1;
    assert!(paste(&home, &format!("{resume} --images 6400")), "{resume}");
}

fn paste(home: &Home, line: &str) -> bool {
    let mut shell = std::process::Command::new("bash");
    shell.args(["-c", line]).current_dir(home.path(""));
    shell.output().is_ok_and(|output| output.status.success())
}
