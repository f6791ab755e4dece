//! Automatic differentiation of the passes: the derivative of a pass with respect to an operand is another pass.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, Ops, OpsKind};
use burn::backend::autodiff::{Autodiff, NodeId};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::Shape;

use super::{ConvolutionOps, Pass};
use crate::convolution::ConvShape;

impl<B: ConvolutionOps, C: CheckpointStrategy> ConvolutionOps for Autodiff<B, C> {
    fn convolution(
        pass: Pass,
        shape: ConvShape,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let guards = [first.node(), second.node()];
        record::<B, C, _>(pass, shape, first, second, guards, |first, second| {
            B::convolution(pass, shape, first, second)
        })
    }

    fn biased_convolution(
        pass: Pass,
        shape: ConvShape,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let (bias, guard) = bias.into_parts();
        let guards = [first.node(), second.node(), guard];
        record::<B, C, _>(pass, shape, first, second, guards, |first, second| {
            B::biased_convolution(pass, shape, first, second, bias)
        })
    }
}

/// Runs a pass and records its backward pass. `guards` belong to `first`, `second` and, if there is one, the bias.
fn record<B: ConvolutionOps, C: CheckpointStrategy, const N: usize>(
    pass: Pass,
    shape: ConvShape,
    first: FloatTensor<Autodiff<B, C>>,
    second: FloatTensor<Autodiff<B, C>>,
    guards: [NodeGuard; N],
    run: impl FnOnce(FloatTensor<B>, FloatTensor<B>) -> FloatTensor<B>,
) -> FloatTensor<Autodiff<B, C>> {
    let prepared = Backward::<B, N>::prepare::<C>(BackwardPass, guards);
    match prepared.compute_bound().stateful() {
        OpsKind::Tracked(mut prepared) => {
            let state = SavedState {
                pass,
                shape,
                first: prepared.checkpoint(&first),
                second: prepared.checkpoint(&second),
            };
            let output = run(first.into_primitive(), second.into_primitive());
            prepared.finish(state, output)
        }
        OpsKind::UnTracked(prepared) => {
            prepared.finish(run(first.into_primitive(), second.into_primitive()))
        }
    }
}

#[derive(Debug)]
struct BackwardPass;

/// What the backward pass needs; the checkpointer stores or recomputes the operands.
#[derive(Clone, Debug)]
struct SavedState {
    pass: Pass,
    shape: ConvShape,
    first: NodeId,
    second: NodeId,
}

impl<B: ConvolutionOps, const N: usize> Backward<B, N> for BackwardPass {
    type State = SavedState;

    fn backward(
        self,
        ops: Ops<SavedState, N>,
        gradients: &mut Gradients,
        checkpointer: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<B>(&ops.node);
        let SavedState { pass, shape, .. } = ops.state;
        let first: FloatTensor<B> = checkpointer.retrieve_node_output(ops.state.first);
        let second: FloatTensor<B> = checkpointer.retrieve_node_output(ops.state.second);
        for (operand, parent) in ops.parents.into_iter().enumerate() {
            // A parent without gradient is absent: nothing is computed for it.
            let Some(parent) = parent else { continue };
            let gradient = gradient.clone();
            let parent_gradient = match operand {
                0 => first_operand_gradient::<B>(pass, shape, gradient, second.clone()),
                1 => second_operand_gradient::<B>(pass, shape, gradient, first.clone()),
                _ => sum_over_channels::<B>(gradient),
            };
            gradients.register::<B>(parent.id, parent_gradient);
        }
    }
}

fn first_operand_gradient<B: ConvolutionOps>(
    pass: Pass,
    shape: ConvShape,
    gradient: FloatTensor<B>,
    second: FloatTensor<B>,
) -> FloatTensor<B> {
    match pass {
        Pass::Output => B::convolution(Pass::InputGradient, shape, gradient, second),
        Pass::InputGradient => B::convolution(Pass::Output, shape, gradient, second),
        Pass::WeightGradient => B::convolution(Pass::InputGradient, shape, second, gradient),
    }
}

fn second_operand_gradient<B: ConvolutionOps>(
    pass: Pass,
    shape: ConvShape,
    gradient: FloatTensor<B>,
    first: FloatTensor<B>,
) -> FloatTensor<B> {
    match pass {
        Pass::Output => B::convolution(Pass::WeightGradient, shape, first, gradient),
        Pass::InputGradient => B::convolution(Pass::WeightGradient, shape, gradient, first),
        Pass::WeightGradient => B::convolution(Pass::Output, shape, first, gradient),
    }
}

/// # Shapes
/// - `gradient`: `[batch, channels, height, width]`
/// - output: `[channels]`
fn sum_over_channels<B: Backend>(gradient: FloatTensor<B>) -> FloatTensor<B> {
    let [batch, channels, height, width] = gradient.shape().dims();
    let planes = B::float_reshape(gradient, Shape::new([batch, channels, height * width]));
    let sums = B::float_sum_dim(B::float_sum_dim(planes, 2), 0);
    B::float_reshape(sums, Shape::new([channels]))
}
