//! An opened dataset: so many images of one shape, perhaps with classes.

use std::fmt;
use std::sync::Arc;

use crate::content::Content;
use crate::fingerprint::fingerprint;
use crate::source;
use crate::{Batch, DataError, DataOptions, DataSpec, ImageShape, Skipped};

/// A dataset, opened and ready to read. Cloning is cheap: clones share the pixels.
#[derive(Clone)]
pub struct Dataset {
    inner: Arc<Inner>,
}

struct Inner {
    content: Content,
    shape: ImageShape,
    labels: Option<Vec<u32>>,
    classes: Vec<String>,
    skipped: Vec<Skipped>,
    fingerprint: String,
    flip: bool,
}

impl Dataset {
    /// Opens the data: finds the files, decodes them to the shape asked for, and keeps them in memory as bytes where they fit.
    ///
    /// # Errors
    ///
    /// Any [`DataError`] but those about batches: data that are missing, empty, damaged as a whole, or cannot become what the options ask. Single images of
    /// a folder that cannot be read are no error but are listed in [`Dataset::skipped`].
    pub fn open(spec: &DataSpec, options: &DataOptions) -> Result<Self, DataError> {
        options.check()?;
        let mut loaded = source::load(spec, options)?.part(options)?;
        if !options.labels {
            loaded.labels = None;
        } else if loaded.labels.is_none() {
            return Err(DataError::NoLabels {
                what: spec.to_string(),
            });
        }
        let classes = if loaded.labels.is_some() {
            loaded.classes
        } else {
            Vec::new()
        };
        let fingerprint = fingerprint(loaded.shape, &loaded.content, loaded.labels.as_deref());
        Ok(Self {
            inner: Arc::new(Inner {
                content: loaded.content,
                shape: loaded.shape,
                labels: loaded.labels,
                classes,
                skipped: loaded.skipped,
                fingerprint,
                flip: options.flip,
            }),
        })
    }

    /// How many images there are; at least one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.content.len(self.inner.shape)
    }

    /// Whether there are no images. [`Dataset::open`] returns no such dataset.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The shape of every image; 2-D points are images of shape `2x1x1`.
    #[must_use]
    pub fn shape(&self) -> ImageShape {
        self.inner.shape
    }

    /// The names of the classes, in the order of their numbers; empty when there are none or none were asked for.
    ///
    /// Digits are named `0` to `9`, a folder's classes after its subfolders (sorted), the modes of a mixture by number.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.inner.classes
    }

    /// Sixteen hexadecimal digits that change when anything a run would see of the data changes: shape, classes, or one pixel.
    ///
    /// Data held in memory are identified by their pixels, wherever they come from; a streamed folder by its file names, their lengths and first bytes.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.inner.fingerprint
    }

    /// The files that were left out because they cannot be read, each with the reason. The caller should tell the user.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.inner.skipped
    }

    /// Whether images are decoded again whenever they are read, because they do not fit the memory limit.
    #[must_use]
    pub fn is_streamed(&self) -> bool {
        matches!(self.inner.content, Content::Files(_))
    }

    /// Reads one image into `out` and returns its class.
    ///
    /// # Shapes
    ///
    /// `out` holds [`ImageShape::values`] values, `[channels, height, width]`: brightness from -1 (black) to 1, or the coordinates of a point as they are.
    ///
    /// # Errors
    ///
    /// [`DataError::Unreadable`] when a file of a streamed folder has become unreadable; data held in memory never fail.
    ///
    /// # Panics
    ///
    /// When `index` is not below [`Dataset::len`] or `out` has another length.
    pub fn read(&self, index: usize, out: &mut [f32]) -> Result<Option<u32>, DataError> {
        assert_eq!(
            out.len(),
            self.inner.shape.values(),
            "the length of `out` is that of one image"
        );
        self.inner.content.read(index, out)?;
        Ok(self.inner.labels.as_ref().map(|labels| labels[index]))
    }

    /// The class of every image, in order; `None` when there are none or none were asked for.
    #[must_use]
    pub fn labels(&self) -> Option<&[u32]> {
        self.inner.labels.as_deref()
    }

    /// Reads the images at `indices`, in this order and never mirrored: for evaluation, where [`BatchStream`](crate::BatchStream) is for training.
    ///
    /// # Errors
    ///
    /// As [`Dataset::read`].
    ///
    /// # Panics
    ///
    /// When an index is not below [`Dataset::len`].
    pub fn gather(&self, indices: &[usize]) -> Result<Batch, DataError> {
        let mut batch = Batch::zeros(indices.len(), self.shape());
        let mut classes = Vec::with_capacity(indices.len());
        for (out, &index) in batch.images_mut().zip(indices) {
            classes.extend(self.read(index, out)?);
        }
        batch.classes = self.labels().is_some().then_some(classes);
        Ok(batch)
    }

    /// The mean of all images, never mirrored.
    ///
    /// # Shapes
    ///
    /// The result is one image, [`ImageShape::values`] values.
    ///
    /// # Errors
    ///
    /// As [`Dataset::read`].
    pub fn mean_image(&self) -> Result<Vec<f32>, DataError> {
        let values = self.shape().values();
        let (mut image, mut sums) = (vec![0.0_f32; values], vec![0.0_f64; values]);
        for index in 0..self.len() {
            self.read(index, &mut image)?;
            for (sum, &value) in sums.iter_mut().zip(&image) {
                *sum += f64::from(value);
            }
        }
        let mean = |sum: f64| (sum / self.len() as f64) as f32;
        Ok(sums.into_iter().map(mean).collect())
    }

    /// Whether training mirrors half of the images.
    pub(crate) fn flip(&self) -> bool {
        self.inner.flip
    }
}

/// What a log would say: `1797 images of 1x8x8 in 10 classes`.
impl fmt::Display for Dataset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ", self.len())?;
        if self.shape().is_point() {
            formatter.write_str("points")?;
        } else {
            write!(formatter, "images of {}", self.shape())?;
        }
        match self.classes().len() {
            0 => Ok(()),
            1 => formatter.write_str(" in 1 class"),
            classes => write!(formatter, " in {classes} classes"),
        }
    }
}

impl fmt::Debug for Dataset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Dataset({self}, {})", self.fingerprint())
    }
}
