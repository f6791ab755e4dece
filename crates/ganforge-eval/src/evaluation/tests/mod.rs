//! The figures of an evaluator equal those of the metrics for the same images.

mod frechet;

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::Device;
use ganforge_core::ImageShape;

use super::evaluator::PAIRS;
use super::*;
use crate::metrics::*;
use crate::spaces::{FeatureSpace, GENERATED, without_border};
use crate::tests::scattered;
use crate::{Features, Metric, Spread};

fn evaluation([channels, height, width]: [usize; 3], metrics: &[MetricName]) -> EvaluatorConfig {
    EvaluatorConfig {
        image: ImageShape {
            channels,
            height,
            width,
        },
        space: FeatureSpace::Raw,
        modes: None,
        metrics: metrics.iter().copied().collect(),
        samples: 60,
        reference: 50,
        context: ProtocolContext {
            data: "noise".into(),
            split: "train".into(),
            resize: Some("pad to 1x4x4".into()),
            seed: 5,
            sampling: BTreeMap::from([("class".into(), "3".into())]),
        },
    }
}

/// Adds a set in two batches.
fn add(evaluator: &mut Evaluator, part: Part, set: &Features) {
    let (first, second) = set.data().split_at(7 * set.columns());
    for batch in [first, second] {
        evaluator.add(part, batch.to_vec()).unwrap();
    }
}

#[test]
fn raw_figures_are_those_of_the_metrics() {
    let metrics = [
        MetricName::Frechet,
        MetricName::Kernel,
        MetricName::Recall,
        MetricName::Parzen,
        MetricName::Nearest,
    ];
    let mut evaluator = Evaluator::new(evaluation([1, 4, 4], &metrics)).unwrap();
    let sets = [
        (Part::Samples, scattered(60, 16, 1)),
        (Part::Reference, scattered(50, 16, 2)),
        (Part::Training, scattered(40, 16, 3)),
        (Part::HeldOut, scattered(120, 16, 4)),
        (Part::Validation, scattered(20, 16, 5)),
        (Part::Test, scattered(30, 16, 6)),
    ];
    assert!(evaluator.parts().eq(sets.iter().map(|(part, _)| *part)));
    for (part, set) in &sets {
        add(&mut evaluator, *part, set);
    }
    let mut computed = Vec::new();
    let figures = evaluator
        .figures(|metric| computed.push(metric))
        .unwrap()
        .found;
    assert_eq!(computed, metrics);

    let [samples, reference, training, held_out, validation, test] =
        sets.map(|(_, features)| features);
    let value = |metric| figures[&metric].value.to_bits();
    let expected = frechet_of_features(&samples, &reference).unwrap();
    assert_eq!(value(MetricName::Frechet), expected.to_bits());
    let expected = kernel(&samples, &reference, KernelEstimator::AllPairs, 5).unwrap();
    assert_eq!(value(MetricName::Kernel), expected.value.to_bits());
    assert_eq!(figures[&MetricName::Kernel].error, Some(expected.spread));
    let expected = prdc(&samples, &reference, NearestK::default()).unwrap();
    assert_eq!(value(MetricName::Recall), expected.recall.to_bits());
    let expected = nearest_training(&samples, &held_out, &training).unwrap();
    let expected = expected.ratio().unwrap();
    assert_eq!(value(MetricName::Nearest), expected.to_bits());
    let [samples, validation, test] = [samples, validation, test].map(|set| {
        let ink = set.data().iter().map(|pixel| (pixel + 1.0) / 2.0);
        Features::new(set.rows(), set.columns(), ink.collect()).unwrap()
    });
    let expected = parzen(&samples, &validation, &test, &PARZEN_GRID).unwrap();
    assert_eq!(value(MetricName::Parzen), expected.nats.value.to_bits());
}

#[test]
fn protocols_state_counts_and_context() {
    let metrics = [MetricName::Frechet, MetricName::Parzen, MetricName::Nearest];
    let mut evaluator = Evaluator::new(evaluation([1, 4, 4], &metrics)).unwrap();
    for (part, rows) in [
        (Part::Samples, 60),
        (Part::Reference, 50),
        (Part::Training, 40),
        (Part::HeldOut, 30),
        (Part::Validation, 20),
        (Part::Test, 10),
    ] {
        add(&mut evaluator, part, &scattered(rows, 16, 1));
    }
    let protocol = evaluator.protocol(MetricName::Frechet);
    assert_eq!((protocol.samples, protocol.reference), (60, 50));
    assert_eq!((&*protocol.split, protocol.seed), ("train", 5));
    assert_eq!(protocol.sampling["class"], "3");
    assert_eq!(protocol.resize.as_deref(), Some("pad to 1x4x4"));
    let protocol = evaluator.protocol(MetricName::Parzen);
    assert_eq!((protocol.reference, &*protocol.split), (10, "test"));
    assert!(matches!(
        protocol.metric,
        Metric::Parzen { validation: 20, .. }
    ));
    let protocol = evaluator.protocol(MetricName::Nearest);
    assert_eq!((protocol.reference, &*protocol.split), (40, "train"));
}

#[test]
fn protocols_identify_real_images_by_their_pixels() {
    let digest = |metric, change: f32| {
        let mut evaluator = Evaluator::new(evaluation([1, 4, 4], &[metric])).unwrap();
        for part in metric.parts() {
            let mut data = scattered(20, 16, 1).into_data();
            data[100] += change;
            evaluator.add(*part, data).unwrap();
        }
        evaluator
            .add(Part::Samples, scattered(20, 16, 2).into_data())
            .unwrap();
        evaluator.protocol(metric).digest.unwrap()
    };
    let known = digest(MetricName::Frechet, 0.0);
    assert_eq!(known.len(), 32);
    assert_eq!(digest(MetricName::Kernel, 0.0), known);
    assert_ne!(digest(MetricName::Frechet, 0.25), known);
    assert_eq!(digest(MetricName::Nearest, 0.0), format!("{known}+{known}"));
}

#[test]
fn an_infinite_divergence_leaves_the_count_of_modes() {
    let metrics = [MetricName::Modes, MetricName::ReverseKl];
    let mut asked = evaluation([3, 28, 28], &metrics);
    let device = Device::flex();
    // The class of blank images is not among these.
    let other = (0..1000).filter(|class| class % 111 != 0).collect();
    asked.modes = Some(ModeSource::stacked_digits(&device, Some(other)).unwrap());
    let mut evaluator = Evaluator::new(asked).unwrap();
    evaluator.add(Part::Samples, vec![-1.0; 9 * 2352]).unwrap();
    let figures = evaluator.figures(|_| ()).unwrap();
    assert!(figures.found.keys().eq(&[MetricName::Modes]));
    let reason = figures.without[0].to_string();
    assert!(
        reason.contains("reverse-kl has no value: it is infinite"),
        "{reason}"
    );
    let [modes, divergence] = metrics.map(|metric| evaluator.protocol(metric).digest);
    assert!(modes.is_none() && divergence.is_some());
}

#[test]
fn diversity_includes_that_of_real_images() {
    let mut evaluator = Evaluator::new(evaluation([1, 4, 4], &[MetricName::Diversity])).unwrap();
    let (samples, real) = (scattered(30, 16, 1), scattered(20, 16, 2));
    add(&mut evaluator, Part::Samples, &samples);
    add(&mut evaluator, Part::Reference, &real);
    let figure = &evaluator.figures(|_| ()).unwrap().found[&MetricName::Diversity];
    let shape = ImageShape {
        channels: 1,
        height: 4,
        width: 4,
    };
    let expected = |set| diversity(set, shape, PAIRS, 5).unwrap().value.to_bits();
    assert_eq!(figure.value.to_bits(), expected(&samples));
    assert_eq!(figure.details["real"].to_bits(), expected(&real));
    assert_eq!(
        (figure.protocol.reference, &*figure.protocol.split),
        (20, "train")
    );
}

#[test]
fn new_samples_replace_cleared_ones() {
    let mut evaluator = Evaluator::new(evaluation([1, 4, 4], &[MetricName::Frechet])).unwrap();
    let reference = scattered(50, 16, 2);
    add(&mut evaluator, Part::Reference, &reference);
    for seed in [3, 4] {
        evaluator.clear(Part::Samples);
        let samples = scattered(40, 16, seed);
        add(&mut evaluator, Part::Samples, &samples);
        let found = evaluator.figures(|_| ()).unwrap().found[&MetricName::Frechet].value;
        let expected = frechet_of_features(&samples, &reference).unwrap();
        assert_eq!(found.to_bits(), expected.to_bits());
    }
}

#[test]
fn points_are_counted_by_the_modes_of_their_mixture() {
    let centers = Features::new(2, 2, vec![0.0, 0.0, 1.0, 1.0]).unwrap();
    let metrics = [
        MetricName::Modes,
        MetricName::HighQuality,
        MetricName::ReverseKl,
    ];
    let mut asked = evaluation([2, 1, 1], &metrics);
    asked.modes = Some(ModeSource::Mixture {
        centers: centers.clone(),
        sigma: 0.1,
    });
    let mut evaluator = Evaluator::new(asked).unwrap();
    let far = vec![9.0, 9.0];
    evaluator.add(Part::Samples, far).unwrap();
    let figures = evaluator.figures(|_| ()).unwrap();
    assert_eq!(figures.found.len(), 2);
    let reason = figures.without[0].to_string();
    assert!(reason.starts_with("reverse-kl has no value"), "{reason}");
    let near = vec![0.1, 0.0, 0.0, 0.2, 1.0, 1.1];
    evaluator.add(Part::Samples, near).unwrap();
    let samples = Features::new(4, 2, vec![9.0, 9.0, 0.1, 0.0, 0.0, 0.2, 1.0, 1.1]).unwrap();
    let expected = mixture_modes(&samples, &centers, 0.1).unwrap();
    let figures = evaluator.figures(|_| ()).unwrap().found;
    let value = |metric| figures[&metric].value.to_bits();
    assert_eq!(value(MetricName::Modes), 2.0_f64.to_bits());
    let share = value(MetricName::HighQuality);
    assert_eq!(share, 0.75_f64.to_bits());
    let divergence = expected.reverse_kl.unwrap();
    assert_eq!(value(MetricName::ReverseKl), divergence.to_bits());
    let protocol = evaluator.protocol(MetricName::Modes);
    assert_eq!((protocol.reference, &*protocol.split), (0, "none"));
}

#[test]
fn padded_digits_have_the_features_of_their_middle() {
    let device = Device::flex();
    let metrics = [MetricName::Frechet, MetricName::InceptionScore];
    let mut asked = evaluation([1, 32, 32], &metrics);
    asked.space = FeatureSpace::digits(&device).unwrap();
    let FeatureSpace::Digits(classifier, _) = asked.space.clone() else {
        unreachable!("digits were asked for")
    };
    let mut evaluator = Evaluator::new(asked).unwrap();
    let [samples, reference] = [1, 2].map(|seed| scattered(20, 1024, seed));
    add(&mut evaluator, Part::Samples, &samples);
    add(&mut evaluator, Part::Reference, &reference);
    let figures = evaluator.figures(|_| ()).unwrap().found;
    let [samples, reference] = [samples, reference].map(|set| {
        let data = burn::tensor::TensorData::new(set.into_data(), [20, 1, 32, 32]);
        let images = without_border(burn::tensor::Tensor::from_data(data, &device));
        let features = classifier.classify(images).unwrap().features;
        Features::new(20, 128, features.try_into_vec_as().unwrap()).unwrap()
    });
    let expected = frechet_of_features(&samples, &reference).unwrap();
    let found = figures[&MetricName::Frechet].value;
    // Rounding depends on the batch size, here 7 and 13.
    assert!(
        (found - expected).abs() < 1e-3 * expected,
        "{found} {expected}"
    );
    let score = &figures[&MetricName::InceptionScore];
    assert!((1.0..=10.0).contains(&score.value));
    assert!(matches!(score.error, Some(Spread::Deviation(_))));
    assert!(score.protocol.features.starts_with("digits ffcf305ed559"));
}

#[test]
fn stacked_digits_are_counted_by_the_classifier() {
    let device = Device::flex();
    let metrics = [MetricName::Modes, MetricName::ReverseKl];
    let mut asked = evaluation([3, 28, 28], &metrics);
    let every = (0..1000).collect();
    asked.modes = Some(ModeSource::stacked_digits(&device, Some(every)).unwrap());
    let mut evaluator = Evaluator::new(asked).unwrap();
    // All blank images are of one class.
    evaluator.add(Part::Samples, vec![-1.0; 9 * 2352]).unwrap();
    let figures = evaluator.figures(|_| ()).unwrap().found;
    let value = |metric| figures[&metric].value;
    assert!((value(MetricName::Modes) - 1.0).abs() < 1e-12);
    assert!((value(MetricName::ReverseKl) - 1000.0_f64.ln()).abs() < 1e-9);
    assert_eq!(evaluator.protocol(MetricName::ReverseKl).reference, 1000);
    assert!(
        evaluator
            .protocol(MetricName::Modes)
            .features
            .starts_with("digits")
    );
}

#[test]
fn unsupported_metrics_are_refused_before_any_image() {
    let refused = |image, metric| {
        let asked = evaluation(image, &[metric]);
        Evaluator::new(asked).unwrap_err().to_string()
    };
    assert!(refused([1, 4, 4], MetricName::Modes).contains("ring8, grid25"));
    assert!(refused([1, 4, 4], MetricName::InceptionScore).contains("digits features"));
    assert!(refused([2, 1, 1], MetricName::Parzen).contains("no pixels"));
    assert!(refused([2, 1, 1], MetricName::Diversity).contains("no pixels"));
    let mut asked = evaluation([3, 8, 8], &[MetricName::Modes]);
    asked.modes = Some(ModeSource::stacked_digits(&Device::flex(), None).unwrap());
    let small = Evaluator::new(asked).unwrap_err().to_string();
    assert!(small.contains("3x28x28, and these are 3x8x8"), "{small}");
    let mut asked = evaluation([1, 8, 8], &[MetricName::Frechet]);
    asked.space = FeatureSpace::digits(&Device::flex()).unwrap();
    let refused = Evaluator::new(asked).unwrap_err().to_string();
    assert!(
        refused.contains("these are 1x8x8: ask for raw"),
        "{refused}"
    );
}

#[test]
fn a_pixel_that_is_not_finite_is_refused_with_its_position() {
    let mut evaluator = Evaluator::new(evaluation([1, 1, 2], &[MetricName::Frechet])).unwrap();
    evaluator.add(Part::Samples, vec![0.0; 6]).unwrap();
    let refused = evaluator.add(Part::Samples, vec![0.0, 0.0, 0.0, f32::NAN]);
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.starts_with("feature 1 of sample 4 is NaN"),
        "{refused}"
    );
    let torn = evaluator.add(Part::Samples, vec![0.0; 3]);
    assert!(torn.is_err());
    let empty = evaluator.figures(|_| ()).unwrap_err().to_string();
    assert!(empty.contains("at least 2 reference samples"), "{empty}");
    let sets: BTreeSet<Part> = evaluator.parts().collect();
    assert_eq!(sets, BTreeSet::from([Part::Samples, Part::Reference]));
}

#[test]
fn inception_features_are_those_of_the_network_and_state_the_resizing() {
    let device = Device::flex();
    let mut asked = evaluation([1, 8, 8], &[MetricName::Frechet]);
    asked.space = FeatureSpace::Inception(Box::new(GENERATED.clone()), device.clone());
    let mut evaluator = Evaluator::new(asked).unwrap();
    let [samples, reference] = [1, 2].map(|seed| scattered(2, 64, seed));
    for (part, set) in [(Part::Samples, &samples), (Part::Reference, &reference)] {
        evaluator.add(part, set.data().to_vec()).unwrap();
    }
    let figures = evaluator.figures(|_| ()).unwrap().found;
    let [samples, reference] = [samples, reference].map(|set| {
        let data = burn::tensor::TensorData::new(set.into_data(), [2, 1, 8, 8]);
        let images = burn::tensor::Tensor::from_data(data, &device);
        let features = GENERATED.classify(images).unwrap().features;
        Features::new(2, 2048, features.try_into_vec_as().unwrap()).unwrap()
    });
    let expected = frechet_of_features(&samples, &reference).unwrap();
    let figure = &figures[&MetricName::Frechet];
    assert!(
        (figure.value - expected).abs() < 1e-3 * expected,
        "{} {expected}",
        figure.value
    );
    let said = |metric| {
        let protocol = evaluator.protocol(metric);
        (protocol.features, protocol.resize.unwrap_or_default())
    };
    let inception = "inception-v3 6726825d";
    let enlarged = "pad to 1x4x4, bilinear to 299x299";
    for metric in [MetricName::Frechet, MetricName::InceptionScore] {
        assert_eq!(said(metric), (inception.into(), enlarged.into()));
    }
    let fitted = ("raw".into(), "pad to 1x4x4".into());
    assert_eq!(said(MetricName::Diversity), fitted);
}
