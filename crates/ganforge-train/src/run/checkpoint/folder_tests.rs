use std::collections::BTreeMap;
use std::fs;

use super::{Checkpoint, CheckpointFolder, Manifest};

fn manifest(step: u64) -> Manifest {
    Manifest {
        step,
        images: 64 * step,
        ..Manifest::at_the_beginning("data", 100)
    }
}

fn announce(folder: &CheckpointFolder, step: u64) {
    let model = format!("shipped at {step}").into_bytes();
    let files = [("model.safetensors".to_owned(), model)];
    folder.announce(manifest(step), files.into());
}

fn save(folder: &CheckpointFolder, step: u64) -> Result<(), String> {
    announce(folder, step);
    for part in ["model.bpk", "optimizer.bpk", "scheduler.bpk"] {
        let bytes = format!("{part} at {step}").into_bytes();
        folder
            .put(step, part, bytes)
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn found(folder: &CheckpointFolder) -> Checkpoint {
    folder.find().unwrap().unwrap().checkpoint
}

fn reads(folder: &CheckpointFolder, step: u64) {
    let checkpoint = found(folder);
    assert_eq!(checkpoint.manifest.step, step);
    let model = checkpoint.read("model.bpk").unwrap();
    assert_eq!(model, format!("model.bpk at {step}").into_bytes());
}

fn names(folder: &CheckpointFolder) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn home() -> (tempfile::TempDir, CheckpointFolder) {
    let home = tempfile::tempdir().unwrap();
    let folder = CheckpointFolder::new(home.path().join("checkpoint"));
    (home, folder)
}

#[test]
fn the_last_complete_checkpoint_replaces_the_previous_one() {
    let (_home, folder) = home();
    assert!(folder.find().unwrap().is_none());
    save(&folder, 10).unwrap();
    save(&folder, 20).unwrap();
    reads(&folder, 20);
    assert_eq!(names(&folder), ["manifest.json", "step-000000020"]);
}

#[test]
fn the_requested_number_is_kept_and_the_last_model_published() {
    let (home, folder) = home();
    let published = home.path().join("model.safetensors");
    let folder = folder.keeping(2).publishing(published.clone());
    for step in [10, 20, 30] {
        save(&folder, step).unwrap();
    }
    reads(&folder, 30);
    assert_eq!(
        names(&folder),
        ["manifest.json", "step-000000020", "step-000000030"]
    );
    assert_eq!(fs::read_to_string(published).unwrap(), "shipped at 30");
}

#[test]
fn an_incomplete_checkpoint_is_ignored() {
    let (_home, folder) = home();
    save(&folder, 10).unwrap();
    announce(&folder, 20);
    folder.put(20, "model.bpk", b"new".to_vec()).unwrap();
    reads(&folder, 10);
}

#[test]
fn an_incomplete_folder_is_ignored_and_removed() {
    let (_home, folder) = home();
    save(&folder, 10).unwrap();
    let torn = folder.path().join("step-000000020.partial");
    fs::create_dir(&torn).unwrap();
    fs::write(torn.join("model.bpk"), "torn").unwrap();
    reads(&folder, 10);
    folder.make_current(&found(&folder)).unwrap();
    assert_eq!(names(&folder), ["manifest.json", "step-000000010"]);
}

#[test]
fn a_kill_before_the_manifest_is_renamed_loses_nothing() {
    let (_home, folder) = home();
    save(&folder, 10).unwrap();
    let before = fs::read(folder.path().join("manifest.json")).unwrap();
    let kept = folder.path().join("step-000000010");
    let copies: BTreeMap<_, _> = fs::read_dir(&kept)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    save(&folder, 20).unwrap();
    // The state just before the manifest was renamed.
    fs::create_dir(&kept).unwrap();
    for (path, bytes) in copies {
        fs::write(path, bytes).unwrap();
    }
    fs::write(folder.path().join("manifest.json"), before).unwrap();
    reads(&folder, 20);
    folder.make_current(&found(&folder)).unwrap();
    assert_eq!(names(&folder), ["manifest.json", "step-000000020"]);
}

#[test]
fn a_process_killed_between_the_first_checkpoint_and_its_manifest_lost_nothing() {
    for keep in [1, 2] {
        let (_home, folder) = home();
        let folder = folder.keeping(keep);
        save(&folder, 10).unwrap();
        let manifest = folder.path().join("manifest.json");
        fs::remove_file(&manifest).unwrap();
        let found = folder.find().unwrap().unwrap();
        assert_eq!((found.checkpoint.manifest.step, found.warning), (10, None));
        save(&folder, 20).unwrap();
        save(&folder, 30).unwrap();
        fs::remove_file(&manifest).unwrap();
        let found = folder.find().unwrap().unwrap();
        assert_eq!(found.checkpoint.manifest.step, 30);
        assert!(found.warning.unwrap().contains("it is missing"));
    }
}

#[test]
fn a_lost_or_damaged_manifest_is_recovered_from_the_folders() {
    let (_home, folder) = home();
    let folder = folder.keeping(2);
    save(&folder, 10).unwrap();
    save(&folder, 20).unwrap();
    let manifest = folder.path().join("manifest.json");
    fs::write(&manifest, "{").unwrap();
    let warning = folder.find().unwrap().unwrap().warning.unwrap();
    assert!(warning.contains("manifest.json"), "{warning}");
    fs::remove_file(&manifest).unwrap();
    reads(&folder, 20);
    // The previous one, if the last is damaged.
    fs::write(folder.path().join("step-000000020/model.bpk"), "torn").unwrap();
    reads(&folder, 10);
    fs::write(folder.path().join("step-000000010/model.bpk"), "torn").unwrap();
    let message = folder.find().unwrap_err().to_string();
    assert!(message.contains("step-000000020"), "{message}");
    assert_eq!(names(&folder), ["step-000000010", "step-000000020"]);
}

#[test]
fn files_of_the_user_are_kept() {
    let (_home, folder) = home();
    save(&folder, 10).unwrap();
    for mine in [
        "before-it-collapsed",
        "step-000000005",
        "notes",
        "step-7.partial.old",
    ] {
        fs::create_dir(folder.path().join(mine)).unwrap();
        fs::write(folder.path().join(mine).join("model.bpk"), "mine").unwrap();
    }
    fs::write(folder.path().join("step-000000010/notes.txt"), "mine").unwrap();
    save(&folder, 20).unwrap();
    folder.make_current(&found(&folder)).unwrap();
    assert_eq!(
        names(&folder),
        [
            "before-it-collapsed",
            "manifest.json",
            "notes",
            "step-000000005",
            "step-000000010",
            "step-000000020",
            "step-7.partial.old"
        ]
    );
    let left = fs::read_dir(folder.path().join("step-000000010")).unwrap();
    assert_eq!(left.count(), 1, "the user's file alone");
}

#[test]
fn a_manifest_cannot_remove_files_elsewhere() {
    let (home, folder) = home();
    let mine = home.path().join("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("model.bpk"), "mine").unwrap();
    save(&folder, 10).unwrap();
    let mut checkpoint = found(&folder);
    checkpoint.manifest.dropped = vec!["../mine".to_owned()];
    folder.make_current(&checkpoint).unwrap();
    assert!(mine.join("model.bpk").is_file());
}

#[test]
fn a_failed_write_keeps_the_last_checkpoint() {
    let (_home, folder) = home();
    save(&folder, 10).unwrap();
    // A file at the path of the next folder makes the write fail, as a full disk does.
    fs::write(folder.path().join("step-000000020.partial"), "in the way").unwrap();
    let message = save(&folder, 20).unwrap_err();
    assert!(message.contains("step-000000020"), "{message}");
    reads(&folder, 10);
}

#[test]
fn an_existing_folder_is_not_overwritten() {
    let (_home, folder) = home();
    save(&folder, 10).unwrap();
    let mine = folder.path().join("step-000000020");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("model.bpk"), "mine").unwrap();
    save(&folder, 20).unwrap();
    reads(&folder, 20);
    assert_eq!(found(&folder).manifest.folder, "step-000000020-2");
    assert_eq!(fs::read_to_string(mine.join("model.bpk")).unwrap(), "mine");
}

#[test]
fn a_changed_file_is_reported() {
    let (_home, folder) = home();
    save(&folder, 10).unwrap();
    let part = folder.path().join("step-000000010/optimizer.bpk");
    fs::write(&part, "something else").unwrap();
    let message = folder.find().unwrap_err().to_string();
    assert!(
        message.contains("optimizer.bpk") && message.contains("not what was written"),
        "{message}"
    );
    fs::remove_file(&part).unwrap();
    let message = folder.find().unwrap_err().to_string();
    assert!(
        message.contains("optimizer.bpk: it is missing"),
        "{message}"
    );
}

#[test]
fn a_checkpoint_from_elsewhere_is_copied_and_used() {
    let (_home, folder) = home();
    save(&folder, 10).unwrap();
    let copy = folder.path().join("before-it-collapsed");
    fs::rename(folder.path().join("step-000000010"), &copy).unwrap();
    let chosen = Checkpoint::open(&copy).unwrap();
    folder.go_back_to(&chosen).unwrap();
    reads(&folder, 10);
    assert_eq!(
        names(&folder),
        ["before-it-collapsed", "manifest.json", "step-000000010"]
    );
}

#[test]
fn concurrent_checkpoints_do_not_mix() {
    let (_home, folder) = home();
    announce(&folder, 10);
    announce(&folder, 20);
    for step in [10, 20] {
        for part in ["model.bpk", "optimizer.bpk", "scheduler.bpk"] {
            let bytes = format!("{part} at {step}").into_bytes();
            folder.put(step, part, bytes).unwrap();
        }
    }
    reads(&folder, 20);
}

#[test]
fn later_checkpoints_are_ignored_after_a_rewind() {
    let (_home, folder) = home();
    let folder = folder.keeping(3);
    for step in [10, 20, 30] {
        save(&folder, step).unwrap();
    }
    let older = Checkpoint::open(&folder.path().join("step-000000020")).unwrap();
    folder.go_back_to(&older).unwrap();
    reads(&folder, 20);
    assert_eq!(names(&folder).len(), 4, "all three, and the manifest");
}
