//! Finds the image file and the label file of a directory.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::format::{IMAGES, LABELS, open};
use crate::error::DataError;
use crate::options::Split;

/// An image file and the optional file of its labels.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FilePair {
    pub(super) images: PathBuf,
    pub(super) labels: Option<PathBuf>,
}

/// True if a directory contains IDX images.
pub(crate) fn contains_images(folder: &Path) -> bool {
    list(folder).is_ok_and(|files| !files.images.is_empty())
}

/// Finds the files of one split.
///
/// The magic number gives a file's kind, its name the split: `train` for the training split, `t10k` or `test` for the test split. If no name contains
/// `train`, a single pair of any name is the training split.
pub(super) fn find(folder: &Path, split: Split) -> Result<FilePair, DataError> {
    let files = list(folder)?;
    if files.images.is_empty() {
        return Err(DataError::NoIdxImages {
            path: folder.to_owned(),
        });
    }
    let named = |file: &&PathBuf| split_of(file) == Some(split);
    let of_split = |files: &[PathBuf]| files.iter().filter(named).cloned().collect::<Vec<_>>();
    let several = |kind, files: &[PathBuf]| DataError::SeveralIdxFiles {
        path: folder.to_owned(),
        kind,
        files: files
            .iter()
            .map(|file| name(file))
            .collect::<Vec<_>>()
            .join(", "),
    };

    let mut images = of_split(&files.images);
    let mut labels = of_split(&files.labels);
    if images.is_empty() {
        if split == Split::Test {
            return Err(DataError::NoTestPart {
                what: format!("idx:{}", folder.display()),
            });
        }
        (images, labels) = (files.images, files.labels);
    }
    if images.len() > 1 {
        return Err(several("image", &images));
    }
    if labels.len() > 1 {
        return Err(several("label", &labels));
    }
    Ok(FilePair {
        images: images.remove(0),
        labels: labels.pop(),
    })
}

/// The split that a file name indicates.
fn split_of(file: &Path) -> Option<Split> {
    let name = name(file).to_lowercase();
    if name.contains("train") {
        Some(Split::Train)
    } else if name.contains("t10k") || name.contains("test") {
        Some(Split::Test)
    } else {
        None
    }
}

/// The IDX files of a directory by kind, sorted by name.
#[derive(Default)]
struct Files {
    images: Vec<PathBuf>,
    labels: Vec<PathBuf>,
}

fn list(folder: &Path) -> Result<Files, DataError> {
    let fail = |source| DataError::io(folder, source);
    if folder.is_file() {
        return Err(DataError::NotAFolder {
            path: folder.to_owned(),
        });
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.is_file() && !name(&path).starts_with('.') {
            paths.push(path);
        }
    }
    // `x` sorts before `x.gz`, so the plain file of the two is kept.
    paths.sort();
    let mut files = Files::default();
    for path in paths {
        let unzipped = path.with_file_name(name(&path).trim_end_matches(".gz"));
        let kind = match magic(&path) {
            Some(IMAGES) => &mut files.images,
            Some(LABELS) => &mut files.labels,
            _ => continue,
        };
        if !kind.contains(&unzipped) {
            kind.push(path);
        }
    }
    Ok(files)
}

/// The first four bytes of a file after decompression; `None` for a shorter or unreadable file.
fn magic(path: &Path) -> Option<[u8; 4]> {
    let mut magic = [0; 4];
    open(path).ok()?.read_exact(&mut magic).ok()?;
    Some(magic)
}

fn name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, [u8; 4])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, magic) in files {
            fs::write(folder.path().join(name), magic).unwrap();
        }
        folder
    }

    fn found(files: &[(&str, [u8; 4])], split: Split) -> Result<(String, Option<String>), String> {
        let folder = folder(files);
        match find(folder.path(), split) {
            Ok(pair) => Ok((name(&pair.images), pair.labels.map(|path| name(&path)))),
            Err(error) => Err(error.to_string()),
        }
    }

    const FOUR: [(&str, [u8; 4]); 4] = [
        ("t10k-images-idx3-ubyte", IMAGES),
        ("t10k-labels-idx1-ubyte", LABELS),
        ("train-images.idx3-ubyte", IMAGES),
        ("train-labels.idx1-ubyte", LABELS),
    ];

    #[test]
    fn splits_are_found_by_name() {
        assert_eq!(
            found(&FOUR, Split::Train).unwrap().0,
            "train-images.idx3-ubyte"
        );
        assert_eq!(
            found(&FOUR, Split::Test).unwrap(),
            (
                "t10k-images-idx3-ubyte".to_owned(),
                Some("t10k-labels-idx1-ubyte".to_owned())
            )
        );
    }

    #[test]
    fn a_single_pair_of_any_name_is_the_training_split() {
        let pair = [
            ("faces.bin", IMAGES),
            ("who.bin", LABELS),
            ("notes", *b"text"),
        ];
        assert_eq!(
            found(&pair, Split::Train).unwrap(),
            ("faces.bin".to_owned(), Some("who.bin".to_owned()))
        );
        assert!(
            found(&pair, Split::Test)
                .unwrap_err()
                .contains("no test part")
        );
        assert_eq!(
            found(&pair[..1], Split::Train).unwrap(),
            ("faces.bin".to_owned(), None)
        );
    }

    #[test]
    fn a_plain_file_takes_precedence_over_its_gzipped_copy() {
        let copies = [("train-images", IMAGES), ("train-images.gz", IMAGES)];
        assert_eq!(found(&copies, Split::Train).unwrap().0, "train-images");
    }

    #[test]
    fn ambiguous_files_are_an_error_that_names_them() {
        let message = found(&[("a", IMAGES), ("b", IMAGES)], Split::Train).unwrap_err();
        assert!(
            message.contains("several IDX image files (a, b)"),
            "{message}"
        );
        let message = found(&[("a", *b"text")], Split::Train).unwrap_err();
        assert!(message.contains("no IDX images"), "{message}");
    }
}
