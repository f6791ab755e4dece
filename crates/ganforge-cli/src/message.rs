//! Lines for the user. An output that is closed or full never changes what a command does or how it ends.

use std::fmt::Display;
use std::io::{self, Write};

use ganforge_core::printable;

/// Says on standard error why the command fails.
pub fn error(reason: &impl Display) {
    note(&format!("error: {reason}"));
}

/// Says on standard error what is amiss and does not end the command.
pub fn warning(fault: &impl Display) {
    note(&format!("warning: {fault}"));
}

/// Writes one line to standard error.
pub fn note(line: &impl Display) {
    write(&mut io::stderr().lock(), line);
}

/// Writes one line to standard output.
///
/// For progress and the like; a result that a command exists for is written by `commands::print`, which tells when it cannot be.
pub fn say(line: &impl Display) {
    write(&mut io::stdout().lock(), line);
}

/// All lines pass here.
fn write(out: &mut impl Write, line: &impl Display) {
    // At once, so that two processes do not mix within a line, and so that no name in it is obeyed by the terminal.
    let line = line.to_string();
    let _ = out.write_all(format!("{}\n", printable(&line)).as_bytes());
    let _ = out.flush();
}
