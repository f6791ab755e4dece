//! The exponential moving average of a generator's weights.
//!
//! The players of a game circle their equilibrium rather than settle in it; the average of the path lies nearer
//! to it than any point of the path (Yazıcı et al. 2019, "The Unusual Effectiveness of Averaging in GAN
//! Training"). The running statistics of normalisation layers are averaged with the weights, over the same
//! window: they are the statistics of the activations that those weights produced.

use burn::module::Module;

use super::lerp::lerp;

/// A copy of a network that follows the original at a distance.
#[derive(Module, Debug)]
pub struct Average<M: Module> {
    /// The averaged network: parameters of its own, without gradients.
    pub network: M,
    #[module(skip)]
    half_life: f64,
    #[module(skip)]
    updates: u64,
}

impl<M: Module> Average<M> {
    /// Starts at the weights of `network`. `half_life` is in updates: what a step added to the average has
    /// lost half its weight after that many more.
    ///
    /// The copy shares its parameters' identities with the original until
    /// [`number_parameters`](super::parameters::number_parameters) gives each its own.
    #[must_use]
    pub fn new(network: &M, half_life: f64, updates: u64) -> Self {
        Self {
            network: network.valid(),
            half_life,
            updates,
        }
    }

    /// Starts at weights that are worth keeping, and so without forgetting them quickly.
    #[must_use]
    pub fn without_warm_up(self) -> Self {
        // So many that the window of `keep` is the steady one.
        Self {
            updates: u64::MAX / 4,
            ..self
        }
    }

    /// Updates so far.
    #[must_use]
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Moves the average towards `network`.
    #[must_use]
    pub fn update(self, network: &M) -> Self {
        let keep = self.keep();
        Self {
            network: lerp(self.network, network, keep),
            half_life: self.half_life,
            updates: self.updates + 1,
        }
    }

    /// The share of the old average that an update keeps.
    ///
    /// Early on the window is a tenth of the updates so far, so that the average forgets the initial weights
    /// (the warm-up of TensorFlow's `ExponentialMovingAverage`: `(1 + n) / (10 + n)`).
    fn keep(&self) -> f64 {
        let steady = 0.5_f64.powf(1.0 / self.half_life);
        let n = self.updates as f64;
        steady.min((1.0 + n) / (10.0 + n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::module::Param;
    use burn::nn::{BatchNormConfig, LinearConfig};
    use burn::tensor::{Device, Tensor, TensorData};

    #[test]
    fn a_constant_network_is_approached_at_the_half_life() {
        let device = Device::flex();
        let mut network = LinearConfig::new(1, 1).with_bias(false).init(&device);
        let set = |value: f32| {
            Param::from_tensor(Tensor::from_data(
                TensorData::new(vec![value], [1, 1]),
                &device,
            ))
        };
        network.weight = set(0.0);
        // Past the warm-up, so that the steady window rules.
        let mut average = Average::new(&network, 20.0, 1_000_000);
        network.weight = set(1.0);
        for _ in 0..20 {
            average = average.update(&network);
        }
        let value: f32 = average.network.weight.val().into_scalar();
        assert!((value - 0.5).abs() < 1e-5, "{value}");
    }

    #[test]
    fn the_first_updates_forget_the_initial_weights() {
        let device = Device::flex();
        let mut network = LinearConfig::new(1, 1).with_bias(false).init(&device);
        let mut average = Average::new(&network, 1e6, 0);
        network.weight = Param::from_tensor(Tensor::from_data(
            TensorData::new(vec![7.0], [1, 1]),
            &device,
        ));
        for _ in 0..50 {
            average = average.update(&network);
        }
        let value: f32 = average.network.weight.val().into_scalar();
        assert!((value - 7.0).abs() < 1e-3, "{value}");
    }

    #[test]
    fn what_is_equal_stays_equal_to_the_last_bit() {
        let device = Device::flex();
        let network = LinearConfig::new(37, 53).init(&device);
        let mut average = Average::new(&network, 33.3, 7);
        for _ in 0..100 {
            average = average.update(&network);
        }
        let [kept, original] = [&average.network, &network].map(|n| n.weight.val().into_data());
        assert!(kept == original);
    }

    #[test]
    fn running_statistics_are_averaged_too_and_the_original_stays() {
        let device = Device::flex().autodiff();
        let norm = BatchNormConfig::new(1).init(&device);
        let average = Average::new(&norm, 1.0, 1_000_000);
        let batch = Tensor::<2>::from_data([[10.0], [12.0]], &device);
        let _ = norm.forward(batch);
        let before: f32 = norm.running_mean.value_sync().into_scalar();
        let average = average.update(&norm);
        let after: f32 = average.network.running_mean.value_sync().into_scalar();
        assert!((before - 1.1).abs() < 1e-6, "{before}");
        assert!((after - 0.55).abs() < 1e-6, "{after}");
        assert!(!average.network.gamma.val().is_require_grad());
    }
}
