//! Payoffs against closed forms, numeric gradients and numerical integration.

use burn::tensor::{Device, Tensor, TensorData};

use super::{Payoff, jensen_shannon};

const ALL: [Payoff; 6] = [
    Payoff::Minimax,
    Payoff::NonSaturating,
    Payoff::MaximumLikelihood,
    Payoff::LeastSquares,
    Payoff::Wasserstein,
    Payoff::Hinge,
];

fn column(values: &[f64]) -> Tensor<2> {
    column_on(values, &Device::flex())
}

fn column_on(values: &[f64], device: &Device) -> Tensor<2> {
    let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    let rows = values.len();
    Tensor::from_data(TensorData::new(values, [rows, 1]), device)
}

fn scalar(tensor: Tensor<1>) -> f64 {
    f64::from(tensor.into_scalar::<f32>())
}

fn close(found: f64, expected: f64, tolerance: f64) {
    let scale = expected.abs().max(1.0);
    assert!(
        (found - expected).abs() <= tolerance * scale,
        "{found} is not {expected}"
    );
}

fn sigmoid(s: f64) -> f64 {
    1.0 / (1.0 + (-s).exp())
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// The discriminator's loss as the papers write it, in double precision.
fn discriminator_by_hand(payoff: Payoff, real: &[f64], fake: &[f64], smoothing: f64) -> f64 {
    let over = |scores: &[f64], f: &dyn Fn(f64) -> f64| mean(scores.iter().map(|&s| f(s)));
    let target = 1.0 - smoothing;
    match payoff {
        Payoff::Minimax | Payoff::NonSaturating | Payoff::MaximumLikelihood => {
            -over(real, &|s| {
                target * sigmoid(s).ln() + smoothing * (1.0 - sigmoid(s)).ln()
            }) - over(fake, &|s| (1.0 - sigmoid(s)).ln())
        }
        Payoff::LeastSquares => {
            0.5 * over(real, &|s| (s - target).powi(2)) + 0.5 * over(fake, &|s| s * s)
        }
        Payoff::Wasserstein => over(fake, &|s| s) - over(real, &|s| s),
        Payoff::Hinge => over(real, &|s| (1.0 - s).max(0.0)) + over(fake, &|s| (1.0 + s).max(0.0)),
    }
}

/// The generator's loss as the papers write it, in double precision.
fn generator_by_hand(payoff: Payoff, fake: &[f64]) -> f64 {
    mean(fake.iter().map(|&s| match payoff {
        Payoff::Minimax => (1.0 - sigmoid(s)).ln(),
        Payoff::NonSaturating => -sigmoid(s).ln(),
        Payoff::MaximumLikelihood => -(sigmoid(s) / (1.0 - sigmoid(s))),
        Payoff::LeastSquares => 0.5 * (s - 1.0).powi(2),
        Payoff::Wasserstein | Payoff::Hinge => -s,
    }))
}

const REAL: [f64; 4] = [1.7, -0.4, 0.3, 2.2];
const FAKE: [f64; 3] = [-1.1, 0.6, -2.5];

#[test]
fn losses_are_what_the_papers_write() {
    for payoff in ALL {
        let smoothing = if payoff.has_targets() { 0.1 } else { 0.0 };
        let found = payoff.discriminator_loss(column(&REAL), column(&FAKE), smoothing);
        let expected = discriminator_by_hand(payoff, &REAL, &FAKE, smoothing);
        close(scalar(found), expected, 1e-6);
        let found = payoff.generator_loss(|| column(&REAL), column(&FAKE));
        close(scalar(found), generator_by_hand(payoff, &FAKE), 1e-6);
    }
}

#[test]
fn gradients_are_the_slopes_of_the_formulas() {
    let device = Device::flex().autodiff();
    let step = 1e-6;
    for payoff in ALL {
        let fake = column_on(&FAKE, &device).require_grad();
        let loss = payoff.generator_loss(|| column_on(&REAL, &device), fake.clone());
        let gradient = fake.grad(&loss.backward()).unwrap().into_data();
        let gradient: Vec<f64> = gradient.iter::<f64>().collect();
        for (index, found) in gradient.into_iter().enumerate() {
            let at = |offset: f64| {
                let mut moved = FAKE;
                moved[index] += offset;
                generator_by_hand(payoff, &moved)
            };
            close(found, (at(step) - at(-step)) / (2.0 * step), 1e-5);
        }
        let real = column_on(&REAL, &device).require_grad();
        let loss = payoff.discriminator_loss(real.clone(), column_on(&FAKE, &device), 0.0);
        let gradient = real.grad(&loss.backward()).unwrap().into_data();
        for (index, found) in gradient.iter::<f64>().enumerate() {
            let at = |offset: f64| {
                let mut moved = REAL;
                moved[index] += offset;
                discriminator_by_hand(payoff, &moved, &FAKE, 0.0)
            };
            close(found, (at(step) - at(-step)) / (2.0 * step), 1e-5);
        }
    }
}

#[test]
fn confident_scores_keep_losses_and_gradients_finite() {
    let device = Device::flex().autodiff();
    for payoff in [Payoff::Minimax, Payoff::NonSaturating] {
        let fake = column_on(&[-80.0, 80.0], &device).require_grad();
        let loss = payoff.generator_loss(|| column_on(&REAL, &device), fake.clone())
            + payoff.discriminator_loss(column_on(&[-80.0, 80.0], &device), fake.clone(), 0.1);
        assert!(scalar(loss.clone().inner()).is_finite());
        let gradient = fake.grad(&loss.backward()).unwrap().into_data();
        assert!(gradient.iter::<f64>().all(f64::is_finite));
    }
}

/// Goodfellow et al. 2014, section 3: both generator losses pull the same way; where the discriminator is sure of a
/// fake, D(G(z)) = D near 0, minimax pulls with strength D and the heuristic with 1 - D.
#[test]
fn minimax_saturates_where_the_heuristic_does_not() {
    let device = Device::flex().autodiff();
    let pull = |payoff: Payoff, score: f64| {
        let fake = column_on(&[score], &device).require_grad();
        let loss = payoff.generator_loss(|| column_on(&REAL, &device), fake.clone());
        let gradient = fake.grad(&loss.backward()).unwrap().into_data();
        gradient.iter::<f64>().next().unwrap()
    };
    for score in [-6.0, -2.0, 0.0, 2.0] {
        let belief = sigmoid(score);
        close(pull(Payoff::Minimax, score), -belief, 1e-6);
        close(pull(Payoff::NonSaturating, score), belief - 1.0, 1e-6);
    }
    close(
        pull(Payoff::Minimax, 0.0),
        pull(Payoff::NonSaturating, 0.0),
        1e-7,
    );
}

/// Theorem 1 of Goodfellow et al. 2014, on two Gaussians of which the optimal discriminator is known in closed
/// form: its logit is log p(x) - log q(x).
#[test]
fn at_the_optimal_discriminator_the_value_is_the_jensen_shannon_divergence() {
    use std::f64::consts::{LN_2, PI};
    let density = |x: f64, mean: f64| (-(x - mean).powi(2) / 2.0).exp() / (2.0 * PI).sqrt();
    for distance in [0.0, 0.5, 1.0, 3.0] {
        // Quantiles of each Gaussian stand for its samples: the mean over them is the midpoint rule.
        let grid: Vec<f64> = (0..40_000)
            .map(|i| -10.0 + (f64::from(i) + 0.5) * 5e-4)
            .collect();
        let logit = |x: f64| density(x, 0.0).ln() - density(x, distance).ln();
        let weigh = |mean: f64| -> (Vec<f64>, Vec<f64>) {
            grid.iter()
                .map(|&x| (logit(x), density(x, mean) * 5e-4))
                .unzip()
        };
        let integral = |values: Tensor<2>, weights: &[f64]| -> f64 {
            let values = values.into_data();
            values.iter::<f64>().zip(weights).map(|(v, w)| v * w).sum()
        };
        // One image at a time, so that the payoff's own means leave single values to be weighted.
        let (real, real_weights) = weigh(0.0);
        let (fake, fake_weights) = weigh(distance);
        let on_real = integral(-super::softplus(-column(&real)), &real_weights);
        let on_fake = integral(-super::softplus(column(&fake)), &fake_weights);
        let value = on_real + on_fake;
        let divergence: f64 = grid
            .iter()
            .map(|&x| {
                let (p, q) = (density(x, 0.0), density(x, distance));
                let m = f64::midpoint(p, q);
                0.5 * 5e-4 * (p * (p / m).ln() + q * (q / m).ln())
            })
            .sum();
        close(value, 2.0 * divergence - 2.0 * LN_2, 1e-4);
        close(jensen_shannon(value), divergence, 1e-4);
    }
}

#[test]
fn the_value_is_the_unsmoothed_loss_with_the_other_sign() {
    for payoff in ALL {
        let value = payoff.value(column(&REAL), column(&FAKE)).map(scalar);
        let loss = discriminator_by_hand(payoff, &REAL, &FAKE, 0.0);
        match value {
            Some(value) => close(value, -loss, 1e-6),
            None => assert!(!payoff.is_logistic()),
        }
    }
}

#[test]
fn a_divergence_estimate_stays_in_its_range() {
    use std::f64::consts::LN_2;
    close(jensen_shannon(0.0), LN_2, 1e-12);
    close(jensen_shannon(-2.0 * LN_2), 0.0, 1e-12);
    // A discriminator below chance has a value below -log 4, which no divergence has.
    close(jensen_shannon(-9.0), 0.0, 1e-12);
}

#[test]
fn no_payoff_here_looks_at_real_scores_for_the_generator() {
    for payoff in ALL {
        let _ = payoff.generator_loss(|| panic!("asked for real scores"), column(&FAKE));
    }
}
