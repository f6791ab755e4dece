//! Sides of images as signed integers, for positions relative to a border.

/// The length of a side in pixels.
pub fn signed(size: usize) -> i64 {
    i64::try_from(size).expect("a side has fewer than 2^63 pixels")
}
