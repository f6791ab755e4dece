//! Sum and mean of all elements of a tensor, independent of the number of threads.

use burn::tensor::Tensor;

/// Number of elements up to which Burn's Flex backend sums in a fixed order. Larger tensors it sums in parts, added in the order in which threads
/// finish.
const SEQUENTIAL_LIMIT: usize = 1 << 21;

/// The sum of all elements, in an order that does not depend on the number of threads. Tensors of up to 2²¹ elements use Burn's own sum.
///
/// # Shapes
/// - output: `[1]`
///
/// # Examples
///
/// ```
/// use ganforge_ops::burn::tensor::{Device, Tensor};
/// let tensor = Tensor::<2>::ones([3, 4], &Device::flex());
/// assert_eq!(ganforge_ops::sum(tensor).into_scalar::<f32>(), 12.0);
/// ```
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

/// The mean of all elements, in an order that does not depend on the number of threads; see [`sum`].
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
    fn sum_and_mean_of_large_tensors_do_not_depend_on_the_number_of_threads() {
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
