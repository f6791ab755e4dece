//! Feature matching: the generator matches the mean features of real images (Salimans et al. 2016, "Improved Techniques for Training GANs", section
//! 3.1).

use burn::tensor::Tensor;

/// The generator's loss `‖E f(x) - E f(G(z))‖²`, where `f` are features of the discriminator. `real` receives no gradient.
///
/// # Shapes
/// - `real`: `[batch, features]`
/// - `fake`: `[batch, features]`; the batch sizes may differ
/// - output: `[1]`
#[must_use]
pub fn feature_matching(real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
    let difference = real.detach().mean_dim(0) - fake.mean_dim(0);
    difference.square().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Deserialize)]
    struct Stored {
        feature_matching: Case,
    }

    #[derive(Deserialize)]
    struct Case {
        real: Vec<f32>,
        fake: Vec<f32>,
        features: usize,
        value: f64,
        gradients: BTreeMap<String, Vec<f64>>,
    }

    #[test]
    fn value_and_gradient_agree_with_pytorch() {
        let stored = include_str!("../../../../references/regularisers.json");
        let case = serde_json::from_str::<Stored>(stored)
            .unwrap()
            .feature_matching;
        let rows = |numbers: &[f32]| {
            let shape = [numbers.len() / case.features, case.features];
            let data = TensorData::new(numbers.to_vec(), shape);
            Tensor::<2>::from_data(data, &Device::flex().autodiff()).require_grad()
        };
        let (real, fake) = (rows(&case.real), rows(&case.fake));
        let loss = feature_matching(real.clone(), fake.clone());
        let value: f64 = loss.clone().into_data().iter::<f64>().sum();
        assert!((value / case.value - 1.0).abs() < 1e-5, "{value}");
        let gradients = loss.backward();
        assert!(real.grad(&gradients).is_none());
        let found = fake.grad(&gradients).unwrap().into_data();
        let expected = &case.gradients["fake"];
        assert_eq!(found.num_elements(), expected.len());
        for (found, expected) in found.iter::<f64>().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        }
    }
}
