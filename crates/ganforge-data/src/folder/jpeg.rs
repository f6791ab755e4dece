//! What the markers of a JPEG tell without decoding it.

/// What the markers say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Jpeg {
    /// Whether the file reaches its end marker.
    pub(super) is_whole: bool,
    /// Whether the first scan holds all there is, so that a decoder need not keep the coefficients of the whole image.
    pub(super) has_one_scan: bool,
}

impl Jpeg {
    /// Reads the markers of a file, which begins with the header that was recognised.
    ///
    /// The segments before the pixels are stepped over by their length, since a preview image inside them has markers of its own.
    pub(super) fn of(bytes: &[u8]) -> Self {
        const SEQUENTIAL: [u8; 2] = [0xc0, 0xc1];
        const START_OF_SCAN: u8 = 0xda;
        // How many components a sequential frame has; a progressive one has several scans in any case.
        let mut components = None;
        let mut at = 2;
        while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
            // Any number of fill bytes may stand before a marker.
            if marker == 0xff {
                at += 1;
                continue;
            }
            let content = &bytes[at + 4..];
            if SEQUENTIAL.contains(&marker) {
                // Behind the precision and two sides of two bytes each.
                components = content.get(5);
            }
            if marker == START_OF_SCAN {
                return Self {
                    // Within the coded pixels 0xff is always followed by 0x00 or a restart marker, so this pair can only be the end.
                    is_whole: content.windows(2).any(|pair| pair == [0xff, 0xd9]),
                    has_one_scan: components.is_some() && components == content.first(),
                };
            }
            at += 2 + usize::from(u16::from_be_bytes([high, low]));
        }
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of three components and a scan of some of them.
    fn file(frame: u8, in_scan: u8) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8];
        // A preview with an end marker of its own.
        bytes.extend([0xff, 0xe1, 0, 6, 0xff, 0xda, 0xff, 0xd9]);
        bytes.extend([0xff, 0xff, frame, 0, 8, 8, 0, 1, 0, 1, 3]);
        bytes.extend([0xff, 0xda, 0, 3, in_scan, 1, 2, 0xff, 0, 3]);
        bytes
    }

    #[test]
    fn the_end_and_the_number_of_scans_are_told() {
        for (frame, in_scan, has_one_scan) in [
            (0xc0, 3, true),
            (0xc1, 3, true),
            (0xc0, 1, false),
            (0xc2, 3, false),
        ] {
            let cut = file(frame, in_scan);
            let whole = [&cut[..], &[0xff, 0xd9]].concat();
            for (bytes, is_whole) in [(cut, false), (whole, true)] {
                let told = Jpeg::of(&bytes);
                assert_eq!(
                    told,
                    Jpeg {
                        is_whole,
                        has_one_scan
                    },
                    "{frame:x} {in_scan}"
                );
            }
        }
        for torn in [&b""[..], &[0xff, 0xd8], &[0xff, 0xd8, 0xff, 0xda, 0, 3]] {
            assert!(!Jpeg::of(torn).is_whole);
        }
    }
}
