//! Automatic differentiation of maxout.

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::tensor::FloatTensor;

use super::{MaxoutGradient, MaxoutOps};

impl<B: MaxoutOps + MaxoutGradient, C: CheckpointStrategy> MaxoutOps for Autodiff<B, C> {
    fn maxout(pieces: FloatTensor<Self>, count: usize) -> FloatTensor<Self> {
        let prepared = Backward::<B, 1>::prepare::<C>(BackwardPass, [pieces.node()]);
        match prepared.compute_bound().stateful() {
            OpsKind::Tracked(mut prepared) => {
                let pieces_id = prepared.checkpoint(&pieces);
                let output = B::maxout(pieces.into_primitive(), count);
                prepared.finish((pieces_id, count), output)
            }
            OpsKind::UnTracked(prepared) => {
                prepared.finish(B::maxout(pieces.into_primitive(), count))
            }
        }
    }
}

#[derive(Debug)]
struct BackwardPass;

impl<B: MaxoutGradient> Backward<B, 1> for BackwardPass {
    type State = (NodeId, usize);

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        gradients: &mut Gradients,
        checkpointer: &mut Checkpointer,
    ) {
        let (pieces, count) = ops.state;
        let pieces: FloatTensor<B> = checkpointer.retrieve_node_output(pieces);
        unary::<B, _>(ops.parents, ops.node, gradients, |gradient| {
            B::maxout_gradient(pieces, gradient, count)
        });
    }
}
