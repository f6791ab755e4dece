//! The number of threads shows in no byte of a run, nor of its samples.

mod support;

use support::{Ended, Home};

/// Runs a command on so many threads; what it says on standard error is for other tests.
fn does_on(home: &Home, threads: usize, line: &str) {
    let mut command = home.command(line);
    command.env("RAYON_NUM_THREADS", threads.to_string());
    let ended = Ended::of(command);
    assert_eq!(
        ended.status,
        Some(0),
        "{line} on {threads} threads: {ended:?}"
    );
}

/// Fails unless `train <what>` leaves the same files on 1 to 4 threads.
fn trains_alike(home: &Home, what: &str) {
    for threads in 1..=4 {
        does_on(home, threads, &format!("train {what} --out on-{threads}"));
    }
    for threads in 2..=4 {
        home.assert_same_run("on-1", &format!("on-{threads}"));
    }
}

/// Layers too small for a second thread, batch norm, an average, and figures at a tick.
#[test]
fn small_networks() {
    let home = Home::new();
    let figures = "--set evaluation.metrics=[\"frechet\",\"kernel\"] --set evaluation.samples=400";
    trains_alike(
        &home,
        &format!("digits --images 1280 --set run.tick=640 {figures}"),
    );
}

#[test]
fn points() {
    trains_alike(&Home::new(), "ring8 --images 1280");
}

#[test]
fn maxout() {
    let pieces = "--set discriminator.maxout_pieces=5";
    trains_alike(&Home::new(), &format!("digits --images 256 {pieces}"));
}

#[test]
fn dropout_and_uniform_noise() {
    let what = "mnist-mlp --data digits --images 128 --set run.batch=64 --set run.samples=4";
    trains_alike(&Home::new(), what);
}

#[test]
fn packed_samples() {
    trains_alike(&Home::new(), "pacgan-2018-ring8 --images 1024");
}

#[test]
fn convolutions_and_their_samples() {
    let home = Home::new();
    home.squares("images", 64, 20);
    let what = "folder-dcgan --data folder:images --set data.size=[32,32] --images 128 \
                --set run.samples=4";
    trains_alike(&home, what);
    for threads in 1..=4 {
        let out = format!("samples-{threads}.npy");
        let line = format!("sample on-1/model.safetensors -n 70 --seed 3 -o {out}");
        does_on(&home, threads, &line);
        let same = home.read("samples-1.npy") == home.read(&out);
        assert!(same, "samples on {threads} threads");
    }
}

#[test]
fn residual_networks() {
    let home = Home::new();
    for class in ["a", "b"] {
        home.squares(&format!("images/{class}"), 32, 20);
    }
    let what = "mnist-resnet --data folder:images --set data.size=[32,32] --images 64 \
                --set run.samples=4 --set generator.width=16 --set discriminator.width=16";
    trains_alike(&home, what);
}

/// Grouped convolutions, which are Burn's own.
#[test]
fn grouped_convolutions() {
    let home = Home::new();
    home.squares("images", 32, 20);
    let what = "mnist-r3gan --data folder:images --set data.size=[32,32] --set data.channels=1 \
                --images 32 --set run.batch=32 --set run.samples=4";
    trains_alike(&home, what);
}

#[test]
fn a_run_resumed_on_another_number_of_threads_is_the_same_run() {
    let home = Home::new();
    let what = "digits --set discriminator.maxout_pieces=5 --set run.tick=256 \
                --set optimizer.generator.schedule.kind=constant \
                --set optimizer.discriminator.schedule.kind=constant";
    does_on(
        &home,
        3,
        &format!("train {what} --images 512 --out uninterrupted"),
    );
    does_on(
        &home,
        2,
        &format!("train {what} --images 256 --out resumed"),
    );
    does_on(&home, 1, "train digits --resume --images 512 --out resumed");
    home.assert_same_run("uninterrupted", "resumed");
}
