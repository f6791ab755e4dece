//! Results do not depend on the number of threads.

mod reference;

use std::fmt::Debug;

use burn::tensor::{Device, Tensor, TensorData};
use ganforge_ops::{
    ConvShape, Nonlinearity, Rectifier, convolve, convolve_input_gradient,
    convolve_weight_gradient, linear,
};
use rayon::ThreadPoolBuilder;
use reference::noise;

/// Asserts that `run` returns the same with 1 to 8 threads.
#[track_caller]
fn assert_same<T: PartialEq + Send>(what: &impl Debug, run: impl Fn() -> T + Sync) {
    let with = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("threads").install(&run)
    };
    let one = with(1);
    for threads in [2, 3, 4, 5, 8] {
        assert!(one == with(threads), "{what:?} with {threads} threads");
    }
}

/// Kernel, stride, padding, batch, channels, size; each is large enough for several threads.
type Layer = (usize, usize, usize, usize, [usize; 2], [usize; 2]);

/// Every algorithm; few and many positions, few and many channels; batches that no number of threads divides, and a single image.
const LAYERS: [Layer; 15] = [
    // Both Winograd variants, with incomplete blocks of channels.
    (4, 2, 1, 10, [32, 64], [16, 16]),
    (3, 1, 1, 9, [32, 48], [12, 12]),
    (4, 2, 1, 1, [64, 128], [32, 32]),
    (3, 1, 1, 15, [20, 33], [14, 13]),
    // To and from images of 3 channels and of 1.
    (4, 2, 1, 13, [3, 48], [64, 64]),
    (4, 2, 1, 61, [1, 64], [32, 32]),
    (3, 1, 1, 9, [64, 3], [32, 32]),
    (3, 1, 1, 33, [64, 1], [32, 32]),
    // One or few positions: the innermost layers of a DCGAN.
    (4, 1, 0, 64, [512, 32], [4, 4]),
    (4, 1, 0, 7, [512, 300], [4, 4]),
    (4, 1, 0, 65, [64, 256], [4, 4]),
    // Shortcuts of residual networks, and shapes without a special algorithm.
    (1, 1, 0, 17, [128, 256], [8, 8]),
    (1, 1, 0, 3, [64, 200], [36, 36]),
    (5, 2, 2, 19, [16, 40], [15, 15]),
    (3, 2, 1, 12, [40, 64], [20, 20]),
];

#[test]
fn convolutions_are_the_same_for_any_number_of_threads() {
    for (kernel, stride, padding, batch, channels, size) in LAYERS {
        let [kernel, stride, padding] = [kernel, stride, padding].map(|n| [n, n]);
        let shape = ConvShape::new(batch, channels, size, kernel, stride, padding).unwrap();
        assert!(
            shape.operations() > 3e7,
            "{shape:?} is too small for several threads"
        );
        let (input, weight) = (noise(shape.input_len(), 1), noise(shape.weight_len(), 2));
        let gradient = noise(shape.output_len(), 3);
        assert_same(&("output", shape), || {
            let mut output = vec![0.0; shape.output_len()];
            convolve(&shape, &input, &weight, &mut output);
            output
        });
        assert_same(&("input gradient", shape), || {
            let mut found = vec![0.0; shape.input_len()];
            convolve_input_gradient(&shape, &gradient, &weight, &mut found);
            found
        });
        assert_same(&("weight gradient", shape), || {
            let mut found = vec![0.0; shape.weight_len()];
            convolve_weight_gradient(&shape, &input, &gradient, &mut found);
            found
        });
    }
}

/// Batch, inputs, outputs: divided by rows, by columns, with less than a vector of outputs, and of a single row.
const SIZES: [[usize; 3]; 8] = [
    [70, 480, 500],
    [9, 1300, 1301],
    [33, 700, 700],
    [2, 3000, 2600],
    [1, 4000, 4100],
    [1500, 1100, 10],
    [1024, 70, 250],
    [257, 300, 240],
];

/// Output and gradients of a fully connected layer; `required` selects the gradients of input and weight.
fn dense(operands: &[TensorData; 4], required: [bool; 2]) -> Vec<TensorData> {
    let device = Device::flex().autodiff();
    let tensor = |data: &TensorData| Tensor::<2>::from_data(data.clone(), &device);
    let [input, weight, bias, output_gradient] = operands.each_ref().map(tensor);
    let leaf = |tensor: Tensor<2>, required| {
        if required {
            tensor.require_grad()
        } else {
            tensor
        }
    };
    let (input, weight) = (leaf(input, required[0]), leaf(weight, required[1]));
    let activation = Nonlinearity::Rectifier(Rectifier::Leaky(0.2));
    let bias = Some(bias.squeeze_dim(0));
    let output = linear(input.clone(), weight.clone(), bias, activation);
    let gradients = (output.clone() * output_gradient).sum().backward();
    let found = [input, weight].map(|leaf| leaf.grad(&gradients));
    let found = found.into_iter().flatten().chain([output.inner()]);
    found.map(Tensor::into_data).collect()
}

#[test]
fn fully_connected_layers_are_the_same_for_any_number_of_threads() {
    for [batch, inputs, outputs] in SIZES {
        assert!(
            2 * batch * inputs * outputs > 30_000_000,
            "too small for several threads"
        );
        let shapes = [
            [batch, inputs],
            [inputs, outputs],
            [1, outputs],
            [batch, outputs],
        ];
        let operands = [1, 2, 3, 4].map(|seed| {
            let shape = shapes[seed as usize - 1];
            TensorData::new(noise(shape.iter().product(), seed), shape)
        });
        for required in [[true, true], [true, false], [false, true]] {
            assert_same(&(batch, inputs, outputs, required), || {
                dense(&operands, required)
            });
        }
    }
}
