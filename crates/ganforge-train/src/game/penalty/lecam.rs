//! LeCam regularisation: scores are kept near the average score of the other source, which limits overfitting on few images (Tseng et al. 2021,
//! "Regularizing Generative Adversarial Networks under Limited Data").

use burn::module::{Module, RunningState};
use burn::tensor::{Device, Tensor};

/// Moving averages of the mean scores of real images and of fakes.
///
/// Both start at 0 without bias correction: during the first `1 / (1 - decay)` observations the penalty also pulls scores towards 0, where those of a
/// new discriminator are. Clones share the averages; records contain them.
#[derive(Module, Debug)]
pub struct Anchors {
    real: RunningState<Tensor<1>>,
    fake: RunningState<Tensor<1>>,
}

impl Anchors {
    /// Both at 0.
    #[must_use]
    pub fn new(device: &Device) -> Self {
        Self {
            real: RunningState::new(Tensor::zeros([1], device)),
            fake: RunningState::new(Tensor::zeros([1], device)),
        }
    }

    /// The updated averages `decay·α + (1 - decay)·mean score` of real images and of fakes. The scores receive no gradient.
    ///
    /// # Shapes
    /// - `real`, `fake`: `[batch, outputs]`
    /// - output: two of `[1]`
    #[must_use]
    pub fn updated(&self, real: &Tensor<2>, fake: &Tensor<2>, decay: f64) -> [Tensor<1>; 2] {
        [(&self.real, real), (&self.fake, fake)].map(|(anchor, scores)| {
            let mean = scores.clone().detach().mean();
            anchor.value_sync().detach() * decay + mean * (1.0 - decay)
        })
    }

    /// Replaces the averages by those [`updated`](Self::updated) with these scores.
    ///
    /// # Shapes
    /// - `real`, `fake`: `[batch, outputs]`
    pub fn observe(&self, real: &Tensor<2>, fake: &Tensor<2>, decay: f64) {
        let [real, fake] = self.updated(real, fake, decay);
        for (anchor, value) in [(&self.real, real), (&self.fake, fake)] {
            anchor.update(value);
            // An update is applied at the next read; reading now ensures that a record contains it.
            let _ = anchor.value_sync();
        }
    }
}

/// `λ·(E‖D(x) - α_F‖² + E‖D(G(z)) - α_R‖²)` (equation 3), with averages `[α_R, α_F]`. The authors' code takes only the
/// positive part of `D(x) - α_F` and of `α_R - D(G(z))`; this is the paper's formula.
///
/// # Shapes
/// - `real`, `fake`: `[batch, outputs]`; the mean is over all elements
/// - output: `[1]`
#[must_use]
pub fn lecam(
    real: &Tensor<2>,
    fake: &Tensor<2>,
    [mean_real, mean_fake]: [Tensor<1>; 2],
    lambda: f64,
) -> Tensor<1> {
    let distance = |scores: &Tensor<2>, anchor: Tensor<1>| {
        (scores.clone() - anchor.detach().reshape([1, 1]))
            .square()
            .mean()
    };
    (distance(real, mean_fake) + distance(fake, mean_real)) * lambda
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Deserialize)]
    struct Stored {
        lecam: Case,
    }

    #[derive(Deserialize)]
    struct Case {
        real: Vec<f32>,
        fake: Vec<f32>,
        anchor_real: f32,
        anchor_fake: f32,
        lambda: f64,
        value: f64,
        gradients: BTreeMap<String, Vec<f64>>,
    }

    fn scores(numbers: &[f32]) -> Tensor<2> {
        let data = TensorData::new(numbers.to_vec(), [numbers.len(), 1]);
        Tensor::from_data(data, &Device::flex().autodiff()).require_grad()
    }

    impl Anchors {
        fn values(&self) -> [Tensor<1>; 2] {
            [&self.real, &self.fake].map(RunningState::value_sync)
        }
    }

    fn values(anchors: &Anchors) -> [f32; 2] {
        [&anchors.real, &anchors.fake].map(|anchor| anchor.value().into_scalar())
    }

    fn assert_anchors(anchors: &Anchors, expected: [f32; 2]) {
        for (found, expected) in values(anchors).into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        }
    }

    #[test]
    fn value_and_gradients_agree_with_pytorch() {
        let stored = include_str!("../../../../../references/regularisers.json");
        let case = serde_json::from_str::<Stored>(stored).unwrap().lecam;
        let anchors = Anchors::new(&Device::flex().autodiff());
        anchors.observe(
            &scores(&[case.anchor_real]),
            &scores(&[case.anchor_fake]),
            0.0,
        );
        let (real, fake) = (scores(&case.real), scores(&case.fake));
        let loss = lecam(&real, &fake, anchors.values(), case.lambda);
        let value: f64 = loss.clone().into_data().iter::<f64>().sum();
        assert!((value / case.value - 1.0).abs() < 1e-5, "{value}");
        let gradients = loss.backward();
        for (name, side) in [("real", real), ("fake", fake)] {
            let found = side.grad(&gradients).unwrap().into_data();
            let expected = &case.gradients[name];
            assert_eq!(found.num_elements(), expected.len());
            for (found, expected) in found.iter::<f64>().zip(expected) {
                let error = (found - expected).abs();
                assert!(error < 1e-6, "{name}: {found} is not {expected}");
            }
        }
    }

    #[test]
    fn anchors_are_moving_averages_from_zero() {
        let anchors = Anchors::new(&Device::flex().autodiff());
        let steps = [
            // 0.9 · 0 + 0.1 · 2, and so on.
            ([1.0, 3.0], [-4.0, -6.0], [0.2, -0.5]),
            ([0.0, 8.0], [1.0, 1.0], [0.58, -0.35]),
            ([-1.0, -1.0], [0.0, 0.5], [0.422, -0.29]),
        ];
        for (real, fake, expected) in steps {
            anchors.observe(&scores(&real), &scores(&fake), 0.9);
            assert_anchors(&anchors, expected);
        }
    }

    #[test]
    fn observed_scores_receive_no_gradient() {
        let anchors = Anchors::new(&Device::flex().autodiff());
        let observed = [scores(&[1.0, 2.0]), scores(&[3.0])];
        anchors.observe(&observed[0], &observed[1], 0.5);
        let gradients = lecam(&scores(&[1.0]), &scores(&[2.0]), anchors.values(), 1.0).backward();
        assert!(
            observed
                .iter()
                .all(|scores| scores.grad(&gradients).is_none())
        );
    }

    #[test]
    fn records_contain_the_last_observation() {
        let device = Device::flex().autodiff();
        let anchors = Anchors::new(&device);
        anchors.observe(&scores(&[4.0]), &scores(&[-2.0]), 0.5);
        anchors.observe(&scores(&[1.0]), &scores(&[-1.0]), 0.5);
        let restored = Anchors::new(&device).load_record(anchors.into_record());
        assert_anchors(&restored, [1.5, -1.0]);
        // The restored averages continue from there.
        restored.observe(&scores(&[0.5]), &scores(&[0.0]), 0.5);
        assert_anchors(&restored, [1.0, -0.5]);
    }
}
