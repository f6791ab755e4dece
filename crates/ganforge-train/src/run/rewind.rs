//! Resuming from an older checkpoint without losing later files.

use std::fs;
use std::path::{Path, PathBuf};

use ganforge_core::sync_parent;
use ganforge_model::BundleCard;

use super::checkpoint::Checkpoint;
use super::directory::RunDirectory;
use crate::error::TrainError;

/// Makes `checkpoint` the current one, and moves everything that the run wrote after it into a folder `after-<images>` of the run directory: later
/// checkpoints, sample grids and best models, a copy of the metrics, the model file and the report.
pub(super) fn set_aside_after(
    directory: &RunDirectory,
    checkpoint: &Checkpoint,
) -> Result<(), TrainError> {
    let images = checkpoint.manifest.images;
    let checkpoints = directory.checkpoints();
    let aside = free_folder(directory.path(), images);
    fs::create_dir_all(&aside).map_err(|source| TrainError::io(&aside, source))?;
    // Copied first, so that the run is complete if the program ends now.
    for path in [
        directory.recipe(),
        directory.metrics(),
        directory.model(),
        directory.evaluation(),
        directory.report(),
        checkpoints.path().join("manifest.json"),
    ] {
        copy_into(&path, &aside)?;
    }
    let later = later_checkpoints(directory, images);
    let current = checkpoints.go_back_to(checkpoint)?;
    for folder in later {
        if folder != current.folder {
            move_into(&folder, &aside.join("checkpoint"))?;
        }
    }
    for grid in later_grids(&directory.samples(), images) {
        move_into(&grid, &aside.join("samples"))?;
    }
    let best = BundleCard::open(&directory.best());
    if best.is_ok_and(|best| best.images_seen > images) {
        move_into(&directory.best(), &aside)?;
    }
    sync_parent(&aside).map_err(|source| TrainError::io(&aside, source))
}

/// The folders of checkpoints after `images` in the manifest.
fn later_checkpoints(directory: &RunDirectory, images: u64) -> Vec<PathBuf> {
    let checkpoints = directory.checkpoints();
    let Ok(Some(manifest)) = checkpoints.manifest() else {
        return Vec::new();
    };
    let folders = manifest
        .kept
        .iter()
        .map(|name| checkpoints.path().join(name));
    let is_later = |folder: &PathBuf| {
        Checkpoint::open(folder).is_ok_and(|checkpoint| checkpoint.manifest.images > images)
    };
    folders.filter(is_later).collect()
}

fn later_grids(samples: &Path, images: u64) -> Vec<PathBuf> {
    let entries = fs::read_dir(samples).into_iter().flatten().flatten();
    let is_later = |path: &PathBuf| {
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let of = stem.and_then(|stem| stem.parse::<u64>().ok());
        path.extension().is_some_and(|it| it == "png") && of.is_some_and(|of| of > images)
    };
    entries.map(|entry| entry.path()).filter(is_later).collect()
}

/// `after-<images>`, or the first of `after-<images>-2`, … that does not exist.
fn free_folder(run: &Path, images: u64) -> PathBuf {
    let mut folder = run.join(format!("after-{images:09}"));
    let mut number = 1;
    while folder.exists() {
        number += 1;
        folder = run.join(format!("after-{images:09}-{number}"));
    }
    folder
}

fn copy_into(path: &Path, folder: &Path) -> Result<(), TrainError> {
    let Some(name) = path.file_name().filter(|_| path.is_file()) else {
        return Ok(());
    };
    fs::copy(path, folder.join(name))
        .map(drop)
        .map_err(|source| TrainError::io(path, source))
}

fn move_into(path: &Path, folder: &Path) -> Result<(), TrainError> {
    let Some(name) = path.file_name() else {
        return Ok(());
    };
    fs::create_dir_all(folder)
        .and_then(|()| fs::rename(path, folder.join(name)))
        .map_err(|source| TrainError::io(path, source))
}
