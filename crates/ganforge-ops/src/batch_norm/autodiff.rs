//! Automatic differentiation of batch normalisation in training mode.

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;

use super::{BatchNormGradient, BatchNormOps};
use crate::activation::Rectifier;

impl<B: BatchNormOps + BatchNormGradient, C: CheckpointStrategy> BatchNormOps for Autodiff<B, C> {
    fn fused_batch_norm(
        rectifier: Rectifier,
        epsilon: f64,
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let guards = [input.node(), gamma.node(), beta.node()];
        let prepared = BackwardPass.prepare::<C>(guards).compute_bound().stateful();
        let run = |input, gamma, beta| B::fused_batch_norm(rectifier, epsilon, input, gamma, beta);
        let (output, mean, variance) = match prepared {
            OpsKind::Tracked(mut prepared) => {
                let input_id = prepared.checkpoint(&input);
                let [gamma, beta] = [gamma, beta].map(FloatTensor::<Self>::into_primitive);
                let (output, mean, variance) =
                    run(input.into_primitive(), gamma.clone(), beta.clone());
                let state = SavedState {
                    rectifier,
                    epsilon,
                    input: input_id,
                    per_channel: [gamma, beta, mean.clone(), variance.clone()],
                };
                (prepared.finish(state, output), mean, variance)
            }
            OpsKind::UnTracked(prepared) => {
                let [input, gamma, beta] =
                    [input, gamma, beta].map(FloatTensor::<Self>::into_primitive);
                let (output, mean, variance) = run(input, gamma, beta);
                (prepared.finish(output), mean, variance)
            }
        };
        let [mean, variance] = [mean, variance].map(FloatTensor::<Self>::new);
        (output, mean, variance)
    }
}

#[derive(Debug)]
struct BackwardPass;

/// What the backward pass needs; the checkpointer stores or recomputes the input.
#[derive(Clone, Debug)]
struct SavedState<B: BatchNormGradient> {
    rectifier: Rectifier,
    epsilon: f64,
    input: NodeId,
    /// Scale, shift, mean and variance.
    per_channel: [FloatTensor<B>; 4],
}

impl<B: BatchNormGradient> Backward<B, 3> for BackwardPass {
    type State = SavedState<B>;

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        gradients: &mut Gradients,
        checkpointer: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<B>(&ops.node);
        let SavedState {
            rectifier,
            epsilon,
            input,
            per_channel: [gamma, beta, mean, variance],
        } = ops.state;
        let input: FloatTensor<B> = checkpointer.retrieve_node_output(input);
        let operands = [input, gamma, beta, mean, variance];
        let found = B::batch_norm_gradients(rectifier, epsilon, operands, gradient);
        for (parent, gradient) in ops.parents.into_iter().zip(found) {
            if let Some(parent) = parent {
                gradients.register::<B>(parent.id, gradient);
            }
        }
    }
}
