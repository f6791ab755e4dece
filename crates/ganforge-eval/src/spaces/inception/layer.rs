//! Layers with their weights, and their forward pass.

use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData, module};

use super::plan::{Plan, Pool, Shape};
use super::tensors::Tensors;

/// ε of the batch norms.
const EPSILON: f64 = 0.001;

/// A layer with its weights.
#[derive(Debug, Clone)]
pub(super) enum Layer {
    Convolution(Box<Convolution>),
    Pool(Pool),
    Branches(Vec<Vec<Layer>>),
}

impl Layer {
    /// A sequence of layers for `inputs` channels, and the number of output channels.
    ///
    /// # Errors
    /// A tensor is missing or of another shape.
    pub(super) fn sequence(
        plans: Vec<Plan>,
        inputs: usize,
        tensors: &mut Tensors,
        device: &Device,
    ) -> Result<(Vec<Self>, usize), String> {
        let (mut layers, mut channels) = (Vec::new(), inputs);
        for plan in plans {
            let (layer, outputs) = Self::new(plan, channels, tensors, device)?;
            layers.push(layer);
            channels = outputs;
        }
        Ok((layers, channels))
    }

    fn new(
        plan: Plan,
        inputs: usize,
        tensors: &mut Tensors,
        device: &Device,
    ) -> Result<(Self, usize), String> {
        Ok(match plan {
            Plan::Convolution(shape) => {
                let convolution = Convolution::new(&shape, inputs, tensors, device)?;
                (Self::Convolution(Box::new(convolution)), shape.outputs)
            }
            Plan::Pool(pool) => (Self::Pool(pool), inputs),
            Plan::Branches(plans) => {
                let (mut branches, mut channels) = (Vec::new(), 0);
                for plan in plans {
                    let (branch, outputs) = Self::sequence(plan, inputs, tensors, device)?;
                    branches.push(branch);
                    channels += outputs;
                }
                (Self::Branches(branches), channels)
            }
        })
    }

    /// # Shapes
    /// - `maps`: `[batch, channels, height, width]`
    pub(super) fn forward_all(layers: &[Self], maps: Tensor<4>) -> Tensor<4> {
        layers.iter().fold(maps, |maps, layer| layer.forward(maps))
    }

    fn forward(&self, maps: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Convolution(convolution) => convolution.forward(maps),
            Self::Pool(pool) => pool.forward(maps),
            Self::Branches(branches) => {
                let output = |branch: &Vec<Self>| Self::forward_all(branch, maps.clone());
                Tensor::cat(branches.iter().map(output).collect(), 1)
            }
        }
    }
}

/// A convolution with the following batch norm folded into it, followed by a rectifier.
#[derive(Debug, Clone)]
pub(super) struct Convolution {
    /// `[outputs, inputs, kernel height, kernel width]`
    weight: Tensor<4>,
    /// `[outputs]`
    bias: Tensor<1>,
    options: ConvOptions<2>,
}

impl Convolution {
    /// Batch norm (x − mean) · gain / √(variance + ε) + offset of a convolution with w is a convolution with w · gain / √(variance + ε) and a bias.
    fn new(
        shape: &Shape,
        inputs: usize,
        tensors: &mut Tensors,
        device: &Device,
    ) -> Result<Self, String> {
        let (name, outputs, [tall, wide]) = (&shape.name, shape.outputs, shape.kernel);
        let kernels = [outputs, inputs, tall, wide];
        let mut weight = tensors.take(&format!("{name}.conv.weight"), kernels)?;
        let mut norm = |part| tensors.take(&format!("{name}.bn.{part}"), [outputs]);
        let (gain, mut offset) = (norm("weight")?, norm("bias")?);
        let (mean, variance) = (norm("running_mean")?, norm("running_var")?);
        for (output, kernel) in weight.chunks_exact_mut(inputs * tall * wide).enumerate() {
            let factor = f64::from(gain[output]) / (f64::from(variance[output]) + EPSILON).sqrt();
            for value in kernel {
                *value = (f64::from(*value) * factor) as f32;
            }
            let shifted = f64::from(offset[output]) - f64::from(mean[output]) * factor;
            offset[output] = shifted as f32;
        }
        Ok(Self {
            weight: Tensor::from_data(TensorData::new(weight, kernels), device),
            bias: Tensor::from_data(TensorData::new(offset, [outputs]), device),
            options: ConvOptions::new([shape.stride; 2], shape.padding, [1, 1], 1),
        })
    }

    fn forward(&self, maps: Tensor<4>) -> Tensor<4> {
        let (weight, bias) = (self.weight.clone(), self.bias.clone());
        ganforge_ops::relu(ganforge_ops::conv2d(
            maps,
            weight,
            Some(bias),
            self.options.clone(),
        ))
    }
}

impl Pool {
    fn forward(self, maps: Tensor<4>) -> Tensor<4> {
        let max = MaxPoolOptions::new([3, 3]);
        match self {
            Self::Average => {
                let options = AvgPoolOptions::new([3, 3])
                    .with_stride([1, 1])
                    .with_padding([1, 1])
                    .with_count_include_pad(false);
                module::avg_pool2d(maps, options)
            }
            Self::Max => module::max_pool2d(maps, max.with_stride([1, 1]).with_padding([1, 1])),
            Self::MaxStride2 => module::max_pool2d(maps, max.with_stride([2, 2])),
        }
    }
}
