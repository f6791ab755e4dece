//! Which latents are averaged, added and subtracted.

use std::collections::BTreeSet;

use ganforge_model::ConfigError;

/// Whether a concept is added or subtracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Added.
    Plus,
    /// Subtracted.
    Minus,
}

impl Sign {
    /// 1 or -1.
    #[must_use]
    pub fn factor(self) -> f32 {
        match self {
            Self::Plus => 1.0,
            Self::Minus => -1.0,
        }
    }
}

/// Samples whose mean latent is a term of the sum.
///
/// ```
/// use ganforge_infer::{Concept, Sign};
///
/// let smiling_women = Concept::plus([3, 14, 15]);
/// assert_eq!(smiling_women.sign, Sign::Plus);
/// assert_eq!(Concept::minus([9, 2, 6]).indices, [9, 2, 6]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// Whether it is added or subtracted.
    pub sign: Sign,
    /// Indices of different samples, one or more, as in [`Sampler::latent`](crate::Sampler::latent). The paper averages three, and reports that single
    /// ones are unstable.
    pub indices: Vec<u64>,
}

impl Concept {
    /// A concept that is added.
    #[must_use]
    pub fn plus(indices: impl Into<Vec<u64>>) -> Self {
        Self::new(Sign::Plus, indices)
    }

    /// A concept that is subtracted.
    #[must_use]
    pub fn minus(indices: impl Into<Vec<u64>>) -> Self {
        Self::new(Sign::Minus, indices)
    }

    /// A concept of a sign.
    #[must_use]
    pub fn new(sign: Sign, indices: impl Into<Vec<u64>>) -> Self {
        Self {
            sign,
            indices: indices.into(),
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        if self.indices.is_empty() {
            return Err(ConfigError::new(
                "indices",
                "empty",
                "one or more samples of a concept",
            ));
        }
        let mut known = BTreeSet::new();
        match self.indices.iter().find(|&&index| !known.insert(index)) {
            Some(twice) => {
                let found = format!("{twice} twice in one concept");
                Err(ConfigError::new("indices", found, "different samples"))
            }
            None => Ok(()),
        }
    }
}

/// A sum of concepts.
///
/// ```
/// use ganforge_infer::{ArithmeticOptions, Concept};
///
/// let concepts = [Concept::plus([0, 1, 2]), Concept::minus([3, 4, 5]), Concept::plus([6, 7, 8])];
/// let options = ArithmeticOptions::new(concepts, 7);
/// assert_eq!((options.seed, options.spread), (7, 0.25));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ArithmeticOptions {
    /// The terms in their order; one of them at least is added.
    pub concepts: Vec<Concept>,
    /// Seed of the samples, and of the noise of the neighbours.
    pub seed: u64,
    /// The class of every image: required for a conditional model, and only allowed there.
    pub class: Option<usize>,
    /// Half the width of the uniform noise on each coordinate of the eight neighbours of the result, 0 or more.
    pub spread: f32,
}

impl ArithmeticOptions {
    /// A sum of concepts of samples of a seed, with the paper's noise of ±0.25.
    #[must_use]
    pub fn new(concepts: impl Into<Vec<Concept>>, seed: u64) -> Self {
        Self {
            concepts: concepts.into(),
            seed,
            class: None,
            spread: 0.25,
        }
    }

    /// Fails if there is nothing to add, a concept is empty or names a sample twice, or the spread is out of range.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let is_added = |concept: &Concept| concept.sign == Sign::Plus;
        if !self.concepts.iter().any(is_added) {
            let allowed = "one concept at least that is added";
            return Err(ConfigError::new("concepts", "nothing to add", allowed));
        }
        if !(self.spread.is_finite() && self.spread >= 0.0) {
            return Err(ConfigError::new("spread", self.spread, "0 or more"));
        }
        self.concepts.iter().try_for_each(Concept::check)
    }
}
