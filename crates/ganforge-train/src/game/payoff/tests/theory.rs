//! Theorems on small problems whose optimal discriminator is known in closed form.

use burn::tensor::{Device, Tensor, TensorData, activation};

use super::super::logistic::softplus;
use super::{
    DIVERGENCES, Divergence, Payoff, close, column, discriminator, jensen_shannon, numbers,
};

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
        // One image at a time, so that single values can be weighted.
        let (real, real_weights) = weigh(0.0);
        let (fake, fake_weights) = weigh(distance);
        let on_real = integral(-softplus(-column(&real)), &real_weights);
        let on_fake = integral(-softplus(column(&fake)), &fake_weights);
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

/// Two distributions on three outcomes, as counts in batches of ten and of twenty: batch means are expectations.
const P: [usize; 3] = [5, 3, 2];
const Q: [usize; 3] = [4, 1, 15];

/// Repeats each outcome's score as often as the outcome occurs.
fn batch(counts: [usize; 3], scores: [f64; 3]) -> Vec<f64> {
    let rows = std::iter::zip(counts, scores);
    rows.flat_map(|(count, score)| std::iter::repeat_n(score, count))
        .collect()
}

fn shares(counts: [usize; 3]) -> [f64; 3] {
    let all: usize = counts.iter().sum();
    counts.map(|count| count as f64 / all as f64)
}

/// `E_Q[f(p/q)]`, from table 1 of Nowozin et al. 2016.
fn by_definition(divergence: Divergence, p: [f64; 3], q: [f64; 3]) -> f64 {
    let f = |u: f64| match divergence {
        Divergence::KullbackLeibler => u * u.ln(),
        Divergence::ReverseKullbackLeibler => -u.ln(),
        Divergence::Pearson => (u - 1.0).powi(2),
        Divergence::SquaredHellinger => (u.sqrt() - 1.0).powi(2),
        Divergence::JensenShannon => u * u.ln() - (u + 1.0) * f64::midpoint(u, 1.0).ln(),
    };
    std::iter::zip(p, q).map(|(p, q)| q * f(p / q)).sum()
}

/// The score s with g(s) = f'(u), which the optimal critic gives where real images are u times as likely as fakes.
fn optimal_score(divergence: Divergence, u: f64) -> f64 {
    match divergence {
        // f' = 1 + log u and g(s) = s.
        Divergence::KullbackLeibler => 1.0 + u.ln(),
        // f' = -1/u and g(s) = -exp(-s); log(2u/(u + 1)) and log 2σ(s).
        Divergence::ReverseKullbackLeibler | Divergence::JensenShannon => u.ln(),
        // f' = 2(u - 1) and g(s) = s.
        Divergence::Pearson => 2.0 * (u - 1.0),
        // f' = 1 - 1/√u and g(s) = 1 - exp(-s).
        Divergence::SquaredHellinger => 0.5 * u.ln(),
    }
}

/// Nowozin et al. 2016, eqs. 4 and 5: the bound is tight at T = f'(p/q) and smaller everywhere else.
#[test]
fn at_the_optimal_critic_the_bound_is_the_divergence() {
    let (p, q) = (shares(P), shares(Q));
    for of in DIVERGENCES {
        let payoff = Payoff::divergence(of);
        let best: [f64; 3] = std::array::from_fn(|i| optimal_score(of, p[i] / q[i]));
        let at = |scores| discriminator(payoff, &batch(P, scores), &batch(Q, scores), 0.0);
        let tight = -at(best).loss;
        close(tight, by_definition(of, p, q), 1e-6);
        for outcome in 0..3 {
            for step in [-0.3, 0.3] {
                let mut moved = best;
                moved[outcome] += step;
                assert!(-at(moved).loss < tight - 1e-4, "{of:?}");
            }
        }
    }
}

#[test]
fn equal_distributions_have_no_divergence_at_the_decision_boundary() {
    for of in DIVERGENCES {
        let payoff = Payoff::divergence(of);
        let boundary = payoff.decision_boundary();
        close(boundary, optimal_score(of, 1.0), 1e-12);
        let scores = [boundary; 3];
        let loss = discriminator(payoff, &batch(P, scores), &batch(P, scores), 0.0).loss;
        close(loss, 0.0, 1e-6);
    }
}

/// The gradient, with respect to the logits θ of a softmax q, of the generator's expected loss over q for a fixed discriminator.
fn expected_gradient(payoff: Payoff, theta: [f64; 3], scores: [f64; 3]) -> Vec<f64> {
    let device = Device::flex().autodiff();
    let theta = theta.map(|value| value as f32);
    let theta = Tensor::<2>::from_data(TensorData::new(theta.to_vec(), [1, 3]), &device);
    let theta = theta.require_grad();
    // One outcome at a time, so that its loss can be weighted by its probability.
    let costs = scores.map(|score| {
        let score = Tensor::<2>::full([1, 1], score, &device);
        payoff.generator_loss(|| score.clone(), score.clone())
    });
    let costs = Tensor::cat(costs.to_vec(), 0).reshape([1, 3]);
    let expected = (activation::softmax(theta.clone(), 1) * costs).sum();
    numbers(theta.grad(&expected.backward()).unwrap())
}

/// Goodfellow 2014, "On distinguishability criteria", section 5: at D = D*, exp(σ⁻¹(D)) = p/q, and the expected
/// gradient is that of KL(p‖q), which for a softmax is q - p. The KL divergence's own payoff has it as well.
#[test]
fn maximum_likelihood_and_the_kl_bound_have_the_gradient_of_kl() {
    let (p, q) = (shares(P), shares(Q));
    let theta = q.map(f64::ln);
    let of = Divergence::KullbackLeibler;
    for (payoff, score) in [
        (
            Payoff::MaximumLikelihood,
            (|u: f64| u.ln()) as fn(f64) -> f64,
        ),
        (Payoff::divergence(of), |u| {
            optimal_score(Divergence::KullbackLeibler, u)
        }),
    ] {
        let scores = std::array::from_fn(|i| score(p[i] / q[i]));
        let found = expected_gradient(payoff, theta, scores);
        for (found, (p, q)) in found.into_iter().zip(std::iter::zip(p, q)) {
            close(found, q - p, 1e-6);
        }
    }
}

/// Nowozin et al. 2016, section 2.2: with an optimal critic, the zero-sum generator descends the divergence itself. Compared with its finite
/// difference.
#[test]
fn the_zero_sum_generator_descends_the_divergence() {
    let (p, q) = (shares(P), shares(Q));
    let theta = q.map(f64::ln);
    let softmax = |theta: [f64; 3]| {
        let all: f64 = theta.iter().map(|t| t.exp()).sum();
        theta.map(|t| t.exp() / all)
    };
    let step = 1e-5;
    for of in DIVERGENCES {
        let scores = std::array::from_fn(|i| optimal_score(of, p[i] / q[i]));
        let found = expected_gradient(Payoff::divergence(of), theta, scores);
        for (index, found) in found.into_iter().enumerate() {
            let at = |offset: f64| {
                let mut moved = theta;
                moved[index] += offset;
                by_definition(of, p, softmax(moved))
            };
            close(found, (at(step) - at(-step)) / (2.0 * step), 1e-5);
        }
    }
}
