//! How good samples are.
//!
//! [`features`] turns images into what they are compared by.

pub mod features;
