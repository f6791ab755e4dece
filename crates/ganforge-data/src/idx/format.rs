//! The IDX format itself: a magic number, the dimensions as 32-bit big-endian numbers, then the bytes.
//!
//! Source: Y. `LeCun`, C. Cortes, C. Burges, "The MNIST database", section "File formats". Of its element types only unsigned bytes are read, which is what all
//! the published image sets use.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::DataError;

/// Unsigned bytes in three dimensions: image, row, column.
pub(crate) const IMAGES: [u8; 4] = [0, 0, 8, 3];
/// Unsigned bytes in one dimension.
pub(crate) const LABELS: [u8; 4] = [0, 0, 8, 1];

/// The images of one file.
#[derive(Debug)]
pub(crate) struct IdxImages {
    pub(crate) count: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    /// `[count, height, width]`, from 0 to `white`.
    pub(crate) pixels: Vec<u8>,
    pub(crate) white: u8,
}

impl IdxImages {
    /// Spreads the values over all of 0 to 255.
    pub(crate) fn spread_to_bytes(&mut self) {
        if self.white == u8::MAX {
            return;
        }
        let white = u32::from(self.white);
        for value in &mut self.pixels {
            let spread = (u32::from(*value) * 255 + white / 2) / white;
            *value = u8::try_from(spread).unwrap_or(u8::MAX);
        }
        self.white = u8::MAX;
    }
}

/// Opens a file, through gzip when its content (not its name) says so.
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

/// Reads an image file. `path` is for messages.
pub(crate) fn read_images(path: &Path, mut reader: impl Read) -> Result<IdxImages, DataError> {
    expect_magic(path, &mut reader, IMAGES, "images")?;
    let [count, height, width] = read_dimensions(path, &mut reader)?;
    let header = format!("{count} images of {height}x{width}");
    let expected = u128::from(count) * u128::from(height) * u128::from(width);
    let pixels = read_body(path, reader, header, expected)?;
    Ok(IdxImages {
        count: count as usize,
        height: height as usize,
        width: width as usize,
        pixels,
        white: u8::MAX,
    })
}

/// Reads a label file. `path` is for messages.
pub(crate) fn read_labels(path: &Path, mut reader: impl Read) -> Result<Vec<u32>, DataError> {
    expect_magic(path, &mut reader, LABELS, "labels")?;
    let [count] = read_dimensions(path, &mut reader)?;
    let labels = read_body(path, reader, format!("{count} labels"), u128::from(count))?;
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

/// Reads what the header announced. Memory grows with what is really there, never with what the header says.
fn read_body(
    path: &Path,
    mut reader: impl Read,
    header: String,
    expected: u128,
) -> Result<Vec<u8>, DataError> {
    let one_more = u64::try_from(expected).map_or(u64::MAX, |expected| expected.saturating_add(1));
    let body = read_at_most(path, &mut reader, one_more)?;
    let mut found = body.len() as u64;
    if u128::from(found) == expected && expected > 0 {
        return Ok(body);
    }
    if u128::from(found) > expected {
        // Only for the message: how much more there is. What cannot be counted is left out of it.
        found += io::copy(&mut reader, &mut io::sink()).unwrap_or(0);
    }
    Err(DataError::IdxLength {
        path: path.to_owned(),
        header,
        expected,
        found,
    })
}

/// Reads `limit` bytes, or fewer when the file ends before: a gzip file cut short gives what it held.
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
        read_images(Path::new("x"), bytes)
    }

    fn header(count: u32, height: u32, width: u32) -> Vec<u8> {
        let mut bytes = IMAGES.to_vec();
        for dimension in [count, height, width] {
            bytes.extend(dimension.to_be_bytes());
        }
        bytes
    }

    #[test]
    fn images_and_labels_are_read_as_written() {
        let mut bytes = header(2, 1, 3);
        bytes.extend([1, 2, 3, 4, 5, 255]);
        let read = images(&bytes).unwrap();
        assert_eq!((read.count, read.height, read.width), (2, 1, 3));
        assert_eq!(read.pixels, [1, 2, 3, 4, 5, 255]);

        let labels = read_labels(Path::new("x"), &[0, 0, 8, 1, 0, 0, 0, 2, 7, 9][..]).unwrap();
        assert_eq!(labels, [7, 9]);
    }

    #[test]
    fn a_lying_header_allocates_nothing_and_names_both_numbers() {
        // 2^96 pixels by the header, five by the file: were the header believed, this test would not return.
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
    fn too_few_and_too_many_bytes_are_counted() {
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
    fn an_empty_file_a_short_header_and_a_wrong_magic_are_told_apart() {
        let message = |bytes: &[u8]| images(bytes).unwrap_err().to_string();
        assert!(message(&[]).contains("begins with nothing, not with 00 00 08 03"));
        assert!(message(&[0, 0, 8, 3, 0]).contains("12 bytes, and 1 bytes follow"));
        assert!(message(&[0, 0, 8, 1, 0]).contains("begins with 00 00 08 01"));
        assert!(message(&header(0, 28, 28)).contains("0 images"));
    }
}
