//! One batch of images.

use ganforge_core::ImageShape;

/// One batch of images on the host, ready to be copied to a device.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// `[size, channels, height, width]`: brightness from -1 (black) to 1 (white), or the coordinates of points.
    pub images: Vec<f32>,
    /// The label of every image; `None` for an unlabelled dataset.
    pub classes: Option<Vec<u32>>,
    /// Number of images.
    pub size: usize,
    /// The shape of each image.
    pub shape: ImageShape,
}

impl Batch {
    /// A batch of `size` images, all zero and without labels.
    pub(crate) fn zeros(size: usize, shape: ImageShape) -> Self {
        Self {
            images: vec![0.0; size * shape.values()],
            classes: None,
            size,
            shape,
        }
    }

    /// Iterates over the images, each `[channels, height, width]`.
    pub(crate) fn images_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.images.chunks_exact_mut(self.shape.values())
    }
}
