//! Initial weights. They are drawn on the host, so that a seed gives the same network on every backend.

use burn::module::Param;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::{Device, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal, Uniform};
use serde::{Deserialize, Serialize};

/// The distribution of initial weights. Biases are zero, except with [`Init::Fan`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Init {
    /// N(0, 2 / `fan_in`), for rectifiers (He et al. 2015).
    He,
    /// U(-a, a), a = √(6 / (`fan_in` + `fan_out`)) (Glorot & Bengio 2010): the default of Lasagne and Keras.
    Glorot,
    /// U(-1/√`fan_in`, 1/√`fan_in`), of weights and biases: PyTorch's default.
    Fan,
    /// N(0, std²); 0.02 in DCGAN (Radford et al. 2015).
    Normal {
        /// Standard deviation, above 0.
        std: f64,
    },
    /// U(-range, range); 0.05 and 0.005 in Goodfellow et al. 2014.
    Uniform {
        /// Half the width of the interval, above 0.
        range: f64,
    },
}

/// Creates layers with weights drawn from one random number generator.
///
/// ```
/// use burn::tensor::Device;
/// use ganforge_model::keyed_rng;
/// use ganforge_model::layers::{Init, WeightInit};
///
/// let device = Device::flex();
/// let mut rng = keyed_rng(0, "weights", 0);
/// let mut init = WeightInit::new(Init::Normal { std: 0.02 }, &mut rng, &device);
/// assert_eq!(init.linear(16, 32, true).weight.dims(), [16, 32]);
/// assert_eq!(init.downsampling_conv(3, 8).weight.dims(), [8, 3, 4, 4]);
/// ```
pub struct WeightInit<'a> {
    init: Init,
    rng: &'a mut ChaCha8Rng,
    device: &'a Device,
}

impl<'a> WeightInit<'a> {
    /// Draws weights from `rng` and creates layers on `device`.
    pub fn new(init: Init, rng: &'a mut ChaCha8Rng, device: &'a Device) -> Self {
        Self { init, rng, device }
    }

    /// The device of the layers.
    #[must_use]
    pub fn device(&self) -> &Device {
        self.device
    }

    /// A linear layer, weight `[inputs, outputs]`.
    pub fn linear(&mut self, inputs: usize, outputs: usize, bias: bool) -> Linear {
        // Burn's initializer draws on the device, so weight and bias are replaced.
        let mut layer = LinearConfig::new(inputs, outputs)
            .with_bias(bias)
            .init(self.device);
        layer.weight = self.weight([inputs, outputs], inputs);
        layer.bias = bias.then(|| self.bias(outputs, inputs));
        layer
    }

    /// A convolution with stride 1 and an odd kernel that preserves height and width; `groups` is 1 for an ordinary
    /// convolution.
    pub fn convolution(
        &mut self,
        [inputs, outputs]: [usize; 2],
        kernel: usize,
        groups: usize,
        bias: bool,
    ) -> Conv2d {
        let pad = kernel / 2;
        let padding = PaddingConfig2d::Explicit(pad, pad, pad, pad);
        let mut layer = Conv2dConfig::new([inputs, outputs], [kernel; 2])
            .with_padding(padding)
            .with_groups(groups)
            .with_bias(bias)
            .init(self.device);
        let group_inputs = inputs / groups;
        let fan_in = group_inputs * kernel * kernel;
        layer.weight = self.weight([outputs, group_inputs, kernel, kernel], fan_in);
        layer.bias = bias.then(|| self.bias(outputs, fan_in));
        layer
    }

    /// A convolution with a square kernel and without padding.
    pub fn valid_convolution(
        &mut self,
        [inputs, outputs]: [usize; 2],
        kernel: usize,
        stride: usize,
    ) -> Conv2d {
        let mut layer = Conv2dConfig::new([inputs, outputs], [kernel; 2])
            .with_stride([stride; 2])
            .with_padding(PaddingConfig2d::Valid)
            .init(self.device);
        let fan_in = inputs * kernel * kernel;
        layer.weight = self.weight([outputs, inputs, kernel, kernel], fan_in);
        layer.bias = Some(self.bias(outputs, fan_in));
        layer
    }

    /// A convolution that halves height and width: kernel 4, stride 2, padding 1, without bias.
    pub fn downsampling_conv(&mut self, inputs: usize, outputs: usize) -> Conv2d {
        let mut layer = Conv2dConfig::new([inputs, outputs], [4, 4])
            .with_stride([2, 2])
            .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
            .with_bias(false)
            .init(self.device);
        layer.weight = self.weight([outputs, inputs, 4, 4], inputs * 16);
        layer
    }

    /// A transposed convolution that doubles height and width: kernel 4, stride 2, padding 1.
    pub fn upsampling_conv(
        &mut self,
        inputs: usize,
        outputs: usize,
        bias: bool,
    ) -> ConvTranspose2d {
        let mut layer = ConvTranspose2dConfig::new([inputs, outputs], [4, 4])
            .with_stride([2, 2])
            .with_padding([1, 1])
            .with_bias(bias)
            .init(self.device);
        // An output pixel depends on 2×2 taps of the kernel.
        let fan_in = inputs * 4;
        layer.weight = self.weight([inputs, outputs, 4, 4], fan_in);
        layer.bias = bias.then(|| self.bias(outputs, fan_in));
        layer
    }

    /// A weight of any shape for outputs that each depend on `fan_in` inputs.
    pub(crate) fn weight<const D: usize>(
        &mut self,
        shape: [usize; D],
        fan_in: usize,
    ) -> Param<Tensor<D>> {
        let count = shape.iter().product();
        let values: Vec<f32> = match self.init {
            Init::He => self.normal((2.0 / fan_in as f64).sqrt(), count),
            Init::Fan => self.uniform(1.0 / (fan_in as f64).sqrt(), count),
            Init::Glorot => {
                // Inputs and outputs, each times the taps of a kernel.
                let (channels, taps) = shape.split_at(2.min(D));
                let fans = channels.iter().sum::<usize>() * taps.iter().product::<usize>();
                self.uniform((6.0 / fans as f64).sqrt(), count)
            }
            Init::Normal { std } => self.normal(std, count),
            Init::Uniform { range } => self.uniform(range, count),
        };
        Param::from_tensor(Tensor::from_data(
            TensorData::new(values, shape),
            self.device,
        ))
    }

    pub(crate) fn bias(&mut self, outputs: usize, fan_in: usize) -> Param<Tensor<1>> {
        match self.init {
            Init::Fan => self.weight([outputs], fan_in),
            Init::He | Init::Glorot | Init::Normal { .. } | Init::Uniform { .. } => {
                Param::from_tensor(Tensor::zeros([outputs], self.device))
            }
        }
    }

    fn normal(&mut self, std: f64, count: usize) -> Vec<f32> {
        let normal = Normal::new(0.0, std as f32).expect("the recipe checked that std is finite");
        normal.sample_iter(&mut *self.rng).take(count).collect()
    }

    fn uniform(&mut self, range: f64, count: usize) -> Vec<f32> {
        let range = range as f32;
        let uniform =
            Uniform::new_inclusive(-range, range).expect("the recipe checked that range is finite");
        uniform.sample_iter(&mut *self.rng).take(count).collect()
    }
}

impl Init {
    /// Checks that `std` or `range` is positive and finite.
    ///
    /// # Errors
    /// The key below `init`, its value and the allowed range.
    pub fn check(&self) -> Result<(), crate::ConfigError> {
        let (key, value) = match *self {
            Self::He | Self::Glorot | Self::Fan => return Ok(()),
            Self::Normal { std } => ("init.std", std),
            Self::Uniform { range } => ("init.range", range),
        };
        // Weights are drawn in single precision, from an interval of twice the value.
        if value > 0.0 && value < f64::from(f32::MAX) / 2.0 {
            return Ok(());
        }
        Err(crate::ConfigError::new(
            key,
            value,
            "a number above 0 that single precision holds",
        ))
    }
}
