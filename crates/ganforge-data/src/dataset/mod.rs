//! An opened dataset: a number of images of one shape, with or without class labels.

mod batch;
mod fingerprint;
mod labelled_part;
mod load;

use std::fmt;
use std::sync::Arc;

use ganforge_core::ImageShape;

use crate::error::{DataError, Skipped};
use crate::options::DataOptions;
use crate::spec::DataSpec;
use crate::storage::Storage;
pub use batch::Batch;
use fingerprint::fingerprint;
pub(crate) use load::load;

/// An opened dataset. Clones are cheap: they share the pixels.
///
/// ```
/// use ganforge_data::{DataOptions, DataSpec, Dataset};
///
/// let digits = Dataset::open(&DataSpec::Digits, &DataOptions::new().labels(true))?;
/// assert_eq!((digits.len(), digits.shape().values()), (1797, 64));
/// assert_eq!(digits.classes()[3], "3");
///
/// let mut image = vec![0.0; 64];
/// let class = digits.read(10, &mut image)?;
/// assert_eq!(class, Some(0));
/// assert!(image.iter().all(|value| (-1.0..=1.0).contains(value)));
/// # Ok::<(), ganforge_data::DataError>(())
/// ```
#[derive(Clone)]
pub struct Dataset {
    inner: Arc<Inner>,
}

struct Inner {
    storage: Arc<Storage>,
    /// Which images of the storage these are; all of them where absent.
    indices: Option<Vec<usize>>,
    shape: ImageShape,
    labels: Option<Vec<u32>>,
    classes: Vec<String>,
    skipped: Vec<Skipped>,
    fingerprint: String,
    flip: bool,
}

impl Dataset {
    /// Opens a source: finds its files, decodes them to the requested shape, and keeps them in memory as bytes if they fit.
    ///
    /// # Errors
    ///
    /// Any [`DataError`] except those about batches and downloads: data that are missing, empty, damaged, or incompatible with the options. Single images of
    /// a folder that cannot be read are not an error; [`Dataset::skipped`] lists them.
    pub fn open(spec: &DataSpec, options: &DataOptions) -> Result<Self, DataError> {
        options.check()?;
        let mut raw = load(spec, options)?.slice(options)?;
        if !options.labels {
            raw.labels = None;
        } else if raw.labels.is_none() {
            return Err(DataError::NoLabels {
                what: spec.to_string(),
            });
        }
        let classes = if raw.labels.is_some() {
            raw.classes
        } else {
            Vec::new()
        };
        let fingerprint = fingerprint(raw.shape, &raw.storage, raw.labels.as_deref());
        Ok(Self {
            inner: Arc::new(Inner {
                storage: Arc::new(raw.storage),
                indices: None,
                shape: raw.shape,
                labels: raw.labels,
                classes,
                skipped: raw.skipped,
                fingerprint,
                flip: options.flip,
            }),
        })
    }

    /// [`open`](Self::open), where labels are read if the data have some: data without labels are opened without them.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open), except [`DataError::NoLabels`].
    pub fn open_with_labels_if_any(
        spec: &DataSpec,
        options: &DataOptions,
    ) -> Result<Self, DataError> {
        match Self::open(spec, options) {
            Err(DataError::NoLabels { .. }) => Self::open(spec, &options.clone().labels(false)),
            opened => opened,
        }
    }

    /// Number of images; at least one.
    #[must_use]
    pub fn len(&self) -> usize {
        let indices = self.inner.indices.as_ref();
        indices.map_or_else(|| self.inner.storage.len(self.inner.shape), Vec::len)
    }

    /// Always false: [`Dataset::open`] refuses a source without images.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The shape of every image; 2-D points are images of shape `2x1x1`.
    #[must_use]
    pub fn shape(&self) -> ImageShape {
        self.inner.shape
    }

    /// Class names, indexed by label; empty without labels.
    ///
    /// Digits are named `0` to `9`, the classes of a folder after its subfolders in alphabetical order, the modes of a mixture by number.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.inner.classes
    }

    /// Sixteen hexadecimal digits that identify the data: the first 64 bits of a SHA-256 over shape, labels and values.
    ///
    /// Data held in memory are identified by their pixels, wherever they come from; a streamed folder by the names, lengths and first bytes of its files.
    ///
    /// ```
    /// use ganforge_data::{DataOptions, DataSpec, Dataset};
    ///
    /// let all = Dataset::open(&DataSpec::Digits, &DataOptions::new())?;
    /// let half = Dataset::open(&DataSpec::Digits, &DataOptions::new().take(900))?;
    /// assert_eq!(all.fingerprint().len(), 16);
    /// assert_ne!(all.fingerprint(), half.fingerprint());
    /// # Ok::<(), ganforge_data::DataError>(())
    /// ```
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.inner.fingerprint
    }

    /// Files that could not be read and were left out, with the reason for each. The caller should report them.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.inner.skipped
    }

    /// True if images are decoded at every access because they exceed the memory limit.
    #[must_use]
    pub fn is_streamed(&self) -> bool {
        matches!(*self.inner.storage, Storage::Files(_))
    }

    /// Reads one image into `out` and returns its label.
    ///
    /// # Shapes
    ///
    /// `out` holds [`ImageShape::values`] values, `[channels, height, width]`: brightness from -1 (black) to 1 (white), or the coordinates of a point.
    ///
    /// # Errors
    ///
    /// [`DataError::Unreadable`] when a file of a streamed folder can no longer be read; data held in memory never fail.
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
        let indices = self.inner.indices.as_ref();
        let place = indices.map_or(index, |indices| indices[index]);
        self.inner.storage.read(place, out)?;
        Ok(self.inner.labels.as_ref().map(|labels| labels[index]))
    }

    /// The label of every image, in order; `None` if there are none or [`DataOptions::labels`] is false.
    #[must_use]
    pub fn labels(&self) -> Option<&[u32]> {
        self.inner.labels.as_deref()
    }

    /// Reads the images at `indices`, in this order and without flips: for evaluation, as [`BatchStream`](crate::BatchStream) is for training.
    ///
    /// # Errors
    ///
    /// As [`Dataset::read`].
    ///
    /// # Panics
    ///
    /// When an index is not below [`Dataset::len`].
    ///
    /// ```
    /// use ganforge_data::{DataOptions, DataSpec, Dataset};
    ///
    /// // 100,000 points of a mixture of eight Gaussians.
    /// let ring = Dataset::open(&DataSpec::Ring8, &DataOptions::new().labels(true))?;
    /// let batch = ring.gather(&[0, 5])?;
    /// assert_eq!((batch.size, batch.images.len()), (2, 4));
    /// assert_eq!(batch.classes, Some(vec![ring.labels().unwrap()[0], ring.labels().unwrap()[5]]));
    /// # Ok::<(), ganforge_data::DataError>(())
    /// ```
    pub fn gather(&self, indices: &[usize]) -> Result<Batch, DataError> {
        let mut batch = Batch::zeros(indices.len(), self.shape());
        let mut classes = Vec::with_capacity(indices.len());
        for (out, &index) in batch.images_mut().zip(indices) {
            classes.extend(self.read(index, out)?);
        }
        batch.classes = self.labels().is_some().then_some(classes);
        Ok(batch)
    }

    /// The mean of all images, without flips.
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

    /// Whether training batches flip half of the images.
    pub(crate) fn flip(&self) -> bool {
        self.inner.flip
    }
}

/// A summary for logs: `1797 images of 1x8x8 in 10 classes`.
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
