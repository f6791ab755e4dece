//! Layers with their weights, and what they make of images.

use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData, module};

use super::plan::{Plan, Pool, Shape};
use super::tensors::Tensors;

/// What batch norm adds to a variance.
const EPSILON: f64 = 0.001;

/// A layer with its weights.
#[derive(Debug, Clone)]
pub(super) enum Layer {
    Convolution(Box<Convolution>),
    Pool(Pool),
    Branches(Vec<Vec<Layer>>),
}

impl Layer {
    /// Layers that follow one another after grids of `inputs` channels, and how many channels come out.
    ///
    /// # Errors
    /// A tensor that is missing or of another shape.
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
    /// - `grids`: `[batch, channels, height, width]`
    pub(super) fn forward_all(layers: &[Self], grids: Tensor<4>) -> Tensor<4> {
        layers
            .iter()
            .fold(grids, |grids, layer| layer.forward(grids))
    }

    fn forward(&self, grids: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Convolution(convolution) => convolution.forward(grids),
            Self::Pool(pool) => pool.forward(grids),
            Self::Branches(branches) => {
                let made = |branch: &Vec<Self>| Self::forward_all(branch, grids.clone());
                Tensor::cat(branches.iter().map(made).collect(), 1)
            }
        }
    }
}

/// A convolution into which the batch norm after it was multiplied, with a rectifier.
#[derive(Debug, Clone)]
pub(super) struct Convolution {
    /// `[outputs, inputs, kernel height, kernel width]`
    weight: Tensor<4>,
    /// `[outputs]`
    bias: Tensor<1>,
    options: ConvOptions<2>,
}

impl Convolution {
    /// A norm (x − mean) · gain / √(variance + ε) + offset of w · image is the convolution with w · gain / √(variance + ε) and a bias.
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
            for number in kernel {
                *number = (f64::from(*number) * factor) as f32;
            }
            let moved = f64::from(offset[output]) - f64::from(mean[output]) * factor;
            offset[output] = moved as f32;
        }
        Ok(Self {
            weight: Tensor::from_data(TensorData::new(weight, kernels), device),
            bias: Tensor::from_data(TensorData::new(offset, [outputs]), device),
            options: ConvOptions::new([shape.stride; 2], shape.padding, [1, 1], 1),
        })
    }

    fn forward(&self, grids: Tensor<4>) -> Tensor<4> {
        let (weight, bias) = (self.weight.clone(), self.bias.clone());
        ganforge_ops::relu(ganforge_ops::conv2d(
            grids,
            weight,
            Some(bias),
            self.options.clone(),
        ))
    }
}

impl Pool {
    fn forward(self, grids: Tensor<4>) -> Tensor<4> {
        let around = MaxPoolOptions::new([3, 3]);
        match self {
            Self::Mean => {
                let options = AvgPoolOptions::new([3, 3])
                    .with_stride([1, 1])
                    .with_padding([1, 1])
                    .with_count_include_pad(false);
                module::avg_pool2d(grids, options)
            }
            Self::Maximum => {
                module::max_pool2d(grids, around.with_stride([1, 1]).with_padding([1, 1]))
            }
            Self::Halving => module::max_pool2d(grids, around.with_stride([2, 2])),
        }
    }
}
