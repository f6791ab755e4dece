//! The sum of mean latents, and the images of all of its parts.

use ganforge_model::{ConfigError, keyed_rng};
use rand_distr::{Distribution, Uniform};

use super::concept::{ArithmeticOptions, Sign};
use crate::error::InferError;
use crate::images::Images;
use crate::sampling::{Sampler, allowed_classes};

/// Images of the result: one, and eight neighbours.
const GRID: usize = 9;

/// The place of the result in the grid of three rows.
const CENTRE: usize = 4;

/// A sum of concepts, with its images.
#[derive(Debug, Clone, PartialEq)]
pub struct Arithmetic {
    /// The terms in their order.
    pub concepts: Vec<ConceptImages>,
    /// The sum of the mean latents, `[dimension]`.
    pub latent: Vec<f32>,
    /// Nine images, three rows of three: the image of the sum in the middle (index 4), and neighbours with noise around it.
    pub grid: Images,
}

/// The images of a concept.
#[derive(Debug, Clone, PartialEq)]
pub struct ConceptImages {
    /// Whether the concept is added or subtracted.
    pub sign: Sign,
    /// Its samples, in the order of their indices.
    pub samples: Images,
    /// The image of its mean latent.
    pub mean: Images,
}

impl Sampler {
    /// Adds and subtracts mean latents: "thick 3 - thin 3 + thin 7".
    ///
    /// Sample `i` is image `i` of [`sample`](Self::sample) with this seed (and class), up to the rounding of another batch. Neighbour `k` of the result adds to
    /// each coordinate noise that is uniform on ± [`spread`](ArithmeticOptions::spread) and depends on the seed and `k` alone.
    ///
    /// The mean of n latents of independent coordinates with variance 1 has variance 1/n, so its norm is √(1/n) of a sample's (0.58 for three): it lies
    /// inside the shell where the generator was trained, as a truncated latent does. Three means of three, added or subtracted, have 3 · 1/3 = 1 again.
    ///
    /// ```
    /// # let model = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixture/digits.safetensors");
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("sum.png");
    /// use ganforge_infer::{ArithmeticOptions, Concept, Sampler};
    ///
    /// let sampler = Sampler::open(model)?;
    /// let concepts = [Concept::plus([0, 1, 2]), Concept::minus([3, 4, 5]), Concept::plus([6, 7, 8])];
    /// let sum = sampler.arithmetic(&ArithmeticOptions::new(concepts, 7))?;
    /// assert_eq!(sum.concepts[0].samples.count(), 3);
    ///
    /// // The middle of the grid is the image of the sum.
    /// let image = sampler.generate(sum.latent.clone(), None)?;
    /// assert_eq!((sum.grid.count(), sum.grid.spec()), (9, image.spec()));
    /// sum.write_picture(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Options out of range, a conditional model without a class, a class that does not exist, a model that takes images in place of latents, images that
    /// are not finite, or a device that fails.
    pub fn arithmetic(&self, options: &ArithmeticOptions) -> Result<Arithmetic, InferError> {
        options.check()?;
        let signature = self.signature();
        if let Some(input) = signature.input {
            return Err(InferError::NoLatents { input });
        }
        if options.class.is_none() && !signature.classes.is_empty() {
            let allowed = allowed_classes(&signature.classes);
            return Err(ConfigError::new("class", "not given", allowed).into());
        }
        let images = |latents: Vec<f32>| {
            let count = latents.len() / signature.latent.dimension;
            let classes = options.class.map(|class| vec![class; count]);
            self.generate(latents, classes.as_deref())
        };

        let mut latent = vec![0.0; signature.latent.dimension];
        let mut concepts = Vec::with_capacity(options.concepts.len());
        for concept in &options.concepts {
            let samples = concept
                .indices
                .iter()
                .flat_map(|&index| self.latent(options.seed, index));
            let samples: Vec<f32> = samples.collect();
            let mean = mean(&samples, concept.indices.len());
            for (sum, coordinate) in latent.iter_mut().zip(&mean) {
                *sum += concept.sign.factor() * coordinate;
            }
            concepts.push(ConceptImages {
                sign: concept.sign,
                samples: images(samples)?,
                mean: images(mean)?,
            });
        }
        let grid = images(neighbours(&latent, options)?)?;
        Ok(Arithmetic {
            concepts,
            latent,
            grid,
        })
    }
}

/// The mean of `count` latents, `[count, dimension]` to `[dimension]`.
fn mean(latents: &[f32], count: usize) -> Vec<f32> {
    let dimension = latents.len() / count;
    let coordinate = |at| latents[at..].iter().step_by(dimension).sum::<f32>() / count as f32;
    (0..dimension).map(coordinate).collect()
}

/// The latents of the grid.
fn neighbours(latent: &[f32], options: &ArithmeticOptions) -> Result<Vec<f32>, ConfigError> {
    let spread = options.spread;
    let noise = Uniform::new_inclusive(-spread, spread)
        .map_err(|_| ConfigError::new("spread", spread, "0 or more"))?;
    Ok((0..GRID)
        .flat_map(|place| {
            let mut rng = keyed_rng(options.seed, "arithmetic", place as u64);
            latent.iter().map(move |coordinate| {
                if place == CENTRE {
                    *coordinate
                } else {
                    coordinate + noise.sample(&mut rng)
                }
            })
        })
        .collect())
}
