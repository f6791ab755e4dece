//! The Dirac-GAN (Mescheder et al. 2018, definition 2.1): generator and discriminator have one parameter each, and the data are zero. The players
//! orbit the solution unless a penalty makes it attractive.

use burn::module::{Module, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use ganforge_model::{
    Discriminator, DiscriminatorInput, DiscriminatorOutput, Generator, GeneratorInput,
    InputGradient,
};

use super::super::{GradientForm, Penalty};
use crate::Payoff;
use crate::game::{AdversarialLoss, Game, ScoreState, TurnKey, UpdateRule};

/// Generates the same number for every latent.
#[derive(Module, Debug)]
struct Point {
    place: Param<Tensor<1>>,
}

/// D(x) = ψ·x.
#[derive(Module, Debug)]
struct Line {
    psi: Param<Tensor<1>>,
}

impl Generator for Point {
    fn forward(&self, input: GeneratorInput) -> Tensor<4> {
        let [batch, _] = input.expect_noise().dims();
        self.place
            .val()
            .reshape([1, 1, 1, 1])
            .expand([batch, 1, 1, 1])
    }
}

impl Discriminator for Line {
    fn forward(&self, input: DiscriminatorInput) -> DiscriminatorOutput {
        let logits = input.images.flatten::<2>(1, 3) * self.psi.val().unsqueeze();
        DiscriminatorOutput {
            features: logits.clone(),
            class_logits: None,
            logits,
        }
    }

    fn input_gradient(&self, input: DiscriminatorInput) -> Option<InputGradient> {
        let gradient = self.psi.val().reshape([1, 1, 1, 1]);
        Some(InputGradient {
            gradient: gradient.expand(input.images.dims()),
            output: self.forward(input),
        })
    }
}

/// The direction of a simultaneous step from (θ, ψ): minus both players' gradients.
fn field(payoff: Payoff, penalties: &[Penalty], [theta, psi]: [f32; 2]) -> [f64; 2] {
    let device = Device::flex().autodiff();
    let parameter = |value: f32| Param::from_tensor(Tensor::from_data([value], &device));
    let generator = Point {
        place: parameter(theta),
    };
    let discriminator = Line {
        psi: parameter(psi),
    };
    let game = Game {
        penalties: penalties.to_vec(),
        update: UpdateRule::Simultaneous,
        ..Game::new(payoff)
    };
    let loss = AdversarialLoss {
        discriminator: &discriminator,
        state: &ScoreState::new(&game, &device),
        game: &game,
        key: TurnKey::default(),
    };
    let real = Tensor::zeros([2, 1, 1, 1], &device);
    let fakes = generator.forward(GeneratorInput::noise(Tensor::zeros([2, 1], &device)));
    let of_discriminator = loss.discriminator_loss(real.clone(), fakes.clone(), None);
    let of_generator = loss.generator_loss(&real, fakes, None);
    let of = |gradients: &GradientsParams, param: &Param<Tensor<1>>| -> f64 {
        let gradient = gradients.get::<1>(param.id);
        gradient.map_or(0.0, |gradient| gradient.into_data().iter::<f64>().sum())
    };
    let by_generator = of_generator.loss.backward();
    let by_discriminator = of_discriminator.loss.backward();
    [
        -of(
            &GradientsParams::from_grads(by_generator, &generator),
            &generator.place,
        ),
        -of(
            &GradientsParams::from_grads(by_discriminator, &discriminator),
            &discriminator.psi,
        ),
    ]
}

/// The Jacobian of the field at the solution (0, 0), by central differences; one column per parameter.
fn jacobian(payoff: Payoff, penalties: &[Penalty]) -> [[f64; 2]; 2] {
    let step = 1e-2_f32;
    [[step, 0.0], [0.0, step]].map(|[theta, psi]| {
        let ahead = field(payoff, penalties, [theta, psi]);
        let behind = field(payoff, penalties, [-theta, -psi]);
        [0, 1].map(|row| (ahead[row] - behind[row]) / (2.0 * f64::from(step)))
    })
}

/// Real part of both eigenvalues together, and the discriminant: λ = trace/2 ± √(trace²/4 - determinant).
fn spectrum([[a, c], [b, d]]: [[f64; 2]; 2]) -> (f64, f64) {
    let centre = f64::midpoint(a, d);
    (centre, centre * centre - (a * d - b * c))
}

#[test]
fn eigenvalues_are_those_of_the_theory_with_and_without_a_penalty() {
    // l(t) = -log(1 + exp(-t)), so l'(0) = 1/2 for both logistic payoffs.
    let pull = 0.5_f64;
    for payoff in [Payoff::Minimax, Payoff::NonSaturating] {
        for gamma in [0.0, 0.3, 1.0, 2.5] {
            let r1 = Penalty::R1 {
                gamma,
                form: GradientForm::Exact,
            };
            let r2 = Penalty::R2 {
                gamma,
                form: GradientForm::Directional,
            };
            for penalty in [r1, r2] {
                let penalties: &[Penalty] = if gamma > 0.0 { &[penalty] } else { &[] };
                let (centre, discriminant) = spectrum(jacobian(payoff, penalties));
                assert!(
                    (centre + gamma / 2.0).abs() < 1e-4,
                    "γ {gamma}: real part {centre}"
                );
                let expected = gamma * gamma / 4.0 - pull * pull;
                assert!(
                    (discriminant - expected).abs() < 1e-4,
                    "γ {gamma}: {discriminant}, {expected}"
                );
            }
        }
    }
}

/// Under the minimax payoff the flow keeps θ² + ψ², so all growth is that of the steps.
#[test]
fn steps_spiral_out_without_a_penalty_and_in_with_one() {
    let play = |penalties: &[Penalty]| {
        let mut at = [0.5_f32, 0.0];
        for _ in 0..60 {
            let [theta, psi] = field(Payoff::Minimax, penalties, at);
            at = [at[0] + 0.2 * theta as f32, at[1] + 0.2 * psi as f32];
        }
        at[0].hypot(at[1])
    };
    assert!(play(&[]) > 0.55);
    let r1 = Penalty::R1 {
        gamma: 1.0,
        form: GradientForm::Auto,
    };
    assert!(play(&[r1]) < 0.02);
}
