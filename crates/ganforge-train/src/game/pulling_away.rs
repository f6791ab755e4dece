//! Pulling-away: fakes of one batch should have codes in different directions (Zhao et al. 2017, "Energy-based Generative
//! Adversarial Network", section 2.4).

use burn::tensor::Tensor;

/// Added to the squared length of a code, so that a code of zeros has a direction, too.
const SMALLEST: f64 = 1e-12;

/// The mean of the squared cosine over all pairs of different fakes, in [0, 1] (equation 4).
///
/// # Shapes
/// - `codes`: `[batch, features]`, of 2 fakes or more
/// - output: `[1]`
#[must_use]
pub fn pulling_away(codes: Tensor<2>) -> Tensor<1> {
    let [batch, _] = codes.dims();
    let lengths = (codes.clone().square().sum_dim(1) + SMALLEST).sqrt();
    let directions = codes / lengths;
    let cosines = directions.clone().matmul(directions.transpose());
    let others = Tensor::<2>::eye(batch, &cosines.device()).neg() + 1.0;
    (cosines.square() * others).sum() / (batch * (batch - 1)) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Deserialize)]
    struct Stored {
        pulling_away: Case,
    }

    #[derive(Deserialize)]
    struct Case {
        codes: Vec<f32>,
        features: usize,
        value: f64,
        gradients: BTreeMap<String, Vec<f64>>,
    }

    fn codes(numbers: &[f32], features: usize) -> Tensor<2> {
        let data = TensorData::new(numbers.to_vec(), [numbers.len() / features, features]);
        Tensor::from_data(data, &Device::flex().autodiff()).require_grad()
    }

    #[test]
    fn value_and_gradient_are_those_of_pytorch() {
        let stored = include_str!("../../../../references/regularisers.json");
        let case = serde_json::from_str::<Stored>(stored).unwrap().pulling_away;
        let codes = codes(&case.codes, case.features);
        let loss = pulling_away(codes.clone());
        let value: f64 = loss.clone().into_data().iter::<f64>().sum();
        assert!((value / case.value - 1.0).abs() < 1e-5, "{value}");
        let found = codes.grad(&loss.backward()).unwrap().into_data();
        for (found, expected) in found.iter::<f64>().zip(&case.gradients["codes"]) {
            assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        }
    }

    #[test]
    fn it_is_0_for_orthogonal_codes_and_1_for_parallel_ones() {
        let value = |numbers: &[f32]| pulling_away(codes(numbers, 2)).into_scalar::<f32>();
        assert!(value(&[3.0, 0.0, 0.0, 0.1]).abs() < 1e-6);
        assert!((value(&[3.0, 1.0, -6.0, -2.0]) - 1.0).abs() < 1e-5);
        assert!(value(&[0.0, 0.0, 1.0, 0.0]).abs() < 1e-6);
    }
}
