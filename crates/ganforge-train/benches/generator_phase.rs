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
use ganforge_model::{Discriminator, ImageSpec};
use ganforge_train::{
    BuiltinGan, GeneratorTelemetry, Latents, Override, Phase, Recipe, Round, TurnKey, build,
};

/// Recipes, what is changed about them, and their images.
const GAMES: [(&str, &[&str], ImageSpec); 2] =
    [("bench-dcgan32", &[], grey(32)), ("digits", &[], grey(8))];

const fn grey(side: usize) -> ImageSpec {
    ImageSpec {
        channels: 1,
        height: side,
        width: side,
    }
}

/// Both players at their initial weights, and a round for them.
fn game(name: &str, changes: &[&str], image: ImageSpec, device: &Device) -> (BuiltinGan, Round) {
    let changes: Vec<Override> = changes
        .iter()
        .map(|change| change.parse().expect("an override is KEY=VALUE"))
        .collect();
    let recipe = Recipe::load(name, &changes).expect("the recipe is built in");
    let signature = Signature {
        latent: recipe.generator.latent(),
        image,
        classes: Vec::new(),
    };
    let gan = build(&recipe, &signature, 0, device).expect("the networks fit the images");
    let latents = Latents {
        spec: signature.latent,
        batch: recipe.run.batch,
        seed: 0,
        device: device.clone(),
    };
    let round = Round {
        // The recipes' generators are paid for their fakes alone.
        real: Tensor::zeros(
            [recipe.run.batch, image.channels, image.height, image.width],
            device,
        ),
        latent: latents.draw("latent", 0, None),
    };
    (gan, round)
}

/// `Gan::generator_phase` as it would be if the discriminator's parameters took gradients.
fn phase_with_all_gradients(
    gan: &BuiltinGan,
    round: &Round,
    fakes: Tensor<4>,
) -> Phase<GeneratorTelemetry> {
    let score = |images| {
        let judgement = gan
            .discriminator
            .forward(images, round.latent.class.clone());
        judgement.logits
    };
    let fake = score(fakes);
    let loss = (gan.game.payoff).generator_loss(|| score(round.real.clone()), fake);
    Phase {
        telemetry: GeneratorTelemetry::new(&loss),
        gradients: GradientsParams::from_grads(loss.backward(), &gan.generator),
    }
}

fn generator_phase(criterion: &mut Criterion) {
    let device = Device::flex().autodiff();
    for (name, changes, image) in GAMES {
        let (gan, round) = game(name, changes, image, &device);
        let mut group = criterion.benchmark_group(format!("generator phase, {name}"));
        group.sample_size(50);
        let mut time = |what, phase: &dyn Fn(Tensor<4>) -> Phase<GeneratorTelemetry>| {
            group.bench_function(BenchmarkId::from_parameter(what), |bencher| {
                bencher.iter_batched(
                    || gan.fakes(&round.latent),
                    |fakes| {
                        let phase = phase(black_box(fakes));
                        device.sync().expect("the device answers");
                        phase
                    },
                    BatchSize::PerIteration,
                );
            });
        };
        time("as it is", &|fakes| {
            gan.generator_phase(&round, fakes, TurnKey::default())
        });
        time("with gradients of the discriminator", &|fakes| {
            phase_with_all_gradients(&gan, &round, fakes)
        });
        group.finish();
    }
}

criterion_group!(benches, generator_phase);
criterion_main!(benches);
