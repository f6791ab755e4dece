//! Steps on rows: linear layers, maxout, activations, dropout.

use burn::nn::{Dropout, Linear};
use burn::tensor::{Int, Tensor};

use super::Traced;
use crate::layers::{
    Activation, Maxout, OutputActivation, append_one_hot, linear, linear_activated,
};

impl<'a, const S: usize> Traced<'a, 2, S> {
    /// A linear layer.
    ///
    /// # Shapes
    /// - `[batch, inputs]` to `[batch, outputs]`
    #[must_use]
    pub fn linear(self, layer: &'a Linear) -> Self {
        let output = linear(layer, self.value());
        self.then(output, |gradient| {
            gradient.matmul(layer.weight.val().transpose())
        })
    }

    /// A linear layer and an activation.
    ///
    /// # Shapes
    /// - `[batch, inputs]` to `[batch, outputs]`
    #[must_use]
    pub fn linear_activated(self, layer: &'a Linear, activation: Activation) -> Self {
        if activation.needs_input() {
            return self.linear(layer).activation(activation);
        }
        let output = linear_activated(layer, activation, self.value());
        self.then(output.clone(), move |gradient| {
            let gradient = gradient * activation.derivative_from_output(output);
            gradient.matmul(layer.weight.val().transpose())
        })
    }

    /// A maxout layer.
    ///
    /// # Shapes
    /// - `[batch, inputs]` to `[batch, units]`
    #[must_use]
    pub fn maxout(self, layer: &'a Maxout) -> Self {
        let pieces = layer.evaluate(self.value());
        let output = layer.maximum(pieces.clone());
        self.then(output, |gradient| layer.pull_back(gradient, pieces))
    }

    /// The inner product of each row with a row of `other`, a constant of this trace.
    ///
    /// # Shapes
    /// - `other`: `[batch, features]`
    /// - `[batch, features]` to `[batch, 1]`
    #[must_use]
    pub fn inner_product(self, other: Tensor<2>) -> Self {
        let output = (self.value() * other.clone()).sum_dim(1);
        self.then(output, |gradient| other * gradient)
    }

    /// Appends the one-hot class to each row; without a class, does nothing.
    ///
    /// # Shapes
    /// - `class`: `[batch]`, each below `classes`
    /// - `[batch, features]` to `[batch, features + classes]`
    #[must_use]
    pub fn append_one_hot(self, class: Option<Tensor<1, Int>>, classes: usize) -> Self {
        let Some(class) = class else {
            return self;
        };
        let [_, features] = self.value.dims();
        let output = append_one_hot(self.value(), class, classes);
        self.then(output, move |gradient| gradient.narrow(1, 0, features))
    }
}

impl<const D: usize, const S: usize> Traced<'_, D, S> {
    /// Applies the activation to each element.
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        let Self {
            value: input,
            pull_back,
        } = self;
        // Without another reference to it, the input is overwritten by the output.
        let saved = activation.needs_input().then(|| input.clone());
        let output = activation.forward(input);
        Self::chain(pull_back, output.clone(), move |gradient| {
            let derivative = match saved {
                Some(input) => activation.derivative(input),
                None => activation.derivative_from_output(output),
            };
            gradient * derivative
        })
    }

    /// Applies the output activation of a generator or decoder to each element.
    #[must_use]
    pub fn output(self, map: OutputActivation) -> Self {
        if map == OutputActivation::Linear {
            return self;
        }
        let output = map.forward(self.value());
        self.then(output.clone(), move |gradient| {
            gradient * map.derivative_from_output(output)
        })
    }

    /// Multiplies each element by `factor` and adds `offset`.
    #[must_use]
    pub fn affine(self, factor: f64, offset: f64) -> Self {
        // The identity should cost nothing.
        let identity = (factor - 1.0).abs() < f64::EPSILON && offset.abs() < f64::EPSILON;
        if identity {
            return self;
        }
        let output = self.value() * factor + offset;
        self.then(output, move |gradient| gradient * factor)
    }

    /// Dropout; the identity in inference.
    #[must_use]
    pub fn dropout(self, layer: &Dropout) -> Self {
        if layer.prob == 0.0 {
            return self;
        }
        // One mask for the score and its gradient.
        let mask = layer.forward(self.value.ones_like());
        let output = self.value() * mask.clone();
        self.then(output, move |gradient| gradient * mask)
    }
}
