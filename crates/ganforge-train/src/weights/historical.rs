//! Historical averaging: a term of each player's loss penalises the distance of its weights from their mean over past updates, after fictitious play
//! (Salimans et al. 2016, "Improved Techniques for Training GANs", section 3.3).

use std::vec;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use super::lerp::{lerp, values};

/// The mean of a network's parameters over all updates so far: `(1/t)·Σθ[i]`.
#[derive(Module, Debug)]
pub struct History<M: Module> {
    /// The mean, with its own parameters and without gradients.
    pub mean: M,
    #[module(skip)]
    updates: u64,
}

impl<M: Module> History<M> {
    /// A history of `updates` updates with the mean `network`. With 0 updates `network` holds the initial weights, which the first update replaces.
    ///
    /// The copy has the parameter ids of the original until [`number_parameters`](super::parameters::number_parameters) assigns new ones.
    #[must_use]
    pub fn new(network: &M, updates: u64) -> Self {
        Self {
            mean: network.valid(),
            updates,
        }
    }

    /// Number of updates so far.
    #[must_use]
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Updates the mean by the network after an update.
    #[must_use]
    pub fn update(self, network: &M) -> Self {
        let before = self.updates as f64;
        Self {
            mean: lerp(self.mean, network, before / (before + 1.0)),
            updates: self.updates + 1,
        }
    }

    /// Adds the gradient of `weight·‖θ - mean‖²`, which is `2·weight·(θ - mean)`, to each existing gradient of `network`. Parameters without a
    /// gradient get none.
    #[must_use]
    pub fn add_gradient(
        &self,
        gradients: GradientsParams,
        network: &M,
        weight: f64,
    ) -> GradientsParams {
        let mut pull = AddGradient {
            gradients,
            means: values(&self.mean),
            strength: 2.0 * weight,
        };
        network.visit(&mut pull);
        pull.gradients
    }
}

struct AddGradient {
    gradients: GradientsParams,
    means: vec::IntoIter<Tensor<1>>,
    strength: f64,
}

impl ModuleVisitor for AddGradient {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let mean = self
            .means
            .next()
            .expect("both networks have one architecture");
        let Some(gradient) = self.gradients.remove::<D>(param.id) else {
            return;
        };
        let place = param.base().inner();
        let away = place.clone() - mean.inner().reshape(place.shape());
        self.gradients
            .register(param.id, gradient + away * self.strength);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
    use burn::tensor::Device;

    const WEIGHT: f64 = 0.7;

    /// Running statistics are visited between the parameters, which tests the order of visits.
    #[derive(Module, Debug)]
    struct Network {
        first: Linear,
        norm: BatchNorm,
        last: Linear,
    }

    fn network(device: &Device) -> Network {
        let network = Network {
            first: LinearConfig::new(2, 3).init(device),
            norm: BatchNormConfig::new(3).init(device),
            last: LinearConfig::new(3, 1).init(device),
        };
        crate::weights::number_parameters(network)
    }

    /// A loss that depends on every parameter but the last bias.
    fn cost(network: &Network) -> Tensor<1> {
        let weights = network.first.weight.val().square().sum()
            + network.last.weight.val().exp().sum()
            + network.norm.gamma.val().sum()
            + network.norm.beta.val().sum();
        weights + network.first.bias.as_ref().unwrap().val().sum() * 3.0
    }

    fn flat(network: &Network) -> Vec<f64> {
        values(network)
            .flat_map(|value| value.into_data().iter::<f64>().collect::<Vec<_>>())
            .collect()
    }

    #[test]
    fn the_mean_is_arithmetic_over_the_updates() {
        let device = Device::flex().autodiff();
        let networks: Vec<_> = (0..5).map(|_| network(&device)).collect();
        let mut history = History::new(&networks[0], 0);
        for network in &networks[1..] {
            history = history.update(network);
        }
        assert_eq!(history.updates(), 4);
        let rows: Vec<Vec<f64>> = networks[1..].iter().map(flat).collect();
        for (index, found) in flat(&history.mean).into_iter().enumerate() {
            let expected = rows.iter().map(|row| row[index]).sum::<f64>() / 4.0;
            assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        }
        assert!(!history.mean.first.weight.val().is_require_grad());
        // A history restored from its mean and count continues equally.
        let again = History::new(&history.mean, 4).update(&networks[0]);
        let going = history.update(&networks[0]);
        assert_eq!(flat(&again.mean), flat(&going.mean));
    }

    /// Compares the added gradient of one parameter with central differences of the distance.
    fn check_added_gradient<const D: usize>(
        param: &Param<Tensor<D>>,
        mean: &Param<Tensor<D>>,
        added: Tensor<D>,
    ) {
        let numbers = |tensor: Tensor<D>| tensor.into_data().iter::<f64>().collect::<Vec<_>>();
        let (place, mean, added) = (numbers(param.val()), numbers(mean.val()), numbers(added));
        let distance = |place: &[f64]| {
            let squares = place.iter().zip(&mean).map(|(a, b)| (a - b).powi(2));
            WEIGHT * squares.sum::<f64>()
        };
        for (index, added) in added.into_iter().enumerate() {
            let moved = |step: f64| {
                let mut place = place.clone();
                place[index] += step;
                distance(&place)
            };
            let numeric = (moved(0.01) - moved(-0.01)) / 0.02;
            assert!((added - numeric).abs() < 1e-5, "{added} is not {numeric}");
            assert!(numeric.abs() > 1e-3, "a pull of zero tests nothing");
        }
    }

    #[test]
    fn the_added_gradient_agrees_with_finite_differences() {
        let device = Device::flex().autodiff();
        let mut start = network(&device);
        start.norm.gamma = start.norm.gamma.map(|gamma| gamma * 0.5);
        // As in training, where the mean has its own parameter ids.
        let (history, network) =
            crate::weights::number_parameters((History::new(&start, 1), network(&device)));
        let gradients = || GradientsParams::from_grads(cost(&network).backward(), &network);
        let without = gradients();
        let with = history.add_gradient(gradients(), &network, WEIGHT);
        let mean = &history.mean;
        for (param, mean) in [
            (&network.first.weight, &mean.first.weight),
            (&network.last.weight, &mean.last.weight),
        ] {
            let [with, without] = [&with, &without].map(|g| g.get::<2>(param.id).unwrap());
            check_added_gradient(param, mean, with - without);
        }
        let gamma = &network.norm.gamma;
        let [with, without] = [&with, &without].map(|g| g.get::<1>(gamma.id).unwrap());
        check_added_gradient(gamma, &mean.norm.gamma, with - without);
    }

    #[test]
    fn parameters_without_a_gradient_get_none() {
        let device = Device::flex().autodiff();
        let (start, network) = (network(&device), network(&device));
        let gradients = GradientsParams::from_grads(cost(&network).backward(), &network);
        let count = gradients.len();
        let bias = network.last.bias.as_ref().unwrap().id;
        assert!(gradients.get::<1>(bias).is_none());
        let pulled = History::new(&start, 1).add_gradient(gradients, &network, WEIGHT);
        assert!(pulled.get::<1>(bias).is_none());
        assert_eq!(pulled.len(), count);
    }
}
