//! A few labelled images of a dataset, for semi-supervised training.

use std::sync::Arc;

use ganforge_core::{hex_digest, keyed_rng, permutation};
use sha2::{Digest, Sha256};

use super::{Dataset, Inner};
use crate::error::DataError;

impl Dataset {
    /// `per_class` images of every class, chosen by `seed`: the images whose labels a semi-supervised method may see.
    ///
    /// # Errors
    ///
    /// [`DataError::NoLabels`] without labels, and [`DataError::FewInClass`] when a class has fewer images.
    ///
    /// ```
    /// use ganforge_data::{DataOptions, DataSpec, Dataset};
    ///
    /// let digits = Dataset::open(&DataSpec::Digits, &DataOptions::new().labels(true))?;
    /// let labelled = digits.labelled_part(10, 1)?;
    /// assert_eq!(labelled.len(), 100);
    /// let threes = labelled.labels().unwrap().iter().filter(|&&label| label == 3);
    /// assert_eq!(threes.count(), 10);
    /// # Ok::<(), ganforge_data::DataError>(())
    /// ```
    pub fn labelled_part(&self, per_class: usize, seed: u64) -> Result<Self, DataError> {
        let Some(labels) = self.labels() else {
            return Err(DataError::NoLabels {
                what: "the data".to_owned(),
            });
        };
        let mut chosen = Vec::with_capacity(per_class * self.classes().len());
        let mut counts = vec![0; self.classes().len()];
        let mut rng = keyed_rng(seed, "labelled part", 0);
        for index in permutation(&mut rng, labels.len()) {
            let count = &mut counts[labels[index] as usize];
            if *count < per_class {
                *count += 1;
                chosen.push(index);
            }
        }
        if let Some((label, &count)) = counts
            .iter()
            .enumerate()
            .find(|(_, count)| **count < per_class)
        {
            return Err(DataError::FewInClass {
                class: self.classes()[label].clone(),
                images: count,
                wanted: per_class,
            });
        }
        let mut hash = Sha256::new();
        hash.update(self.fingerprint());
        for index in &chosen {
            hash.update((*index as u64).to_le_bytes());
        }
        let inner = &self.inner;
        let places = inner.indices.as_ref();
        Ok(Self {
            inner: Arc::new(Inner {
                storage: inner.storage.clone(),
                labels: Some(chosen.iter().map(|&index| labels[index]).collect()),
                indices: Some(
                    chosen
                        .into_iter()
                        .map(|index| places.map_or(index, |places| places[index]))
                        .collect(),
                ),
                shape: inner.shape,
                classes: inner.classes.clone(),
                skipped: Vec::new(),
                fingerprint: hex_digest(hash, 8),
                flip: inner.flip,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DataOptions, DataSpec};

    fn digits() -> Dataset {
        Dataset::open(&DataSpec::Digits, &DataOptions::new().labels(true)).unwrap()
    }

    #[test]
    fn the_seed_chooses_which_images_are_labelled() {
        let digits = digits();
        let part = |seed| digits.labelled_part(2, seed).unwrap();
        assert_eq!(part(1).fingerprint(), part(1).fingerprint());
        assert_ne!(part(1).fingerprint(), part(2).fingerprint());
        assert_ne!(part(1).fingerprint(), digits.fingerprint());
    }

    #[test]
    fn images_keep_their_labels() {
        let digits = digits();
        let part = digits.labelled_part(1, 0).unwrap();
        let mut image = vec![0.0; 64];
        for index in 0..part.len() {
            let label = part.read(index, &mut image).unwrap();
            let mut other = vec![0.0; 64];
            let found = (0..digits.len())
                .any(|at| digits.read(at, &mut other).unwrap() == label && other == image);
            assert!(found, "{index}");
        }
    }

    #[test]
    fn a_class_with_too_few_images_is_named() {
        let message = digits().labelled_part(180, 0).unwrap_err().to_string();
        assert!(message.contains("180"), "{message}");
    }
}
