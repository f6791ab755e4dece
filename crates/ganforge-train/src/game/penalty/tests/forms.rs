//! Gradient forms for discriminators without an expression for their input gradient agree with the exact one.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use ganforge_model::layers::Activation;
use ganforge_model::{
    Discriminator, DiscriminatorConfig, DiscriminatorInput, DiscriminatorNet, DiscriminatorOutput,
};

use super::super::one_centred::{one_centred, random_interpolations};
use super::super::{
    GradientForm, Penalty, PenaltyInput, Points, input_gradient::squared_gradient_norm, noise,
};
use super::reference::{Case, cases};
use super::{cosine, flat, gradients_by_name};
use crate::game::{Scored, TurnKey};

fn with_form(penalty: &Penalty, form: GradientForm) -> Penalty {
    match *penalty {
        Penalty::R1 { gamma, .. } => Penalty::R1 { gamma, form },
        Penalty::R2 { gamma, .. } => Penalty::R2 { gamma, form },
        Penalty::WganGp {
            lambda, one_sided, ..
        } => Penalty::WganGp {
            lambda,
            one_sided,
            form,
        },
        Penalty::Dragan { lambda, .. } => Penalty::Dragan { lambda, form },
        _ => panic!("{penalty:?} has no form"),
    }
}

fn activation(case: &Case) -> Option<Activation> {
    match &case.discriminator {
        DiscriminatorConfig::Mlp(config) if config.maxout_pieces == 1 => Some(config.activation),
        _ => None,
    }
}

fn number(loss: &Tensor<1>) -> f64 {
    loss.clone().into_data().iter::<f64>().sum()
}

#[test]
fn the_directional_form_has_the_exact_value_and_a_close_gradient() {
    let mut smooth = 0;
    for case in cases() {
        let network = case.network();
        for outcome in &case.outcomes {
            let points = case.points(&outcome.penalty);
            let [exact, directional] =
                [GradientForm::Exact, GradientForm::Directional].map(|form| {
                    let loss = with_form(&outcome.penalty, form).loss_at(&network, &points);
                    let loss = loss.unwrap();
                    (number(&loss), flat(&gradients_by_name(&loss, &network)))
                });
            let name = format!("{:?} on {:?}", outcome.penalty, case.discriminator);
            assert!(
                (directional.0 / exact.0 - 1.0).abs() < 1e-5,
                "{name}: {} and {}",
                directional.0,
                exact.0
            );
            let same = cosine(&directional.1, &exact.1);
            if matches!(
                activation(&case),
                Some(Activation::Softplus | Activation::Tanh)
            ) {
                smooth += 1;
                assert!(same > 0.99, "{name}: cosine {same}");
            }
        }
    }
    assert_eq!(smooth, 10);
}

#[test]
fn noise_estimates_the_same_norm_in_the_mean() {
    let case = &cases()[3];
    assert_eq!(activation(case), Some(Activation::Softplus));
    let network = case.network();
    let points = case.points(&case.outcomes[0].penalty);
    let exact = squared_gradient_norm(GradientForm::Exact, &network, &points).mean();
    let many = Points {
        images: points.images.repeat_dim(0, 5000),
        class: None,
        gradient: None,
    };
    let tried = noise::squared(&network, &many).mean();
    let (exact, tried) = (number(&exact), number(&tried));
    // The relative standard deviation of one sample is √2.
    assert!((tried / exact - 1.0).abs() < 0.05, "{tried} and {exact}");
}

/// A discriminator without an expression for its input gradient.
#[derive(Module, Debug)]
struct Silent {
    network: DiscriminatorNet,
}

impl Discriminator for Silent {
    fn forward(&self, input: DiscriminatorInput) -> DiscriminatorOutput {
        self.network.forward(input)
    }
}

#[test]
fn auto_is_exact_if_supported_and_else_directional() {
    let case = &cases()[0];
    let network = case.network();
    let silent = Silent {
        network: case.network(),
    };
    let penalty = Penalty::R1 {
        gamma: 1.0,
        form: GradientForm::Auto,
    };
    let points = case.points(&penalty);
    let data = |loss: Option<Tensor<1>>| loss.unwrap().into_data();
    let exact = with_form(&penalty, GradientForm::Exact).loss_at(&network, &points);
    assert_eq!(data(penalty.loss_at(&network, &points)), data(exact));
    let directional = with_form(&penalty, GradientForm::Directional).loss_at(&silent, &points);
    assert_eq!(data(penalty.loss_at(&silent, &points)), data(directional));
}

#[test]
#[should_panic(expected = "implements `input_gradient`")]
fn exact_requires_an_input_gradient() {
    let case = &cases()[0];
    let silent = Silent {
        network: case.network(),
    };
    let penalty = Penalty::R1 {
        gamma: 1.0,
        form: GradientForm::Exact,
    };
    let _ = penalty.loss_at(&silent, &case.points(&penalty));
}

#[test]
fn the_interpolation_coefficient_is_one_per_sample() {
    let device = Device::flex().autodiff();
    let real = Tensor::ones([6, 2, 3, 3], &device);
    let fake = -real.clone();
    let between = random_interpolations(&real, &fake);
    let numbers: Tensor<2> = between.flatten(1, 3);
    let [low, high] = [numbers.clone().min_dim(1), numbers.max_dim(1)]
        .map(|column| column.into_data().try_to_vec::<f32>().unwrap());
    assert_eq!(
        low, high,
        "all numbers of an image lie equally far on its way"
    );
    let mut places = low;
    places.sort_by(f32::total_cmp);
    places.dedup();
    assert_eq!(places.len(), 6, "each image has a place of its own");
    assert!(places[0] > -1.0 && places[5] < 1.0, "{places:?}");
}

#[test]
fn a_norm_of_zero_has_finite_gradients() {
    let device = Device::flex().autodiff();
    let squared = Tensor::<1>::from_data([0.0, 4.0], &device).require_grad();
    let loss = one_centred(squared.clone().square(), 1.0, false);
    let gradient = squared.grad(&loss.backward()).unwrap();
    assert!(gradient.into_data().iter::<f32>().all(f32::is_finite));
}

#[test]
fn images_receive_no_gradient() {
    let case = &cases()[0];
    let network = case.network();
    for outcome in &case.outcomes {
        let fakes = case.images("fake").require_grad();
        let input = PenaltyInput {
            real: &Scored::new(&network, case.images("real"), None, true),
            fake: &Scored::new(&network, fakes.clone(), None, false),
            class: None,
            anchors: None,
            key: TurnKey::default(),
        };
        for form in [GradientForm::Exact, GradientForm::Directional] {
            let penalty = with_form(&outcome.penalty, form);
            let loss = penalty.loss(&network, input).unwrap();
            assert!(number(&loss) > 0.0, "{penalty:?}");
            assert!(fakes.grad(&loss.backward()).is_none(), "{penalty:?}");
        }
    }
}
