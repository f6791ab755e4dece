//! A forward pass that records its backward pass with respect to the input.
//!
//! Gradient penalties differentiate an input gradient with respect to the parameters (Drucker & Le Cun 1992, "double
//! backpropagation"), but Burn differentiates only once. The input gradient is therefore computed by forward operations on
//! the weights: each step on a [`Traced`] value records its pull-back. A pull-back that is not used costs nothing.

mod dense;
mod spatial;

pub use spatial::average_pool;
pub(crate) use spatial::upsample_nearest;

use burn::tensor::Tensor;

/// A tensor of `D` dimensions, with the backward pass to the tensor of `S` dimensions that it was computed from, by default
/// images.
///
/// ```
/// use ganforge_model::burn::tensor::{Device, Tensor};
/// use ganforge_model::layers::Traced;
///
/// let input = Tensor::<1>::from_floats([-1.0, 2.0], &Device::flex());
/// // y = x², with its derivative 2x.
/// let square = Traced::<1, 1>::new(input.clone());
/// let square = square.then(input.clone() * input.clone(), |gradient| gradient * input * 2.0);
/// let ones = square.value().ones_like();
/// let derivative = square.pull_back(ones).expect("samples are independent");
/// assert_eq!(derivative.to_data().to_vec::<f32>().unwrap(), [-2.0, 4.0]);
/// ```
pub struct Traced<'a, const D: usize, const S: usize = 4> {
    value: Tensor<D>,
    pull_back: Option<PullBack<'a, D, S>>,
}

/// Maps the gradient with respect to a value to the gradient with respect to the value it was computed from.
type PullBack<'a, const D: usize, const S: usize> = Box<dyn FnOnce(Tensor<D>) -> Tensor<S> + 'a>;

impl<const S: usize> Traced<'_, S, S> {
    /// The start of a trace.
    #[must_use]
    pub fn new(value: Tensor<S>) -> Self {
        Self {
            value,
            pull_back: Some(Box::new(|gradient| gradient)),
        }
    }
}

impl<'a, const D: usize, const S: usize> Traced<'a, D, S> {
    /// The value.
    #[must_use]
    pub fn value(&self) -> Tensor<D> {
        self.value.clone()
    }

    /// Adds a step: its output, and its pull-back from the gradient with respect to the output to that with respect to the
    /// current value.
    ///
    /// The pull-back must be differentiable with respect to the parameters of the step.
    #[must_use]
    pub fn then<const E: usize>(
        self,
        value: Tensor<E>,
        pull_back: impl FnOnce(Tensor<E>) -> Tensor<D> + 'a,
    ) -> Traced<'a, E, S> {
        Traced::chain(self.pull_back, value, pull_back)
    }

    /// [`then`](Self::then), after the current value was moved out.
    fn chain<const E: usize>(
        before: Option<PullBack<'a, E, S>>,
        value: Tensor<D>,
        step: impl FnOnce(Tensor<D>) -> Tensor<E> + 'a,
    ) -> Self {
        let pull_back = before.map(|before| -> PullBack<'a, D, S> {
            Box::new(move |gradient| before(step(gradient)))
        });
        Self { value, pull_back }
    }

    /// Adds a step in which an output depends on the whole batch. There is no gradient per sample after it.
    #[must_use]
    pub fn mixed<const E: usize>(self, value: Tensor<E>) -> Traced<'a, E, S> {
        Traced {
            value,
            pull_back: None,
        }
    }

    /// The sum of two branches from the current value.
    #[must_use]
    pub fn fork<const E: usize>(
        self,
        one: impl FnOnce(Traced<'a, D, D>) -> Traced<'a, E, D>,
        other: impl FnOnce(Traced<'a, D, D>) -> Traced<'a, E, D>,
    ) -> Traced<'a, E, S> {
        let one = one(Traced::new(self.value()));
        let other = other(Traced::new(self.value()));
        let value = one.value + other.value;
        match (one.pull_back, other.pull_back) {
            (Some(one), Some(other)) => self.then(value, move |gradient| {
                one(gradient.clone()) + other(gradient)
            }),
            _ => self.mixed(value),
        }
    }

    /// The gradient with respect to the start of the trace, from that with respect to the value; `None` if a step depended on
    /// the whole batch.
    #[must_use]
    pub fn pull_back(self, gradient: Tensor<D>) -> Option<Tensor<S>> {
        self.pull_back.map(|pull_back| pull_back(gradient))
    }
}
