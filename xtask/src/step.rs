//! Runs one command of a longer job: prints it, runs it, and reports its time.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Runs a command on the terminal and prints its duration.
pub fn run(command: &mut Command) -> Result<Duration, String> {
    announce(command);
    let started = Instant::now();
    let status = command
        .status()
        .map_err(|error| format!("`{}` could not start: {error}", line(command)))?;
    let took = started.elapsed();
    if status.success() {
        println!("  {:.1} s", took.as_secs_f64());
        return Ok(took);
    }
    Err(format!(
        "`{}` failed after {:.1} s ({status})",
        line(command),
        took.as_secs_f64()
    ))
}

/// Like [`run`], with both output streams in a file, and its last line in the error.
pub fn run_into(command: &mut Command, log: &Path) -> Result<Duration, String> {
    let unwritable = |error| format!("{} cannot be written: {error}", log.display());
    let file = File::create(log).map_err(unwritable)?;
    command.stdout(file.try_clone().map_err(unwritable)?);
    command.stderr(file);
    run(command).map_err(|failure| {
        let output = std::fs::read_to_string(log).unwrap_or_default();
        format!("{failure}: {}", last_line(&output))
    })
}

/// Runs a command silently and returns its standard output, or the last line of its standard error.
pub fn read(command: &mut Command) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|error| format!("`{}` could not start: {error}", line(command)))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "`{}` failed ({}): {}",
            line(command),
            output.status,
            last_line(&errors)
        ));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| format!("`{}` printed something that is not text", line(command)))
}

/// A command at the workspace root, without the `CARGO_*` variables of xtask's own package: crates that watch these variables would be rebuilt.
pub fn command(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(workspace_root());
    let of_package =
        |key: &str| key.starts_with("CARGO_PKG_") || key.starts_with("CARGO_MANIFEST_");
    for (key, _) in env::vars_os() {
        if key.to_str().is_some_and(of_package) {
            command.env_remove(key);
        }
    }
    command
}

/// The folder of the root manifest: the parent of `CARGO_MANIFEST_DIR`, or without cargo the current folder.
pub fn workspace_root() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .and_then(|xtask| xtask.parent().map(Path::to_path_buf))
        .unwrap_or_else(|| PathBuf::from("."))
}

/// The binary that `cargo build --release` makes.
pub fn released_binary() -> PathBuf {
    let target = env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    workspace_root().join(target).join("release/ganforge")
}

/// Prints a command.
pub fn announce(command: &Command) {
    println!("$ {}", line(command));
}

/// A command as text.
pub fn line(command: &Command) -> String {
    let environment = command
        .get_envs()
        .filter_map(|(key, value)| Some((key, value?)))
        .map(|(key, value)| format!("{}={}", key.display(), quoted(&value.to_string_lossy())));
    let words = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| quoted(&word.to_string_lossy()));
    environment.chain(words).collect::<Vec<_>>().join(" ")
}

fn last_line(text: &str) -> &str {
    text.lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or("no message")
}

fn quoted(word: &str) -> String {
    if word.contains([' ', '"', '*']) {
        format!("'{word}'")
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_command_can_be_pasted_into_a_shell() {
        let mut doc = Command::new("cargo");
        doc.args(["doc", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(line(&doc), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
    }

    #[test]
    fn what_cargo_says_of_xtask_is_not_passed_on() {
        let command = command("true", &[]);
        let dropped = |key: &str| command.get_envs().any(|pair| pair == (key.as_ref(), None));
        assert!(dropped("CARGO_PKG_NAME") && dropped("CARGO_MANIFEST_DIR"));
    }

    #[test]
    fn a_failing_command_is_named_with_the_last_thing_it_said() {
        let log = env::temp_dir().join(format!("xtask-step-{}.log", std::process::id()));
        let failure = run_into(
            Command::new("sh").args(["-c", "echo first; echo why; exit 3"]),
            &log,
        )
        .unwrap_err();
        std::fs::remove_file(&log).unwrap();
        assert!(failure.contains("sh -c"), "{failure}");
        assert!(failure.contains("exit status: 3"), "{failure}");
        assert!(failure.ends_with(": why"), "{failure}");
    }

    #[test]
    fn a_missing_program_is_one_clear_line() {
        let failure = read(&mut Command::new("no-such-program")).unwrap_err();
        assert!(failure.starts_with("`no-such-program` could not start"));
    }
}
