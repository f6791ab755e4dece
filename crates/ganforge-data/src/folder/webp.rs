//! What the chunks of a WebP claim. Its decoder allocates as much as they say, before it looks at what is there.
//!
//! Source: RFC 9649, "WebP Image Format", sections 2.3 to 2.7.

use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::ops::Range;

/// What the chunks claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct WebP {
    /// Whether a chunk is longer than the file.
    pub(super) is_cut: bool,
    /// `(width, height)` of the lossy picture inside, where there is one: of the first frame where there are several.
    pub(super) picture: Option<(u32, u32)>,
}

impl WebP {
    /// Reads the headers of the chunks of a file, and goes back to its start.
    pub(super) fn of(reader: &mut (impl BufRead + Seek)) -> io::Result<Self> {
        /// Behind `RIFF`, a length and `WEBP`.
        const FIRST_CHUNK: u64 = 12;
        let length = reader.seek(SeekFrom::End(0))?;
        let mut claims = Self::default();
        claims.read_chunks(reader, FIRST_CHUNK..length, Within::File)?;
        reader.rewind()?;
        Ok(claims)
    }

    fn read_chunks(
        &mut self,
        reader: &mut (impl BufRead + Seek),
        bytes: Range<u64>,
        within: Within,
    ) -> io::Result<()> {
        const FRAME_HEADER: u64 = 16;
        let mut at = bytes.start;
        while at + 8 <= bytes.end {
            reader.seek(SeekFrom::Start(at))?;
            let mut head = [0; 8];
            reader.read_exact(&mut head)?;
            let [a, b, c, d, size @ ..] = head;
            let size = u64::from(u32::from_le_bytes(size));
            let content = at + 8;
            at = content + size.next_multiple_of(2);
            self.is_cut |= content + size > bytes.end;
            if self.picture.is_some() {
                continue;
            }
            match (within, &[a, b, c, d]) {
                (Within::File, b"ANMF") => {
                    let frame = content + FRAME_HEADER..at.min(bytes.end);
                    self.read_chunks(reader, frame, Within::Frame)?;
                    // The frames behind the first are not decoded: if this one is not lossy, none counts.
                    self.picture = self.picture.or(Some((0, 0)));
                }
                (_, b"VP8 ") => self.picture = lossy_size(reader),
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether the picture inside is larger than the image is said to be, so that decoding it would take more memory than the image.
    pub(super) fn exceeds(self, (width, height): (u32, u32)) -> bool {
        self.picture
            .is_some_and(|inside| inside.0 > width || inside.1 > height)
    }
}

/// Where chunks are: a frame of an animation has its own.
#[derive(Clone, Copy)]
enum Within {
    File,
    Frame,
}

/// The size of a lossy picture, from the ten bytes that it begins with; `None` where there are fewer.
fn lossy_size(reader: &mut impl Read) -> Option<(u32, u32)> {
    let mut start = [0; 10];
    reader.read_exact(&mut start).ok()?;
    // Fourteen bits of size, two of scale.
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    Some((side(start[6], start[7]), side(start[8], start[9])))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn chunk(name: &str, claimed: usize, content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(claimed).unwrap().to_le_bytes();
        [name.as_bytes(), &size, content].concat()
    }

    fn claims(chunks: &[Vec<u8>]) -> WebP {
        let file = [b"RIFF\0\0\0\0WEBP", &chunks.concat()[..]].concat();
        let mut reader = Cursor::new(file);
        let claims = WebP::of(&mut reader).unwrap();
        assert_eq!(reader.position(), 0);
        claims
    }

    /// The beginning of a picture 300 wide and 20 high.
    const PICTURE: [u8; 10] = [0, 0, 0, 0x9d, 0x01, 0x2a, 44, 1, 20, 0];

    #[test]
    fn the_picture_inside_is_measured_wherever_it_is() {
        let picture = chunk("VP8 ", 10, &PICTURE);
        let frame = |inside: &[u8]| chunk("ANMF", 16 + inside.len(), &[&[0; 16], inside].concat());
        for chunks in [
            vec![picture.clone()],
            vec![chunk("VP8X", 10, &[0; 10]), picture.clone()],
            vec![frame(
                &[chunk("ALPH", 3, &[0; 4]), picture.clone()].concat(),
            )],
        ] {
            let claims = claims(&chunks);
            assert_eq!(claims.picture, Some((300, 20)));
            assert!(!claims.is_cut);
            assert!(claims.exceeds((299, 20)) && claims.exceeds((300, 19)));
            assert!(!claims.exceeds((300, 20)));
        }
        // Only the first frame is decoded, and frames hold no frames.
        let lossless = chunk("VP8L", 4, &[0; 4]);
        for chunks in [
            vec![frame(&lossless), frame(&picture)],
            vec![frame(&frame(&picture))],
            vec![lossless],
        ] {
            assert!(!claims(&chunks).exceeds((1, 1)));
        }
    }

    #[test]
    fn a_chunk_longer_than_the_file_is_told() {
        let exif = chunk("EXIF", 3 << 30, b"MM");
        assert!(claims(&[chunk("VP8 ", 10, &PICTURE), exif]).is_cut);
        assert!(!claims(&[]).is_cut);
    }
}
