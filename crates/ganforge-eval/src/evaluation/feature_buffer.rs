//! The features of a part: all of them, or their moments where nothing but the Fréchet distance looks at them.

use std::borrow::Cow;

use crate::error::EvalError;
use crate::features::Features;
use crate::metrics::{BLOCK, Moments, frechet, frechet_of_features};

/// Features that are added a batch at a time.
#[derive(Debug)]
pub(super) struct FeatureBuffer {
    /// All of them, or those that are not among the moments yet.
    rows: Features,
    /// Of those before.
    moments: Option<Moments>,
    /// Moments are all that is asked for.
    summed: bool,
}

impl FeatureBuffer {
    pub(super) fn new(dimensions: usize, summed: bool) -> Self {
        Self {
            rows: Features::empty(dimensions),
            moments: None,
            summed: summed && Moments::admit(dimensions),
        }
    }

    pub(super) fn append(&mut self, data: Vec<f32>) -> Result<(), EvalError> {
        self.rows.append(data)?;
        let columns = self.rows.columns();
        while self.summed && self.rows.rows() > BLOCK {
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
        *self = Self::new(self.rows.columns(), self.summed);
    }

    /// `[images, dimensions]`, where more than moments are asked for.
    pub(super) fn rows(&self) -> &Features {
        &self.rows
    }

    /// Of all features.
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

/// The Fréchet distance, to the bit the same whether the features are still there or not.
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

    fn feature_buffer(rows: usize, seed: u64, summed: bool) -> FeatureBuffer {
        let mut feature_buffer = FeatureBuffer::new(3, summed);
        let data = scattered(rows, 3, seed).into_data();
        for batch in data.chunks(3 * 700) {
            feature_buffer.append(batch.to_vec()).unwrap();
        }
        feature_buffer
    }

    #[test]
    fn features_that_are_summed_up_give_the_same_distance_and_are_gone() {
        for rows in [2 * BLOCK, 9000] {
            let [kept, summed] = [false, true].map(|summed| feature_buffer(rows, 1, summed));
            assert_eq!((kept.rows().rows(), kept.moments.is_none()), (rows, true));
            assert!(summed.rows().rows() <= BLOCK && summed.moments.is_some());
            let reference = feature_buffer(50, 2, true);
            let expected = frechet_of(&kept, &reference).unwrap();
            assert_eq!(frechet_of(&summed, &reference).unwrap(), expected);
            assert!(expected > 0.0);
        }
    }

    #[test]
    fn what_was_forgotten_does_not_count() {
        let reference = feature_buffer(50, 2, true);
        let mut again = feature_buffer(9000, 1, true);
        again.clear();
        again.append(scattered(60, 3, 3).into_data()).unwrap();
        let fresh = feature_buffer(60, 3, true);
        let distance = |samples| frechet_of(samples, &reference).unwrap();
        assert_eq!(distance(&again), distance(&fresh));
    }
}
