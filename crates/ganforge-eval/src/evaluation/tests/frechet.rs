//! The Fréchet distance, from features or from their moments.

use super::*;

/// More images than a block of moments.
const MANY: usize = 5000;

#[test]
fn the_frechet_distance_is_the_same_beside_every_other_metric() {
    let image = [1, 2, 2];
    let [samples, reference] = [1, 2].map(|seed| scattered(MANY, 4, seed));
    let expected = frechet_of_features(&samples, &reference).unwrap();
    let modes = ModeSource::Mixture {
        centers: scattered(3, 4, 3),
        sigma: 0.1,
    };
    let others = MetricName::ALL.into_iter();
    for other in others.filter(|metric| *metric != MetricName::InceptionScore) {
        let asked = EvaluatorConfig {
            modes: Some(modes.clone()),
            ..evaluation(image, &[MetricName::Frechet, other])
        };
        let mut evaluator = Evaluator::new(asked).unwrap();
        for part in evaluator.parts().collect::<Vec<_>>() {
            let set = match part {
                Part::Samples => samples.data(),
                Part::Reference => reference.data(),
                _ => &samples.data()[..400],
            };
            for batch in set.chunks(300 * 4) {
                evaluator.add(part, batch.to_vec()).unwrap();
            }
        }
        let mut outcomes = evaluator.outcomes(|_| ());
        let (metric, figure) = outcomes.next().unwrap();
        assert_eq!(metric, MetricName::Frechet);
        let found = figure.unwrap().value;
        assert!(
            (found - expected).abs() < 1e-9 * expected,
            "beside {other}: {found} for {expected}"
        );
    }
}

#[test]
fn distances_that_would_not_fit_into_memory_are_refused_at_once() {
    let large = EvaluatorConfig {
        samples: 4097,
        ..evaluation([3, 64, 64], &[MetricName::Frechet, MetricName::Kernel])
    };
    let refused = Evaluator::new(large.clone()).unwrap_err().to_string();
    assert!(
        refused.contains("in 12288 dimensions") && refused.contains("at most 4096 samples"),
        "{refused}"
    );
    assert!(
        Evaluator::new(EvaluatorConfig {
            samples: 4096,
            ..large
        })
        .is_ok()
    );
}

#[test]
fn a_singular_covariance_is_reported() {
    let singular = |rows| {
        let mut evaluator = Evaluator::new(evaluation([1, 4, 4], &[MetricName::Frechet])).unwrap();
        add(&mut evaluator, Part::Samples, &scattered(40, 16, 1));
        add(&mut evaluator, Part::Reference, &scattered(rows, 16, 2));
        evaluator.figures(|_| ()).unwrap().singular
    };
    assert_eq!(singular(17), None);
    let found = singular(16).unwrap();
    assert_eq!((found.samples, found.reference), (40, 16));
    assert!(
        found.to_string().contains("more than 16 of both"),
        "{found}"
    );
}
