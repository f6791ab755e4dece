//! Limits the size of one image file: its pixels and its length are checked against `data.max_pixels` before anything of that size is allocated.

/// Bytes per pixel of a file, at most: uncompressed 16-bit RGBA.
const BYTES_PER_PIXEL: u64 = 8;

/// Bytes of a file beside the pixels of its first image, at most: metadata, further frames, an embedded video.
const MAX_OTHER_BYTES: u64 = 64 << 20;

/// The limit on one image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SizeLimit {
    /// Maximum number of pixels, height · width.
    pub(crate) max_pixels: u64,
}

impl SizeLimit {
    /// Refuses an image without pixels or with too many.
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

    /// Refuses a file longer than any image of `max_pixels`: some formats are read in full before their header is known.
    pub(super) fn check_length(self, bytes: u64) -> Result<(), String> {
        let max_length = self
            .max_pixels
            .saturating_mul(BYTES_PER_PIXEL)
            .saturating_add(MAX_OTHER_BYTES);
        if bytes <= max_length {
            return Ok(());
        }
        Err(format!(
            "it is {bytes} bytes long, and an image of data.max_pixels = {} has at most {max_length}; raise that to use it",
            self.max_pixels
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_size_and_the_key() {
        let limit = SizeLimit { max_pixels: 100 };
        assert_eq!(limit.check_size((20, 5)), Ok(()));
        assert_eq!(limit.check_length(MAX_OTHER_BYTES + 800), Ok(()));
        let refused = limit.check_size((u32::MAX, u32::MAX)).unwrap_err();
        for part in ["4294967295 pixels high", "data.max_pixels = 100"] {
            assert!(refused.contains(part), "{refused}");
        }
        let refused = limit.check_length(MAX_OTHER_BYTES + 801).unwrap_err();
        assert!(refused.contains("data.max_pixels = 100"), "{refused}");
        assert!(
            limit
                .check_size((0, 7))
                .unwrap_err()
                .contains("7 pixels high and 0 wide")
        );
    }
}
