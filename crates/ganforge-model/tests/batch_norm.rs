//! Fused batch norm and activation compared with Burn's module.

use burn::module::Module;
use burn::nn::BatchNormConfig;
use burn::tensor::{Device, Int, Tensor, Tolerance};
use ganforge_model::layers::{Activation, batch_norm};

#[test]
fn output_and_running_statistics_equal_those_of_burn() {
    let training = Device::flex().autodiff();
    for activation in [
        None,
        Some(Activation::Relu),
        Some(Activation::LeakyRelu),
        Some(Activation::Tanh),
    ] {
        let [ours, burns] = [
            BatchNormConfig::new(3).init(&training),
            BatchNormConfig::new(3).init(&training),
        ];
        let images = Tensor::<1, Int>::arange(0..60, &training).float();
        let images = (images * 1.7).sin().reshape([5, 3, 2, 2]);
        let finish = |images: Tensor<4>| match activation {
            Some(activation) => activation.forward(images),
            None => images,
        };
        for _ in 0..2 {
            let actual = batch_norm(&ours, images.clone(), activation).into_data();
            let expected = finish(burns.forward(images.clone())).into_data();
            actual.assert_approx_eq::<f32>(&expected, Tolerance::absolute(1e-5));
        }
        for [ours, burns] in [
            [&ours.running_mean, &burns.running_mean],
            [&ours.running_var, &burns.running_var],
        ] {
            let expected = burns.value_sync().into_data();
            ours.value_sync()
                .into_data()
                .assert_approx_eq::<f32>(&expected, Tolerance::absolute(1e-6));
        }
        let images = images.inner();
        let actual = batch_norm(&ours.valid(), images.clone(), activation).into_data();
        let expected = finish(burns.valid().forward(images)).into_data();
        actual.assert_approx_eq::<f32>(&expected, Tolerance::absolute(1e-5));
    }
}
