//! The terms of the losses of one domain, and their sum over both.

use burn::module::Module;
use burn::tensor::Tensor;
use ganforge_model::networks::Translator;
use ganforge_model::{
    Discriminator, DiscriminatorInput, DiscriminatorNet, Generator, GeneratorInput,
};

use crate::game::{AdversarialLoss, Loss, Source, Term};

/// One domain in a turn.
pub(super) struct Side<'a> {
    pub adversarial: AdversarialLoss<'a, DiscriminatorNet>,
    /// Real images of the domain.
    pub real: &'a Tensor<4>,
    /// Images of the other domain, whose translations are the fakes of this one.
    pub original: &'a Tensor<4>,
    /// Translates to the domain.
    pub translator: &'a Translator,
    /// Translates from the domain.
    pub inverse: &'a Translator,
}

impl Side<'_> {
    /// The mean over features of (E f(x) - E f(fake))², summed over the hidden layers f of the discriminator but the first, or of the
    /// only one of a discriminator that gives no others ([`Discriminator::hidden_layers`]).
    pub fn feature_matching(&self, fake: &Tensor<4>) -> Tensor<1> {
        let discriminator = self.adversarial.discriminator.clone().no_grad();
        let layers = |images: Tensor<4>, source| {
            let images = self.adversarial.preprocess(images, source);
            discriminator.hidden_layers(DiscriminatorInput::new(images))
        };
        let real = layers(self.real.clone(), Source::Real);
        let fake = layers(fake.clone(), Source::Fake);
        let first = usize::from(real.len() > 1);
        let pairs = real.into_iter().zip(fake).skip(first);
        let distances = pairs.map(|(real, fake)| {
            let difference = real.detach().mean_dim(0) - fake.mean_dim(0);
            difference.square().mean()
        });
        let sum = distances.reduce(|sum, distance| sum + distance);
        sum.expect("a discriminator has a hidden layer")
    }
}

/// The output of a translator, with the shape of its input.
pub(super) fn translate(network: &Translator, images: &Tensor<4>) -> Tensor<4> {
    network.forward(GeneratorInput::image(images.clone()))
}

/// A sum of terms, each the sum over the domains.
#[derive(Default)]
pub(super) struct WeightedSum {
    total: Option<Tensor<1>>,
    terms: Vec<Term>,
}

impl WeightedSum {
    /// Adds a term of one domain, which is not computed where it has no weight.
    pub fn add(&mut self, name: &'static str, weight: f64, value: impl FnOnce() -> Tensor<1>) {
        if weight <= 0.0 {
            return;
        }
        let value = value();
        let term = Term::new(name, &value);
        match self.terms.iter_mut().find(|own| own.name == name) {
            Some(own) => own.value = own.value.clone() + term.value,
            None => self.terms.push(term),
        }
        let weighted = value * weight;
        self.total = Some(match self.total.take() {
            Some(total) => total + weighted,
            None => weighted,
        });
    }

    pub fn into_loss(self) -> Loss {
        let total = self.total.expect("the rules have a weight above 0");
        let mut loss = Loss::new("generator_loss", total);
        loss.terms.extend(self.terms);
        loss
    }
}
