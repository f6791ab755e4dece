//! Reads the chunk headers of a WebP file, because its decoder allocates the claimed sizes before it checks them.
//!
//! Source: RFC 9649, "WebP Image Format", sections 2.3 to 2.7.

use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::ops::Range;

/// The claims of the chunk headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct WebPChunks {
    /// True if a chunk is longer than the file.
    pub(super) is_truncated: bool,
    /// `(width, height)` of the lossy picture inside, if there is one; of the first frame of an animation.
    pub(super) picture: Option<(u32, u32)>,
}

impl WebPChunks {
    /// Reads the chunk headers of a file and rewinds it.
    pub(super) fn read(reader: &mut (impl BufRead + Seek)) -> io::Result<Self> {
        /// After `RIFF`, a length and `WEBP`.
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
            self.is_truncated |= content + size > bytes.end;
            if self.picture.is_some() {
                continue;
            }
            match (within, &[a, b, c, d]) {
                (Within::File, b"ANMF") => {
                    let frame = content + FRAME_HEADER..at.min(bytes.end);
                    self.read_chunks(reader, frame, Within::Frame)?;
                    // Only the first frame is decoded: if it is not lossy, later ones do not count.
                    self.picture = self.picture.or(Some((0, 0)));
                }
                (_, b"VP8 ") => self.picture = lossy_size(reader),
                _ => {}
            }
        }
        Ok(())
    }

    /// True if the picture inside is larger than the image header claims, so that decoding it would take more memory than the image.
    pub(super) fn exceeds(self, (width, height): (u32, u32)) -> bool {
        self.picture
            .is_some_and(|inside| inside.0 > width || inside.1 > height)
    }
}

/// What contains a chunk: the file, or a frame of an animation.
#[derive(Clone, Copy)]
enum Within {
    File,
    Frame,
}

/// The size of a lossy picture, from its first ten bytes; `None` if there are fewer.
fn lossy_size(reader: &mut impl Read) -> Option<(u32, u32)> {
    let mut start = [0; 10];
    reader.read_exact(&mut start).ok()?;
    // Fourteen bits of size and two of scale.
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

    fn claims(chunks: &[Vec<u8>]) -> WebPChunks {
        let file = [b"RIFF\0\0\0\0WEBP", &chunks.concat()[..]].concat();
        let mut reader = Cursor::new(file);
        let claims = WebPChunks::read(&mut reader).unwrap();
        assert_eq!(reader.position(), 0);
        claims
    }

    /// The first bytes of a picture 300 wide and 20 high.
    const PICTURE: [u8; 10] = [0, 0, 0, 0x9d, 0x01, 0x2a, 44, 1, 20, 0];

    #[test]
    fn the_size_of_the_picture_is_found_in_every_container() {
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
            assert!(!claims.is_truncated);
            assert!(claims.exceeds((299, 20)) && claims.exceeds((300, 19)));
            assert!(!claims.exceeds((300, 20)));
        }
        // Only the first frame is decoded, and frames cannot be nested.
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
    fn a_chunk_longer_than_the_file_is_detected() {
        let exif = chunk("EXIF", 3 << 30, b"MM");
        assert!(claims(&[chunk("VP8 ", 10, &PICTURE), exif]).is_truncated);
        assert!(!claims(&[]).is_truncated);
    }
}
