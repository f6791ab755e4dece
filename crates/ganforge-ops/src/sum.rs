//! The sum and the mean of a whole tensor.

use burn::tensor::Tensor;

/// Elements of which Burn's Flex backend takes the sum in one order; of more it adds the sums of parts in the order in which threads finish them.
const SEQUENTIAL_LIMIT: usize = 1 << 21;

/// The sum of all elements, in one order whatever the number of threads: Burn's own for all but very large tensors.
///
/// # Shapes
/// - output: `[1]`
#[must_use]
pub fn sum<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let elements = tensor.shape().num_elements();
    if elements <= SEQUENTIAL_LIMIT {
        return tensor.sum();
    }
    let flat: Tensor<1> = tensor.reshape([elements]);
    let part = |start: usize| {
        let end = elements.min(start + SEQUENTIAL_LIMIT);
        flat.clone().narrow(0, start, end - start).sum()
    };
    (SEQUENTIAL_LIMIT..elements)
        .step_by(SEQUENTIAL_LIMIT)
        .fold(part(0), |sum, start| sum + part(start))
}

/// The mean of all elements, which is Burn's own where [`sum`] is.
///
/// # Shapes
/// - output: `[1]`
#[must_use]
pub fn mean<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let elements = tensor.shape().num_elements();
    if elements <= SEQUENTIAL_LIMIT {
        return tensor.mean();
    }
    sum(tensor) / elements as f64
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Distribution};
    use rayon::ThreadPoolBuilder;

    use super::*;

    #[test]
    fn large_tensors_have_one_sum_and_one_mean_on_any_number_of_threads() {
        let tensor = Tensor::<2>::random(
            [2049, 2500],
            Distribution::Uniform(-1.0, 1.5),
            &Device::flex(),
        );
        let with = |threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build();
            let run = || [sum(tensor.clone()), mean(tensor.clone())];
            pool.unwrap().install(run).map(Tensor::into_scalar::<f32>)
        };
        let one = with(1);
        let expected = [0.25 * 2049.0 * 2500.0, 0.25];
        for (found, expected) in one.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-2 * expected, "{found}");
        }
        for threads in 2..=8 {
            assert_eq!(one.map(f32::to_bits), with(threads).map(f32::to_bits));
        }
    }
}
