//! The folder of a run's checkpoints, and the manifest that names the current one.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::manifest::{Manifest, step_name};
use super::step_folder::{
    self, Checkpoint, MANIFEST, MODEL_FILE, UNFINISHED, damaged, digests, is_step_name,
    read_manifest,
};
use crate::error::TrainError;
use ganforge_core::{atomic_write, sync_parent};

/// Number of parts of a checkpoint from burn-train: model, optimizer, scheduler.
const PARTS: usize = 3;

/// The checkpoints of one run. Clones share the folder: burn-train saves model, optimizer and scheduler on three threads, and the last of them
/// completes the checkpoint.
#[derive(Debug, Clone)]
pub struct CheckpointFolder {
    path: PathBuf,
    /// Number of checkpoints that are kept, at least one.
    keep: usize,
    /// Path to which the model file is published.
    published: Option<PathBuf>,
    pending: Arc<Mutex<BTreeMap<u64, Pending>>>,
}

#[derive(Debug)]
struct Pending {
    manifest: Manifest,
    arrived: usize,
    parts: BTreeMap<String, Vec<u8>>,
}

/// The checkpoint to resume from.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The verified checkpoint.
    pub checkpoint: Checkpoint,
    /// The error of the manifest beside it, if there was one.
    pub warning: Option<String>,
}

impl CheckpointFolder {
    /// Checkpoints in `path`, which is created with the first one; the last one is kept.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            keep: 1,
            published: None,
            pending: Arc::default(),
        }
    }

    /// Keeps the last `keep` checkpoints, at least one.
    #[must_use]
    pub fn keeping(mut self, keep: usize) -> Self {
        self.keep = keep.max(1);
        self
    }

    /// Copies the model file of each checkpoint to `path` once the checkpoint is complete.
    #[must_use]
    pub fn publishing(mut self, path: PathBuf) -> Self {
        self.published = Some(path);
        self
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The manifest of the last complete checkpoint, if there is one; its files are not verified.
    ///
    /// # Errors
    /// If the manifest cannot be read.
    pub fn manifest(&self) -> Result<Option<Manifest>, TrainError> {
        read_manifest(&self.path.join(MANIFEST))
    }

    /// The last complete checkpoint, if there is one: that of the manifest, or a later one that was completed just before the process was killed.
    /// Without a manifest, the latest folder that is intact by its own manifest; with a warning, unless that is the first checkpoint of the run,
    /// since a process killed between the two has never written a manifest.
    ///
    /// # Errors
    /// If a file of the checkpoint is missing or changed, or no folder is intact.
    pub fn find(&self) -> Result<Option<Found>, TrainError> {
        let found = |checkpoint| Found {
            checkpoint,
            warning: None,
        };
        let listed = self.manifest();
        let is_absent = matches!(listed, Ok(None));
        let missing = match listed {
            Ok(Some(manifest)) => {
                let listed = if manifest.files.is_empty() {
                    Vec::new()
                } else {
                    manifest.kept_names()
                };
                // A manifest without files records the start of a run, which precedes every checkpoint.
                let is_later = |step| step > manifest.step || manifest.files.is_empty();
                let unlisted = self.latest(|name, step| {
                    is_later(step) && !listed.iter().any(|known| known == name)
                });
                if let Some(later) = unlisted {
                    return Ok(Some(found(later)));
                }
                let folder = self.path.join(manifest.folder_name());
                return Checkpoint::verify(&folder, manifest)
                    .map(|checkpoint| Some(found(checkpoint)));
            }
            Ok(None) => damaged(&self.path.join(MANIFEST), "it is missing"),
            Err(error) => error,
        };
        if let Some(checkpoint) = self.latest(|_, _| true) {
            if is_absent && checkpoint.manifest.is_first() && self.step_folders().len() == 1 {
                return Ok(Some(found(checkpoint)));
            }
            let folder = checkpoint.folder.display();
            let warning = Some(format!("{missing}; going on from {folder}, which is whole"));
            return Ok(Some(Found {
                checkpoint,
                warning,
            }));
        }
        match self.step_folders().into_iter().next_back() {
            Some(name) => Err(damaged(
                &self.path.join(MANIFEST),
                &format!(
                    "it is missing or damaged, and without it {name} cannot be trusted; restore it from a copy"
                ),
            )),
            None if self.path.join(MANIFEST).exists() => Err(missing),
            None => Ok(None),
        }
    }

    /// Announces the position of the run at the next checkpoint, and its files in addition to burn-train's.
    pub fn announce(&self, manifest: Manifest, files: BTreeMap<String, Vec<u8>>) {
        let pending = Pending {
            arrived: 0,
            parts: files,
            manifest,
        };
        self.pending().insert(pending.manifest.step, pending);
    }

    /// Stores one part of the checkpoint announced for `step`; the last part writes the checkpoint.
    ///
    /// # Errors
    /// A file system error; the previous checkpoint stays intact.
    pub fn put(&self, step: u64, name: &str, bytes: Vec<u8>) -> Result<(), TrainError> {
        // The lock is held while files are written, so that checkpoints are completed one after the other.
        let mut all = self.pending();
        let Entry::Occupied(mut entry) = all.entry(step) else {
            return Err(damaged(
                &self.path.join(step_name(step)),
                &format!("{name} came without an announcement"),
            ));
        };
        let pending = entry.get_mut();
        pending.parts.insert(name.to_owned(), bytes);
        pending.arrived += 1;
        if pending.arrived < PARTS {
            return Ok(());
        }
        self.commit(entry.remove())
    }

    /// Makes the found checkpoint the current one, and removes incomplete folders. Folders in no manifest are kept.
    ///
    /// # Errors
    /// A file system error; the previous checkpoint stays intact.
    pub fn make_current(&self, checkpoint: &Checkpoint) -> Result<(), TrainError> {
        if self.manifest().ok().flatten().as_ref() != Some(&checkpoint.manifest) {
            self.write_manifest(&checkpoint.manifest)?;
        }
        self.clear(&checkpoint.manifest.dropped);
        Ok(())
    }

    /// Makes an older checkpoint the current one, or a copy of one, which is copied into this folder; later ones are kept and stay listed.
    ///
    /// # Errors
    /// A file system error; the previous checkpoint stays intact.
    pub fn go_back_to(&self, checkpoint: &Checkpoint) -> Result<Checkpoint, TrainError> {
        let own = self.path.join(checkpoint.manifest.folder_name());
        let mut current = checkpoint.clone();
        if !is_same_folder(&own, &checkpoint.folder) {
            let names = checkpoint.manifest.files.keys();
            let parts = names
                .map(|name| Ok((name.clone(), checkpoint.read(name)?)))
                .collect::<Result<_, TrainError>>()?;
            current = self
                .clone()
                .keeping(usize::MAX)
                .write(checkpoint.manifest.clone(), &parts)?;
        }
        let listed = self.manifest().ok().flatten();
        let mut kept = listed.map_or_else(Vec::new, |listed| listed.kept_names());
        let own = current.manifest.folder_name();
        kept.retain(|name| *name != own);
        kept.push(own);
        current.manifest.kept = kept;
        current.manifest.dropped = Vec::new();
        self.write_manifest(&current.manifest)?;
        Ok(current)
    }

    /// Records that a run started from other weights, until its first checkpoint contains them.
    ///
    /// # Errors
    /// A file system error; the previous checkpoint stays intact.
    pub fn note_beginning(&self, manifest: &Manifest) -> Result<(), TrainError> {
        fs::create_dir_all(&self.path).map_err(|source| TrainError::io(&self.path, source))?;
        self.write_manifest(manifest)
    }

    fn write_manifest(&self, manifest: &Manifest) -> Result<(), TrainError> {
        let path = self.path.join(MANIFEST);
        atomic_write(&path, &step_folder::to_json(&path, manifest)?)
            .map_err(|source| TrainError::io(&path, source))
    }

    fn commit(&self, pending: Pending) -> Result<(), TrainError> {
        let Checkpoint { manifest, .. } = self.write(pending.manifest, &pending.parts)?;
        self.write_manifest(&manifest)?;
        self.clear(&manifest.dropped);
        match (&self.published, pending.parts.get(MODEL_FILE)) {
            (Some(path), Some(model)) => {
                atomic_write(path, model).map_err(|source| TrainError::io(path, source))
            }
            _ => Ok(()),
        }
    }

    /// Writes the folder of a checkpoint, with the lists of kept and removed checkpoints.
    fn write(
        &self,
        mut manifest: Manifest,
        parts: &BTreeMap<String, Vec<u8>>,
    ) -> Result<Checkpoint, TrainError> {
        let listed = self.manifest().ok().flatten();
        let mut kept = listed.map_or_else(Vec::new, |listed| listed.kept_names());
        kept.retain(|name| is_step_name(name) && self.path.join(name).is_dir());
        manifest.folder = self.free_name(manifest.step);
        kept.push(manifest.folder.clone());
        manifest.dropped = kept.drain(..kept.len().saturating_sub(self.keep)).collect();
        manifest.kept = kept;
        manifest.files = digests(parts);
        let folder = self.path.join(&manifest.folder);
        step_folder::write(&folder, &manifest, parts)?;
        // The folder of checkpoints may be new, too.
        sync_parent(&self.path).map_err(|source| TrainError::io(&self.path, source))?;
        Ok(Checkpoint { folder, manifest })
    }

    /// The step's name, or the first of `name-2`, `name-3`, … that does not exist.
    fn free_name(&self, step: u64) -> String {
        let name = step_name(step);
        let mut found = name.clone();
        let mut number = 1;
        while self.path.join(&found).exists() {
            number += 1;
            found = format!("{name}-{number}");
        }
        found
    }

    /// Removes old checkpoints and incomplete folders.
    fn clear(&self, dropped: &[String]) {
        for name in dropped.iter().filter(|name| is_step_name(name)) {
            step_folder::remove(&self.path.join(name));
        }
        for name in self.names() {
            let begun = name.strip_suffix(UNFINISHED);
            if begun.is_some_and(is_step_name) {
                step_folder::remove(&self.path.join(name));
            }
        }
    }

    /// The latest folder that is intact by its own manifest, among those accepted by name and step.
    fn latest(&self, wanted: impl Fn(&str, u64) -> bool) -> Option<Checkpoint> {
        let mut manifests: Vec<Manifest> = self
            .step_folders()
            .into_iter()
            .filter_map(|name| {
                let manifest = read_manifest(&self.path.join(&name).join(MANIFEST)).ok()??;
                let own = manifest.folder == name && wanted(&name, manifest.step);
                own.then_some(manifest)
            })
            .collect();
        manifests.sort_by_key(|manifest| manifest.step);
        manifests.into_iter().rev().find_map(|manifest| {
            let folder = self.path.join(&manifest.folder);
            Checkpoint::verify(&folder, manifest).ok()
        })
    }

    /// Sorted names of folders that look like checkpoints.
    fn step_folders(&self) -> Vec<String> {
        let mut names = self.names();
        names.retain(|name| is_step_name(name) && self.path.join(name).is_dir());
        names
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }

    fn pending(&self) -> MutexGuard<'_, BTreeMap<u64, Pending>> {
        // The lock protects plain data, which stays consistent if a thread panics.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_same_folder(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
