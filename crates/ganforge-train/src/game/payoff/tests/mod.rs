//! Payoffs agree with PyTorch, with theory, and with their documentation.

mod names;
mod reference;
mod theory;

use burn::tensor::{Device, Tensor, TensorData};

use super::logistic::jensen_shannon;
use super::{Base, Divergence, Equilibrium, Opponent, Payoff, Targets};

const REAL: [f64; 4] = [1.7, -0.4, 0.3, 2.2];
const FAKE: [f64; 4] = [-1.1, 0.6, -2.5, 0.15];

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

fn numbers(tensor: Tensor<2>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
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

/// Every payoff with its defaults and with the other parameters of a recipe.
fn every_payoff() -> Vec<Payoff> {
    let mut all = Payoff::ALL.to_vec();
    all.push(Payoff::LeastSquares(Targets {
        real: 1.0,
        fake: -1.0,
        generator: 0.0,
    }));
    all.push(Payoff::EnergyMargin { margin: 2.0 });
    all.push(Payoff::Balanced(Equilibrium {
        gamma: 0.7,
        lambda: 0.01,
    }));
    all.extend(DIVERGENCES.map(|of| Payoff::Divergence {
        of,
        non_saturating: true,
    }));
    all
}

const DIVERGENCES: [Divergence; 5] = [
    Divergence::KullbackLeibler,
    Divergence::ReverseKullbackLeibler,
    Divergence::Pearson,
    Divergence::SquaredHellinger,
    Divergence::JensenShannon,
];

/// A player's loss with its gradients with respect to real and fake scores; zeros without a gradient.
struct Slopes {
    loss: f64,
    real: Vec<f64>,
    fake: Vec<f64>,
}

fn score_gradients(
    real: &[f64],
    fake: &[f64],
    loss: impl FnOnce(Tensor<2>, Tensor<2>) -> Tensor<1>,
) -> Slopes {
    let device = Device::flex().autodiff();
    let real = column_on(real, &device).require_grad();
    let fake = column_on(fake, &device).require_grad();
    let loss = loss(real.clone(), fake.clone());
    let value = scalar(loss.clone().inner());
    let gradients = loss.backward();
    let gradient = |scores: &Tensor<2>| match scores.grad(&gradients) {
        Some(gradient) => numbers(gradient),
        None => vec![0.0; scores.dims()[0]],
    };
    Slopes {
        loss: value,
        real: gradient(&real),
        fake: gradient(&fake),
    }
}

/// With k = 1 where there is one, at which real images and fakes weigh the same.
fn discriminator(payoff: Payoff, real: &[f64], fake: &[f64], smoothing: f64) -> Slopes {
    discriminator_at(1.0, payoff, real, fake, smoothing)
}

fn discriminator_at(k: f64, payoff: Payoff, real: &[f64], fake: &[f64], smoothing: f64) -> Slopes {
    score_gradients(real, fake, |real, fake| {
        let balance = Tensor::from_data([k], &real.device());
        payoff.discriminator_loss(real, fake, smoothing, Some(balance))
    })
}

fn generator(payoff: Payoff, real: &[f64], fake: &[f64]) -> Slopes {
    score_gradients(real, fake, |real, fake| {
        payoff.generator_loss(|| real, fake)
    })
}

#[test]
fn confident_scores_keep_losses_and_gradients_finite() {
    let sure = [80.0, -80.0, 80.0, -80.0];
    let wrong = [-80.0, 80.0, 80.0, -80.0];
    for payoff in every_payoff() {
        let smoothing = if payoff.has_targets() { 0.1 } else { 0.0 };
        for player in [
            discriminator(payoff, &sure, &wrong, smoothing),
            generator(payoff, &sure, &wrong),
        ] {
            assert!(player.loss.is_finite(), "{payoff:?}");
            let mut score_gradients = player.real.iter().chain(&player.fake);
            assert!(
                score_gradients.all(|gradient| gradient.is_finite()),
                "{payoff:?}"
            );
        }
    }
}

/// Goodfellow et al. 2014, section 3: both generator losses have gradients of the same sign; where the discriminator rejects a fake confidently,
/// D(G(z)) = D near 0, minimax has a gradient of D and the heuristic of 1 - D.
#[test]
fn minimax_saturates_where_the_heuristic_does_not() {
    let pull = |payoff: Payoff, score: f64| generator(payoff, &REAL, &[score]).fake[0];
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

#[test]
fn relativistic_losses_do_not_change_with_a_constant() {
    let moved = |scores: [f64; 4]| scores.map(|score| score + 4.0);
    for payoff in every_payoff() {
        let [here, there] = [(REAL, FAKE), (moved(REAL), moved(FAKE))].map(|(real, fake)| {
            let players = [
                discriminator(payoff, &real, &fake, 0.0),
                generator(payoff, &real, &fake),
            ];
            players
                .map(|player| [vec![player.loss], player.real, player.fake].concat())
                .concat()
        });
        let distance = std::iter::zip(here, there)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        assert_eq!(
            payoff.is_relativistic(),
            distance < 1e-5,
            "{payoff:?}: {distance}"
        );
    }
}

/// R3GAN's pair of losses (Huang et al. 2024, section 2): softplus of the score differences.
#[test]
fn the_paired_logistic_payoff_is_that_of_r3gan() {
    let payoff = Payoff::relativistic(Opponent::Pair, Base::Logistic);
    let by_hand = |sign: f64| {
        let pairs = REAL.iter().zip(FAKE);
        let costs = pairs.map(|(real, fake)| (1.0 + (-sign * (real - fake)).exp()).ln());
        costs.sum::<f64>() / 4.0
    };
    close(
        discriminator(payoff, &REAL, &FAKE, 0.0).loss,
        by_hand(1.0),
        1e-6,
    );
    close(generator(payoff, &REAL, &FAKE).loss, by_hand(-1.0), 1e-6);
}

#[test]
fn only_relativistic_generator_losses_need_real_scores() {
    for payoff in every_payoff() {
        let mut asked = false;
        let real = || {
            asked = true;
            column(&REAL)
        };
        let _ = payoff.generator_loss(real, column(&FAKE));
        assert_eq!(asked, payoff.is_relativistic(), "{payoff:?}");
    }
}

#[test]
#[should_panic(expected = "as many fakes as real images")]
fn pairs_need_as_many_fakes_as_real_images() {
    let payoff = Payoff::relativistic(Opponent::Pair, Base::Hinge);
    let _ = payoff.discriminator_loss(column(&REAL), column(&[0.5]), 0.0, None);
}

#[test]
fn averages_accept_different_batch_sizes() {
    let payoff = Payoff::relativistic(Opponent::Average, Base::LeastSquares);
    let [real, fake] = payoff.decision_scores(column(&[1.0, 2.0, 6.0]), column(&[0.5]));
    assert_eq!(numbers(real), [0.5, 1.5, 5.5]);
    assert_eq!(numbers(fake), [-2.5]);
}

#[test]
fn decision_scores_of_relativistic_payoffs_are_differences() {
    let scores = |payoff: Payoff| {
        payoff
            .decision_scores(column(&[50.0, 9.0]), column(&[40.0, 10.0]))
            .map(numbers)
    };
    let pair = Payoff::relativistic(Opponent::Pair, Base::Logistic);
    assert_eq!(scores(pair), [vec![10.0, -1.0], vec![-10.0, 1.0]]);
    for payoff in every_payoff()
        .into_iter()
        .filter(|payoff| !payoff.is_relativistic())
    {
        assert_eq!(scores(payoff), [vec![50.0, 9.0], vec![40.0, 10.0]]);
    }
}

/// An image that is equally likely real and fake has the score of the boundary, where the gradients of the discriminator's loss from real images and
/// from fakes cancel.
#[test]
fn the_decision_boundary_is_optimal_for_equal_odds() {
    for payoff in every_payoff() {
        let boundary = payoff.decision_boundary();
        let Slopes { real, fake, .. } = discriminator(payoff, &[boundary], &[boundary], 0.0);
        assert!(real[0] < 0.0 && fake[0] > 0.0, "{payoff:?}");
        close(real[0] + fake[0], 0.0, 1e-6);
    }
}

#[test]
fn the_value_is_the_negated_unsmoothed_loss() {
    use std::f64::consts::LN_2;
    for payoff in every_payoff() {
        let value = payoff.value(column(&REAL), column(&FAKE)).map(scalar);
        let loss = discriminator(payoff, &REAL, &FAKE, 0.0).loss;
        // The bound of the Jensen-Shannon divergence has the constant inside.
        let constant = if payoff.estimated_distance().is_some() {
            -2.0 * LN_2
        } else {
            0.0
        };
        match value {
            Some(value) => close(value, constant - loss, 1e-6),
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
