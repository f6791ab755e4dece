//! Whether digits keep their class in translation, which neither pictures nor distances show.

use burn::tensor::{Device, Tensor, TensorData};
use ganforge_data::Dataset;
use ganforge_eval::spaces::{DigitClassifier, without_border};
use ganforge_infer::Images;
use ganforge_measure::MeasureError;

use crate::error::TrainError;

/// Counts translations to the first domain that the shipped classifier puts into the class of their images.
pub(super) struct ClassAgreement<'a> {
    classifier: DigitClassifier,
    device: &'a Device,
    /// Of the second domain; its classes are 0 to 9.
    labels: &'a [u32],
    agreeing: usize,
    seen: usize,
}

impl<'a> ClassAgreement<'a> {
    /// `None` unless both domains have labelled digits, of 28×28 pixels or of 32×32 with a border.
    pub fn of(
        source: &Dataset,
        target: &'a Dataset,
        device: &'a Device,
    ) -> Result<Option<Self>, TrainError> {
        let shape = source.shape();
        let fits = matches!(
            [shape.channels, shape.height, shape.width],
            [1, 28, 28] | [1, 32, 32]
        );
        if !(fits && has_digits(source) && has_digits(target)) {
            return Ok(None);
        }
        let Some(labels) = target.labels() else {
            return Ok(None);
        };
        let classifier = DigitClassifier::shipped(device).map_err(MeasureError::from)?;
        Ok(Some(Self {
            classifier,
            device,
            labels,
            agreeing: 0,
            seen: 0,
        }))
    }

    /// Adds translations of the images of the second domain with these indices.
    pub fn add(&mut self, translated: &Images, images: &[usize]) -> Result<(), TrainError> {
        let shape = translated.spec();
        let dims = [images.len(), shape.channels, shape.height, shape.width];
        let pixels = TensorData::new(translated.data().to_vec(), dims);
        let pixels = without_border(Tensor::from_data(pixels, self.device));
        let found = self.classifier.labels(pixels).map_err(MeasureError::from)?;
        let pairs = found.into_data();
        let pairs = pairs.iter::<i64>().zip(images);
        let agreeing = pairs.filter(|&(found, &index)| found == i64::from(self.labels[index]));
        self.agreeing += agreeing.count();
        self.seen += images.len();
        Ok(())
    }

    pub fn share(&self) -> f64 {
        self.agreeing as f64 / self.seen as f64
    }
}

/// Whether the classes are the digits, in order.
fn has_digits(dataset: &Dataset) -> bool {
    let classes = dataset.classes();
    let digits = (0..10).map(|digit| digit.to_string());
    dataset.labels().is_some() && classes.len() == 10 && digits.eq(classes.iter().cloned())
}
