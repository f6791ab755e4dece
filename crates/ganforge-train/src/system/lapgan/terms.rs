//! What each level reports to `metrics.jsonl`.

use burn::tensor::Tensor;
use ganforge_model::layers::average_pool;
use ganforge_model::networks::{LaplacianPyramid, MAX_LAPGAN_LEVELS};

use crate::game::{Loss, Term};

/// Terms of one level, in the order of [`level`].
const PER_LEVEL: usize = 5;

macro_rules! level {
    ($level:literal) => {
        [
            concat!("level_", $level, "_accuracy_real"),
            concat!("level_", $level, "_accuracy_fake"),
            concat!("level_", $level, "_loss_discriminator"),
            concat!("level_", $level, "_loss_generator"),
            concat!("level_", $level, "_coarse_error"),
        ]
    };
}

const NAMES: [[&str; PER_LEVEL]; MAX_LAPGAN_LEVELS] = [
    level!(0),
    level!(1),
    level!(2),
    level!(3),
    level!(4),
    level!(5),
    level!(6),
    level!(7),
    level!(8),
    level!(9),
    level!(10),
    level!(11),
];

/// The names of all terms of the first `levels` levels.
pub(super) fn names(levels: usize) -> &'static [&'static str] {
    NAMES[..levels.min(MAX_LAPGAN_LEVELS)].as_flattened()
}

/// Adds the accuracies and the loss of a level, under its number, to its loss.
pub(super) fn of_discriminator(level: usize, mut loss: Loss) -> Loss {
    let [real, fake, own, ..] = NAMES[level];
    let copies = [
        ("accuracy_real", real),
        ("accuracy_fake", fake),
        ("discriminator_loss", own),
    ];
    for (name, of_level) in copies {
        copy(&mut loss, name, of_level);
    }
    loss
}

/// Adds the loss of a level, and for a finer one the difference of its fakes to the real images that they were made from, relative to those:
/// `‖d(fake) - I‖ / ‖I‖` over the batch.
pub(super) fn of_generator(
    level: usize,
    mut loss: Loss,
    fakes: Tensor<4>,
    real: &LaplacianPyramid,
) -> Loss {
    let [.., own, coarse_error] = NAMES[level];
    copy(&mut loss, "generator_loss", own);
    if let Some(before) = level.checked_sub(1) {
        let coarse = real.images[before].clone();
        let norm = |images: Tensor<4>| ganforge_ops::sum(images.square()).sqrt();
        let error = norm(average_pool(fakes.detach()) - coarse.clone()) / norm(coarse);
        loss.terms.push(Term::new(coarse_error, &error));
    }
    loss
}

fn copy(loss: &mut Loss, name: &str, of_level: &'static str) {
    let term = loss.terms.iter().find(|term| term.name == name);
    if let Some(value) = term.map(|term| term.value.clone()) {
        loss.terms.push(Term::of(of_level, value));
    }
}
