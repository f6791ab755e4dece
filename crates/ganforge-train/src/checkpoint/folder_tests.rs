use super::{CheckpointFolder, Manifest};

fn manifest(step: u64) -> Manifest {
    Manifest {
        step,
        images: 64 * step,
        ..Manifest::at_the_beginning("data")
    }
}

fn save(folder: &CheckpointFolder, step: u64) -> Result<(), String> {
    folder.announce(manifest(step));
    for part in ["model.bpk", "optimizer.bpk", "scheduler.bpk"] {
        let bytes = format!("{part} at {step}").into_bytes();
        folder
            .put(step, part, bytes)
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn reads(folder: &CheckpointFolder, step: u64) {
    assert_eq!(folder.manifest().unwrap().unwrap().step, step);
    let model = folder.get("model.bpk").unwrap();
    assert_eq!(model, format!("model.bpk at {step}").into_bytes());
}

#[test]
fn the_last_complete_checkpoint_counts_and_the_one_before_goes() {
    let home = tempfile::tempdir().unwrap();
    let folder = CheckpointFolder::new(home.path().join("checkpoint"));
    assert!(folder.manifest().unwrap().is_none());
    save(&folder, 10).unwrap();
    save(&folder, 20).unwrap();
    reads(&folder, 20);
    let entries = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(entries, 2, "one manifest, one folder");
}

#[test]
fn a_checkpoint_with_a_part_missing_does_not_count() {
    let home = tempfile::tempdir().unwrap();
    let folder = CheckpointFolder::new(home.path().join("checkpoint"));
    save(&folder, 10).unwrap();
    folder.announce(manifest(20));
    folder.put(20, "model.bpk", b"new".to_vec()).unwrap();
    reads(&folder, 10);
}

#[test]
fn a_folder_left_half_written_by_a_kill_is_passed_over_and_removed() {
    let home = tempfile::tempdir().unwrap();
    let folder = CheckpointFolder::new(home.path().join("checkpoint"));
    save(&folder, 10).unwrap();
    let torn = folder.path().join("step-000000020");
    std::fs::create_dir(&torn).unwrap();
    std::fs::write(torn.join("model.bpk"), "torn").unwrap();
    reads(&folder, 10);
    save(&folder, 20).unwrap();
    reads(&folder, 20);
}

#[test]
fn a_write_that_fails_leaves_the_last_checkpoint_whole() {
    let home = tempfile::tempdir().unwrap();
    let folder = CheckpointFolder::new(home.path().join("checkpoint"));
    save(&folder, 10).unwrap();
    // A file where the next folder would be: the write fails, as it does on a full disk.
    std::fs::write(folder.path().join("step-000000020"), "in the way").unwrap();
    let message = save(&folder, 20).unwrap_err();
    assert!(message.contains("step-000000020"), "{message}");
    reads(&folder, 10);
}

#[test]
fn saving_the_same_step_again_keeps_it_whole() {
    let home = tempfile::tempdir().unwrap();
    let folder = CheckpointFolder::new(home.path().join("checkpoint"));
    save(&folder, 10).unwrap();
    save(&folder, 10).unwrap();
    reads(&folder, 10);
}

#[test]
fn a_file_changed_on_the_disk_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let folder = CheckpointFolder::new(home.path().join("checkpoint"));
    save(&folder, 10).unwrap();
    let model = folder.path().join("step-000000010/model.bpk");
    std::fs::write(&model, "something else").unwrap();
    let message = folder.get("model.bpk").unwrap_err().to_string();
    assert!(message.contains("not what was written"), "{message}");
}

#[test]
fn two_checkpoints_on_their_way_at_once_do_not_mix() {
    let home = tempfile::tempdir().unwrap();
    let folder = CheckpointFolder::new(home.path().join("checkpoint"));
    folder.announce(manifest(10));
    folder.announce(manifest(20));
    for step in [10, 20] {
        for part in ["model.bpk", "optimizer.bpk", "scheduler.bpk"] {
            let bytes = format!("{part} at {step}").into_bytes();
            folder.put(step, part, bytes).unwrap();
        }
    }
    reads(&folder, 20);
}
