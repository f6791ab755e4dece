//! Automatic differentiation of a fully connected layer: one graph node for product, bias and activation.

use burn::backend::Backend;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, Ops, OpsKind};
use burn::backend::autodiff::{Autodiff, NodeId};
use burn::backend::tensor::FloatTensor;

use super::{DenseBackward, DenseOps, RequiredGradients};
use crate::activation::Nonlinearity;

impl<B: DenseOps + DenseBackward, C: CheckpointStrategy> DenseOps for Autodiff<B, C> {
    fn dense(
        activation: Nonlinearity,
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let guards = [input.node(), weight.node()];
        record::<B, C, _>(activation, input, weight, guards, |input, weight| {
            B::dense(activation, input, weight)
        })
    }

    fn dense_with_bias(
        activation: Nonlinearity,
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let (bias, guard) = bias.into_parts();
        let guards = [input.node(), weight.node(), guard];
        record::<B, C, _>(activation, input, weight, guards, |input, weight| {
            B::dense_with_bias(activation, input, weight, bias)
        })
    }
}

/// Runs a layer and records its backward pass. `guards` belong to `input`, `weight` and, if there is one, the bias.
fn record<B: DenseOps + DenseBackward, C: CheckpointStrategy, const N: usize>(
    activation: Nonlinearity,
    input: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
    guards: [NodeGuard; N],
    run: impl FnOnce(FloatTensor<B>, FloatTensor<B>) -> FloatTensor<B>,
) -> FloatTensor<Autodiff<B, C>> {
    let prepared = Backward::<B, N>::prepare::<C>(BackwardPass, guards);
    match prepared.compute_bound().stateful() {
        OpsKind::Tracked(mut prepared) => {
            let (input_id, weight_id) = (prepared.checkpoint(&input), prepared.checkpoint(&weight));
            let output = run(input.into_primitive(), weight.into_primitive());
            let state = SavedState::<B> {
                activation,
                input: input_id,
                weight: weight_id,
                output: output.clone(),
            };
            prepared.finish(state, output)
        }
        OpsKind::UnTracked(prepared) => {
            prepared.finish(run(input.into_primitive(), weight.into_primitive()))
        }
    }
}

#[derive(Debug)]
struct BackwardPass;

/// What the backward pass needs; the checkpointer stores or recomputes the operands.
#[derive(Clone, Debug)]
struct SavedState<B: Backend> {
    activation: Nonlinearity,
    input: NodeId,
    weight: NodeId,
    output: FloatTensor<B>,
}

impl<B: DenseBackward, const N: usize> Backward<B, N> for BackwardPass {
    type State = SavedState<B>;

    fn backward(
        self,
        ops: Ops<SavedState<B>, N>,
        gradients: &mut Gradients,
        checkpointer: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<B>(&ops.node);
        let SavedState {
            activation,
            input,
            weight,
            output,
        } = ops.state;
        let input: FloatTensor<B> = checkpointer.retrieve_node_output(input);
        let weight: FloatTensor<B> = checkpointer.retrieve_node_output(weight);
        // A parent without gradient is absent: nothing is computed for it.
        let is_required = |parent: usize| ops.parents.get(parent).is_some_and(Option::is_some);
        let required = RequiredGradients {
            input: is_required(0),
            weight: is_required(1),
            bias: is_required(2),
        };
        let computed = B::dense_backward(required, activation, input, weight, output, gradient);
        for (parent, gradient) in ops.parents.into_iter().zip(computed) {
            if let (Some(parent), Some(gradient)) = (parent, gradient) {
                gradients.register::<B>(parent.id, gradient);
            }
        }
    }
}
