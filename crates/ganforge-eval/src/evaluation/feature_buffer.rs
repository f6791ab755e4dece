//! The features of a part, or only their moments if only the Fréchet distance needs them.

use std::borrow::Cow;

use crate::error::EvalError;
use crate::features::Features;
use crate::metrics::{BLOCK, Moments, frechet, frechet_of_features};

/// Features that are appended batch by batch.
#[derive(Debug)]
pub(super) struct FeatureBuffer {
    /// All features, or those that are not in the moments yet.
    rows: Features,
    /// Of the features before `rows`.
    moments: Option<Moments>,
    /// Whether only the moments are kept.
    moments_only: bool,
}

impl FeatureBuffer {
    pub(super) fn new(dimensions: usize, moments_only: bool) -> Self {
        Self {
            rows: Features::empty(dimensions),
            moments: None,
            moments_only: moments_only && Moments::admit(dimensions),
        }
    }

    pub(super) fn append(&mut self, data: Vec<f32>) -> Result<(), EvalError> {
        self.rows.append(data)?;
        let columns = self.rows.columns();
        while self.moments_only && self.rows.rows() > BLOCK {
            let mut block = std::mem::replace(&mut self.rows, Features::empty(columns)).into_data();
            self.rows.append(block.split_off(BLOCK * columns))?;
            let moments = match &mut self.moments {
                Some(moments) => moments,
                none => none.insert(Moments::new(columns)?),
            };
            moments.add(&Features::new(BLOCK, columns, block)?)?;
        }
        Ok(())
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new(self.rows.columns(), self.moments_only);
    }

    /// `[images, dimensions]`, unless only the moments are kept.
    pub(super) fn rows(&self) -> &Features {
        &self.rows
    }

    /// The moments of all features.
    fn moments(&self) -> Result<Cow<'_, Moments>, EvalError> {
        let Some(moments) = &self.moments else {
            return Moments::of(&self.rows).map(Cow::Owned);
        };
        if self.rows.rows() == 0 {
            return Ok(Cow::Borrowed(moments));
        }
        let mut moments = moments.clone();
        moments.add(&self.rows)?;
        Ok(Cow::Owned(moments))
    }
}

/// The Fréchet distance, with the same bits whether features or only their moments are kept.
pub(super) fn frechet_of(
    samples: &FeatureBuffer,
    reference: &FeatureBuffer,
) -> Result<f64, EvalError> {
    if samples.moments.is_none() && reference.moments.is_none() {
        return frechet_of_features(&samples.rows, &reference.rows);
    }
    frechet(&*samples.moments()?, &*reference.moments()?)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the same sums in the same order")]
mod tests {
    use super::*;
    use crate::tests::scattered;

    fn feature_buffer(rows: usize, seed: u64, moments_only: bool) -> FeatureBuffer {
        let mut feature_buffer = FeatureBuffer::new(3, moments_only);
        let data = scattered(rows, 3, seed).into_data();
        for batch in data.chunks(3 * 700) {
            feature_buffer.append(batch.to_vec()).unwrap();
        }
        feature_buffer
    }

    #[test]
    fn moments_give_the_same_distance_as_features() {
        for rows in [2 * BLOCK, 9000] {
            let [kept, moments_only] =
                [false, true].map(|moments_only| feature_buffer(rows, 1, moments_only));
            assert_eq!((kept.rows().rows(), kept.moments.is_none()), (rows, true));
            assert!(moments_only.rows().rows() <= BLOCK && moments_only.moments.is_some());
            let reference = feature_buffer(50, 2, true);
            let expected = frechet_of(&kept, &reference).unwrap();
            assert_eq!(frechet_of(&moments_only, &reference).unwrap(), expected);
            assert!(expected > 0.0);
        }
    }

    #[test]
    fn cleared_features_do_not_count() {
        let reference = feature_buffer(50, 2, true);
        let mut again = feature_buffer(9000, 1, true);
        again.clear();
        again.append(scattered(60, 3, 3).into_data()).unwrap();
        let fresh = feature_buffer(60, 3, true);
        let distance = |samples| frechet_of(samples, &reference).unwrap();
        assert_eq!(distance(&again), distance(&fresh));
    }
}
