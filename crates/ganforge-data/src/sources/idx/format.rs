//! The IDX format: a magic number, the dimensions as 32-bit big-endian integers, then the bytes.
//!
//! Source: Y. `LeCun`, C. Cortes, C. Burges, "The MNIST database", section "File formats". Only its element type
//! "unsigned byte" is supported, which all published image datasets use.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::error::DataError;
use crate::options::{DataOptions, MAX_IMAGES};

/// Unsigned bytes in three dimensions: image, row, column.
pub(crate) const IMAGES: [u8; 4] = [0, 0, 8, 3];
/// Unsigned bytes in one dimension.
pub(crate) const LABELS: [u8; 4] = [0, 0, 8, 1];

/// Bytes after the expected end that are counted for an error message, at most.
const MAX_COUNTED: u64 = 64 << 20;

/// The images of one file.
#[derive(Debug)]
pub(crate) struct IdxImages {
    pub(crate) count: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    /// `[count, height, width]`, from 0 to `white_level`.
    pub(crate) pixels: Vec<u8>,
    pub(crate) white_level: u8,
}

impl IdxImages {
    /// Rescales the values from 0..=`white_level` to 0..=255.
    pub(crate) fn rescale_to_bytes(&mut self) {
        if self.white_level == u8::MAX {
            return;
        }
        let white = u32::from(self.white_level);
        for value in &mut self.pixels {
            let rescaled = (u32::from(*value) * 255 + white / 2) / white;
            *value = u8::try_from(rescaled).unwrap_or(u8::MAX);
        }
        self.white_level = u8::MAX;
    }
}

/// Opens a file and decompresses it if its content (not its name) is gzip.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>, DataError> {
    let open = || -> io::Result<Box<dyn Read>> {
        let mut file = BufReader::new(File::open(path)?);
        if file.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
            Ok(Box::new(MultiGzDecoder::new(file)))
        } else {
            Ok(Box::new(file))
        }
    };
    open().map_err(|source| DataError::io(path, source))
}

/// Reads an image file. `path` is for error messages.
pub(crate) fn read_images(
    path: &Path,
    mut reader: impl Read,
    options: &DataOptions,
) -> Result<IdxImages, DataError> {
    expect_magic(path, &mut reader, IMAGES, "images")?;
    let [count, height, width] = read_dimensions(path, &mut reader)?;
    let body = Body {
        path,
        header: format!("{count} images of {height}x{width}"),
        items: count,
        expected: u128::from(count) * u128::from(height) * u128::from(width),
    };
    let pixels = body.read(reader, options.memory_limit)?;
    Ok(IdxImages {
        count: count as usize,
        height: height as usize,
        width: width as usize,
        pixels,
        white_level: u8::MAX,
    })
}

/// Reads a label file. `path` is for error messages.
pub(crate) fn read_labels(path: &Path, mut reader: impl Read) -> Result<Vec<u32>, DataError> {
    expect_magic(path, &mut reader, LABELS, "labels")?;
    let [count] = read_dimensions(path, &mut reader)?;
    let body = Body {
        path,
        header: format!("{count} labels"),
        items: count,
        expected: u128::from(count),
    };
    let labels = body.read(reader, usize::MAX)?;
    Ok(labels.into_iter().map(u32::from).collect())
}

fn expect_magic(
    path: &Path,
    reader: &mut impl Read,
    expected: [u8; 4],
    kind: &'static str,
) -> Result<(), DataError> {
    let found = read_at_most(path, reader, 4)?;
    if found == expected {
        return Ok(());
    }
    let hexadecimal = |bytes: &[u8]| {
        let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        digits.join(" ")
    };
    Err(DataError::IdxMagic {
        path: path.to_owned(),
        kind,
        found: match found.as_slice() {
            [] => "nothing".to_owned(),
            bytes => hexadecimal(bytes),
        },
        expected: hexadecimal(&expected),
    })
}

fn read_dimensions<const N: usize>(
    path: &Path,
    reader: &mut impl Read,
) -> Result<[u32; N], DataError> {
    let bytes = read_at_most(path, reader, 4 * N as u64)?;
    if bytes.len() < 4 * N {
        return Err(DataError::IdxLength {
            path: path.to_owned(),
            header: format!("that {N} dimensions follow it"),
            expected: 4 * N as u128,
            found: bytes.len() as u64,
            is_counted: true,
        });
    }
    let mut dimensions = [0; N];
    for (dimension, bytes) in dimensions.iter_mut().zip(bytes.chunks_exact(4)) {
        *dimension = bytes
            .iter()
            .fold(0, |sum, &byte| sum << 8 | u32::from(byte));
    }
    Ok(dimensions)
}

/// What follows the header, as the header describes it.
struct Body<'a> {
    path: &'a Path,
    /// The header as text, for error messages.
    header: String,
    /// Number of images or labels.
    items: u32,
    /// Length in bytes.
    expected: u128,
}

impl Body<'_> {
    /// Reads the bytes. Memory grows with the bytes that exist, not with the header; more than `limit` bytes are refused unread.
    fn read(self, mut reader: impl Read, limit: usize) -> Result<Vec<u8>, DataError> {
        let is_too_large = self.expected > limit as u128 || self.items as usize > MAX_IMAGES;
        let body = if is_too_large {
            Vec::new()
        } else {
            // At most `limit`, so it fits 64 bits. One byte more detects a longer file.
            let one_more = u64::try_from(self.expected).map_or(u64::MAX, |bytes| bytes + 1);
            read_at_most(self.path, &mut reader, one_more)?
        };
        let mut found = body.len() as u64;
        if u128::from(found) == self.expected && found > 0 {
            return Ok(body);
        }
        // The rest is counted for the message, up to a limit: a gzip file of megabytes may decompress to terabytes.
        let mut rest = reader.take(MAX_COUNTED);
        found += io::copy(&mut rest, &mut io::sink()).unwrap_or(0);
        let is_counted = rest.limit() > 0;
        if !is_too_large || is_counted && u128::from(found) != self.expected {
            return Err(DataError::IdxLength {
                path: self.path.to_owned(),
                header: self.header,
                expected: self.expected,
                found,
                is_counted,
            });
        }
        let what = format!("{}: {}", self.path.display(), self.header);
        Err(if self.items as usize > MAX_IMAGES {
            DataError::TooMany {
                what,
                limit: MAX_IMAGES,
            }
        } else {
            DataError::TooLarge {
                what,
                bytes: self.expected,
                limit,
            }
        })
    }
}

/// Reads `limit` bytes, or fewer if the file ends before; a truncated gzip file yields what can be decompressed.
fn read_at_most(path: &Path, reader: &mut impl Read, limit: u64) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    match reader.take(limit).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(bytes),
        Err(error) => Err(DataError::io(path, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(bytes: &[u8]) -> Result<IdxImages, DataError> {
        read_images(Path::new("x"), bytes, &DataOptions::default())
    }

    fn header(count: u32, height: u32, width: u32) -> Vec<u8> {
        let mut bytes = IMAGES.to_vec();
        for dimension in [count, height, width] {
            bytes.extend(dimension.to_be_bytes());
        }
        bytes
    }

    #[test]
    fn images_and_labels_are_read() {
        let mut bytes = header(2, 1, 3);
        bytes.extend([1, 2, 3, 4, 5, 255]);
        let read = images(&bytes).unwrap();
        assert_eq!((read.count, read.height, read.width), (2, 1, 3));
        assert_eq!(read.pixels, [1, 2, 3, 4, 5, 255]);

        let labels = read_labels(Path::new("x"), &[0, 0, 8, 1, 0, 0, 0, 2, 7, 9][..]).unwrap();
        assert_eq!(labels, [7, 9]);
    }

    #[test]
    fn a_false_header_allocates_nothing_and_the_error_names_both_numbers() {
        // The header claims 2^96 pixels and five follow; trusting it would exhaust the memory.
        let mut bytes = header(u32::MAX, u32::MAX, u32::MAX);
        bytes.extend([0; 5]);
        let message = images(&bytes).unwrap_err().to_string();
        assert!(
            message.contains("4294967295 images of 4294967295x4294967295"),
            "{message}"
        );
        assert!(message.contains("5 bytes follow"), "{message}");
    }

    #[test]
    fn missing_and_excess_bytes_are_counted() {
        for extra in [-1i64, 3] {
            let mut bytes = header(2, 2, 2);
            bytes.extend(vec![0; usize::try_from(8 + extra).unwrap()]);
            let message = images(&bytes).unwrap_err().to_string();
            assert!(
                message.contains(&format!("8 bytes, and {} bytes follow", 8 + extra)),
                "{message}"
            );
        }
    }

    #[test]
    fn images_beyond_the_memory_limit_are_refused_unread() {
        let options = DataOptions {
            memory_limit: 7,
            ..DataOptions::default()
        };
        let read = |bytes: &[u8]| read_images(Path::new("x"), bytes, &options).unwrap_err();
        let mut bytes = header(2, 2, 2);
        bytes.extend([0; 8]);
        let message = read(&bytes).to_string();
        for part in ["2 images of 2x2", "8 bytes", "data.memory_limit = 7"] {
            assert!(message.contains(part), "{message}");
        }
        // A truncated file is reported as such even beyond the limit.
        bytes.pop();
        assert!(matches!(
            read(&bytes),
            DataError::IdxLength { found: 7, .. }
        ));
    }

    #[test]
    fn reading_an_endless_file_stops() {
        let endless = |head: &[u8]| {
            let bytes = io::Cursor::new(head.to_vec()).chain(io::repeat(0));
            let read = match head[3] {
                3 => read_images(Path::new("x"), bytes, &DataOptions::default()).map(|_| ()),
                _ => read_labels(Path::new("x"), bytes).map(|_| ()),
            };
            read.unwrap_err().to_string()
        };
        let message = endless(&header(u32::MAX, 28, 28));
        assert!(
            message.contains("4294967295 images of 28x28; a set has at most 67108864"),
            "{message}"
        );
        let message = endless(&header(1 << 26, 28, 28));
        assert!(message.contains("data.memory_limit"), "{message}");
        let message = endless(&header(10, 28, 28));
        assert!(
            message.contains("7840 bytes, and more than 67"),
            "{message}"
        );
        let message = endless(&[0, 0, 8, 1, 255, 0, 0, 0]);
        assert!(message.contains("4278190080 labels"), "{message}");
    }

    #[test]
    fn an_empty_file_a_short_header_and_a_wrong_magic_give_different_errors() {
        let message = |bytes: &[u8]| images(bytes).unwrap_err().to_string();
        assert!(message(&[]).contains("begins with nothing, not with 00 00 08 03"));
        assert!(message(&[0, 0, 8, 3, 0]).contains("12 bytes, and 1 bytes follow"));
        assert!(message(&[0, 0, 8, 1, 0]).contains("begins with 00 00 08 01"));
        assert!(message(&header(0, 28, 28)).contains("0 images"));
    }
}
