//! Image files for tests.
#![allow(dead_code, reason = "each test binary uses some of these")]

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::{DynamicImage, ImageFormat, RgbImage};

/// Writes bytes below a folder and creates the folders between.
pub fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// An image as a file of the given format.
pub fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A PNG of one colour.
pub fn plain(width: u32, height: u32, color: [u8; 3]) -> Vec<u8> {
    let image = RgbImage::from_pixel(width, height, image::Rgb(color));
    encoded(image, ImageFormat::Png)
}

/// A gradient in which every pixel differs from its neighbours.
pub fn gradient(width: u32, height: u32) -> RgbImage {
    let level = |at: u32, of: u32| u8::try_from(at * 255 / of).unwrap();
    RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([level(x, width), level(y, height), 128])
    })
}

/// A PNG with a palette of four colours, the third of them transparent.
pub fn palette_png(width: u32, height: u32, indices: &[u8]) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 3, 0, 0, 0]);
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::default());
    for row in indices.chunks_exact(width as usize) {
        rows.write_all(&[0]).unwrap();
        rows.write_all(row).unwrap();
    }
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [
        (b"IHDR", header),
        (b"PLTE", vec![255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]),
        (b"tRNS", vec![255, 255, 0, 255]),
        (b"IDAT", rows.finish().unwrap()),
        (b"IEND", Vec::new()),
    ] {
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(&data);
        bytes.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        bytes.extend(kind);
        bytes.extend(data);
        bytes.extend(crc.sum().to_be_bytes());
    }
    bytes
}

/// A JPEG whose EXIF orientation is a quarter turn clockwise.
pub fn sideways_jpeg(image: RgbImage) -> Vec<u8> {
    let jpeg = encoded(image, ImageFormat::Jpeg);
    // A big-endian TIFF with one entry: orientation (0x0112), one short (3), value 6.
    let tiff = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(u16::try_from(tiff.len() + 2).unwrap().to_be_bytes());
    bytes.extend(tiff);
    bytes.extend(&jpeg[2..]);
    bytes
}
