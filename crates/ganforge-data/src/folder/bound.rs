//! What one image file may cost: its pixels and its length are held against `data.max_pixels` before anything of that size is allocated.

/// Bytes that a pixel takes in a file at most: 16-bit RGBA that is not compressed.
const BYTES_PER_PIXEL: u64 = 8;

/// Bytes of a file beside the pixels of its first image: metadata, further frames, a film behind a photograph.
const BESIDE_PIXELS: u64 = 64 << 20;

/// The bound on one image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    /// The most pixels, height times width.
    pub(crate) max_pixels: u64,
}

impl Bound {
    /// Refuses an image of no pixel or of too many.
    pub(super) fn check_size(self, (width, height): (u32, u32)) -> Result<(), String> {
        let pixels = u64::from(width) * u64::from(height);
        if (1..=self.max_pixels).contains(&pixels) {
            return Ok(());
        }
        let size = format!("it is {height} pixels high and {width} wide");
        Err(match pixels {
            0 => size,
            _ => format!(
                "{size}, which is more than data.max_pixels = {}; raise that to use it",
                self.max_pixels
            ),
        })
    }

    /// Refuses a file longer than any image of so many pixels: some formats are read whole before their header is known.
    pub(super) fn check_length(self, bytes: u64) -> Result<(), String> {
        let most = self
            .max_pixels
            .saturating_mul(BYTES_PER_PIXEL)
            .saturating_add(BESIDE_PIXELS);
        if bytes <= most {
            return Ok(());
        }
        Err(format!(
            "it is {bytes} bytes long, and an image of data.max_pixels = {} has at most {most}; raise that to use it",
            self.max_pixels
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_size_and_the_key() {
        let bound = Bound { max_pixels: 100 };
        assert_eq!(bound.check_size((20, 5)), Ok(()));
        assert_eq!(bound.check_length(BESIDE_PIXELS + 800), Ok(()));
        let refused = bound.check_size((u32::MAX, u32::MAX)).unwrap_err();
        for part in ["4294967295 pixels high", "data.max_pixels = 100"] {
            assert!(refused.contains(part), "{refused}");
        }
        let refused = bound.check_length(BESIDE_PIXELS + 801).unwrap_err();
        assert!(refused.contains("data.max_pixels = 100"), "{refused}");
        assert!(
            bound
                .check_size((0, 7))
                .unwrap_err()
                .contains("7 pixels high and 0 wide")
        );
    }
}
