//! What can be wrong with data, said in one line each: what, where, what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use crate::DataSpec;

/// Why data could not be opened or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The text names no data.
    #[error("`{text}` names no data; accepted: {accepted}", accepted = DataSpec::ACCEPTED)]
    UnknownSpec {
        /// What was typed.
        text: String,
    },
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file stands where a folder was expected.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// The file.
        path: PathBuf,
    },
    /// An option has a value that this source cannot take.
    #[error("data option `{key}` is {value}; allowed: {allowed}")]
    Option {
        /// The option.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it may be.
        allowed: String,
    },
    /// A public set is not in the cache folder.
    #[error("{name} is not in {} yet: run `ganforge data fetch {name}`, or name a folder that has its files with --data idx:DIR", folder.display())]
    NotFetched {
        /// The set.
        name: &'static str,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// Classes are wanted and the data have none.
    #[error(
        "{what} has no classes, and this recipe needs them: give labels (a subfolder for each class, an IDX label file, a third column) or an unconditional recipe"
    )]
    NoLabels {
        /// The source.
        what: String,
    },
    /// Images lie both in subfolders and beside them, so classes cannot be told.
    #[error("{} has {loose} images beside its class folders (such as {example}): move each into the folder of its class", path.display())]
    LooseImages {
        /// The folder.
        path: PathBuf,
        /// How many lie beside the class folders.
        loose: usize,
        /// One of them.
        example: String,
    },
    /// The test part is wanted and there is none.
    #[error("{what} has no test part: take its training part, or name data that have one")]
    NoTestPart {
        /// The source.
        what: String,
    },
    /// No image at all in a folder.
    #[error("{} holds no images ({ignored} other files): PNG, JPEG, WebP, BMP and GIF are read", path.display())]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
        /// How many files were seen that are no images.
        ignored: usize,
    },
    /// Images, but none that can be read.
    #[error("none of the {count} images in {} can be read; the first: {first}", path.display())]
    AllUnreadable {
        /// The folder.
        path: PathBuf,
        /// How many there are.
        count: usize,
        /// The first of them.
        first: Skipped,
    },
    /// One image of a streamed folder cannot be read.
    #[error("{0}")]
    Unreadable(Skipped),
    /// Images of several sizes, and no size asked for.
    #[error("the images in {} differ in size ({}x{} {first}, {}x{} {other}): set data.size = [height, width]", path.display(), first_size[0], first_size[1], other_size[0], other_size[1])]
    SizesDiffer {
        /// The folder.
        path: PathBuf,
        /// The first image.
        first: String,
        /// Its `[height, width]`.
        first_size: [u32; 2],
        /// The first that differs from it.
        other: String,
        /// Its `[height, width]`.
        other_size: [u32; 2],
    },
    /// A folder without IDX images.
    #[error("{} holds no IDX images (a file, plain or .gz, that begins with the bytes 00 00 08 03)", path.display())]
    NoIdxImages {
        /// The folder.
        path: PathBuf,
    },
    /// Several IDX files of one kind, and no name to tell them apart.
    #[error("{} holds several IDX {kind} files ({files}): leave one there, or name them train-* and t10k-*", path.display())]
    SeveralIdxFiles {
        /// The folder.
        path: PathBuf,
        /// `image` or `label`.
        kind: &'static str,
        /// Their names.
        files: String,
    },
    /// A file that is not the IDX it should be.
    #[error("{} is not an IDX file of {kind}: it begins with {found}, not with {expected}", path.display())]
    IdxMagic {
        /// The file.
        path: PathBuf,
        /// `images` or `labels`.
        kind: &'static str,
        /// The first four bytes in hexadecimal, or fewer.
        found: String,
        /// What they should be.
        expected: String,
    },
    /// An IDX header that does not agree with what follows it.
    #[error("{}: the header says {header}, that is {expected} bytes, and {}{found} bytes follow: the file is truncated or its header is wrong", path.display(), if *is_counted { "" } else { "more than " })]
    IdxLength {
        /// The file.
        path: PathBuf,
        /// What the header says.
        header: String,
        /// Bytes that should follow it.
        expected: u128,
        /// Bytes that do.
        found: u64,
        /// Whether all of them were counted: of far too many, not all are.
        is_counted: bool,
    },
    /// More images than a set may have.
    #[error("{what}; a set has at most {most}")]
    TooMany {
        /// The file, and how many are in it.
        what: String,
        /// What is allowed.
        most: usize,
    },
    /// Data that would take more memory than they may.
    #[error(
        "{what} take {bytes} bytes of memory, more than data.memory_limit = {limit}; raise that if the machine has as much"
    )]
    TooLarge {
        /// The file, and what is in it.
        what: String,
        /// Bytes that they would take.
        bytes: u128,
        /// Bytes that are allowed.
        limit: usize,
    },
    /// Less memory than the options allow for.
    #[error(
        "the machine has no {bytes} bytes of memory for the images; set a smaller data.memory_limit or data.size"
    )]
    NoMemory {
        /// Bytes that were wanted.
        bytes: usize,
    },
    /// Another number of labels than of images.
    #[error("{} holds {label_count} labels for the {image_count} images of {}", labels.display(), images.display())]
    IdxLabelCount {
        /// The image file.
        images: PathBuf,
        /// How many images.
        image_count: usize,
        /// The label file.
        labels: PathBuf,
        /// How many labels.
        label_count: usize,
    },
    /// A CSV file of points that does not parse.
    #[error("{}, line {line}, column {column}: {problem}", path.display())]
    Points {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Column, from 1.
        column: usize,
        /// What is wrong and what was expected.
        problem: String,
    },
    /// A batch that the data cannot fill.
    #[error(
        "a batch of {batch} cannot be filled from {images} images: set run.batch from 1 to {images}"
    )]
    BatchSize {
        /// Images in a batch.
        batch: usize,
        /// Images in the data.
        images: usize,
    },
    /// Many files in a row became unreadable while a run was streaming them.
    #[error(
        "{tries} images in a row can no longer be read, the last: {last}; is the disk still there?"
    )]
    SourceLost {
        /// How many.
        tries: usize,
        /// The last of them.
        last: Skipped,
    },
    /// A worker thread could not be started, or ended before its time.
    #[error("a data worker thread failed: {reason}")]
    Worker {
        /// Why.
        reason: String,
    },
}

impl DataError {
    /// An error of the system about one path.
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// A file that was left out because it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The file. Serialised as text: what is not Unicode in its name is replaced.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

fn as_text<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

impl fmt::Display for Skipped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path.display(), self.reason)
    }
}
