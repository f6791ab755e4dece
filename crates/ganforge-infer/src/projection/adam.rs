//! Adam on one tensor (Kingma, Ba 2015, algorithm 1).
//!
//! Burn's optimizers belong to its training; the update of a single tensor is five lines.

use burn::tensor::Tensor;

const BETAS: (f64, f64) = (0.9, 0.999);
const EPSILON: f64 = 1e-8;

/// The moments of a tensor's gradient.
pub struct Adam {
    first: Tensor<2>,
    second: Tensor<2>,
    step: i32,
}

impl Adam {
    /// The state before the first step.
    pub fn new(values: &Tensor<2>) -> Self {
        Self {
            first: values.zeros_like(),
            second: values.zeros_like(),
            step: 0,
        }
    }

    /// The values after a step.
    pub fn update(&mut self, values: Tensor<2>, gradient: &Tensor<2>, rate: f64) -> Tensor<2> {
        let (beta1, beta2) = BETAS;
        self.step += 1;
        self.first = self.first.clone() * beta1 + gradient.clone() * (1.0 - beta1);
        self.second = self.second.clone() * beta2 + gradient.clone().square() * (1.0 - beta2);
        let first = self.first.clone() / (1.0 - beta1.powi(self.step));
        let second = self.second.clone() / (1.0 - beta2.powi(self.step));
        values - first / (second.sqrt() + EPSILON) * rate
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    fn assert_close(found: Tensor<2>, expected: [f64; 2]) {
        let found: Vec<f32> = found.try_into_vec_as().unwrap();
        let pairs = found.iter().zip(expected);
        assert!(
            pairs.clone().all(|(a, b)| (f64::from(*a) - b).abs() < 1e-6),
            "{found:?}, expected {expected:?}"
        );
    }

    #[test]
    fn the_first_step_moves_by_the_rate_and_the_second_by_the_moments() {
        let device = Device::flex();
        let tensor = |values: [f32; 2]| Tensor::<2>::from_data([values], &device);
        let mut adam = Adam::new(&tensor([0.0; 2]));
        let values = adam.update(tensor([1.0, -1.0]), &tensor([4.0, -0.5]), 0.1);
        assert_close(values.clone(), [0.9, -0.9]);
        // First moment .9 · .4 + .1 · 1 over 1 - .81, second one .999 · .016 + .001 · 1 over 1 - .998001.
        let step = 0.1 * (0.46 / 0.19) / (0.016_984_f64 / 0.001_999).sqrt();
        let values = adam.update(values, &tensor([1.0, -0.5]), 0.1);
        assert_close(values, [0.9 - step, -0.8]);
    }
}
