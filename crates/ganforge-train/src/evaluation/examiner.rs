//! The examiner of a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::Device;
use ganforge_data::Dataset;
use ganforge_eval::{Better, EvalError, Evaluator, MetricName, Part};
use ganforge_infer::{SampleOptions, Signature, batches};
use ganforge_measure::{MeasureError, ReferenceData, Request};
use ganforge_model::Generator;

use super::Protocols;
use crate::error::TrainError;
use crate::experiment::EvaluationConfig;
use crate::recipe::Recipe;
use crate::system::System;

/// Measures the generators of a run against the same real images, on samples of the same latents, and keeps track of the best.
///
/// The figures depend on the generator alone: no random number is drawn from the device, and no network changes.
#[derive(Debug)]
pub struct Examiner {
    evaluator: Evaluator,
    signature: Signature,
    options: SampleOptions,
    device: Device,
    best: Option<Best>,
}

/// The figures of one generator.
#[derive(Debug, Default)]
pub struct Examined {
    /// The metrics that have a finite value.
    pub figures: BTreeMap<MetricName, f64>,
    /// Why the other metrics have none.
    pub without: Vec<EvalError>,
    /// Whether this is the best generator so far by the recipe's `keep_best` metric.
    pub is_best: bool,
}

#[derive(Debug)]
struct Best {
    metric: MetricName,
    better: Better,
    value: Option<f64>,
}

impl Examiner {
    /// Collects the real images for a run of `recipe` on `dataset`. The samples are those of `ganforge sample -n N --seed S`, where S is the seed of the run.
    ///
    /// # Errors
    /// Metrics or features that the data do not admit, or data that cannot be read.
    pub fn new<S: System>(
        recipe: &Recipe<S>,
        config: &EvaluationConfig,
        dataset: &Dataset,
        signature: Signature,
        device: &Device,
    ) -> Result<Self, TrainError> {
        let request = Request::new(config.samples, recipe.experiment.run.seed)
            .metrics(config.metrics.iter().copied())
            .features(config.features)
            .split(config.split);
        let image = signature.image;
        // Samples of a system of two domains are images of the second.
        let target = recipe.experiment.target.as_ref();
        let data = target.unwrap_or(&recipe.experiment.data);
        let mut reference = ReferenceData::new(&data.source, image, &data.options())?;
        if target.is_none() && data.skip == 0 && data.take.is_none() {
            reference = reference.with_training(dataset.clone());
        }
        let mut evaluator = reference.evaluator(&request, device)?;
        reference.fill(&mut evaluator, &request, |_, _, _| ())?;
        let inputs = recipe
            .system
            .sample_inputs(dataset, request.samples, request.seed)?;
        Ok(Self {
            evaluator,
            signature,
            options: SampleOptions {
                count: request.samples,
                seed: request.seed,
                inputs: inputs.map(Arc::new),
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

    /// Measures a generator. A metric without a value for its samples is not an error.
    ///
    /// # Errors
    /// The device fails.
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

    /// The protocol of each metric.
    #[must_use]
    pub fn protocols(&self) -> Protocols {
        let metrics = self.evaluator.metrics();
        let protocol = |metric| (metric, self.evaluator.protocol(metric));
        metrics.map(protocol).collect()
    }

    /// Makes the stored best generator of a resumed run the one to beat.
    ///
    /// # Errors
    /// As [`dry_run`](Self::dry_run).
    pub fn restore_best<G: Generator>(&mut self, generator: &G) -> Result<(), TrainError> {
        let examined = self.measure(generator)?;
        if let Some(best) = &mut self.best {
            best.value = examined.figures.get(&best.metric).copied();
        }
        check_permanent(examined)
    }

    /// Measures a generator and drops the figures, to check that every metric can be computed.
    ///
    /// # Errors
    /// Too few images for a metric or another problem that is independent of the generator; a device that fails.
    pub fn dry_run<G: Generator>(&mut self, generator: &G) -> Result<(), TrainError> {
        check_permanent(self.measure(generator)?)
    }

    fn measure<G: Generator>(&mut self, generator: &G) -> Result<Examined, TrainError> {
        let added = self.add_samples(generator)?;
        let mut examined = Examined::default();
        match added {
            Ok(()) => {
                for (metric, outcome) in self.evaluator.outcomes(|_| ()) {
                    match outcome {
                        Ok(figure) if figure.value.is_finite() => {
                            examined.figures.insert(metric, figure.value);
                        }
                        Ok(_) => examined.without.push(EvalError::NoValue {
                            metric: metric.name(),
                            reason: "it is infinite for these samples",
                        }),
                        Err(reason) => examined.without.push(reason),
                    }
                }
            }
            Err(reason) => examined.without.push(reason),
        }
        self.evaluator.clear(Part::Samples);
        Ok(examined)
    }

    /// Adds the samples to the evaluator. The inner error is about the samples themselves, such as a NaN.
    fn add_samples<G: Generator>(
        &mut self,
        generator: &G,
    ) -> Result<Result<(), EvalError>, TrainError> {
        for images in batches(generator, &self.signature, &self.options, &self.device)? {
            let images = images?.into_data();
            if let Err(reason) = self.evaluator.add(Part::Samples, images) {
                return Ok(Err(reason));
            }
        }
        Ok(Ok(()))
    }
}

/// Fails if a metric has no value for a reason that is independent of the samples.
fn check_permanent(examined: Examined) -> Result<(), TrainError> {
    let mut without = examined.without.into_iter();
    match without.find(|reason| !reason.depends_on_samples()) {
        Some(permanent) => Err(MeasureError::from(permanent).into()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;
    use ganforge_model::{GeneratorNet, apply_weights, collect_weights};

    use super::*;
    use crate::recipe::Override;

    /// The recipe `digits` with an evaluation of 50 samples.
    fn recipe(metrics: Vec<&str>, keep_best: &str) -> (Recipe, Dataset) {
        let changes = [
            Override::new("evaluation.metrics", metrics),
            Override::new("evaluation.samples", 50),
            Override::new("evaluation.keep_best", keep_best),
        ];
        let recipe = Recipe::load("digits", &changes).unwrap();
        let dataset = Dataset::open(
            &recipe.experiment.data.source,
            &recipe.experiment.data.options(),
        )
        .unwrap();
        (recipe, dataset)
    }

    fn examiner((recipe, dataset): &(Recipe, Dataset)) -> Examiner {
        let config = recipe.experiment.evaluation.as_ref().unwrap();
        let signature = recipe.signature(dataset);
        Examiner::new(recipe, config, dataset, signature, &Device::flex()).unwrap()
    }

    /// The initial generator, or one whose weights all have the value `filled`.
    fn generator((recipe, dataset): &(Recipe, Dataset), filled: Option<f32>) -> GeneratorNet {
        let signature = recipe.signature(dataset);
        let network = recipe
            .build(&signature, 0, &Device::flex())
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
    fn a_diverged_or_collapsed_generator_does_not_affect_later_figures() {
        let run = recipe(vec!["frechet", "recall"], "recall");
        let mut examiner = examiner(&run);
        let good = generator(&run, None);
        let first = examiner.examine(&good).unwrap();
        assert!(first.is_best && first.without.is_empty());
        assert_eq!(first.figures.len(), 2);

        let diverged = generator(&run, Some(f32::NAN));
        let examined = examiner.examine(&diverged).unwrap();
        assert!(examined.figures.is_empty() && !examined.is_best);
        let reason = examined.without[0].to_string();
        assert!(reason.contains("of sample 0 is NaN"), "{reason}");
        examiner.dry_run(&diverged).unwrap();

        // All of its images are the same grey.
        let collapsed = generator(&run, Some(0.0));
        let collapsed = examiner.examine(&collapsed).unwrap();
        assert!(collapsed.figures[&MetricName::Frechet].is_finite());

        let again = examiner.examine(&good).unwrap();
        assert_eq!(again.figures, first.figures);
        assert!(!again.is_best, "an equal figure is no better");
        assert_eq!(examiner.protocols()[&MetricName::Recall].samples, 50);
    }

    #[test]
    fn a_restored_best_generator_is_the_one_to_beat() {
        let run = recipe(vec!["frechet"], "frechet");
        let figure = |network: &GeneratorNet| {
            let examined = examiner(&run).examine(network).unwrap();
            examined.figures[&MetricName::Frechet]
        };
        let mut both = [generator(&run, None), generator(&run, Some(0.0))];
        both.sort_by(|a, b| figure(a).total_cmp(&figure(b)));
        let [better, worse] = both;
        let mut examiner = examiner(&run);
        examiner.restore_best(&better).unwrap();
        assert!(!examiner.examine(&worse).unwrap().is_best);
        assert!(!examiner.examine(&better).unwrap().is_best);
        examiner.restore_best(&worse).unwrap();
        assert!(examiner.examine(&better).unwrap().is_best);
    }
}
