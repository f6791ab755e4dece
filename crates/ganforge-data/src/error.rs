//! Errors of datasets and downloads. Each message is one line: what failed, where, and what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

/// The reason why data could not be opened, read or downloaded.
///
/// ```
/// use ganforge_data::{DataError, DataOptions, DataSpec, Dataset, Split};
///
/// let options = DataOptions::new().split(Split::Test);
/// match Dataset::open(&DataSpec::Digits, &options) {
///     Err(DataError::NoTestPart { what }) => assert_eq!(what, "digits"),
///     other => panic!("{other:?}"),
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The text is not a data specification.
    #[error("`{text}` names no data; accepted: {accepted}")]
    UnknownSpec {
        /// The text.
        text: String,
        /// The accepted forms.
        accepted: &'static str,
    },
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system error.
        source: io::Error,
    },
    /// The path is a file instead of a folder.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// The file.
        path: PathBuf,
    },
    /// An option has a value that this source does not support.
    #[error("data option `{key}` is {value}; allowed: {allowed}")]
    Option {
        /// The option.
        key: &'static str,
        /// Its value.
        value: String,
        /// The allowed values.
        allowed: String,
    },
    /// A public dataset is not in the cache folder.
    #[error("{name} is not in {} yet: run `ganforge data fetch {name}`, or name a folder that has its files with --data idx:DIR", folder.display())]
    NotFetched {
        /// The name of the dataset.
        name: &'static str,
        /// Its folder in the cache.
        folder: PathBuf,
    },
    /// A class of a labelled part has too few images.
    #[error(
        "class `{class}` has {images} images, {wanted} are to be labelled; lower data.labelled"
    )]
    FewInClass {
        /// Name of the class.
        class: String,
        /// Images it has.
        images: usize,
        /// Images asked for.
        wanted: usize,
    },
    /// Labels are required and the data have none.
    #[error(
        "{what} has no classes, and this recipe needs them: give labels (a subfolder for each class, an IDX label file, a third column) or an unconditional recipe"
    )]
    NoLabels {
        /// The source.
        what: String,
    },
    /// Images lie both in class folders and beside them, so their labels are ambiguous.
    #[error("{} has {loose} images beside its class folders (such as {example}): move each into the folder of its class", path.display())]
    LooseImages {
        /// The folder.
        path: PathBuf,
        /// Number of images beside the class folders.
        loose: usize,
        /// One of them.
        example: String,
    },
    /// The test split is requested and the source has none.
    #[error("{what} has no test part: take its training part, or name data that have one")]
    NoTestPart {
        /// The source.
        what: String,
    },
    /// A folder contains no images.
    #[error("{} holds no images ({ignored} other files): PNG, JPEG, WebP, BMP and GIF are read", path.display())]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
        /// Number of other files.
        ignored: usize,
    },
    /// None of the images of a folder can be read.
    #[error("none of the {count} images in {} can be read; the first: {first}", path.display())]
    AllUnreadable {
        /// The folder.
        path: PathBuf,
        /// Number of images.
        count: usize,
        /// The first of them.
        first: Skipped,
    },
    /// One image of a streamed folder cannot be read.
    #[error("{0}")]
    Unreadable(Skipped),
    /// The images differ in size and no size is requested.
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
    /// A folder contains no IDX images.
    #[error("{} holds no IDX images (a file, plain or .gz, that begins with the bytes 00 00 08 03)", path.display())]
    NoIdxImages {
        /// The folder.
        path: PathBuf,
    },
    /// Several IDX files of one kind whose names do not distinguish the splits.
    #[error("{} holds several IDX {kind} files ({files}): leave one there, or name them train-* and t10k-*", path.display())]
    SeveralIdxFiles {
        /// The folder.
        path: PathBuf,
        /// `image` or `label`.
        kind: &'static str,
        /// Their names, separated by commas.
        files: String,
    },
    /// A file has the wrong IDX magic number.
    #[error("{} is not an IDX file of {kind}: it begins with {found}, not with {expected}", path.display())]
    IdxMagic {
        /// The file.
        path: PathBuf,
        /// `images` or `labels`.
        kind: &'static str,
        /// The first four bytes in hexadecimal.
        found: String,
        /// The expected bytes.
        expected: String,
    },
    /// An IDX header does not match the length of the data.
    #[error("{}: the header says {header}, that is {expected} bytes, and {}{found} bytes follow: the file is truncated or its header is wrong", path.display(), if *is_counted { "" } else { "more than " })]
    IdxLength {
        /// The file.
        path: PathBuf,
        /// The header as text.
        header: String,
        /// Number of bytes that should follow it.
        expected: u128,
        /// Number of bytes that follow it.
        found: u64,
        /// False if counting stopped before the end of the file.
        is_counted: bool,
    },
    /// More images than a dataset may have.
    #[error("{what}; a set has at most {limit}")]
    TooMany {
        /// The file and its number of images.
        what: String,
        /// The maximum number.
        limit: usize,
    },
    /// The data exceed the memory limit.
    #[error(
        "{what} take {bytes} bytes of memory, more than data.memory_limit = {limit}; raise that if the machine has as much"
    )]
    TooLarge {
        /// The file and its content.
        what: String,
        /// Bytes required.
        bytes: u128,
        /// Bytes allowed.
        limit: usize,
    },
    /// The system cannot allocate the memory that the options allow.
    #[error(
        "the machine has no {bytes} bytes of memory for the images; set a smaller data.memory_limit or data.size"
    )]
    NoMemory {
        /// Bytes requested.
        bytes: usize,
    },
    /// The numbers of labels and images differ.
    #[error("{} holds {label_count} labels for the {image_count} images of {}", labels.display(), images.display())]
    IdxLabelCount {
        /// The image file.
        images: PathBuf,
        /// Number of images.
        image_count: usize,
        /// The label file.
        labels: PathBuf,
        /// Number of labels.
        label_count: usize,
    },
    /// A CSV file of points cannot be parsed.
    #[error("{}, line {line}, column {column}: {problem}", path.display())]
    Points {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Column, from 1.
        column: usize,
        /// The problem and what was expected.
        problem: String,
    },
    /// The batch size is zero or exceeds the number of images.
    #[error(
        "a batch of {batch} cannot be filled from {images} images: set run.batch from 1 to {images}"
    )]
    BatchSize {
        /// The batch size.
        batch: usize,
        /// Number of images in the dataset.
        images: usize,
    },
    /// An error of the second of two domains, which a recipe has in `[target]`.
    #[error("[target] {}", of_target(.0))]
    Target(Box<Self>),
    /// Many files in a row have become unreadable while they were streamed.
    #[error(
        "{tries} images in a row can no longer be read, the last: {last}; is the disk still there?"
    )]
    SourceLost {
        /// Number of files.
        tries: usize,
        /// The last of them.
        last: Skipped,
    },
    /// A worker thread could not be started or has died.
    #[error("a data worker thread failed: {reason}")]
    Worker {
        /// The reason.
        reason: String,
    },
    /// Nothing of this name can be downloaded.
    #[error("nothing called `{name}` to fetch; known: {known}")]
    UnknownDownload {
        /// The requested name.
        name: String,
        /// The names of all downloads, separated by commas.
        known: String,
    },
    /// The cache folder cannot be read or written.
    #[error("cannot write {}: {source}", path.display())]
    Cache {
        /// The file or folder.
        path: PathBuf,
        /// The system error.
        source: io::Error,
    },
    /// No mirror has the right file. Partial downloads are kept and resumed by the next attempt.
    #[error("cannot fetch {file}: {}; try again later, or set GANFORGE_MIRROR to the address of a folder that has it", attempts.join("; "))]
    NoMirror {
        /// The file.
        file: &'static str,
        /// The address of each mirror and what failed there.
        attempts: Vec<String>,
    },
}

impl DataError {
    /// A system error about a path.
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// The message of an error of `[target]`, with its keys in place of those of `[data]`.
fn of_target(error: &DataError) -> String {
    let mut message = error.to_string();
    for key in [
        "size",
        "channels",
        "skip",
        "take",
        "labelled",
        "max_pixels",
        "memory_limit",
    ] {
        message = message.replace(&format!(" data.{key}"), &format!(" target.{key}"));
    }
    message
}

/// A file that was skipped because it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The file. Serialised as text; invalid Unicode in its name is replaced.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// The reason.
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
