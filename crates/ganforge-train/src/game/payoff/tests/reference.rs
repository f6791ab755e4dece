//! Values and gradients agree with PyTorch's autograd in float64: `references/payoffs.py`.

use serde::Deserialize;

use super::{Payoff, Slopes, discriminator_at, every_payoff, generator};

const STORED: &str = include_str!("../../../../../../references/payoffs.json");

#[derive(Deserialize)]
struct Case {
    payoff: Payoff,
    smoothing: f64,
    /// k of the payoff `balanced`.
    #[serde(default)]
    balance: f64,
    real: Vec<f64>,
    fake: Vec<f64>,
    discriminator: Expected,
    generator: Expected,
}

#[derive(Deserialize)]
struct Expected {
    loss: f64,
    real: Vec<f64>,
    fake: Vec<f64>,
}

impl Expected {
    fn check(&self, found: &Slopes, what: &str) {
        let pairs = std::iter::once((found.loss, self.loss))
            .chain(paired(&found.real, &self.real))
            .chain(paired(&found.fake, &self.fake));
        for (found, expected) in pairs {
            // Cancellation leaves rounding errors of the size of its operands.
            let tolerance = 1e-5 * expected.abs() + 2e-7;
            assert!(
                (found - expected).abs() <= tolerance,
                "{what}: {found} is not {expected}"
            );
        }
    }
}

fn paired(found: &[f64], expected: &[f64]) -> Vec<(f64, f64)> {
    assert_eq!(found.len(), expected.len());
    std::iter::zip(found.iter().copied(), expected.iter().copied()).collect()
}

fn cases() -> Vec<Case> {
    serde_json::from_str(STORED).unwrap()
}

#[test]
fn losses_and_gradients_of_both_players_agree_with_pytorch() {
    for case in cases() {
        let Case {
            payoff,
            smoothing,
            balance,
            ref real,
            ref fake,
            ..
        } = case;
        let what = |player| format!("{player} of {payoff:?}, smoothing {smoothing}, {real:?}");
        case.discriminator.check(
            &discriminator_at(balance, payoff, real, fake, smoothing),
            &what("discriminator"),
        );
        case.generator
            .check(&generator(payoff, real, fake), &what("generator"));
    }
}

#[test]
fn the_reference_covers_every_payoff() {
    let cases = cases();
    for payoff in every_payoff() {
        let smoothings: &[f64] = if payoff.has_targets() {
            &[0.0, 0.1]
        } else {
            &[0.0]
        };
        for &smoothing in smoothings {
            let asked = cases.iter().any(|case| {
                case.payoff == payoff && (case.smoothing - smoothing).abs() < f64::EPSILON
            });
            assert!(asked, "{payoff:?} with smoothing {smoothing}");
        }
    }
}
