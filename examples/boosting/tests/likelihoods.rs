//! The likelihoods that a boosted model reaches, and that its samplers agree with its states.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::convert::Infallible;

use boosting::annealed::Annealing;
use boosting::sampler::{Chains, Enumeration, Sampling};
use boosting::{Activation, BinaryImages, CountedImages, DataName, Model, Parts, Settings, boost};

/// The model, and its log-likelihoods of training and test images after every feature.
fn trained(parts: &Parts, settings: &Settings) -> (Model, Vec<[f64; 2]>) {
    let mut likelihoods = Vec::new();
    let mut exact = Enumeration::new(&Model::independent(&parts.train));
    let model = boost(&parts.train, settings, |stage| {
        if let Some(term) = stage.model.terms.last() {
            exact.add(term);
        }
        likelihoods.push([&parts.train, &parts.test].map(|images| exact.log_likelihood(images)));
        Ok::<_, Infallible>(())
    });
    (model.unwrap(), likelihoods)
}

/// Fails unless a model has the likelihoods of the table or more, less .03 nats, and no feature costs .01.
fn reaches(data: DataName, sampling: Sampling, bars: &[(usize, [f64; 2])]) {
    let parts = data.load().unwrap();
    let (last, _) = bars[bars.len() - 1];
    let settings = Settings {
        features: last,
        sampling,
        ..Settings::new(0)
    };
    let (_, likelihoods) = trained(&parts, &settings);
    for (features, bar) in bars {
        for (reached, bar) in likelihoods[*features].iter().zip(bar) {
            assert!(
                *reached >= bar - 0.03,
                "{features} features: {reached}, {bar}"
            );
        }
    }
    for pair in likelihoods.windows(2) {
        assert!(pair[1][0] > pair[0][0] - 0.01, "{pair:?}");
    }
    assert!(likelihoods[last][0] < CountedImages::new(&parts.train).bound());
}

const DIGITS: [(usize, [f64; 2]); 2] = [(20, [-5.115, -5.146]), (50, [-5.087, -5.121])];
const BARS: [(usize, [f64; 2]); 2] = [(20, [-7.33; 2]), (50, [-5.45; 2])];

#[test]
fn digits_with_exact_sampling() {
    reaches(DataName::Digits4, Sampling::Exact, &DIGITS);
}

#[test]
fn digits_with_gibbs_sampling() {
    reaches(DataName::Digits4, Sampling::Gibbs, &DIGITS);
}

#[test]
fn bars_and_stripes_with_exact_sampling() {
    reaches(DataName::Bars, Sampling::Exact, &BARS);
}

#[test]
fn bars_and_stripes_with_gibbs_sampling() {
    reaches(DataName::Bars, Sampling::Gibbs, &BARS[..1]);
}

#[test]
fn a_linear_feature_learns_nothing() {
    let parts = DataName::Digits4.load().unwrap();
    let settings = Settings {
        features: 10,
        activation: Activation::Linear,
        ..Settings::new(0)
    };
    let (_, likelihoods) = trained(&parts, &settings);
    let first = likelihoods[0][0];
    for [train, _] in likelihoods {
        // It gains nothing, and what it learns of the chance of its negatives costs a little.
        assert!((-0.02..0.001).contains(&(train - first)), "{train} {first}");
    }
}

#[test]
fn gibbs_samples_and_annealed_importance_sampling_agree_with_the_states() {
    let parts = DataName::Digits4.load().unwrap();
    let settings = Settings {
        features: 10,
        ..Settings::new(1)
    };
    let (mut model, _) = trained(&parts, &settings);
    // With hidden units, and with half of the features without them.
    for coefficients in [[1.0, 1.0], [1.0, 0.6]] {
        for (term, at) in model.terms.iter_mut().zip([0, 1].into_iter().cycle()) {
            term.coefficient = coefficients[at];
        }
        let exact = Enumeration::new(&model);
        let mut chains = Chains::new(&Model::independent(&parts.train), 20_000, 0, 0);
        chains.sweep(&model, 30);
        let mean = |images: &BinaryImages| model.mean_log_weight(images) - exact.log_z();
        let entropy = exact.negative_entropy();
        let [gibbs, independent] = [mean(chains.states()), mean(&exact.sample(20_000, 0, 0))];
        assert!(
            (gibbs - entropy).abs() < 0.03,
            "{coefficients:?}: {gibbs} {entropy}"
        );
        assert!(
            (independent - entropy).abs() < 0.03,
            "{independent} {entropy}"
        );

        let estimate = Annealing::default().log_z(&model, &model.bias, 0);
        assert!(estimate.error < 0.03, "{estimate:?}");
        let miss = (estimate.value - exact.log_z()).abs();
        assert!(
            miss < 0.03,
            "{coefficients:?}: {estimate:?} {}",
            exact.log_z()
        );
    }
}
