//! Downloads public datasets and the Inception weights for evaluation into the cache folder, resumably and with verified digests.

mod catalogue;
mod download;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::error::DataError;
use catalogue::{CATALOGUE, Download};

pub use catalogue::INCEPTION_SHA256;

/// Downloads a dataset, or the weights called `inception`, into the folder `name` below `cache` and returns that folder.
///
/// Complete files are not downloaded again; partial ones are resumed. Mirrors are tried in order: the given ones, otherwise `$GANFORGE_MIRROR` (a base
/// address with the files directly below it or in a subfolder called `name`), otherwise the public ones.
///
/// `progress` is called for every block received and, at the end of each file, with `total` equal to `done`.
///
/// ```no_run
/// let cache = ganforge_data::cache_dir();
/// let folder = ganforge_data::fetch("mnist", None, &cache, &mut |progress| {
///     println!("{}: {} bytes", progress.file, progress.done);
/// })?;
/// # Ok::<(), ganforge_data::DataError>(())
/// ```
///
/// # Errors
///
/// [`DataError::UnknownDownload`], [`DataError::NoMirror`] if no mirror has the right file, [`DataError::Cache`] if the cache folder cannot be written.
pub fn fetch(
    name: &str,
    mirrors: Option<&[String]>,
    cache: &Path,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<PathBuf, DataError> {
    let download = CATALOGUE
        .iter()
        .find(|download| download.name == name)
        .ok_or_else(|| DataError::UnknownDownload {
            name: name.to_owned(),
            known: catalogue::names(),
        })?;
    let mirrors = match mirrors {
        Some(mirrors) => mirrors.to_vec(),
        None => mirrors_of(download, env::var("GANFORGE_MIRROR").ok().as_deref()),
    };
    fetch_files(download, &mirrors, cache, progress)
}

/// The public mirrors, or those below the base address `replacement`.
fn mirrors_of(download: &Download, replacement: Option<&str>) -> Vec<String> {
    match replacement.map(|base| base.trim_end_matches('/')) {
        None | Some("") => download
            .mirrors
            .iter()
            .map(|&mirror| mirror.to_owned())
            .collect(),
        Some(base) => vec![base.to_owned(), format!("{base}/{}", download.name)],
    }
}

fn fetch_files(
    download: &Download,
    mirrors: &[String],
    cache: &Path,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<PathBuf, DataError> {
    let folder = cache.join(download.name);
    fs::create_dir_all(&folder).map_err(|source| DataError::Cache {
        path: folder.clone(),
        source,
    })?;
    for (index, file) in download.files.iter().enumerate() {
        download::download(file, mirrors, &folder, &mut |done, total| {
            progress(FetchProgress {
                file: file.name,
                index,
                files: download.files.len(),
                done,
                total,
            });
        })?;
    }
    Ok(folder)
}

/// Progress of a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchProgress<'a> {
    /// The current file.
    pub file: &'a str,
    /// Its index, from 0.
    pub index: usize,
    /// Number of files.
    pub files: usize,
    /// Bytes of this file received so far, including earlier attempts.
    pub done: u64,
    /// Bytes of this file in total, if the server reports it.
    pub total: Option<u64>,
}
