//! The layers of a DCGAN of width 64 and of a residual network at batch 64, for every pass and algorithm; `elements` are floating-point operations of
//! the definition, so a rate is an effective speed.

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ganforge_ops::{Algorithm, ConvShape};

fn passes(criterion: &mut Criterion) {
    for (name, channels, size, kernel, stride) in [
        ("64-128 at 16", [64, 128], 16, 4, 2),
        ("128-256 at 8", [128, 256], 8, 4, 2),
        ("1-64 at 32", [1, 64], 32, 4, 2),
        ("1-64 at 64", [1, 64], 64, 4, 2),
        ("3-64 at 32", [3, 64], 32, 4, 2),
        ("3-64 at 64", [3, 64], 64, 4, 2),
        ("64-64 at 16, 3×3", [64, 64], 16, 3, 1),
        ("128-128 at 8, 3×3", [128, 128], 8, 3, 1),
    ] {
        let shape = ConvShape::new(64, channels, [size; 2], [kernel; 2], [stride; 2], [1, 1])
            .expect("a layer that exists");
        let input = wave(shape.input_len());
        let weight = wave(shape.weight_len());
        let gradient = wave(shape.output_len());
        let mut output = gradient.clone();
        let mut input_gradient = input.clone();
        let mut weight_gradient = weight.clone();
        let operations = 2 * kernel * kernel * channels[0] * shape.output_len();
        let mut group = criterion.benchmark_group(name);
        group
            .throughput(Throughput::Elements(operations as u64))
            .sample_size(20)
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(Duration::from_millis(800));
        for algorithm in Algorithm::ALL {
            group.bench_function(format!("{algorithm:?}, output"), |bencher| {
                bencher.iter(|| algorithm.convolve(&shape, &input, &weight, &mut output));
            });
            group.bench_function(format!("{algorithm:?}, input gradient"), |bencher| {
                bencher.iter(|| {
                    algorithm.convolve_input_gradient(
                        &shape,
                        &gradient,
                        &weight,
                        &mut input_gradient,
                    );
                });
            });
            group.bench_function(format!("{algorithm:?}, weight gradient"), |bencher| {
                bencher.iter(|| {
                    algorithm.convolve_weight_gradient(
                        &shape,
                        &input,
                        &gradient,
                        &mut weight_gradient,
                    );
                });
            });
        }
        group.finish();
    }
}

fn wave(len: usize) -> Vec<f32> {
    (0..len).map(|at| (at as f32 * 1.7).sin()).collect()
}

criterion_group!(benches, passes);
criterion_main!(benches);
