//! Data specifications: the text after `--data`, such as `folder:photos`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::DataError;
use crate::sources::{Mixture, idx};

/// The source of a dataset.
///
/// Parsed from and printed as text, by serde too: `digits`, `mnist`, `fashion-mnist`, `idx:DIR`, `folder:DIR`, `points:FILE.csv`, `ring5`,
/// `ring8`, `ring10`, `grid25`, `stacked:mnist`. A bare path is recognised when it exists: a directory with IDX files, any other directory, or a `.csv` file.
///
/// ```
/// use ganforge_data::DataSpec;
///
/// let spec: DataSpec = "folder:photos/cats".parse()?;
/// assert_eq!(spec, DataSpec::Folder("photos/cats".into()));
/// assert_eq!(spec.to_string(), "folder:photos/cats");
/// assert!("no-such-dataset".parse::<DataSpec>().is_err());
/// # Ok::<(), ganforge_data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DataSpec {
    /// The 1,797 embedded 8×8 handwritten digits of the UCI repository: no file, no network.
    Digits,
    /// MNIST, from the cache folder.
    Mnist,
    /// Fashion-MNIST, from the cache folder.
    FashionMnist,
    /// A directory of IDX files, plain or gzipped.
    Idx(PathBuf),
    /// A directory of image files, one class per subfolder.
    Folder(PathBuf),
    /// A CSV file of 2-D points.
    Points(PathBuf),
    /// Five Gaussians on a circle around (-3, 0).
    Ring5,
    /// Eight Gaussians on a circle.
    Ring8,
    /// Ten Gaussians on a circle around (3, 0).
    Ring10,
    /// Twenty-five Gaussians on a grid.
    Grid25,
    /// Three random digits as the channels of one RGB image; the digits are `Digits`, `Mnist`, `FashionMnist` or `Idx`.
    Stacked(Box<DataSpec>),
}

impl DataSpec {
    /// The accepted forms, for error messages.
    pub const ACCEPTED: &str = "digits, mnist, fashion-mnist, idx:DIR, folder:DIR, points:FILE.csv, ring5, ring8, ring10, grid25, \
                                stacked:mnist (or another set of grey images), or an existing directory or .csv file";

    /// The same source with an absolute path.
    #[must_use]
    pub fn absolute(self) -> Self {
        // Fails only for an empty path or without a current folder.
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        match self {
            Self::Idx(path) => Self::Idx(absolute(path)),
            Self::Folder(path) => Self::Folder(absolute(path)),
            Self::Points(path) => Self::Points(absolute(path)),
            Self::Stacked(digits) => Self::Stacked(Box::new(digits.absolute())),
            Self::Digits
            | Self::Mnist
            | Self::FashionMnist
            | Self::Ring5
            | Self::Ring8
            | Self::Ring10
            | Self::Grid25 => self,
        }
    }

    /// The error for text that names no source.
    pub(crate) fn unknown(text: &str) -> DataError {
        DataError::UnknownSpec {
            text: text.to_owned(),
            accepted: Self::ACCEPTED,
        }
    }

    /// The distribution of the points if the source is a synthetic mixture.
    #[must_use]
    pub fn mixture(&self) -> Option<Mixture> {
        match self {
            Self::Ring5 => Some(Mixture::ring5()),
            Self::Ring8 => Some(Mixture::ring8()),
            Self::Ring10 => Some(Mixture::ring10()),
            Self::Grid25 => Some(Mixture::grid25()),
            Self::Digits
            | Self::Mnist
            | Self::FashionMnist
            | Self::Idx(_)
            | Self::Folder(_)
            | Self::Points(_)
            | Self::Stacked(_) => None,
        }
    }
}

impl FromStr for DataSpec {
    type Err = DataError;

    fn from_str(text: &str) -> Result<Self, DataError> {
        let text = text.trim();
        let unknown = || Self::unknown(text);
        // Built-in names take precedence: a folder called `mnist` is written `./mnist` or `idx:mnist`.
        match text {
            "digits" => return Ok(Self::Digits),
            "mnist" => return Ok(Self::Mnist),
            "fashion-mnist" => return Ok(Self::FashionMnist),
            "ring5" => return Ok(Self::Ring5),
            "ring8" => return Ok(Self::Ring8),
            "ring10" => return Ok(Self::Ring10),
            "grid25" => return Ok(Self::Grid25),
            _ => {}
        }
        match text.split_once(':') {
            Some((_, "")) => Err(unknown()),
            Some(("idx", path)) => Ok(Self::Idx(path.into())),
            Some(("folder", path)) => Ok(Self::Folder(path.into())),
            Some(("points", path)) => Ok(Self::Points(path.into())),
            Some(("stacked", digits)) => match digits.parse()? {
                digits @ (Self::Digits | Self::Mnist | Self::FashionMnist | Self::Idx(_)) => {
                    Ok(Self::Stacked(Box::new(digits)))
                }
                Self::Folder(_)
                | Self::Points(_)
                | Self::Ring5
                | Self::Ring8
                | Self::Ring10
                | Self::Grid25
                | Self::Stacked(_) => Err(unknown()),
            },
            _ => detect(Path::new(text)).ok_or_else(unknown),
        }
    }
}

/// The kind of source at an existing bare path.
fn detect(path: &Path) -> Option<DataSpec> {
    if path.is_dir() {
        let kind = if idx::contains_images(path) {
            DataSpec::Idx
        } else {
            DataSpec::Folder
        };
        return Some(kind(path.to_owned()));
    }
    let is_table = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    (path.is_file() && is_table).then(|| DataSpec::Points(path.to_owned()))
}

impl fmt::Display for DataSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digits => formatter.write_str("digits"),
            Self::Mnist => formatter.write_str("mnist"),
            Self::FashionMnist => formatter.write_str("fashion-mnist"),
            Self::Idx(path) => write!(formatter, "idx:{}", path.display()),
            Self::Folder(path) => write!(formatter, "folder:{}", path.display()),
            Self::Points(path) => write!(formatter, "points:{}", path.display()),
            Self::Ring5 => formatter.write_str("ring5"),
            Self::Ring8 => formatter.write_str("ring8"),
            Self::Ring10 => formatter.write_str("ring10"),
            Self::Grid25 => formatter.write_str("grid25"),
            Self::Stacked(digits) => write!(formatter, "stacked:{digits}"),
        }
    }
}

impl TryFrom<String> for DataSpec {
    type Error = DataError;

    fn try_from(text: String) -> Result<Self, DataError> {
        text.parse()
    }
}

impl From<DataSpec> for String {
    fn from(spec: DataSpec) -> Self {
        spec.to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn specs_round_trip_through_text() {
        for text in [
            "digits",
            "mnist",
            "fashion-mnist",
            "idx:/data/emnist",
            "folder:C:/photos",
            "points:moons.csv",
            "ring5",
            "ring8",
            "ring10",
            "grid25",
            "stacked:mnist",
            "stacked:idx:/data/emnist",
        ] {
            let spec: DataSpec = text.parse().unwrap();
            assert_eq!(spec.to_string(), text);
            let json = serde_json::to_string(&spec).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<DataSpec>(&json).unwrap(), spec);
        }
    }

    #[test]
    fn the_kind_of_a_bare_path_is_detected_from_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().to_str().unwrap();
        assert_eq!(
            text.parse::<DataSpec>().unwrap(),
            DataSpec::Folder(folder.path().into())
        );

        fs::write(folder.path().join("images"), [0, 0, 8, 3, 0, 0, 0, 0]).unwrap();
        assert_eq!(
            text.parse::<DataSpec>().unwrap(),
            DataSpec::Idx(folder.path().into())
        );

        let table = folder.path().join("moons.CSV");
        fs::write(&table, "0,0\n").unwrap();
        assert_eq!(
            table.to_str().unwrap().parse::<DataSpec>().unwrap(),
            DataSpec::Points(table)
        );
    }

    #[test]
    fn the_error_for_an_unknown_spec_lists_the_accepted_forms() {
        for text in [
            "digit",
            "idx:",
            "",
            "/no/such/folder",
            "zip:a.zip",
            "stacked:",
            "stacked:ring8",
            "stacked:stacked:mnist",
        ] {
            let message = text.parse::<DataSpec>().unwrap_err().to_string();
            assert!(message.contains(&format!("`{text}`")), "{message}");
            assert!(
                message.contains("fashion-mnist") && message.contains("folder:DIR"),
                "{message}"
            );
        }
    }
}
