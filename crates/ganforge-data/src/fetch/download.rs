//! Downloads one file from the first mirror that has it and resumes partial downloads.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body};

use super::catalogue::RemoteFile;
use crate::error::DataError;

/// Attempts per mirror after broken connections.
const ATTEMPTS: usize = 5;

/// Downloads `file` into `folder` unless it exists already. `report` receives the bytes done and the total if known.
///
/// Bytes are written to a `.part` file, which is renamed once its digest is right: a file with the final name is complete.
pub(super) fn download(
    file: &RemoteFile,
    mirrors: &[String],
    folder: &Path,
    report: &mut dyn FnMut(u64, Option<u64>),
) -> Result<(), DataError> {
    let target = folder.join(file.name);
    if has_right_digest(file, &target)? {
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
        match transfer.download_from(&address) {
            Ok(()) => {
                commit(&transfer.part, &target)?;
                let length = length(&target);
                // A server need not send the length in advance.
                report(length, Some(length));
                return Ok(());
            }
            Err(Failure::Disk(error)) => return Err(error),
            Err(Failure::Broken(reason) | Failure::Refused(reason)) => {
                attempts.push(format!("{address}: {reason}"));
            }
        }
    }
    Err(DataError::NoMirror {
        file: file.name,
        attempts,
    })
}

/// The reason why an attempt failed.
enum Failure {
    /// The connection ended early; the download can be resumed.
    Broken(String),
    /// The mirror has no such file, or another one.
    Refused(String),
    /// A local error, which no other mirror avoids.
    Disk(DataError),
}

/// A download in progress.
struct Transfer<'a> {
    file: &'a RemoteFile,
    part: PathBuf,
    agent: Agent,
    report: &'a mut dyn FnMut(u64, Option<u64>),
}

impl Transfer<'_> {
    /// Downloads the file from one mirror into the part file.
    fn download_from(&mut self, address: &str) -> Result<(), Failure> {
        let mut last = Failure::Broken("no answer".to_owned());
        for _ in 0..ATTEMPTS {
            let offset = length(&self.part);
            match self.resume(address, offset) {
                Ok(()) if has_right_digest(self.file, &self.part).map_err(Failure::Disk)? => {
                    return Ok(());
                }
                Ok(()) => {
                    fs::remove_file(&self.part).map_err(|error| self.disk(error))?;
                    let refusal = "what it sends has the wrong digest".to_owned();
                    if offset == 0 {
                        return Err(Failure::Refused(refusal));
                    }
                    // The bytes of an earlier attempt may be wrong: retry from the start.
                    last = Failure::Refused(refusal);
                }
                // Retry only if the attempt received new bytes.
                Err(Failure::Broken(reason)) if length(&self.part) > offset => {
                    last = Failure::Broken(reason);
                }
                Err(failure) => return Err(failure),
            }
        }
        Err(last)
    }

    /// Requests everything after the first `offset` bytes and appends it to the part file.
    fn resume(&mut self, address: &str, offset: u64) -> Result<(), Failure> {
        let mut request = self.agent.get(address);
        if offset > 0 {
            request = request.header(header::RANGE, format!("bytes={offset}-"));
        }
        let mut response = request
            .call()
            .map_err(|error| Failure::Broken(error.to_string()))?;
        let start = match response.status() {
            StatusCode::PARTIAL_CONTENT if range_start(&response) == Some(offset) => offset,
            // A server without range requests sends the whole file.
            StatusCode::OK => 0,
            // No bytes are left, so the part file should be complete; the digest is checked next.
            StatusCode::RANGE_NOT_SATISFIABLE if offset > 0 => return Ok(()),
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
        let max_bytes = self.file.max_bytes;
        let too_long = || {
            Failure::Refused(format!(
                "it has another file: more than the {max_bytes} bytes that this one can have"
            ))
        };
        let mut done = start;
        let mut block = vec![0; 1 << 16];
        if total.is_some_and(|total| total > max_bytes) {
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
            if done > max_bytes {
                // No other mirror could resume from this.
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
        Failure::Disk(DataError::Cache {
            path: self.part.clone(),
            source,
        })
    }
}

/// The first byte of a partial response, from `Content-Range: bytes 100-199/200`.
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

/// An HTTP client that times out on silence, not on slow transfers. The caller checks the status.
fn agent() -> Agent {
    let timeout = Some(Duration::from_secs(30));
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(timeout)
        .timeout_recv_response(timeout)
        .timeout_per_read(timeout)
        .build()
        .new_agent()
}

/// Flushes the part file to disk, then gives it its final name.
fn commit(part: &Path, target: &Path) -> Result<(), DataError> {
    let disk = |source| DataError::Cache {
        path: target.to_owned(),
        source,
    };
    // On Windows only a file opened for writing can be synced.
    let file = OpenOptions::new().append(true).open(part).map_err(disk)?;
    file.sync_all().map_err(disk)?;
    drop::<File>(file);
    fs::rename(part, target).map_err(disk)
}

/// True if the file exists and has the right digest.
fn has_right_digest(file: &RemoteFile, path: &Path) -> Result<bool, DataError> {
    match file.matches(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        outcome => outcome.map_err(|source| DataError::Cache {
            path: path.to_owned(),
            source,
        }),
    }
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}
