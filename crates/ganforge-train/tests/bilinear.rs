//! The bilinear game v(a, b) = a·b, where a raises v and b lowers it: the update rule alone decides whether the
//! players fly apart or circle (Gidel et al. 2019, "A Variational Inequality Perspective on Generative Adversarial
//! Networks").
//!
//! Played by networks of this file's own, through nothing but the public traits.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use burn::data::dataset::DatasetError;
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use burn::train::Learner;
use ganforge_model::{
    ChaCha8Rng, ConfigError, Discriminator, DiscriminatorArchitecture, DiscriminatorInput,
    DiscriminatorOutput, Generator, GeneratorArchitecture, GeneratorInput, ImageShape,
    LatentDistribution, LatentSpec,
};
use ganforge_train::game::{Game, PerPlayer};
use ganforge_train::optimizer::{module_optimizer, module_schedule};
use ganforge_train::session::Play;
use ganforge_train::system::{Gan, GanRound, Latents, Players, Start};
use ganforge_train::{OptimizerConfig, Payoff, UpdateRule};
use serde::{Deserialize, Serialize};

const BATCH: usize = 4;
const STEPS: usize = 200;
const START: [f32; 2] = [0.6, -0.3];

/// Every image is a, whatever the latent.
#[derive(Module, Debug)]
struct Constant {
    a: Param<Tensor<1>>,
}

/// D(x) = b·x.
#[derive(Module, Debug)]
struct Slope {
    b: Param<Tensor<1>>,
}

/// Describes a [`Constant`] that starts at a.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ConstantConfig {
    a: f32,
}

/// Describes a [`Slope`] that starts at b.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SlopeConfig {
    b: f32,
}

impl GeneratorArchitecture for ConstantConfig {
    type Network = Constant;

    fn init(
        &self,
        _image: ImageShape,
        _classes: usize,
        _rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<Constant, ConfigError> {
        let a = Param::from_tensor(Tensor::from_data([self.a], device));
        Ok(Constant { a })
    }

    fn latent(&self) -> LatentSpec {
        LatentSpec {
            dimension: 1,
            distribution: LatentDistribution::Normal,
        }
    }
}

impl DiscriminatorArchitecture for SlopeConfig {
    type Network = Slope;

    fn init(
        &self,
        _image: ImageShape,
        _classes: usize,
        _rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<Slope, ConfigError> {
        let b = Param::from_tensor(Tensor::from_data([self.b], device));
        Ok(Slope { b })
    }
}

impl Generator for Constant {
    fn forward(&self, input: GeneratorInput) -> Tensor<4> {
        let [batch, _] = input.expect_noise().dims();
        self.a.val().reshape([1, 1, 1, 1]).expand([batch, 1, 1, 1])
    }
}

impl Discriminator for Slope {
    fn forward(&self, input: DiscriminatorInput) -> DiscriminatorOutput {
        let logits = input.images.flatten::<2>(1, 3) * self.b.val().unsqueeze();
        DiscriminatorOutput {
            features: logits.clone(),
            logits,
            class_logits: None,
        }
    }
}

/// Where the players stand after each step, from the start on: [a, b].
fn play(update: UpdateRule, rate: f64) -> Vec<[f64; 2]> {
    let game = Game {
        update,
        ..Game::new(Payoff::Wasserstein)
    };
    let device = Device::flex().autodiff();
    let [a, b] = START;
    let system = Gan {
        generator: ConstantConfig { a },
        discriminator: SlopeConfig { b },
    };
    let image = ImageShape {
        channels: 1,
        height: 1,
        width: 1,
    };
    let mut rng = ganforge_model::keyed_rng(0, "unused", 0);
    let generator = system.generator.init(image, 0, &mut rng, &device).unwrap();
    let discriminator = (system.discriminator)
        .init(image, 0, &mut rng, &device)
        .unwrap();
    let latents = Latents {
        spec: system.generator.latent(),
        batch: BATCH,
        seed: 0,
        device: device.clone(),
    };
    let players = Players::new(system, generator, discriminator, game, Start::default());
    let sgd = PerPlayer::both(OptimizerConfig::sgd(rate));
    let optimizer = module_optimizer(&sgd, &players, 1);
    let schedule = module_schedule(&sgd, &players, STEPS as u64, BATCH as u64);
    let mut learner = Learner::new(players, optimizer, schedule);
    // Real images of zero score zero, which leaves the critic's loss E[D(fake)] - E[D(real)] = a·b = v.
    let mut rounds = (0..).map(|index| {
        Ok::<_, DatasetError>(GanRound {
            real: Tensor::zeros([BATCH, 1, 1, 1], &device),
            class: None,
            noise: latents.draw("latent", index),
        })
    });
    let mut play = Play::new(&mut learner, &mut rounds, &latents);
    let mut path = vec![START.map(f64::from)];
    for step in 0..STEPS as u64 {
        play.step(step, false).unwrap();
        let players = play.learner().model();
        let place = [players.generator.a.val(), players.discriminator.b.val()];
        path.push(place.map(|value| f64::from(value.into_scalar::<f32>())));
    }
    path
}

fn norm([a, b]: [f64; 2]) -> f64 {
    a.hypot(b)
}

fn assert_close(found: f64, expected: f64, what: &str) {
    let close = (found - expected).abs() <= 1e-5 * expected.abs();
    assert!(close, "{what}: {found} is not {expected}");
}

/// (a, b) ↦ (a + ηb, b - ηa) turns the plane and stretches it by √(1 + η²).
#[test]
fn simultaneous_and_one_stage_steps_fly_apart_by_a_constant_factor() {
    for update in [UpdateRule::Simultaneous, UpdateRule::OneStage] {
        for rate in [0.05, 0.4] {
            let path = play(update, rate);
            let start = norm(path[0]);
            for (step, &place) in path.iter().enumerate() {
                let grown = (1.0 + rate * rate).sqrt().powf(step as f64);
                let what = format!("{update:?} at rate {rate}, step {step}");
                assert_close(norm(place), start * grown, &what);
            }
        }
    }
}

#[test]
fn one_stage_steps_are_the_simultaneous_ones() {
    for rate in [0.05, 0.4] {
        let simultaneous = play(UpdateRule::Simultaneous, rate);
        let one_stage = play(UpdateRule::OneStage, rate);
        for (step, (&one, &other)) in one_stage.iter().zip(&simultaneous).enumerate() {
            let apart = norm([one[0] - other[0], one[1] - other[1]]);
            assert!(apart <= 1e-5 * norm(other), "rate {rate}, step {step}");
        }
    }
}

/// With the discriminator first, b' = b - ηa and a' = a + ηb': a map of determinant 1 and trace 2 - η², so that its
/// eigenvalues lie on the unit circle where η < 2. It keeps Q = a² + b² - ηab, an ellipse with ‖(a, b)‖² between
/// Q/(1 + η/2) and Q/(1 - η/2).
///
/// The game does not look at latents, so odd-even steps are these too.
#[test]
fn alternating_steps_stay_on_an_ellipse_for_ever() {
    for update in [UpdateRule::Alternating, UpdateRule::OddEven] {
        for rate in [0.05, 0.4, 1.5] {
            let path = play(update, rate);
            let kept = |[a, b]: [f64; 2]| a * a + b * b - rate * a * b;
            let start = kept(path[0]);
            let (nearest, farthest) = (start / (1.0 + rate / 2.0), start / (1.0 - rate / 2.0));
            for (step, &place) in path.iter().enumerate() {
                let what = format!("{update:?} at rate {rate}, step {step}");
                assert_close(kept(place), start, &what);
                let square = norm(place).powi(2);
                let inside = nearest * (1.0 - 1e-5)..=farthest * (1.0 + 1e-5);
                assert!(inside.contains(&square), "{what}: {square} of {inside:?}");
            }
            assert!(
                path.iter().any(|&[a, b]| a * b < 0.0) && path.iter().any(|&[a, b]| a * b > 0.0),
                "{update:?} at rate {rate}: the players move"
            );
        }
    }
}
