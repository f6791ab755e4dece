//! The folder of one checkpoint, which is complete in itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::manifest::Manifest;
use crate::error::TrainError;
use ganforge_core::{hex_digest, read_text, sync_folder, sync_parent, write_synced};

/// File name of the manifest, in the folder of a step and beside it.
pub(super) const MANIFEST: &str = "manifest.json";

/// The generator that a finished run would ship.
pub const MODEL_FILE: &str = "model.safetensors";

/// The resolved recipe.
pub const RECIPE_FILE: &str = "recipe.toml";

/// All files that are written into the folder of a checkpoint, and the only ones removed from it.
const FILES: [&str; 6] = [
    MANIFEST,
    MODEL_FILE,
    RECIPE_FILE,
    "model.bpk",
    "optimizer.bpk",
    "scheduler.bpk",
];

/// The temporary name of an incomplete folder.
pub(super) const UNFINISHED: &str = ".partial";

/// A verified checkpoint on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
}

impl Checkpoint {
    /// Opens the checkpoint in `folder` by its own manifest.
    ///
    /// # Errors
    /// If the manifest or a file is missing or changed.
    pub fn open(folder: &Path) -> Result<Self, TrainError> {
        let manifest = read_manifest(&folder.join(MANIFEST))?
            .ok_or_else(|| damaged(&folder.join(MANIFEST), "it is missing"))?;
        Self::verify(folder, manifest)
    }

    /// Verifies every file of the folder against a manifest.
    ///
    /// # Errors
    /// If a file is missing or changed.
    pub(super) fn verify(folder: &Path, manifest: Manifest) -> Result<Self, TrainError> {
        for (name, expected) in &manifest.files {
            let path = folder.join(name);
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    return Err(damaged(&path, "it is missing; restore it from a copy"));
                }
                Err(source) => return Err(TrainError::io(&path, source)),
            };
            if digest(&bytes) != *expected {
                return Err(damaged(
                    &path,
                    "the file is not what was written; restore it from a copy",
                ));
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            manifest,
        })
    }

    /// Reads one file.
    ///
    /// # Errors
    /// If the file is missing or changed since the checkpoint was opened.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, TrainError> {
        let path = self.folder.join(name);
        let bytes = fs::read(&path).map_err(|source| TrainError::io(&path, source))?;
        match self.manifest.files.get(name) {
            Some(expected) if *expected != digest(&bytes) => Err(damaged(
                &path,
                "the file is not what was written; restore it from a copy",
            )),
            Some(_) | None => Ok(bytes),
        }
    }

    /// Whether the checkpoint contains an average of the generator, by its recipe.
    #[must_use]
    pub fn had_average(&self) -> Option<bool> {
        let recipe: toml::Table = self.recipe()?.parse().ok()?;
        Some(recipe.contains_key("average"))
    }

    /// The resolved recipe of the run at this checkpoint; absent in checkpoints of earlier versions.
    #[must_use]
    pub fn recipe(&self) -> Option<String> {
        let bytes = self.read(RECIPE_FILE).ok()?;
        String::from_utf8(bytes).ok()
    }
}

/// Writes a checkpoint into the new `folder`, under a temporary name until it is complete on disk.
pub(super) fn write(
    folder: &Path,
    manifest: &Manifest,
    parts: &BTreeMap<String, Vec<u8>>,
) -> Result<(), TrainError> {
    let unfinished = unfinished(folder);
    let renamed = || {
        fs::rename(&unfinished, folder)
            .and_then(|()| sync_folder(folder))
            .and_then(|()| sync_parent(folder))
            .map_err(|source| TrainError::io(folder, source))
    };
    write_files(&unfinished, manifest, parts)
        .and_then(|()| renamed())
        // Removed, so that an incomplete checkpoint does not fill the disk.
        .inspect_err(|_| remove(&unfinished))
}

fn write_files(
    folder: &Path,
    manifest: &Manifest,
    parts: &BTreeMap<String, Vec<u8>>,
) -> Result<(), TrainError> {
    fs::create_dir_all(folder).map_err(|source| TrainError::io(folder, source))?;
    for (name, bytes) in parts {
        let path = folder.join(name);
        write_synced(&path, bytes).map_err(|source| TrainError::io(&path, source))?;
    }
    let path = folder.join(MANIFEST);
    write_synced(&path, &to_json(&path, manifest)?).map_err(|source| TrainError::io(&path, source))
}

/// The SHA-256 of every part, in hexadecimal.
pub(super) fn digests(parts: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, String> {
    let digest = |(name, bytes): (&String, &Vec<u8>)| (name.clone(), digest(bytes));
    parts.iter().map(digest).collect()
}

fn unfinished(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(UNFINISHED);
    folder.with_file_name(name)
}

/// Whether a name has the form of a checkpoint folder: `step-000000512` or `step-000000512-2`.
pub(super) fn is_step_name(name: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    name.strip_prefix("step-").is_some_and(|rest| {
        let (step, copy) = rest.split_once('-').unwrap_or((rest, "2"));
        number(step) && number(copy)
    })
}

/// Removes the files of a checkpoint from its folder, and the folder unless it contains other files.
pub(super) fn remove(folder: &Path) {
    for name in FILES {
        // Earlier versions left incomplete writes under the second name.
        for name in [name.to_owned(), format!("{name}{UNFINISHED}")] {
            let _ = fs::remove_file(folder.join(name));
        }
    }
    // Fails if the folder contains files of the user, which are kept.
    let _ = fs::remove_dir(folder);
}

/// The manifest, if there is one.
pub(super) fn read_manifest(path: &Path) -> Result<Option<Manifest>, TrainError> {
    let text = match read_text(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            return Err(damaged(path, &format!("it cannot be read ({error})")));
        }
        Err(source) => return Err(TrainError::io(path, source)),
    };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| damaged(path, &format!("it cannot be read ({error})")))
}

pub(super) fn to_json(path: &Path, manifest: &Manifest) -> Result<Vec<u8>, TrainError> {
    serde_json::to_vec_pretty(manifest).map_err(|error| damaged(path, &error.to_string()))
}

pub(super) fn damaged(path: &Path, reason: &str) -> TrainError {
    TrainError::Checkpoint {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

fn digest(bytes: &[u8]) -> String {
    hex_digest(Sha256::new().chain_update(bytes), 32)
}
