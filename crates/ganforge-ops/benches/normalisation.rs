//! Activations and batch normalisation of a DCGAN of width 64 at batch 64, forward and backward, compared with Burn's; `elements` are elements of the
//! layer's output.

use std::hint::black_box;
use std::time::Duration;

use burn::tensor::{Device, Distribution, Tensor, activation, module};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ganforge_ops::{Rectifier, batch_norm_train, leaky_relu, tanh};

type Layer = fn(Tensor<4>, Tensor<1>, Tensor<1>) -> Tensor<4>;

/// Name, our layer, Burn's layer.
const LAYERS: [(&str, Layer, Layer); 3] = [
    (
        "leaky relu",
        |input, _, _| leaky_relu(input, 0.2),
        |input, _, _| activation::leaky_relu(input, 0.2),
    ),
    (
        "tanh",
        |input, _, _| tanh(input),
        |input, _, _| activation::tanh(input),
    ),
    (
        "batch norm and relu",
        |input, gamma, beta| batch_norm_train(input, gamma, beta, 1e-5, Rectifier::Relu).output,
        |input, gamma, beta| {
            activation::relu(module::batch_norm_train(input, gamma, beta, 1e-5).output)
        },
    ),
];

fn passes(criterion: &mut Criterion) {
    for shape in [[64, 128, 8, 8], [64, 64, 16, 16]] {
        for (name, ours, burns) in LAYERS {
            let mut group = criterion.benchmark_group(format!("{name} of {shape:?}"));
            group
                .throughput(Throughput::Elements(shape.iter().product::<usize>() as u64))
                .sample_size(20)
                .warm_up_time(Duration::from_millis(200))
                .measurement_time(Duration::from_millis(800));
            for (whose, layer) in [("ours", ours), ("Burn's", burns)] {
                let device = Device::flex();
                let input = Tensor::<4>::random(shape, Distribution::Default, &device) - 0.5;
                let gamma = Tensor::ones([shape[1]], &device);
                let beta = Tensor::zeros([shape[1]], &device);
                group.bench_function(format!("{whose}, forward"), |bencher| {
                    bencher.iter(|| layer(black_box(input.clone()), gamma.clone(), beta.clone()));
                });
                let [gamma, beta] = [gamma, beta].map(|tensor| tensor.autodiff().require_grad());
                let input = input.autodiff().require_grad();
                let weight = Tensor::<4>::random(shape, Distribution::Default, &device).autodiff();
                group.bench_function(
                    format!("{whose}, forward, product and backward"),
                    |bencher| {
                        bencher.iter(|| {
                            let output = layer(input.clone(), gamma.clone(), beta.clone());
                            (output * weight.clone()).sum().backward()
                        });
                    },
                );
            }
            group.finish();
        }
    }
}

criterion_group!(benches, passes);
criterion_main!(benches);
