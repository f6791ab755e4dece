//! Automatic differentiation of a nonlinearity.

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::tensor::FloatTensor;

use super::{ActivationGradient, ActivationOps, Nonlinearity};

impl<B: ActivationOps + ActivationGradient, C: CheckpointStrategy> ActivationOps
    for Autodiff<B, C>
{
    fn activate(nonlinearity: Nonlinearity, input: FloatTensor<Self>) -> FloatTensor<Self> {
        let (input, node) = input.into_parts();
        // Compute-bound, so that checkpointing does not recompute it: only the output is stored, and recomputation would save nothing.
        let prepared = BackwardPass.prepare::<C>([node]).compute_bound().stateful();
        let output = B::activate(nonlinearity, input);
        match prepared {
            OpsKind::Tracked(prepared) => prepared.finish((nonlinearity, output.clone()), output),
            OpsKind::UnTracked(prepared) => prepared.finish(output),
        }
    }
}

#[derive(Debug)]
struct BackwardPass;

impl<B: ActivationGradient> Backward<B, 1> for BackwardPass {
    type State = (Nonlinearity, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (nonlinearity, output) = ops.state;
        unary::<B, _>(ops.parents, ops.node, gradients, |gradient| {
            B::activation_gradient(nonlinearity, output, gradient)
        });
    }
}
