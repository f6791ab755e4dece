//! A value on its way through a network, with the backward pass.
//!
//! Burn differentiates once. An input gradient that is itself to be differentiated, as every gradient penalty asks, is
//! therefore written as forward operations on the same weights (Drucker & Le Cun 1992, "double backpropagation"). Each
//! step through a network written with [`Traced`] leaves its pull-back behind, and a forward pass that nobody pulls
//! back has computed nothing more than the forward pass.

mod dense;
mod spatial;

pub(crate) use spatial::upsample_nearest;

use burn::tensor::Tensor;

/// A tensor of `D` dimensions computed from one of `S` dimensions, by default an image.
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
/// let derivative = square.pull_back(ones).expect("no step mixed samples");
/// assert_eq!(derivative.to_data().to_vec::<f32>().unwrap(), [-2.0, 4.0]);
/// ```
pub struct Traced<'a, const D: usize, const S: usize = 4> {
    value: Tensor<D>,
    back: Option<PullBack<'a, D, S>>,
}

/// From the gradient with respect to a value to the gradient with respect to what it was computed from.
type PullBack<'a, const D: usize, const S: usize> = Box<dyn FnOnce(Tensor<D>) -> Tensor<S> + 'a>;

impl<const S: usize> Traced<'_, S, S> {
    /// Where a trace begins.
    #[must_use]
    pub fn new(value: Tensor<S>) -> Self {
        Self {
            value,
            back: Some(Box::new(|gradient| gradient)),
        }
    }
}

impl<'a, const D: usize, const S: usize> Traced<'a, D, S> {
    /// The value so far.
    #[must_use]
    pub fn value(&self) -> Tensor<D> {
        self.value.clone()
    }

    /// One step on: its result, and how a gradient with respect to the result becomes one with respect to the value so far.
    ///
    /// The pull-back has to consist of operations that can be differentiated by the step's parameters.
    #[must_use]
    pub fn then<const E: usize>(
        self,
        value: Tensor<E>,
        step_back: impl FnOnce(Tensor<E>) -> Tensor<D> + 'a,
    ) -> Traced<'a, E, S> {
        Traced::follow(self.back, value, step_back)
    }

    /// [`then`](Self::then), where the value so far has been given away.
    fn follow<const E: usize>(
        back: Option<PullBack<'a, E, S>>,
        value: Tensor<D>,
        step_back: impl FnOnce(Tensor<D>) -> Tensor<E> + 'a,
    ) -> Self {
        let back = back.map(|back| -> PullBack<'a, D, S> {
            Box::new(move |gradient| back(step_back(gradient)))
        });
        Self { value, back }
    }

    /// One step on that mixes the samples of a batch, after which none has a gradient of its own.
    #[must_use]
    pub fn mixed<const E: usize>(self, value: Tensor<E>) -> Traced<'a, E, S> {
        Traced { value, back: None }
    }

    /// The sum of what two branches make of the value so far.
    #[must_use]
    pub fn fork<const E: usize>(
        self,
        one: impl FnOnce(Traced<'a, D, D>) -> Traced<'a, E, D>,
        other: impl FnOnce(Traced<'a, D, D>) -> Traced<'a, E, D>,
    ) -> Traced<'a, E, S> {
        let one = one(Traced::new(self.value()));
        let other = other(Traced::new(self.value()));
        let value = one.value + other.value;
        match (one.back, other.back) {
            (Some(one), Some(other)) => self.then(value, move |gradient| {
                one(gradient.clone()) + other(gradient)
            }),
            _ => self.mixed(value),
        }
    }

    /// The gradient with respect to the start, from the gradient with respect to the value; `None` where samples were mixed.
    #[must_use]
    pub fn pull_back(self, gradient: Tensor<D>) -> Option<Tensor<S>> {
        self.back.map(|back| back(gradient))
    }
}
