//! The embedded handwritten digits: 1,797 grey images of 8×8 pixels in ten classes.
//!
//! E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998, DOI 10.24432/C50P49; licensed CC BY 4.0.
//! `data/README.md` describes how the files were made.

use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::idx::{self, IdxImages, read_images, read_labels};
use super::raw_dataset::RawDataset;
use crate::error::DataError;
use crate::options::{DataOptions, Split};

/// Pixels count the dark ones of a 4×4 block, so 16 is the largest value.
const WHITE_LEVEL: u8 = 16;

/// Loads the digits in the requested shape.
pub(crate) fn load(options: &DataOptions) -> Result<RawDataset, DataError> {
    options.check_channels()?;
    let (images, labels) = read(options)?;
    idx::preprocess(images, Some(labels), options)
}

/// The images and labels at their own size.
pub(crate) fn read(options: &DataOptions) -> Result<(IdxImages, Vec<u32>), DataError> {
    if options.split == Split::Test {
        return Err(DataError::NoTestPart {
            what: "digits".to_owned(),
        });
    }
    let images = include_bytes!("../../data/digits-images-idx3-ubyte.gz");
    let labels = include_bytes!("../../data/digits-labels-idx1-ubyte.gz");
    let name = Path::new("the embedded digits");
    let mut images = read_images(name, MultiGzDecoder::new(&images[..]), options)?;
    images.white_level = WHITE_LEVEL;
    let labels = read_labels(name, MultiGzDecoder::new(&labels[..]))?;
    Ok((images, labels))
}

#[cfg(test)]
mod tests {
    use ganforge_core::hex_digest;
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_embedded_digits_are_those_of_the_repository() {
        let (images, labels) = read(&DataOptions::default()).unwrap();
        assert_eq!((images.count, images.height, images.width), (1797, 8, 8));
        assert_eq!(images.pixels.iter().max(), Some(&WHITE_LEVEL));

        let mut counts = [0; 10];
        for label in labels {
            counts[label as usize] += 1;
        }
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);

        // Of the values of scikit-learn's digits.csv.gz, row by row.
        assert_eq!(
            hex_digest(Sha256::new().chain_update(&images.pixels), 32),
            "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3"
        );
    }
}
