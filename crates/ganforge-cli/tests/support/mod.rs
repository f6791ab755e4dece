//! A temporary folder in which the real binary runs.
#![allow(dead_code, reason = "each test binary uses some of these")]
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use image::{DynamicImage, GrayImage, Luma};
use serde_json::Value;
use tempfile::TempDir;

/// Where one test's runs and data lie; paths in command lines are relative to it.
pub struct Home(TempDir);

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status; `None` when a signal ended it.
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `ganforge` with the words of `line`, none of which may hold a space.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ganforge"));
        command
            .args(line.split_whitespace())
            .current_dir(self.0.path())
            .env("GANFORGE_CACHE", self.path("cache"))
            .env_remove("GANFORGE_MIRROR")
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, line: &str) -> Ended {
        Ended::of(self.command(line))
    }

    /// Runs what should succeed without a complaint, and returns what it prints.
    pub fn does(&self, line: &str) -> String {
        let ended = self.run(line);
        assert_eq!(ended.status, Some(0), "{line}: {ended:?}");
        assert_eq!(ended.stderr, "", "{line}");
        ended.stdout
    }

    /// Runs what should be refused in one line, and returns that line.
    pub fn refuses(&self, status: i32, line: &str) -> String {
        self.run(line).refusal(status, line)
    }

    /// Starts a command whose output is read line by line.
    pub fn start(&self, line: &str) -> Running {
        let mut child = self.command(line).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Running { child, lines }
    }

    /// Waits until a file is there, for as long as a slow machine may take.
    pub fn wait_for(&self, name: &str) {
        let patience = Instant::now() + Duration::from_mins(1);
        while !self.path(name).exists() {
            assert!(Instant::now() < patience, "{name} does not appear");
            thread::sleep(Duration::from_millis(1));
        }
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    /// Writes a file, making the folders between.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Saves an image in the format its name says.
    pub fn save(&self, name: &str, image: impl Into<DynamicImage>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        image.into().save(path).unwrap();
    }

    /// A folder of `count` grey squares, each unlike the others.
    pub fn squares(&self, folder: &str, count: u32, side: u32) {
        for index in 0..count {
            let level = |x: u32, y: u32| Luma([((index * 37 + x * 11 + y * 5) % 256) as u8]);
            let image = GrayImage::from_fn(side, side, level);
            self.save(&format!("{folder}/{index:03}.png"), image);
        }
    }

    /// The names in a folder, sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
        let entries = fs::read_dir(self.path(folder)).unwrap().map(name);
        let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The lines of a run's metrics.
    pub fn metrics(&self, run: &str) -> Vec<Value> {
        let text = self.text(&format!("{run}/metrics.jsonl"));
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Fails unless two runs left the same models, sample grids, protocols and metrics, speed aside.
    pub fn assert_same_run(&self, one: &str, other: &str) {
        let [timeless, others] = [one, other].map(|run| {
            let mut lines = self.metrics(run);
            for line in &mut lines {
                line.as_object_mut().unwrap().remove("images_per_second");
            }
            lines
        });
        assert_eq!(timeless, others, "metrics of {one} and {other}");
        let samples = self.names(&format!("{one}/samples"));
        assert_eq!(samples, self.names(&format!("{other}/samples")));
        let samples = samples.iter().map(|name| format!("samples/{name}"));
        let kept = ["best.safetensors", "evaluation.json"];
        let kept = kept.into_iter().filter(|file| {
            let [ours, theirs] = [one, other].map(|run| self.path(&format!("{run}/{file}")));
            assert_eq!(ours.exists(), theirs.exists(), "{file}");
            ours.exists()
        });
        let models = kept.chain(["model.safetensors"]).map(str::to_owned);
        for file in samples.chain(models) {
            let [ours, theirs] = [one, other].map(|run| self.read(&format!("{run}/{file}")));
            assert!(ours == theirs, "{file} of {one} and {other} differ");
        }
    }
}

impl Ended {
    pub fn of(mut command: Command) -> Self {
        let output = command.output().unwrap();
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The one line on standard error with which a command was refused.
    pub fn refusal(self, status: i32, line: &str) -> String {
        assert_eq!(self.status, Some(status), "{line}: {self:?}");
        let complaint = self.stderr.strip_suffix('\n').unwrap_or(&self.stderr);
        assert!(complaint.starts_with("error: "), "{line}: {complaint}");
        assert!(!complaint.contains('\n'), "{line}: {complaint}");
        for word in ["panicked", "backtrace", "Err("] {
            assert!(!complaint.contains(word), "{line}: {complaint}");
        }
        complaint.to_owned()
    }
}

/// A command under way.
pub struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    /// Waits for the next line of its output; `None` at the end.
    pub fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.lines.read_line(&mut line).unwrap();
        (read > 0).then_some(line)
    }

    /// Waits until a training run has printed so many ticks.
    pub fn ticks(&mut self, count: usize) {
        for _ in 0..count {
            while let Some(line) = self.line()
                && !line.contains("images/s")
            {}
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by name, as `kill -INT` does.
    pub fn signal(&self, name: &str) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &process])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Closes the pipe, waits for the end, and returns the exit status.
    pub fn leave(self) -> Option<i32> {
        let Self { mut child, lines } = self;
        drop(lines);
        child.wait().unwrap().code()
    }

    /// Waits for the end; the exit status is `None` when a signal ended it.
    pub fn wait(mut self) -> Option<i32> {
        while self.line().is_some() {}
        self.child.wait().unwrap().code()
    }
}

/// The folder of MNIST beside the workspace, where there is one.
pub fn mnist() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = workspace.join("../shared/data/mnist");
    folder.is_dir().then_some(folder)
}
