//! Fingerprints are stored in checkpoints and model files, so they must not change between versions.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod pictures;

use ganforge_data::{DataOptions, DataSpec, Dataset};
use pictures::{plain, write};

fn fingerprint(spec: &DataSpec, options: &DataOptions) -> String {
    Dataset::open(spec, options)
        .unwrap()
        .fingerprint()
        .to_owned()
}

#[test]
fn built_in_datasets_keep_their_fingerprints() {
    let options = DataOptions::new().labels(true);
    for (spec, expected) in [
        ("digits", "49e8eaf203e73616"),
        ("ring8", "f6ca9eb67ea3710c"),
        ("grid25", "96a99a32ef59fae7"),
        ("stacked:digits", "78b2be87a574048c"),
    ] {
        let found = fingerprint(&spec.parse().unwrap(), &options);
        assert_eq!(found, expected, "{spec}");
    }
}

#[test]
fn a_folder_keeps_its_fingerprint_in_memory_and_streamed() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/1.png", plain(4, 6, [1, 2, 3]));
    write(folder.path(), "b/2.png", plain(4, 6, [4, 5, 6]));
    let spec = DataSpec::Folder(folder.path().into());
    for (memory_limit, skip, expected) in [
        (1 << 20, 0, "cb21b932f8772a26"),
        (0, 0, "e8bf54f897a68b78"),
        (0, 1, "97a6a83045888426"),
    ] {
        let options = DataOptions::new()
            .labels(true)
            .memory_limit(memory_limit)
            .skip(skip);
        let found = fingerprint(&spec, &options);
        assert_eq!(found, expected, "{memory_limit} {skip}");
    }
}
