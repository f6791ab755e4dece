//! One stage against PyTorch: `references/boosting.py`.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::path::Path;

use boosting::classifier::{Classifier, ClassifierSettings};
use boosting::coefficient::coefficient;
use boosting::sampler::Enumeration;
use boosting::{Activation, BinaryImages, CountedImages, Feature, Model, Term};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        value => vec![value.as_f64().unwrap()],
    }
}

#[test]
fn a_feature_its_coefficient_and_the_likelihood_are_those_of_pytorch() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../references/boosting.json");
    let stored: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let bias = numbers(&stored["bias"]);
    let images = |key: &str| BinaryImages::new(bias.len(), numbers(&stored[key]));
    let (data, negatives) = (images("data"), images("negatives"));
    let number = |key: &str| stored[key].as_f64().unwrap();

    let offsets = numbers(&stored["start"]["offsets"]);
    let mut classifier = Classifier {
        feature: Feature {
            weights: numbers(&stored["start"]["weights"]),
            bias: offsets[0],
            activation: Activation::Softplus,
        },
        offset: offsets[1],
    };
    let settings = ClassifierSettings {
        steps: 2,
        rate: number("rate"),
        decay: number("decay"),
        ..ClassifierSettings::default()
    };
    let [on, off] = [&data, &negatives].map(CountedImages::new);
    classifier.fit(&on, &off, &settings);
    let ours = [
        classifier.feature.weights.clone(),
        vec![classifier.feature.bias, classifier.offset],
    ]
    .concat();
    let theirs = &stored["after_two_steps"];
    let theirs = [numbers(&theirs["weights"]), numbers(&theirs["offsets"])].concat();
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert!((ours - theirs).abs() < 1e-9, "{ours} {theirs}");
    }

    let feature = classifier.feature;
    let values =
        |images: &BinaryImages| images.rows().map(|x| feature.value(x)).collect::<Vec<_>>();
    let coefficient = coefficient(&values(&data), &values(&negatives));
    assert!(
        (coefficient - number("coefficient")).abs() < 1e-8,
        "{coefficient}"
    );

    let model = Model {
        bias,
        terms: vec![Term {
            feature,
            coefficient,
        }],
    };
    let exact = Enumeration::new(&model);
    assert!((exact.log_z() - number("log_z")).abs() < 1e-7);
    let likelihood = exact.log_likelihood(&data);
    assert!(
        (likelihood - number("log_likelihood")).abs() < 1e-7,
        "{likelihood}"
    );
}
