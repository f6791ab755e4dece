//! One evaluator for a whole run.

use std::collections::BTreeMap;

use burn::tensor::Device;
use ganforge_data::Dataset;
use ganforge_eval::{Better, EvaluationError, Evaluator, MetricName, Part};
use ganforge_infer::{SampleOptions, Signature, batches};
use ganforge_model::Generator;

use super::{Asked, Protocols, Real, RealError};
use crate::error::TrainError;
use crate::recipe::{EvaluationConfig, Recipe};

/// Measures generator after generator against the same real images, on samples from the same latents, and knows the best of them.
///
/// What it does follows from the generator alone: it draws nothing from the device and leaves networks as they are.
#[derive(Debug)]
pub struct Examiner {
    evaluator: Evaluator,
    signature: Signature,
    options: SampleOptions,
    device: Device,
    best: Option<Best>,
}

/// What was found of one generator.
#[derive(Debug, Default)]
pub struct Examined {
    /// The figures, all finite.
    pub figures: BTreeMap<MetricName, f64>,
    /// Why metrics have none.
    pub without: Vec<EvaluationError>,
    /// Whether it is the best so far by the metric that the recipe keeps the best by.
    pub is_best: bool,
}

#[derive(Debug)]
struct Best {
    metric: MetricName,
    better: Better,
    value: Option<f64>,
}

impl Examiner {
    /// Collects the real images for a run of `recipe` on `dataset`. The samples will be those of `ganforge sample -n N --seed S`, where S is the seed of the run.
    ///
    /// # Errors
    /// Metrics or features that the data do not admit, or data that cannot be read.
    pub fn new<G, D>(
        recipe: &Recipe<G, D>,
        config: &EvaluationConfig,
        dataset: &Dataset,
        signature: Signature,
        device: &Device,
    ) -> Result<Self, RealError> {
        let asked = Asked {
            metrics: config.metrics.clone(),
            features: config.features,
            split: config.split,
            samples: config.samples,
            reference: None,
            seed: recipe.run.seed,
            class: None,
            sampling: BTreeMap::new(),
        };
        let image = signature.image;
        let image = [image.channels, image.height, image.width];
        let data = &recipe.data;
        let mut real = Real::new(&data.source, image, &data.options())?;
        if data.skip == 0 && data.take.is_none() {
            real = real.with_training(dataset.clone());
        }
        let mut evaluator = real.evaluator(&asked, device)?;
        real.fill(&mut evaluator, &asked, |_, _, _| ())?;
        Ok(Self {
            evaluator,
            signature,
            options: SampleOptions {
                count: asked.samples,
                seed: asked.seed,
                ..SampleOptions::default()
            },
            device: device.clone(),
            best: config.keeps().map(|(metric, better)| Best {
                metric,
                better,
                value: None,
            }),
        })
    }

    /// Measures a generator. Metrics that have no value for its samples are no error.
    ///
    /// # Errors
    /// A device that fails.
    pub fn examine<G: Generator>(&mut self, generator: &G) -> Result<Examined, TrainError> {
        let mut examined = self.measure(generator)?;
        if let Some(best) = &mut self.best
            && let Some(&value) = examined.figures.get(&best.metric)
            && best
                .value
                .is_none_or(|earlier| best.better.improves(value, earlier))
        {
            best.value = Some(value);
            examined.is_best = true;
        }
        Ok(examined)
    }

    /// How the figures are obtained.
    #[must_use]
    pub fn protocols(&self) -> Protocols {
        let metrics = self.evaluator.metrics();
        let protocol = |metric| (metric, self.evaluator.protocol(metric));
        metrics.map(protocol).collect()
    }

    /// Takes a generator that was kept earlier for the best so far.
    ///
    /// # Errors
    /// As [`try_on`](Self::try_on).
    pub fn recall<G: Generator>(&mut self, generator: &G) -> Result<(), TrainError> {
        let examined = self.measure(generator)?;
        if let Some(best) = &mut self.best {
            best.value = examined.figures.get(&best.metric).copied();
        }
        refuse_what_lasts(examined)
    }

    /// Measures a generator only to see whether that can be done.
    ///
    /// # Errors
    /// Too few images for a metric, or whatever else no generator would change; and a device that fails.
    pub fn try_on<G: Generator>(&mut self, generator: &G) -> Result<(), TrainError> {
        refuse_what_lasts(self.measure(generator)?)
    }

    fn measure<G: Generator>(&mut self, generator: &G) -> Result<Examined, TrainError> {
        let drawn = self.draw(generator)?;
        let mut examined = Examined::default();
        match drawn {
            Ok(()) => {
                for (metric, outcome) in self.evaluator.outcomes(|_| ()) {
                    match outcome {
                        Ok(figure) if figure.value.is_finite() => {
                            examined.figures.insert(metric, figure.value);
                        }
                        Ok(_) => examined.without.push(EvaluationError::NoValue {
                            metric,
                            reason: "it is infinite for these samples",
                        }),
                        Err(reason) => examined.without.push(reason),
                    }
                }
            }
            Err(reason) => examined.without.push(reason),
        }
        self.evaluator.forget(Part::Samples);
        Ok(examined)
    }

    /// Adds the samples; what is wrong with them is the inner error.
    fn draw<G: Generator>(
        &mut self,
        generator: &G,
    ) -> Result<Result<(), EvaluationError>, TrainError> {
        for images in batches(generator, &self.signature, &self.options, &self.device)? {
            let images = images?.into_data();
            if let Err(reason) = self.evaluator.add(Part::Samples, images) {
                return Ok(Err(reason));
            }
        }
        Ok(Ok(()))
    }
}

fn refuse_what_lasts(examined: Examined) -> Result<(), TrainError> {
    let mut without = examined.without.into_iter();
    match without.find(|reason| !reason.is_of_the_samples()) {
        Some(lasting) => Err(RealError::from(lasting).into()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;
    use ganforge_model::{GeneratorNet, apply_weights, collect_weights};

    use super::*;
    use crate::recipe::Override;
    use crate::{build, signature};

    /// The recipe `digits`, with an evaluation of fifty samples.
    fn recipe(metrics: Vec<&str>, keep_best: &str) -> (Recipe, Dataset) {
        let changes = [
            Override::new("evaluation.metrics", metrics),
            Override::new("evaluation.samples", 50),
            Override::new("evaluation.keep_best", keep_best),
        ];
        let recipe = Recipe::load("digits", &changes).unwrap();
        let dataset = Dataset::open(&recipe.data.source, &recipe.data.options()).unwrap();
        (recipe, dataset)
    }

    fn examiner((recipe, dataset): &(Recipe, Dataset)) -> Examiner {
        let asked = recipe.evaluation.as_ref().unwrap();
        let signature = signature(recipe, dataset);
        Examiner::new(recipe, asked, dataset, signature, &Device::flex()).unwrap()
    }

    /// The generator that training starts from, or one of which every weight is the same.
    fn generator((recipe, dataset): &(Recipe, Dataset), filled: Option<f32>) -> GeneratorNet {
        let signature = signature(recipe, dataset);
        let network = build(recipe, &signature, 0, &Device::flex())
            .unwrap()
            .generator;
        let Some(value) = filled else {
            return network;
        };
        let weights = collect_weights(&network).into_iter().map(|(name, data)| {
            let shape = data.shape().as_slice().to_vec();
            let values = vec![value; data.num_elements()];
            (name, TensorData::new(values, shape))
        });
        apply_weights(network, weights.collect()).unwrap()
    }

    #[test]
    fn a_generator_that_diverged_or_collapsed_leaves_no_trace() {
        let run = recipe(vec!["frechet", "recall"], "recall");
        let mut examiner = examiner(&run);
        let good = generator(&run, None);
        let first = examiner.examine(&good).unwrap();
        assert!(first.is_best && first.without.is_empty());
        assert_eq!(first.figures.len(), 2);

        let lost = generator(&run, Some(f32::NAN));
        let examined = examiner.examine(&lost).unwrap();
        assert!(examined.figures.is_empty() && !examined.is_best);
        let reason = examined.without[0].to_string();
        assert!(reason.contains("of sample 0 is NaN"), "{reason}");
        examiner.try_on(&lost).unwrap();

        // All of its images are one grey: nothing varies.
        let collapsed = generator(&run, Some(0.0));
        let collapsed = examiner.examine(&collapsed).unwrap();
        assert!(collapsed.figures[&MetricName::Frechet].is_finite());

        let again = examiner.examine(&good).unwrap();
        assert_eq!(again.figures, first.figures);
        assert!(!again.is_best, "an equal figure is no better");
        assert_eq!(examiner.protocols()[&MetricName::Recall].samples, 50);
    }

    #[test]
    fn what_was_kept_earlier_is_the_one_to_beat() {
        let run = recipe(vec!["frechet"], "frechet");
        let figure = |network: &GeneratorNet| {
            let examined = examiner(&run).examine(network).unwrap();
            examined.figures[&MetricName::Frechet]
        };
        let mut both = [generator(&run, None), generator(&run, Some(0.0))];
        both.sort_by(|a, b| figure(a).total_cmp(&figure(b)));
        let [better, worse] = both;
        let mut examiner = examiner(&run);
        examiner.recall(&better).unwrap();
        assert!(!examiner.examine(&worse).unwrap().is_best);
        assert!(!examiner.examine(&better).unwrap().is_best);
        examiner.recall(&worse).unwrap();
        assert!(examiner.examine(&better).unwrap().is_best);
    }
}
