//! A fully connected layer with its activation, forward and backward, compared with Burn's operations; `elements` are floating-point operations of
//! the three products.

use std::time::Duration;

use burn::tensor::{Device, Tensor, TensorData, activation, module};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ganforge_ops::{Nonlinearity, Rectifier, linear};

const SLOPE: f32 = 0.2;

fn layers(criterion: &mut Criterion) {
    let device = Device::flex().autodiff();
    let leaky = Nonlinearity::Rectifier(Rectifier::Leaky(SLOPE));
    for [batch, inputs, outputs] in [
        [64, 64, 256],
        [64, 256, 256],
        [64, 256, 1],
        [100, 1200, 1200],
    ] {
        let input = wave([batch, inputs], &device).require_grad();
        let weight = wave([inputs, outputs], &device).require_grad();
        let bias = wave([1, outputs], &device).reshape([outputs]);
        let bias: Tensor<1> = bias.detach().require_grad();
        let mut group = criterion.benchmark_group(format!("{batch} x {inputs} x {outputs}"));
        group
            .throughput(Throughput::Elements((6 * batch * inputs * outputs) as u64))
            .sample_size(20)
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(Duration::from_millis(800));
        group.bench_function("ours", |bencher| {
            bencher.iter(|| {
                let bias = Some(bias.clone());
                let output = linear(input.clone(), weight.clone(), bias, leaky);
                output.sum().backward()
            });
        });
        group.bench_function("Burn's", |bencher| {
            bencher.iter(|| {
                let sums = module::linear(input.clone(), weight.clone(), Some(bias.clone()));
                activation::leaky_relu(sums, SLOPE.into()).sum().backward()
            });
        });
        group.finish();
    }
}

fn wave<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    let values: Vec<f32> = (0..shape.iter().product())
        .map(|at| (at as f32 * 1.7).sin())
        .collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

criterion_group!(benches, layers);
criterion_main!(benches);
