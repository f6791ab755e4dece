//! Hidden layers of the networks of this folder.

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear};
use burn::tensor::Tensor;

use crate::ConfigError;
use crate::layers::{
    Activation, Maxout, Norm, WeightInit, batch_norm, linear, linear_activated, unscaled,
};
use crate::size::NetworkSize;

/// What hidden layers are made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct StackConfig {
    /// Linear pieces per maxout unit; 1 for linear layers with `activation`.
    pub pieces: usize,
    pub activation: Activation,
    /// None, batch or unscaled batch.
    pub norm: Norm,
    pub dropout: f64,
}

/// Hidden layers, each with a norm, an activation and dropout where the config has them.
#[derive(Module, Debug)]
pub(super) struct Stack {
    plain: Vec<Linear>,
    maxout: Vec<Maxout>,
    /// Of the last layers; all of them but the first where that one has none.
    norms: Vec<BatchNorm>,
    dropout: Dropout,
    #[module(skip)]
    activation: Activation,
}

impl StackConfig {
    /// Checks the values that every layer shares.
    pub fn check(&self) -> Result<(), ConfigError> {
        ConfigError::at_least_one("maxout_pieces", self.pieces)?;
        ConfigError::rate("dropout_hidden", self.dropout)?;
        let refuse = |name| {
            let allowed = "none, batch or unscaled-batch here";
            Err(ConfigError::new("norm", name, allowed))
        };
        match self.norm {
            Norm::None => Ok(()),
            Norm::Batch | Norm::UnscaledBatch if self.pieces == 1 => Ok(()),
            Norm::Batch | Norm::UnscaledBatch => Err(ConfigError::new(
                "maxout_pieces",
                self.pieces,
                "1 with a norm, which maxout layers do not have here",
            )),
            Norm::ConditionalBatch => refuse("conditional-batch"),
            Norm::VirtualBatch => refuse("virtual-batch"),
            Norm::BatchShift => refuse("batch-shift"),
        }
    }

    /// Layers of these sizes for `inputs` columns. `norm_first`: whether the first layer has the norm, too.
    pub fn init(
        &self,
        inputs: usize,
        hidden: &[usize],
        norm_first: bool,
        init: &mut WeightInit<'_>,
    ) -> Stack {
        let (mut plain, mut maxout, mut norms) = (Vec::new(), Vec::new(), Vec::new());
        let mut before = inputs;
        for (index, &units) in hidden.iter().enumerate() {
            let has_norm = self.has_norm(index, norm_first);
            if self.pieces == 1 {
                plain.push(init.linear(before, units, !has_norm));
            } else {
                maxout.push(Maxout::new(before, units, self.pieces, init));
            }
            if has_norm {
                norms.push(match self.norm {
                    Norm::UnscaledBatch => unscaled(units, init.device()),
                    _ => BatchNormConfig::new(units).init(init.device()),
                });
            }
            before = units;
        }
        Stack {
            plain,
            maxout,
            norms,
            dropout: DropoutConfig::new(self.dropout).init(),
            activation: self.activation,
        }
    }

    /// Adds parameters and activations of the layers, and returns the columns of the last.
    pub fn add_to(
        &self,
        size: &mut NetworkSize,
        inputs: f64,
        hidden: &[usize],
        norm_first: bool,
    ) -> f64 {
        let mut before = inputs;
        for (index, &units) in hidden.iter().enumerate() {
            let width = units as f64;
            let pieces = width * self.pieces as f64;
            size.matrix(before * pieces);
            size.keep(pieces);
            if self.has_norm(index, norm_first) {
                self.norm.add_to(size, units, 0, 1.0);
            } else {
                size.vector(pieces);
            }
            if self.pieces > 1 || self.activation == Activation::Softplus {
                size.keep(width);
            }
            if self.dropout > 0.0 {
                size.keep(2.0 * width);
            }
            before = width;
        }
        before
    }

    /// Whether any of these layers has a norm.
    pub fn normalises(&self, hidden: &[usize], norm_first: bool) -> bool {
        (0..hidden.len()).any(|index| self.has_norm(index, norm_first))
    }

    fn has_norm(&self, index: usize, norm_first: bool) -> bool {
        self.norm != Norm::None && (index > 0 || norm_first)
    }
}

impl Stack {
    /// The output of the last layer; the input where there are no layers.
    ///
    /// # Shapes
    /// - `rows`: `[batch, inputs]`
    /// - output: `[batch, units of the last layer]`
    pub fn forward(&self, mut rows: Tensor<2>) -> Tensor<2> {
        let without_norm = self.plain.len() - self.norms.len();
        for (index, layer) in self.plain.iter().enumerate() {
            let norm = index.checked_sub(without_norm);
            rows = match norm.and_then(|index| self.norms.get(index)) {
                None => linear_activated(layer, self.activation, rows),
                Some(norm) => batch_norm(norm, linear(layer, rows), Some(self.activation)),
            };
            rows = self.drop(rows);
        }
        for layer in &self.maxout {
            rows = self.drop(layer.forward(rows));
        }
        rows
    }

    fn drop(&self, rows: Tensor<2>) -> Tensor<2> {
        drop_out(&self.dropout, rows)
    }
}

/// Dropout; the identity in inference.
pub(super) fn drop_out(layer: &Dropout, rows: Tensor<2>) -> Tensor<2> {
    if layer.prob == 0.0 {
        rows
    } else {
        layer.forward(rows)
    }
}
