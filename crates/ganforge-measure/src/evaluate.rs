//! The figures of a model on a dataset.

use burn::tensor::Device;
use ganforge_eval::{Figures, Part};
use ganforge_infer::{SampleOptions, Sampler};

use crate::error::MeasureError;
use crate::reference_data::ReferenceData;
use crate::request::Request;

/// Measures a model: draws the samples of the request and compares them with the reference data. `device` computes the features.
///
/// The samples are those of `ganforge sample -n N --seed S`. The figures are those of `ganforge evaluate` for the same options.
///
/// # Errors
/// A metric that such data do not admit, data that cannot be read, a class that the model does not have, samples that are not finite, or a device that fails.
pub fn evaluate(
    sampler: &Sampler,
    reference: &ReferenceData,
    request: &Request,
    device: &Device,
) -> Result<Figures, MeasureError> {
    let mut evaluator = reference.evaluator(request, device)?;
    reference.fill(&mut evaluator, request, |_, _, _| ())?;
    let classes = &sampler.card().classes;
    let options = SampleOptions {
        count: request.samples,
        seed: request.seed,
        // A name that the model does not have becomes an index out of range, which the sampler refuses.
        class: request.class.as_ref().map(|class| {
            let index = classes.iter().position(|name| name == class);
            index.unwrap_or(classes.len())
        }),
        ..SampleOptions::default()
    };
    for images in sampler.batches(&options)? {
        evaluator.add(Part::Samples, images?.into_data())?;
    }
    Ok(evaluator.figures(|_| ())?)
}
