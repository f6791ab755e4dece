//! What the generator's turn saves by running the discriminator without parameter gradients: the same phase with and
//! without them, one after the other in the same run.
//!
//! `cargo bench --workspace --bench generator_phase --profile dev` takes the build of Burn that the tests left; the
//! dev profile optimises it fully. Fakes are made outside the clock, as the discriminator's turn makes them in a step.

use std::hint::black_box;

use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use ganforge_infer::Signature;
use ganforge_model::{Discriminator, DiscriminatorInput, ImageShape};
use ganforge_train::Recipe;
use ganforge_train::game::{Loss, TurnKey};
use ganforge_train::recipe::Override;
use ganforge_train::system::{Gan, GanRound, Latents, Players, System};

/// Recipes, what is changed about them, and their images.
const GAMES: [(&str, &[&str], ImageShape); 2] =
    [("bench-dcgan32", &[], grey(32)), ("digits", &[], grey(8))];

const fn grey(side: usize) -> ImageShape {
    ImageShape {
        channels: 1,
        height: side,
        width: side,
    }
}

/// Both players at their initial weights, and a round for them.
fn game(
    name: &str,
    changes: &[&str],
    image: ImageShape,
    device: &Device,
) -> (Players<Gan>, GanRound) {
    let changes: Vec<Override> = changes
        .iter()
        .map(|change| change.parse().expect("an override is KEY=VALUE"))
        .collect();
    let recipe = Recipe::load(name, &changes).expect("the recipe is built in");
    let signature = Signature {
        latent: recipe.system.latent(),
        image,
        input: None,
        classes: Vec::new(),
    };
    let players = recipe
        .build(&signature, 0, device)
        .expect("the networks fit the images");
    let latents = Latents {
        spec: signature.latent,
        batch: recipe.experiment.run.batch,
        seed: 0,
        device: device.clone(),
    };
    let round = GanRound {
        // The recipes' generators are paid for their fakes alone.
        real: Tensor::zeros(
            [
                recipe.experiment.run.batch,
                image.channels,
                image.height,
                image.width,
            ],
            device,
        ),
        class: None,
        noise: latents.draw("latent", 0),
    };
    (players, round)
}

/// The generator's gradients, with those of the discriminator or without.
fn gradients(players: &Players<Gan>, loss: &Loss) -> GradientsParams {
    GradientsParams::from_grads(loss.loss.backward(), &players.generator)
}

/// The generator's loss as it would be if the discriminator's parameters took gradients.
fn loss_with_all_gradients(players: &Players<Gan>, round: &GanRound, fakes: Tensor<4>) -> Loss {
    let score = |images| {
        let judgement = players
            .discriminator
            .forward(DiscriminatorInput::new(images).with_class(round.class.clone()));
        judgement.logits
    };
    let fake = score(fakes);
    let loss = (players.game.payoff).generator_loss(|| score(round.real.clone()), fake);
    Loss::new("generator_loss", loss)
}

fn generator_phase(criterion: &mut Criterion) {
    let device = Device::flex().autodiff();
    for (name, changes, image) in GAMES {
        let (players, round) = game(name, changes, image, &device);
        let mut group = criterion.benchmark_group(format!("generator phase, {name}"));
        group.sample_size(50);
        let mut time = |what, loss: &dyn Fn(Tensor<4>) -> Loss| {
            group.bench_function(BenchmarkId::from_parameter(what), |bencher| {
                bencher.iter_batched(
                    || players.generate(&round),
                    |fakes| {
                        let gradients = gradients(&players, &loss(black_box(fakes)));
                        device.sync().expect("the device answers");
                        gradients
                    },
                    BatchSize::PerIteration,
                );
            });
        };
        time("as it is", &|fakes| {
            let turn = players.turn(&round, TurnKey::default());
            players.system.generator_loss(turn, fakes)
        });
        time("with gradients of the discriminator", &|fakes| {
            loss_with_all_gradients(&players, &round, fakes)
        });
        group.finish();
    }
}

criterion_group!(benches, generator_phase);
criterion_main!(benches);
