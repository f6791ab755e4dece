//! Minibatch standard deviation (Karras et al. 2018, "Progressive Growing of GANs", section 3).

use burn::module::Module;
use burn::tensor::Tensor;

/// Keeps the derivative of the square root finite if all samples are equal; the value is that of the authors' code.
const EPSILON: f64 = 1e-8;

/// The standard deviation of each feature over the batch, averaged over features; the same value for every row.
///
/// It is that of the whole batch, as in the paper; the authors' code splits the batch into groups of four.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use ganforge_model::layers::minibatch_deviation;
///
/// let rows = Tensor::<2>::from_data([[0.0, 1.0], [2.0, 1.0]], &Device::flex());
/// let deviation: Vec<f32> = minibatch_deviation(rows).into_data().try_to_vec().unwrap();
/// // The deviations of the two features are 1 and 0.
/// assert!(deviation.iter().all(|d| (d - 0.5).abs() < 1e-3));
/// ```
///
/// # Shapes
/// - `rows`: `[batch, features]`
/// - output: `[batch, 1]`
#[must_use]
pub fn minibatch_deviation(rows: Tensor<2>) -> Tensor<2> {
    let [batch, _] = rows.dims();
    let centred = rows.clone() - rows.mean_dim(0);
    let deviation = (centred.square().mean_dim(0) + EPSILON).sqrt();
    deviation.mean_dim(1).expand([batch, 1])
}

/// [`minibatch_deviation`] as a layer, without weights.
#[derive(Module, Debug)]
pub struct MinibatchDeviation;

impl MinibatchDeviation {
    /// The feature of each row.
    ///
    /// # Shapes
    /// - `rows`: `[batch, features]`
    /// - output: `[batch, 1]`
    #[must_use]
    pub fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        minibatch_deviation(rows)
    }
}
