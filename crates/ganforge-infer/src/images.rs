//! Images as a generator makes them: raw floats.

use ganforge_model::ImageSpec;

use crate::error::InferError;

/// A number of images of one size, `[count, channels, height, width]`, in [-1, 1] for pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Images {
    data: Vec<f32>,
    spec: ImageSpec,
}

impl Images {
    /// Takes `count · channels · height · width` numbers, image after image.
    ///
    /// # Errors
    /// Numbers that do not divide into images.
    pub fn new(spec: ImageSpec, data: Vec<f32>) -> Result<Self, InferError> {
        if spec.is_empty() || !data.len().is_multiple_of(spec.len()) {
            return Err(InferError::NotWholeRows {
                numbers: data.len(),
                row: spec.len(),
            });
        }
        Ok(Self { data, spec })
    }

    /// How many images there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.data.len() / self.spec.len()
    }

    /// Size of each image.
    #[must_use]
    pub fn spec(&self) -> ImageSpec {
        self.spec
    }

    /// All numbers, image after image.
    #[must_use]
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// All numbers, image after image.
    #[must_use]
    pub fn into_data(self) -> Vec<f32> {
        self.data
    }

    /// The numbers of image `index`, `[channels, height, width]`; `None` past the last.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&[f32]> {
        self.iter().nth(index)
    }

    /// The numbers of each image in turn, `[channels, height, width]`.
    pub fn iter(&self) -> std::slice::ChunksExact<'_, f32> {
        self.data.chunks_exact(self.spec.len())
    }
}

impl<'a> IntoIterator for &'a Images {
    type Item = &'a [f32];
    type IntoIter = std::slice::ChunksExact<'a, f32>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
