//! Self-supervised boosting (Welling, Zemel, Hinton 2002, "Self Supervised Boosting", NIPS 15): an energy model of binary images that grows feature by
//! feature.
//!
//! `log p(x) = b·x + Σ_k α_k f_k(x) - log Z`, with `f_k(x) = softplus(w_k·x + c_k)`. One stage:
//!
//! 1. draw as many negatives from the model as there are data ([`sampler`]: exactly, or by Gibbs sampling);
//! 2. train one feature to classify data against negatives, by logistic regression on f ([`classifier`]);
//! 3. choose its coefficient in [0, 1] by Newton's method, with the negatives as importance samples ([`coefficient`]), and add it to the model.
//!
//! The optimal classifier has the logit `log p_data(x) - log p_model(x)`, which is what the model lacks: an ancestor of the discriminator of a GAN, with a
//! "generator" that is updated without a gradient.
//!
//! ```
//! use boosting::{DataName, Settings, boost};
//!
//! let data = DataName::Bars.load()?;
//! let settings = Settings { features: 2, ..Settings::new(0) };
//! let mut likelihoods = Vec::new();
//! let model = boost(&data.train, &settings, |stage| {
//!     likelihoods.extend(stage.exact.map(|exact| exact.log_likelihood(&data.train)));
//!     Ok::<(), ganforge_data::DataError>(())
//! })?;
//! assert_eq!(model.terms.len(), 2);
//! // 16 independent pixels at first.
//! assert!((likelihoods[0] + 16.0 * 2f64.ln()).abs() < 1e-9);
//! assert!(likelihoods[2] > likelihoods[0] + 0.2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod annealed;
mod boost;
pub mod classifier;
pub mod coefficient;
mod data;
pub mod model;
pub mod output;
pub mod rbm;
pub mod sampler;

pub use boost::{Settings, Stage, boost};
pub use data::{BinaryImages, CountedImages, DataName, Parts};
pub use model::{Activation, Feature, Model, Term};
