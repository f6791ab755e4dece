//! One run of a benchmark: its time and its peak memory.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::step;

/// The result of one run.
#[derive(Clone, Copy)]
pub struct Measured {
    pub milliseconds: f64,
    /// Largest resident memory; NaN where the system does not report it.
    pub peak_mebibytes: f64,
}

/// Interval between two readings of the memory.
const LOOK: Duration = Duration::from_millis(20);

/// Runs a command that prints one JSON object with `step_ms_median`.
pub fn measure(command: &mut Command) -> Result<Measured, String> {
    let line = step::line(command);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| format!("`{line}` could not start: {error}"))?;
    let id = child.id();
    let watch = thread::spawn(move || {
        let mut peak = f64::NAN;
        while let Some(now) = peak_of(id) {
            peak = now;
            thread::sleep(LOOK);
        }
        peak
    });
    let output = std::io::read_to_string(child.stdout.take().ok_or("no output to read")?)
        .map_err(|error| format!("`{line}`: {error}"))?;
    let status = child.wait().map_err(|error| format!("`{line}`: {error}"))?;
    if !status.success() {
        return Err(format!("`{line}` failed ({status})"));
    }
    let peak_mebibytes = watch.join().map_err(|_| "the watch on memory failed")?;
    let report: Value =
        serde_json::from_str(&output).map_err(|error| format!("`{line}`: {error}: {output}"))?;
    let milliseconds = report["step_ms_median"]
        .as_f64()
        .ok_or_else(|| format!("`{line}` printed no step_ms_median"))?;
    Ok(Measured {
        milliseconds,
        peak_mebibytes,
    })
}

/// Peak resident memory of a running process, in MiB, as Linux reports it.
fn peak_of(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_and_the_memory_of_a_run_are_read() {
        let script = "echo '{\"step_ms_median\": 1.5}'; sleep 0.2";
        let measured = measure(Command::new("sh").args(["-c", script])).unwrap();
        assert!((measured.milliseconds - 1.5).abs() < 1e-12);
        if cfg!(target_os = "linux") {
            assert!(measured.peak_mebibytes > 0.1);
        }
    }

    #[test]
    fn a_run_that_fails_is_named() {
        let why = measure(Command::new("sh").args(["-c", "exit 3"]))
            .err()
            .unwrap();
        assert!(why.contains("sh -c"), "{why}");
    }
}
