//! Which files below a folder are images, before any is opened for good.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use image::ImageFormat;

use crate::{DataError, Skipped};

/// The files below a folder.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Those that are images by content or call themselves so, sorted by name.
    pub(super) candidates: Vec<Candidate>,
    /// The names of the others.
    pub(super) ignored: Vec<String>,
    /// Subfolders and files that could not be looked into.
    pub(super) skipped: Vec<Skipped>,
}

/// A file that should be an image.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) path: PathBuf,
    /// The path below the folder, parts joined by `/` on every system.
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
        // The folder itself must be readable; a subfolder that is not is only left out.
        fs::read_dir(folder).map_err(|source| DataError::io(folder, source))?;
        let mut listing = Self::default();
        listing.walk(folder, "", &mut HashSet::new());
        // Directory order differs between systems; the order of names does not.
        listing.candidates.sort_by(|a, b| a.name.cmp(&b.name));
        listing.ignored.sort();
        Ok(listing)
    }

    fn walk(&mut self, folder: &Path, prefix: &str, seen: &mut HashSet<PathBuf>) {
        // Links are followed, and one that leads back up is walked once.
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

/// Whether a path is neither file nor folder: opening a pipe would wait for ever.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file())
}

/// Extensions of files that mean to be images. Those of formats not read are here too: such a file is reported, not passed over.
const EXTENSIONS: [&str; 17] = [
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "webp", "bmp", "dib", "gif", "tif", "tiff",
    "avif", "heic", "heif", "jxl", "tga",
];

/// Whether a file is an image by its name or, whatever its name, by its first bytes.
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
    // The two letters that begin a BMP begin many a text as well, so they alone prove nothing.
    Ok(matches!(
        image::guess_format(&start),
        Ok(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif)
    ))
}
