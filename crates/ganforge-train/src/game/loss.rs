//! The loss of a player in a turn, with the named terms that the turn reports.

use std::ops::Add;

use burn::tensor::Tensor;

use super::score_state::Observation;

/// The loss of one player in one turn. Losses can be added: networks with disjoint parameters then each receive their own gradient.
#[derive(Debug, Clone)]
pub struct Loss {
    /// `[1]`, the loss that the player minimises, penalties included.
    pub loss: Tensor<1>,
    /// Values that the turn reports, by name.
    pub terms: Vec<Term>,
    /// Scores that update the state of the discriminators, in the order of the discriminators.
    pub observations: Vec<Observation>,
}

/// A named scalar that a turn reports; its mean over the turns of a tick is written to `metrics.jsonl`.
#[derive(Debug, Clone)]
pub struct Term {
    /// A key of `metrics.jsonl`.
    pub name: &'static str,
    /// `[1]`, on the device, without gradients.
    pub value: Tensor<1>,
    /// Discriminators that the value is the mean of.
    count: u16,
}

impl Loss {
    /// A loss that reports only itself, under `name`.
    ///
    /// # Shapes
    /// - `loss`: `[1]`
    #[must_use]
    pub fn new(name: &'static str, loss: Tensor<1>) -> Self {
        let terms = vec![Term::new(name, &loss)];
        Self {
            loss,
            terms,
            observations: Vec::new(),
        }
    }

    /// Adds `weight · value` to the loss and reports `value` under `name`.
    ///
    /// # Shapes
    /// - `value`: `[1]`
    #[must_use]
    pub fn plus(mut self, name: &'static str, value: Tensor<1>, weight: f64) -> Self {
        self.terms.push(Term::new(name, &value));
        self.loss = self.loss + value * weight;
        self
    }
}

impl Term {
    /// # Shapes
    /// - `value`: `[1]`
    #[must_use]
    pub fn new(name: &'static str, value: &Tensor<1>) -> Self {
        Self {
            name,
            value: value.clone().inner(),
            count: 1,
        }
    }

    /// A value without gradients.
    pub(crate) fn of(name: &'static str, value: Tensor<1>) -> Self {
        Self {
            name,
            value,
            count: 1,
        }
    }
}

/// Adds the losses. Terms of one name are averaged if they describe scores, and added if they are losses or penalties, so that values reported for
/// several discriminators are comparable with those of one.
impl Add for Loss {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.loss = self.loss + other.loss;
        self.observations.extend(other.observations);
        for term in other.terms {
            match self.terms.iter_mut().find(|own| own.name == term.name) {
                Some(own) if is_mean(own.name) => own.average(term),
                Some(own) => own.value = own.value.clone() + term.value,
                None => self.terms.push(term),
            }
        }
        self
    }
}

impl Term {
    /// Averages with a term of other discriminators, each of which counts once.
    fn average(&mut self, other: Self) {
        let [own, others] = [self.count, other.count].map(f64::from);
        self.value = (self.value.clone() * own + other.value * others) / (own + others);
        self.count += other.count;
    }
}

fn is_mean(name: &str) -> bool {
    ["score_", "accuracy_", "energy_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
        || ["value", "balance", "convergence"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn losses_add_and_scores_are_averaged() {
        let device = Device::flex();
        let number = |value: f32| Tensor::<1>::from_data([value], &device);
        let side = |loss: f32, score: f32| {
            let mut side = Loss::new("discriminator_loss", number(loss));
            side.terms.push(Term::new("score_real", &number(score)));
            side
        };
        let sum = side(1.0, 2.0) + side(3.0, 6.0);
        let sum = sum + side(2.0, 7.0).plus("reconstruction", number(0.5), 10.0);
        let read = |tensor: &Tensor<1>| tensor.clone().into_scalar::<f32>();
        let terms: Vec<(&str, f32)> = sum.terms.iter().map(|t| (t.name, read(&t.value))).collect();
        assert!((read(&sum.loss) - 11.0).abs() < 1e-6);
        assert_eq!(
            terms,
            [
                ("discriminator_loss", 6.0),
                ("score_real", 5.0),
                ("reconstruction", 0.5)
            ]
        );
    }
}
