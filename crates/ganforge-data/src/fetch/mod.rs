//! Bringing public datasets, and the weights that evaluation is done with, into the cache folder: resumable, and believed only once their digests are right.

mod catalogue;
mod download;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use catalogue::{CATALOGUE, RemoteSet};

pub use catalogue::INCEPTION_SHA256;

/// Fetches a dataset, or the weights called `inception`, into a folder of its name below `cache` and returns that folder.
///
/// Files already there and right are not fetched again; one that was cut off is continued where it stopped. Mirrors are tried in order: those given, else
/// the folder in `$GANFORGE_MIRROR` (a base address, with the files in it or in a subfolder of the same name), else the public ones.
///
/// `progress` is called with every block that arrives and, at the end of each file, with `total` equal to `done`.
///
/// # Errors
///
/// [`FetchError`], whose message says what to do: an unknown name, no mirror that has the right file, or a cache folder that cannot be written.
pub fn fetch(
    name: &str,
    mirrors: Option<&[String]>,
    cache: &Path,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<PathBuf, FetchError> {
    let set = CATALOGUE
        .iter()
        .find(|set| set.name == name)
        .ok_or_else(|| FetchError::Unknown {
            name: name.to_owned(),
        })?;
    let mirrors = match mirrors {
        Some(mirrors) => mirrors.to_vec(),
        None => mirrors_of(set, env::var("GANFORGE_MIRROR").ok().as_deref()),
    };
    fetch_set(set, &mirrors, cache, progress)
}

/// The mirrors of a set, or what stands in for them.
fn mirrors_of(set: &RemoteSet, instead: Option<&str>) -> Vec<String> {
    match instead.map(|base| base.trim_end_matches('/')) {
        None | Some("") => set
            .mirrors
            .iter()
            .map(|&mirror| mirror.to_owned())
            .collect(),
        Some(base) => vec![base.to_owned(), format!("{base}/{}", set.name)],
    }
}

fn fetch_set(
    set: &RemoteSet,
    mirrors: &[String],
    cache: &Path,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<PathBuf, FetchError> {
    let folder = cache.join(set.name);
    fs::create_dir_all(&folder).map_err(|source| FetchError::Disk {
        path: folder.clone(),
        source,
    })?;
    for (index, file) in set.files.iter().enumerate() {
        download::download(file, mirrors, &folder, &mut |done, total| {
            progress(FetchProgress {
                file: file.name,
                index,
                files: set.files.len(),
                done,
                total,
            });
        })?;
    }
    Ok(folder)
}

/// How far a fetch has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchProgress<'a> {
    /// The file on its way.
    pub file: &'a str,
    /// Its number, from 0.
    pub index: usize,
    /// How many files there are.
    pub files: usize,
    /// Bytes of this file that are there, those of an earlier attempt included.
    pub done: u64,
    /// Bytes of this file in all, where the server says.
    pub total: Option<u64>,
}

/// Why something could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// Nothing of this name can be fetched.
    #[error("nothing called `{name}` to fetch; known: {known}", known = catalogue::names())]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The cache folder cannot be written or read.
    #[error("cannot write {}: {source}", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No mirror gave the right file. What arrived is kept, and the next attempt goes on from there.
    #[error("cannot fetch {file}: {}; try again later, or set GANFORGE_MIRROR to the address of a folder that has it", attempts.join("; "))]
    NoMirror {
        /// The file.
        file: &'static str,
        /// Each mirror's address and what went wrong there.
        attempts: Vec<String>,
    },
}
