//! Lists the image files below a folder, by extension or first bytes.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use image::ImageFormat;

use crate::error::{DataError, Skipped};

/// The files below a folder.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Files that are images by extension or content, sorted by name.
    pub(super) candidates: Vec<Candidate>,
    /// The names of all other files.
    pub(super) ignored: Vec<String>,
    /// Subfolders and files that could not be opened.
    pub(super) skipped: Vec<Skipped>,
}

/// A file that is probably an image.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) path: PathBuf,
    /// The path below the folder, separated by `/` on every system.
    pub(super) name: String,
}

impl Listing {
    /// Lists a folder and everything below it.
    pub(super) fn of(folder: &Path) -> Result<Self, DataError> {
        if folder.is_file() {
            return Err(DataError::NotAFolder {
                path: folder.to_owned(),
            });
        }
        // The folder itself must be readable; an unreadable subfolder is skipped.
        fs::read_dir(folder).map_err(|source| DataError::io(folder, source))?;
        let mut listing = Self::default();
        listing.walk(folder, "", &mut HashSet::new());
        // The order of directory entries differs between systems.
        listing.candidates.sort_by(|a, b| a.name.cmp(&b.name));
        listing.ignored.sort();
        Ok(listing)
    }

    fn walk(&mut self, folder: &Path, prefix: &str, seen: &mut HashSet<PathBuf>) {
        // Links are followed; remembering real paths ends a cycle.
        if let Ok(real) = folder.canonicalize()
            && !seen.insert(real)
        {
            return;
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.skip(folder, &error),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return self.skip(folder, &error),
            };
            let own_name = entry.file_name().to_string_lossy().into_owned();
            let name = format!("{prefix}{own_name}");
            let path = entry.path();
            let hidden = own_name.starts_with('.') || own_name == "__MACOSX";
            if path.is_dir() {
                if !hidden {
                    self.walk(&path, &format!("{name}/"), seen);
                }
            } else if hidden || is_special(&path) {
                self.ignored.push(name);
            } else {
                match is_image(&path) {
                    Ok(true) => self.candidates.push(Candidate { path, name }),
                    Ok(false) => self.ignored.push(name),
                    Err(error) => self.skip(&path, &error),
                }
            }
        }
    }

    fn skip(&mut self, path: &Path, error: &std::io::Error) {
        self.skipped.push(Skipped {
            path: path.to_owned(),
            reason: error.to_string(),
        });
    }
}

/// True for a path that is neither file nor folder: opening a pipe would block forever.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file())
}

/// Extensions of image files, including formats that are not supported: such a file is reported as skipped instead of ignored.
const EXTENSIONS: [&str; 17] = [
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "webp", "bmp", "dib", "gif", "tif", "tiff",
    "avif", "heic", "heif", "jxl", "tga",
];

/// True if a file is an image by its extension or its first bytes.
fn is_image(path: &Path) -> std::io::Result<bool> {
    let by_name = path.extension().is_some_and(|extension| {
        EXTENSIONS
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    });
    if by_name {
        return Ok(true);
    }
    let mut start = Vec::new();
    File::open(path)?.take(16).read_to_end(&mut start)?;
    // The two letters of the BMP signature also begin many texts, so they are not evidence.
    Ok(matches!(
        image::guess_format(&start),
        Ok(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif)
    ))
}
