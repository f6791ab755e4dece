//! Reads the markers of a JPEG file without decoding it.

/// Properties of a JPEG file, from its markers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct JpegMarkers {
    /// True if the file has its end marker.
    pub(super) is_complete: bool,
    /// True if the first scan contains all components, so that a decoder need not keep the coefficients of the whole image.
    pub(super) has_one_scan: bool,
}

impl JpegMarkers {
    /// Reads the markers of a file whose format is known to be JPEG.
    ///
    /// Segments before the pixels are skipped by their length, since an embedded preview image has markers of its own.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        const SEQUENTIAL: [u8; 2] = [0xc0, 0xc1];
        const START_OF_SCAN: u8 = 0xda;
        // Number of components of a sequential frame; a progressive one always has several scans.
        let mut components = None;
        let mut at = 2;
        while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
            // Any number of fill bytes may precede a marker.
            if marker == 0xff {
                at += 1;
                continue;
            }
            let content = &bytes[at + 4..];
            if SEQUENTIAL.contains(&marker) {
                // After the precision and two sides of two bytes each.
                components = content.get(5);
            }
            if marker == START_OF_SCAN {
                return Self {
                    // In entropy-coded data 0xff is always followed by 0x00 or a restart marker, so this pair is the end marker.
                    is_complete: content.windows(2).any(|pair| pair == [0xff, 0xd9]),
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
        // A preview with its own end marker.
        bytes.extend([0xff, 0xe1, 0, 6, 0xff, 0xda, 0xff, 0xd9]);
        bytes.extend([0xff, 0xff, frame, 0, 8, 8, 0, 1, 0, 1, 3]);
        bytes.extend([0xff, 0xda, 0, 3, in_scan, 1, 2, 0xff, 0, 3]);
        bytes
    }

    #[test]
    fn the_end_marker_and_the_number_of_scans_are_found() {
        for (frame, in_scan, has_one_scan) in [
            (0xc0, 3, true),
            (0xc1, 3, true),
            (0xc0, 1, false),
            (0xc2, 3, false),
        ] {
            let truncated = file(frame, in_scan);
            let complete = [&truncated[..], &[0xff, 0xd9]].concat();
            for (bytes, is_complete) in [(truncated, false), (complete, true)] {
                let markers = JpegMarkers::parse(&bytes);
                assert_eq!(
                    markers,
                    JpegMarkers {
                        is_complete,
                        has_one_scan
                    },
                    "{frame:x} {in_scan}"
                );
            }
        }
        for header in [&b""[..], &[0xff, 0xd8], &[0xff, 0xd8, 0xff, 0xda, 0, 3]] {
            assert!(!JpegMarkers::parse(header).is_complete);
        }
    }
}
