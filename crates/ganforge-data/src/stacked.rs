//! Stacked digits: three digits as the red, green and blue of one image, so that a thousand modes can be counted.
//!
//! The protocol is that of Z. Lin, A. Khetan, G. Fanti, S. Oh, "`PacGAN`: the power of two samples in generative adversarial networks", 2018, section 4.2: the
//! digits of MNIST at their own size, 128,000 images. Which three digits an image stacks follows from its number alone, so that nothing but the digits is
//! ever held, and there is no end to the images.

use sha2::{Digest, Sha256};

use crate::content::Content;
use crate::loaded::Loaded;
use crate::random::{below, keyed_rng};
use crate::{DataError, DataOptions, DataSpec, ImageShape, Split, source};

/// How many images the protocol has, where the options do not say.
const IMAGES: usize = 128_000;

/// How many classes the digits below have to have for their labels to be those of stacked digits.
const DIGITS: usize = 10;

/// Images that are put together when they are read.
pub(crate) struct Stacked {
    /// `[digit, height, width]`, from 0 (black) to `white`.
    pixels: Vec<u8>,
    pub(crate) white: u8,
    /// Values of one digit.
    values: usize,
    /// Which stream of draws: training and test part have one each.
    stream: u64,
    first: usize,
    count: usize,
}

impl Stacked {
    /// How many images there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The images from `first` on, `count` of them.
    pub(crate) fn part(self, first: usize, count: usize) -> Self {
        Self {
            first: self.first + first,
            count,
            ..self
        }
    }

    /// Writes image `index` into `out`, `[3, height, width]`.
    pub(crate) fn read(&self, index: usize, out: &mut [u8]) {
        for (plane, digit) in out.chunks_exact_mut(self.values).zip(self.stack(index)) {
            plane.copy_from_slice(&self.pixels[digit * self.values..][..self.values]);
        }
    }

    /// The numbers of the three digits of an image.
    fn stack(&self, index: usize) -> [usize; 3] {
        let number = (self.first + index) as u64;
        let mut rng = keyed_rng(self.stream, "stacked digits", number);
        std::array::from_fn(|_| below(&mut rng, self.digits()))
    }

    /// How many digits there are to stack.
    pub(crate) fn digits(&self) -> usize {
        self.pixels.len() / self.values
    }

    /// What the images follow from, beside their shape: the digits, and which draws.
    pub(crate) fn identify(&self, hash: &mut Sha256) {
        hash.update([self.white]);
        hash.update(&self.pixels);
        for number in [self.stream, self.first as u64, self.count as u64] {
            hash.update(number.to_le_bytes());
        }
    }
}

/// Why stacked digits cannot have so many channels.
pub(crate) fn not_rgb(channels: usize) -> DataError {
    DataError::Option {
        key: "channels",
        value: channels.to_string(),
        allowed: "3, or leave it out: stacked digits are RGB".to_owned(),
    }
}

/// Stacks the digits of another source. They do not depend on the seed of a run: every run sees the same images.
pub(crate) fn load(digits: &DataSpec, options: &DataOptions) -> Result<Loaded, DataError> {
    if let Some(channels) = options.channels.filter(|&channels| channels != 3) {
        return Err(not_rgb(channels));
    }
    let grey = DataOptions {
        channels: Some(1),
        skip: 0,
        take: None,
        ..options.clone()
    };
    let below = source::load(digits, &grey)?;
    let Content::Pixels { bytes, white } = below.content else {
        return Err(DataError::UnknownSpec {
            text: format!("stacked:{digits}"),
        });
    };
    let stacked = Stacked {
        pixels: bytes,
        white,
        values: below.shape.values(),
        stream: match options.split {
            Split::Train => 0,
            Split::Test => 1,
        },
        first: 0,
        count: options
            .take
            .map_or(IMAGES, |take| take.saturating_add(options.skip)),
    };
    let digit_labels = below
        .labels
        .filter(|_| options.labels && below.classes.len() <= DIGITS);
    let labels = digit_labels.map(|of| {
        let label = |index| {
            let digits = stacked.stack(index).map(|digit| of[digit]);
            digits
                .into_iter()
                .fold(0, |label, digit| 10 * label + digit)
        };
        (0..stacked.count).map(label).collect()
    });
    Ok(Loaded {
        shape: ImageShape {
            channels: 3,
            ..below.shape
        },
        content: Content::Stacked(stacked),
        classes: match labels {
            Some(_) => (0..1000).map(|class| format!("{class:03}")).collect(),
            None => Vec::new(),
        },
        labels,
        skipped: Vec::new(),
    })
}
