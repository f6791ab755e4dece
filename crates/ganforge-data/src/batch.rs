//! One batch of images.

use crate::ImageShape;

/// One batch of images, ready to be copied to a device.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// `[size, channels, height, width]`: brightness from -1 (black) to 1, or the coordinates of points as they are.
    pub images: Vec<f32>,
    /// The class of every image, where the dataset has classes.
    pub classes: Option<Vec<u32>>,
    /// How many images.
    pub size: usize,
    /// The shape of each.
    pub shape: ImageShape,
}

impl Batch {
    /// A batch of `size` images, all zero and without classes, to be filled.
    pub(crate) fn zeros(size: usize, shape: ImageShape) -> Self {
        Self {
            images: vec![0.0; size * shape.values()],
            classes: None,
            size,
            shape,
        }
    }

    /// The images one by one.
    pub(crate) fn images_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.images.chunks_exact_mut(self.shape.values())
    }
}
