//! The `.npy` file of numpy, format 1.0 (<https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>).
//!
//! A single array of one type is written, which needs no dependency.

use std::path::Path;

use ganforge_model::ImageShape;

use super::output_file::OutputFile;
use crate::error::InferError;

/// Magic string, version and header length take ten bytes; the data starts at a multiple of 64.
const PREAMBLE: usize = 10;
const ALIGNMENT: usize = 64;

/// Bytes buffered before a write, because an image may be a few bytes only.
const BUFFER: usize = 1 << 16;

/// Writes an array of known length.
#[derive(Debug)]
pub struct ArrayWriter {
    file: OutputFile,
    /// Bytes that are not written yet.
    bytes: Vec<u8>,
}

impl ArrayWriter {
    pub fn open(path: &Path, count: usize, image: ImageShape) -> Result<Self, InferError> {
        let numbers = image
            .checked_values()
            .and_then(|len| len.checked_mul(count));
        let bytes = numbers.and_then(|numbers| numbers.checked_mul(size_of::<f32>()));
        // The largest file size of file systems.
        if bytes.is_none_or(|bytes| i64::try_from(bytes).is_err()) {
            return Err(InferError::FileTooLarge { count, image });
        }
        Ok(Self {
            file: OutputFile::create(path)?,
            bytes: header(&[count, image.channels, image.height, image.width]),
        })
    }

    pub fn add(&mut self, image: &[f32]) -> Result<(), InferError> {
        self.bytes.extend(to_bytes(image));
        if self.bytes.len() < BUFFER {
            return Ok(());
        }
        self.file.write(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }

    pub fn finish(mut self) -> Result<(), InferError> {
        self.file.write(&self.bytes)?;
        self.file.commit()
    }
}

/// Little-endian, as in the header.
pub fn to_bytes(numbers: &[f32]) -> impl Iterator<Item = u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes())
}

/// Everything before the values of an array of two to four dimensions, padded with spaces and terminated by a newline.
pub fn header(dims: &[usize]) -> Vec<u8> {
    let dims: Vec<String> = dims.iter().map(usize::to_string).collect();
    let dims = dims.join(", ");
    let mut text = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({dims}), }}");
    let end = (PREAMBLE + text.len() + 1).next_multiple_of(ALIGNMENT);
    let padding = end - PREAMBLE - text.len() - 1;
    text.extend(std::iter::repeat_n(' ', padding));
    text.push('\n');
    // Four numbers of at most twenty digits keep the text far below the 65,535 bytes of format 1.0.
    #[expect(clippy::cast_possible_truncation, reason = "at most 182 bytes")]
    let length = text.len() as u16;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(length.to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_start_at_a_multiple_of_64_for_any_shape() {
        for digits in 1..=19 {
            let count = 10_usize.pow(digits - 1);
            let header = header(&[count, 3, count, 64]);
            assert!(header.len().is_multiple_of(ALIGNMENT), "{count}");
            assert_eq!(header.last(), Some(&b'\n'));
            let length = usize::from(u16::from_le_bytes([header[8], header[9]]));
            assert_eq!(length, header.len() - PREAMBLE);
        }
    }
}
