//! One file: from the first mirror that has it, continued where an earlier attempt stopped.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body};

use super::FetchError;
use super::catalogue::RemoteFile;

/// How often one mirror may break off before the next is asked.
const ATTEMPTS: usize = 5;

/// Downloads `file` into `folder`, unless it is there already. `report` is told the bytes done and, where known, in all.
///
/// Bytes gather in a `.part` file, which takes the final name only when its digest is right: whatever has the final name is whole.
pub(super) fn download(
    file: &RemoteFile,
    mirrors: &[String],
    folder: &Path,
    report: &mut dyn FnMut(u64, Option<u64>),
) -> Result<(), FetchError> {
    let target = folder.join(file.name);
    if is_right(file, &target)? {
        let length = length(&target);
        report(length, Some(length));
        return Ok(());
    }
    let mut transfer = Transfer {
        file,
        part: folder.join(format!("{}.part", file.name)),
        agent: agent(),
        report: &mut *report,
    };
    let mut attempts = Vec::new();
    for mirror in mirrors {
        let address = format!("{}/{}", mirror.trim_end_matches('/'), file.name);
        match transfer.complete_from(&address) {
            Ok(()) => {
                put_in_place(&transfer.part, &target)?;
                let length = length(&target);
                // A server need not say how much is coming; now it is known.
                report(length, Some(length));
                return Ok(());
            }
            Err(Failure::Disk(error)) => return Err(error),
            Err(Failure::Broken(reason) | Failure::Refused(reason)) => {
                attempts.push(format!("{address}: {reason}"));
            }
        }
    }
    Err(FetchError::NoMirror {
        file: file.name,
        attempts,
    })
}

/// Why an attempt failed.
enum Failure {
    /// The connection ended early: worth going on from here.
    Broken(String),
    /// The mirror does not have the file, or has another.
    Refused(String),
    /// Our own side: no mirror will help.
    Disk(FetchError),
}

/// A file on its way.
struct Transfer<'a> {
    file: &'a RemoteFile,
    part: PathBuf,
    agent: Agent,
    report: &'a mut dyn FnMut(u64, Option<u64>),
}

impl Transfer<'_> {
    /// Gets the whole file from one mirror into the part file.
    fn complete_from(&mut self, address: &str) -> Result<(), Failure> {
        let mut last = Failure::Broken("no answer".to_owned());
        for _ in 0..ATTEMPTS {
            let had = length(&self.part);
            match self.go_on(address, had) {
                Ok(()) if is_right(self.file, &self.part).map_err(Failure::Disk)? => return Ok(()),
                Ok(()) => {
                    fs::remove_file(&self.part).map_err(|error| self.disk(error))?;
                    let refusal = "what it sends has the wrong digest".to_owned();
                    if had == 0 {
                        return Err(Failure::Refused(refusal));
                    }
                    // The bytes of an earlier attempt may be the wrong ones: once more, from the start.
                    last = Failure::Refused(refusal);
                }
                // Without a new byte there is nothing to hope for from trying again.
                Err(Failure::Broken(reason)) if length(&self.part) > had => {
                    last = Failure::Broken(reason);
                }
                Err(failure) => return Err(failure),
            }
        }
        Err(last)
    }

    /// Asks for everything after the first `had` bytes and adds it to the part file.
    fn go_on(&mut self, address: &str, had: u64) -> Result<(), Failure> {
        let mut request = self.agent.get(address);
        if had > 0 {
            request = request.header(header::RANGE, format!("bytes={had}-"));
        }
        let mut response = request
            .call()
            .map_err(|error| Failure::Broken(error.to_string()))?;
        let start = match response.status() {
            StatusCode::PARTIAL_CONTENT if range_start(&response) == Some(had) => had,
            // A server that knows no ranges sends all of it again.
            StatusCode::OK => 0,
            // Nothing lies beyond what we have, so that was all of it; the digest will tell.
            StatusCode::RANGE_NOT_SATISFIABLE if had > 0 => return Ok(()),
            status => return Err(Failure::Refused(format!("HTTP status {status}"))),
        };
        let total = response
            .body()
            .content_length()
            .map(|length| start + length);
        self.receive(response.body_mut().as_reader(), start, total)
    }

    fn receive(
        &mut self,
        mut body: impl Read,
        start: u64,
        total: Option<u64>,
    ) -> Result<(), Failure> {
        let mut part = OpenOptions::new()
            .create(true)
            .write(true)
            .append(start > 0)
            .truncate(start == 0)
            .open(&self.part)
            .map_err(|error| self.disk(error))?;
        let most = self.file.most;
        let too_long = || {
            Failure::Refused(format!(
                "it has another file: more than the {most} bytes that this one can have"
            ))
        };
        let mut done = start;
        let mut block = vec![0; 1 << 16];
        if total.is_some_and(|total| total > most) {
            return Err(too_long());
        }
        (self.report)(done, total);
        loop {
            let read = match body.read(&mut block) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => return Err(Failure::Broken(error.to_string())),
            };
            done += read as u64;
            if done > most {
                // No other mirror could go on from this.
                drop(part);
                fs::remove_file(&self.part).map_err(|error| self.disk(error))?;
                return Err(too_long());
            }
            part.write_all(&block[..read])
                .map_err(|error| self.disk(error))?;
            (self.report)(done, total);
        }
        match total {
            Some(total) if done < total => Err(Failure::Broken(format!(
                "it broke off after {done} of {total} bytes"
            ))),
            _ => Ok(()),
        }
    }

    fn disk(&self, source: io::Error) -> Failure {
        Failure::Disk(FetchError::Disk {
            path: self.part.clone(),
            source,
        })
    }
}

/// The first byte of a partial answer, from `Content-Range: bytes 100-199/200`.
fn range_start(response: &Response<Body>) -> Option<u64> {
    let range = response
        .headers()
        .get(header::CONTENT_RANGE)?
        .to_str()
        .ok()?;
    range
        .strip_prefix("bytes ")?
        .split_once('-')?
        .0
        .parse()
        .ok()
}

/// An HTTP client that gives up on silence but never on slowness, and leaves judging the status to us.
fn agent() -> Agent {
    let patience = Some(Duration::from_secs(30));
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(patience)
        .timeout_recv_response(patience)
        .timeout_per_read(patience)
        .build()
        .new_agent()
}

/// Makes sure of the bytes, then of the name.
fn put_in_place(part: &Path, target: &Path) -> Result<(), FetchError> {
    let disk = |source| FetchError::Disk {
        path: target.to_owned(),
        source,
    };
    // On Windows only a file opened for writing can be synced.
    let file = OpenOptions::new().append(true).open(part).map_err(disk)?;
    file.sync_all().map_err(disk)?;
    drop::<File>(file);
    fs::rename(part, target).map_err(disk)
}

/// Whether a file is there and has the right digest.
fn is_right(file: &RemoteFile, path: &Path) -> Result<bool, FetchError> {
    match file.is_at(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        outcome => outcome.map_err(|source| FetchError::Disk {
            path: path.to_owned(),
            source,
        }),
    }
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}
