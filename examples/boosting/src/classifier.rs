//! Stage 2: one feature as logistic regression, data against negatives.

use ganforge_core::keyed_rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use serde::Serialize;

use crate::data::{BinaryImages, CountedImages};
use crate::model::{Activation, Feature, dot, sigmoid, softplus};

/// How a feature is trained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassifierSettings {
    /// Steps of Adam, each over all images.
    pub steps: usize,
    /// Rate of Adam.
    pub rate: f64,
    /// Standard deviation of the initial weights.
    pub initial_weights: f64,
    /// Factor of the weights in their gradient (L2). It takes a weight back to zero that neither data nor negatives determine, so that the feature is flat
    /// where there are no samples.
    pub decay: f64,
    /// Initial weights that are tried; the feature with the least loss is kept.
    pub restarts: u64,
}

impl Default for ClassifierSettings {
    fn default() -> Self {
        Self {
            steps: 300,
            rate: 0.05,
            initial_weights: 0.5,
            decay: 5e-4,
            restarts: 3,
        }
    }
}

/// A classifier with the logit f(x) + d.
#[derive(Debug, Clone)]
pub struct Classifier {
    /// f.
    pub feature: Feature,
    /// d, which takes the place of the log of the ratio of partition functions.
    pub offset: f64,
}

impl Classifier {
    /// The mean of softplus(-logit) over data plus the mean of softplus(logit) over negatives; 2 log 2 = 1.386 for a classifier at chance.
    #[must_use]
    pub fn loss(&self, data: &CountedImages, negatives: &CountedImages) -> f64 {
        let mean = |images: &CountedImages, sign: f64| {
            let logit = |x: &[f64]| self.feature.value(x) + self.offset;
            let shares = images.shares();
            shares
                .map(|(x, share)| share * softplus(sign * logit(x)))
                .sum::<f64>()
        };
        mean(data, -1.0) + mean(negatives, 1.0)
    }

    /// The gradient of [`loss`](Self::loss) with respect to weights, bias and offset, in this order.
    #[must_use]
    pub fn gradient(&self, data: &CountedImages, negatives: &CountedImages) -> Vec<f64> {
        let pixels = data.pixels();
        let activation = self.feature.activation;
        let mut gradient = vec![0.0; pixels + 2];
        for (images, sign) in [(data, -1.0), (negatives, 1.0)] {
            for (x, share) in images.shares() {
                let input = dot(&self.feature.weights, x) + self.feature.bias;
                let [value, derivative] = activation.with_derivative(input);
                let by_logit = share * sign * sigmoid(sign * (value + self.offset));
                let by_input = by_logit * derivative;
                for (sum, value) in gradient.iter_mut().zip(x) {
                    *sum += by_input * value;
                }
                gradient[pixels] += by_input;
                gradient[pixels + 1] += by_logit;
            }
        }
        gradient
    }

    /// Takes so many steps of Adam (Kingma and Ba 2015) with its usual constants.
    pub fn fit(
        &mut self,
        data: &CountedImages,
        negatives: &CountedImages,
        settings: &ClassifierSettings,
    ) {
        let pixels = data.pixels();
        let mut mean = vec![0.0; pixels + 2];
        let mut square = mean.clone();
        let (mut decayed_mean, mut decayed_square) = (1.0, 1.0);
        for _ in 0..settings.steps {
            let mut gradient = self.gradient(data, negatives);
            for (slope, weight) in gradient.iter_mut().zip(&self.feature.weights) {
                *slope += settings.decay * weight;
            }
            decayed_mean *= 0.9;
            decayed_square *= 0.999;
            let Self { feature, offset } = &mut *self;
            let parameters = feature
                .weights
                .iter_mut()
                .chain([&mut feature.bias, offset]);
            let moments = mean.iter_mut().zip(&mut square);
            for ((parameter, slope), (mean, square)) in parameters.zip(gradient).zip(moments) {
                *mean = 0.9 * *mean + 0.1 * slope;
                *square = 0.999 * *square + 0.001 * slope * slope;
                let size = (*square / (1.0 - decayed_square)).sqrt() + 1e-8;
                *parameter -= settings.rate * *mean / (1.0 - decayed_mean) / size;
            }
        }
    }
}

/// Trains a feature; `stage` selects its initial weights. Returns it with its loss.
#[must_use]
pub fn train(
    data: &BinaryImages,
    negatives: &BinaryImages,
    activation: Activation,
    settings: &ClassifierSettings,
    seed: u64,
    stage: u64,
) -> (Classifier, f64) {
    let [data, negatives] = [data, negatives].map(CountedImages::new);
    let candidate = |restart: u64| {
        let rng = keyed_rng(seed, "feature", stage * settings.restarts + restart);
        let normal = StandardNormal.sample_iter(rng).take(data.pixels());
        let weights = normal.map(|weight: f64| settings.initial_weights * weight);
        let mut classifier = Classifier {
            feature: Feature {
                weights: weights.collect(),
                bias: 0.0,
                activation,
            },
            offset: 0.5_f64.ln(),
        };
        classifier.fit(&data, &negatives, settings);
        let loss = classifier.loss(&data, &negatives);
        (classifier, loss)
    };
    let more = (1..settings.restarts).into_par_iter();
    let (first, others) = rayon::join(|| candidate(0), || more.map(&candidate).collect::<Vec<_>>());
    others.into_iter().fold(
        first,
        |best, next| {
            if next.1 < best.1 { next } else { best }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        let counted = |data| CountedImages::new(&BinaryImages::new(3, data));
        let data = counted(vec![1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0]);
        let negatives = counted(vec![0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
        for activation in [Activation::Softplus, Activation::Linear] {
            let at = |shift: &[f64]| Classifier {
                feature: Feature {
                    weights: vec![0.3 + shift[0], -1.1 + shift[1], 0.7 + shift[2]],
                    bias: 0.2 + shift[3],
                    activation,
                },
                offset: -0.4 + shift[4],
            };
            let gradient = at(&[0.0; 5]).gradient(&data, &negatives);
            for parameter in 0..5 {
                let [up, down] = [1e-5, -1e-5].map(|step| {
                    let mut shift = [0.0; 5];
                    shift[parameter] = step;
                    at(&shift).loss(&data, &negatives)
                });
                let slope = (up - down) / 2e-5;
                assert!((gradient[parameter] - slope).abs() < 1e-8, "{parameter}");
            }
        }
    }
}
