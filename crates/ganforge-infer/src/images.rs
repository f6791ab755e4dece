//! Images as raw floats.

use ganforge_model::ImageShape;

use crate::error::InferError;

/// Images of one shape, `[count, channels, height, width]`; pixels are in [-1, 1].
///
/// ```
/// use ganforge_infer::Images;
/// use ganforge_model::ImageShape;
///
/// let grey = ImageShape { channels: 1, height: 2, width: 2 };
/// let images = Images::new(grey, vec![0.0; 12])?;
/// assert_eq!(images.count(), 3);
/// assert_eq!(images.get(2), Some(&[0.0; 4][..]));
/// # Ok::<(), ganforge_infer::InferError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Images {
    data: Vec<f32>,
    spec: ImageShape,
}

impl Images {
    /// Takes `count · channels · height · width` values.
    ///
    /// # Errors
    /// [`InferError::NotWholeRows`] if they do not divide into images.
    pub fn new(spec: ImageShape, data: Vec<f32>) -> Result<Self, InferError> {
        if spec.is_empty() || !data.len().is_multiple_of(spec.values()) {
            return Err(InferError::NotWholeRows {
                numbers: data.len(),
                row: spec.values(),
            });
        }
        Ok(Self { data, spec })
    }

    /// Number of images.
    #[must_use]
    pub fn count(&self) -> usize {
        self.data.len() / self.spec.values()
    }

    /// Shape of each image.
    #[must_use]
    pub fn spec(&self) -> ImageShape {
        self.spec
    }

    /// All values, `[count, channels, height, width]`.
    #[must_use]
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// All values, `[count, channels, height, width]`.
    #[must_use]
    pub fn into_data(self) -> Vec<f32> {
        self.data
    }

    /// Image `index`, `[channels, height, width]`; `None` if out of range.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&[f32]> {
        self.iter().nth(index)
    }

    /// The images of these indices, in their order.
    ///
    /// # Panics
    /// If an index is out of range.
    #[must_use]
    pub fn select(&self, indices: impl IntoIterator<Item = usize>) -> Self {
        let values = self.spec.values();
        let image = |index: usize| &self.data[index * values..(index + 1) * values];
        Self {
            data: indices.into_iter().flat_map(image).copied().collect(),
            spec: self.spec,
        }
    }

    /// Iterates over the images, each `[channels, height, width]`.
    pub fn iter(&self) -> std::slice::ChunksExact<'_, f32> {
        self.data.chunks_exact(self.spec.values())
    }
}

impl<'a> IntoIterator for &'a Images {
    type Item = &'a [f32];
    type IntoIter = std::slice::ChunksExact<'a, f32>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
