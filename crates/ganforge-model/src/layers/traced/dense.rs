//! Steps that see each row by itself: linear layers, maxout, activations, dropout.

use burn::nn::{Dropout, Linear};
use burn::tensor::{Int, Tensor};

use super::Traced;
use crate::layers::{
    Activation, Maxout, OutputActivation, append_one_hot, linear, linear_activated,
};

impl<'a, const S: usize> Traced<'a, 2, S> {
    /// # Shapes
    /// - `[batch, inputs]` to `[batch, outputs]`
    #[must_use]
    pub fn linear(self, layer: &'a Linear) -> Self {
        let output = linear(layer, self.value());
        self.then(output, |gradient| {
            gradient.matmul(layer.weight.val().transpose())
        })
    }

    /// A linear layer and the activation after it.
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

    /// # Shapes
    /// - `[batch, inputs]` to `[batch, units]`
    #[must_use]
    pub fn maxout(self, layer: &'a Maxout) -> Self {
        let pieces = layer.evaluate(self.value());
        let output = layer.largest(pieces.clone());
        self.then(output, |gradient| layer.pull_back(gradient, pieces))
    }

    /// The inner product of each row with another that does not depend on it.
    ///
    /// # Shapes
    /// - `other`: `[batch, features]`
    /// - `[batch, features]` to `[batch, 1]`
    #[must_use]
    pub fn inner_product(self, other: Tensor<2>) -> Self {
        let output = (self.value() * other.clone()).sum_dim(1);
        self.then(output, |gradient| other * gradient)
    }

    /// Appends a one-hot code of the class to each row.
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
    /// Applies the nonlinearity elementwise; the shape stays.
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        let Self { value: input, back } = self;
        // An input in no other hands is overwritten by the output.
        let held = activation.needs_input().then(|| input.clone());
        let output = activation.forward(input);
        Self::follow(back, output.clone(), move |gradient| {
            let slope = match held {
                Some(input) => activation.derivative(input),
                None => activation.derivative_from_output(output),
            };
            gradient * slope
        })
    }

    /// Applies the last map of a generator or a decoder elementwise; the shape stays.
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

    /// Multiplies every number and adds to it; the shape stays.
    #[must_use]
    pub fn affine(self, factor: f64, offset: f64) -> Self {
        // Most networks see images as they are, and should not pay for those that do not.
        let one = (factor - 1.0).abs() < f64::EPSILON && offset.abs() < f64::EPSILON;
        if one {
            return self;
        }
        let output = self.value() * factor + offset;
        self.then(output, move |gradient| gradient * factor)
    }

    /// Drops a random share of the numbers while training; the shape stays.
    #[must_use]
    pub fn dropout(self, layer: &Dropout) -> Self {
        if layer.prob == 0.0 {
            return self;
        }
        // Drawn once, so that a score and its gradient see the same mask.
        let mask = layer.forward(self.value.ones_like());
        let output = self.value() * mask.clone();
        self.then(output, move |gradient| gradient * mask)
    }
}
