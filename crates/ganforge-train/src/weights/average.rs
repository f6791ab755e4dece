//! The exponential moving average of a generator's weights.
//!
//! In adversarial training the weights oscillate around the equilibrium rather than converge to it; the average of the trajectory lies closer to it
//! than any single point (Yazıcı et al. 2019, "The Unusual Effectiveness of Averaging in GAN Training"). The running statistics of normalisation
//! layers are averaged with the weights over the same window, because they describe the activations of those weights.

use burn::module::Module;

use super::lerp::lerp;

/// An exponential moving average of a network.
///
/// # Examples
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::Device;
/// use ganforge_train::weights::Average;
///
/// let network = LinearConfig::new(8, 4).init(&Device::flex());
/// let average = Average::new(&network, 100.0, 0).update(&network);
/// assert_eq!(average.updates(), 1);
/// ```
#[derive(Module, Debug)]
pub struct Average<M: Module> {
    /// The averaged network, with its own parameters and without gradients.
    pub network: M,
    #[module(skip)]
    half_life: f64,
    #[module(skip)]
    updates: u64,
}

impl<M: Module> Average<M> {
    /// Starts at the weights of `network`. `half_life` is the number of updates after which the contribution of an update has halved.
    ///
    /// The copy has the parameter ids of the original until [`number_parameters`](super::parameters::number_parameters) assigns new ones.
    #[must_use]
    pub fn new(network: &M, half_life: f64, updates: u64) -> Self {
        Self {
            network: network.valid(),
            half_life,
            updates,
        }
    }

    /// Skips the warm-up, so that the initial weights are not forgotten quickly; for an average that starts at trained weights.
    #[must_use]
    pub fn without_warm_up(self) -> Self {
        // Enough updates that the warm-up is over.
        Self {
            updates: u64::MAX / 4,
            ..self
        }
    }

    /// Number of updates so far.
    #[must_use]
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Updates the average by `network`.
    #[must_use]
    pub fn update(self, network: &M) -> Self {
        let decay = self.decay();
        Self {
            network: lerp(self.network, network, decay),
            half_life: self.half_life,
            updates: self.updates + 1,
        }
    }

    /// The decay rate of an update.
    ///
    /// At first the window is a tenth of the updates so far, so that the average forgets the initial weights (the warm-up of TensorFlow's
    /// `ExponentialMovingAverage`: `(1 + n) / (10 + n)`).
    fn decay(&self) -> f64 {
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
    fn the_average_converges_with_the_half_life() {
        let device = Device::flex();
        let mut network = LinearConfig::new(1, 1).with_bias(false).init(&device);
        let set = |value: f32| {
            Param::from_tensor(Tensor::from_data(
                TensorData::new(vec![value], [1, 1]),
                &device,
            ))
        };
        network.weight = set(0.0);
        // After the warm-up, so that the window is constant.
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
    fn equal_values_stay_bitwise_equal() {
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
    fn running_statistics_are_averaged_and_the_original_is_unchanged() {
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
