//! The available downloads: datasets and network weights, with their mirrors, files and SHA-256 digests.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use ganforge_core::hex_digest;
use sha2::{Digest as _, Sha256};

use crate::sources::{FASHION_MNIST, MNIST};

/// A download: one or several files, from any of several mirrors.
pub(super) struct Download {
    pub(super) name: &'static str,
    pub(super) mirrors: &'static [&'static str],
    pub(super) files: &'static [RemoteFile],
}

/// One file of a download.
pub(super) struct RemoteFile {
    pub(super) name: &'static str,
    pub(super) digest: Digest,
    /// Maximum number of bytes, compressed and decompressed: a mirror that sends more has another file.
    pub(super) max_bytes: u64,
}

/// A SHA-256 digest in hexadecimal.
#[derive(Clone, Copy)]
pub(super) enum Digest {
    /// Of the decompressed content of a gzip file, so that mirrors may compress it differently.
    Content(&'static str),
    /// Of the file as published.
    Published(&'static str),
}

impl RemoteFile {
    /// True if the file at `path` has the right digest; false if it cannot be decompressed or is too long.
    pub(super) fn matches(&self, path: &Path) -> io::Result<bool> {
        let file = BufReader::new(File::open(path)?);
        // One byte more, so that a longer file has another digest.
        let max_bytes = self.max_bytes + 1;
        Ok(match self.digest {
            Digest::Published(digest) => sha256(&mut file.take(max_bytes))? == digest,
            Digest::Content(digest) => sha256(&mut MultiGzDecoder::new(file).take(max_bytes))
                .is_ok_and(|found| found == digest),
        })
    }
}

fn sha256(reader: &mut impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match reader.read(&mut block)? {
            0 => return Ok(hex_digest(hash, 32)),
            read => hash.update(&block[..read]),
        }
    }
}

/// The names of all downloads, for error messages.
pub(super) fn names() -> String {
    let names: Vec<&str> = CATALOGUE.iter().map(|download| download.name).collect();
    names.join(", ")
}

/// All downloads.
///
/// The digests of MNIST were computed from files whose decompressed MD5 sums are those in common use (6bbc9ace… for the training images). Those of
/// Fashion-MNIST are the SHA-256 sums that several projects list beside the MD5 sums of the dataset's own README (8d4fb7e6… for the training images). That of
/// the Inception weights is the one that several projects pin for the file of this name and of 95,628,359 bytes; its first eight digits are part of the name.
pub(super) const CATALOGUE: [Download; 3] = [
    Download {
        name: MNIST.name,
        mirrors: &[
            "https://storage.googleapis.com/cvdf-datasets/mnist",
            "https://ossci-datasets.s3.amazonaws.com/mnist",
        ],
        files: &[
            RemoteFile {
                name: "train-images-idx3-ubyte.gz",
                digest: Digest::Content(
                    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                ),
                max_bytes: MAX_IDX_BYTES,
            },
            RemoteFile {
                name: "train-labels-idx1-ubyte.gz",
                digest: Digest::Content(
                    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                ),
                max_bytes: MAX_IDX_BYTES,
            },
            RemoteFile {
                name: "t10k-images-idx3-ubyte.gz",
                digest: Digest::Content(
                    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                ),
                max_bytes: MAX_IDX_BYTES,
            },
            RemoteFile {
                name: "t10k-labels-idx1-ubyte.gz",
                digest: Digest::Content(
                    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
                ),
                max_bytes: MAX_IDX_BYTES,
            },
        ],
    },
    Download {
        name: FASHION_MNIST.name,
        mirrors: &["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"],
        files: &[
            RemoteFile {
                name: "train-images-idx3-ubyte.gz",
                digest: Digest::Published(
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                ),
                max_bytes: MAX_IDX_BYTES,
            },
            RemoteFile {
                name: "train-labels-idx1-ubyte.gz",
                digest: Digest::Published(
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                ),
                max_bytes: MAX_IDX_BYTES,
            },
            RemoteFile {
                name: "t10k-images-idx3-ubyte.gz",
                digest: Digest::Published(
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                ),
                max_bytes: MAX_IDX_BYTES,
            },
            RemoteFile {
                name: "t10k-labels-idx1-ubyte.gz",
                digest: Digest::Published(
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                ),
                max_bytes: MAX_IDX_BYTES,
            },
        ],
    },
    Download {
        name: "inception",
        mirrors: &["https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights"],
        files: &[RemoteFile {
            name: "pt_inception-2015-12-05-6726825d.pth",
            digest: Digest::Published(INCEPTION_SHA256),
            max_bytes: 95_628_359,
        }],
    },
];

/// Above the 47,040,016 bytes of the largest IDX file here, compressed or not.
const MAX_IDX_BYTES: u64 = 64 << 20;

/// SHA-256, in hexadecimal, of the Inception-v3 weights that `fetch("inception", …)` downloads.
pub const INCEPTION_SHA256: &str =
    "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2";
