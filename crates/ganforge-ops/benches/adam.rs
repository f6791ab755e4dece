//! A fused step of Adam on one parameter, compared with burn-optim's; `elements` are elements of the parameter.

use std::time::Duration;

use burn::optim::{Adam, AdamConfig, AdamState, Optimizer};
use burn::tensor::{Device, Tensor};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ganforge_ops::{AdamStep, Decay};

const RATE: f64 = 2e-4;

fn steps(criterion: &mut Criterion) {
    let device = Device::flex();
    for len in [256_usize, 1 << 14, 1 << 16, 1 << 20] {
        let parameter = Tensor::<1>::ones([len], &device);
        let gradient = || Tensor::<1>::full([len], 1e-3, &device);
        let mut group = criterion.benchmark_group(format!("Adam over {len}"));
        group
            .throughput(Throughput::Elements(len as u64))
            .sample_size(20)
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(Duration::from_millis(800));
        let step = AdamStep {
            rate: RATE,
            betas: [0.5, 0.999],
            epsilon: 1e-8,
            decay: Decay::Gradient(0.0),
            time: 2,
        };
        let mut moments = Some([gradient(), gradient()]);
        group.bench_function("ours", |bencher| {
            bencher.iter_batched(
                gradient,
                |gradient| {
                    let before = moments.take().expect("moments of the previous step");
                    let output = step.apply(&parameter, gradient, before);
                    moments = Some(output.moments);
                    output.parameter
                },
                BatchSize::SmallInput,
            );
        });
        let adam: Adam = AdamConfig::new().with_beta_1(0.5).build();
        let mut state: Option<AdamState<1>> = None;
        group.bench_function("Burn's", |bencher| {
            bencher.iter_batched(
                gradient,
                |gradient| {
                    let (updated, next) =
                        adam.step(RATE, parameter.clone(), gradient, state.take());
                    state = next;
                    updated
                },
                BatchSize::SmallInput,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, steps);
criterion_main!(benches);
