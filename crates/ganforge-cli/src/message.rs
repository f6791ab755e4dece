//! Messages to the user, one line each. A closed or full output does not change the work of a command or its exit status.

use std::fmt::Display;
use std::io::{self, Write};

use ganforge_core::printable;

/// Prints why the command fails, to standard error.
pub fn error(reason: &impl Display) {
    note(&format!("error: {reason}"));
}

/// Prints a warning to standard error.
pub fn warning(fault: &impl Display) {
    note(&format!("warning: {fault}"));
}

/// Prints one line to standard error.
pub fn note(line: &impl Display) {
    write(&mut io::stderr().lock(), line);
}

/// Prints one line to standard output.
///
/// For progress. Results of a command go through `commands::print`, which reports a failure.
pub fn say(line: &impl Display) {
    write(&mut io::stdout().lock(), line);
}

fn write(out: &mut impl Write, line: &impl Display) {
    // One write per line, so that lines of two processes do not mix; `printable` keeps control sequences from the terminal.
    let line = line.to_string();
    let _ = out.write_all(format!("{}\n", printable(&line)).as_bytes());
    let _ = out.flush();
}
