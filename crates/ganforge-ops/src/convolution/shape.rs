//! The sizes of a convolution, validated once, so that no kernel validates them again.

use crate::ShapeError;

/// The sizes of a convolution without dilation and groups. All are at least 1, except the padding, which may be 0.
///
/// For an input of `size` = `[height, width]`, the output has `(size + 2·padding − kernel) / stride + 1` rows and columns, rounded down.
///
/// # Examples
///
/// ```
/// use ganforge_ops::{ConvShape, ShapeError};
///
/// // 64 images of 3 × 32 × 32; 128 output channels, kernel 4, stride 2, padding 1.
/// let shape = ConvShape::new(64, [3, 128], [32, 32], [4, 4], [2, 2], [1, 1])?;
/// assert_eq!(shape.output_size(), [16, 16]);
/// assert_eq!(shape.weight_len(), 128 * 3 * 4 * 4);
///
/// let too_large = ConvShape::new(1, [1, 1], [2, 2], [4, 4], [1, 1], [0, 0]);
/// assert!(matches!(too_large, Err(ShapeError::KernelTooLarge { .. })));
/// # Ok::<(), ShapeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvShape {
    batch: usize,
    inputs: usize,
    outputs: usize,
    size: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    output_size: [usize; 2],
}

impl ConvShape {
    /// A convolution from `channels[0]` to `channels[1]` channels over images of `size` = `[height, width]`.
    ///
    /// # Errors
    /// If a size is zero, the kernel is larger than the padded image, or a tensor has more elements than memory can address.
    pub fn new(
        batch: usize,
        channels: [usize; 2],
        size: [usize; 2],
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: [usize; 2],
    ) -> Result<Self, ShapeError> {
        let positive = [
            ("batch", batch),
            ("input channels", channels[0]),
            ("output channels", channels[1]),
            ("height", size[0]),
            ("width", size[1]),
            ("kernel height", kernel[0]),
            ("kernel width", kernel[1]),
            ("vertical stride", stride[0]),
            ("horizontal stride", stride[1]),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Err(ShapeError::Zero(name));
        }
        let mut output_size = [0; 2];
        for axis in 0..2 {
            let padded = padding[axis]
                .checked_mul(2)
                .and_then(|both| both.checked_add(size[axis]))
                .ok_or(ShapeError::TooLarge)?;
            if padded < kernel[axis] {
                return Err(ShapeError::KernelTooLarge {
                    kernel: kernel[axis],
                    padded,
                });
            }
            output_size[axis] = (padded - kernel[axis]) / stride[axis] + 1;
        }
        let shape = Self {
            batch,
            inputs: channels[0],
            outputs: channels[1],
            size,
            kernel,
            stride,
            padding,
            output_size,
        };
        shape.check_magnitude()?;
        Ok(shape)
    }

    /// The convolution whose passes compute a transposed convolution, with the roles swapped: its inputs are the transposed convolution's outputs.
    /// `size` is that of the transposed convolution's input.
    ///
    /// | transposed convolution | passes of this shape |
    /// |---|---|
    /// | forward | [`convolve_input_gradient`](crate::convolve_input_gradient) of the input |
    /// | input gradient | [`convolve`](crate::convolve) of the output gradient |
    /// | weight gradient | [`convolve_weight_gradient`](crate::convolve_weight_gradient) with the output gradient as input, and the input as output gradient |
    ///
    /// The weights have the transposed convolution's layout `[inputs, outputs, height, width]`.
    ///
    /// # Errors
    /// As [`new`](Self::new); also if the output padding is not smaller than the stride, or the padding removes the whole output.
    pub fn transposed(
        batch: usize,
        channels: [usize; 2],
        size: [usize; 2],
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: [usize; 2],
        output_padding: [usize; 2],
    ) -> Result<Self, ShapeError> {
        let mut output_size = [0; 2];
        for axis in 0..2 {
            if size[axis] == 0 {
                return Err(ShapeError::Zero("size"));
            }
            if output_padding[axis] >= stride[axis] {
                return Err(ShapeError::OutputPadding {
                    padding: output_padding[axis],
                    stride: stride[axis],
                });
            }
            let padded = (size[axis] - 1)
                .checked_mul(stride[axis])
                .and_then(|reach| reach.checked_add(kernel[axis]))
                .and_then(|reach| reach.checked_add(output_padding[axis]))
                .ok_or(ShapeError::TooLarge)?;
            output_size[axis] = padding[axis]
                .checked_mul(2)
                .and_then(|both| padded.checked_sub(both))
                .ok_or(ShapeError::NoOutput)?;
        }
        let [inputs, outputs] = channels;
        Self::new(
            batch,
            [outputs, inputs],
            output_size,
            kernel,
            stride,
            padding,
        )
    }

    /// Images in the batch.
    #[must_use]
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Input channels.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Output channels.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// `[height, width]` of the input.
    #[must_use]
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// `[height, width]` of the output.
    #[must_use]
    pub fn output_size(&self) -> [usize; 2] {
        self.output_size
    }

    /// `[height, width]` of the kernel.
    #[must_use]
    pub fn kernel(&self) -> [usize; 2] {
        self.kernel
    }

    /// Distance between outputs, in rows and columns of the input.
    #[must_use]
    pub fn stride(&self) -> [usize; 2] {
        self.stride
    }

    /// Rows and columns of zeros on each side of the input.
    #[must_use]
    pub fn padding(&self) -> [usize; 2] {
        self.padding
    }

    /// Elements of one input image.
    #[must_use]
    pub fn image_len(&self) -> usize {
        self.inputs * self.plane_len()
    }

    /// Elements of one output image.
    #[must_use]
    pub fn output_image_len(&self) -> usize {
        self.outputs * self.output_plane_len()
    }

    /// Elements of the input, `[batch, inputs, height, width]`.
    #[must_use]
    pub fn input_len(&self) -> usize {
        self.batch * self.image_len()
    }

    /// Elements of the weight, `[outputs, inputs, kernel height, kernel width]`.
    #[must_use]
    pub fn weight_len(&self) -> usize {
        self.outputs * self.taps()
    }

    /// Elements of the output, `[batch, outputs, output height, output width]`.
    #[must_use]
    pub fn output_len(&self) -> usize {
        self.batch * self.output_image_len()
    }

    /// Floating-point operations of each of the three passes by the definition, on which effective speeds are based.
    #[must_use]
    pub fn operations(&self) -> f64 {
        2.0 * self.output_len() as f64 * self.taps() as f64
    }

    /// Elements of one channel of the input.
    pub(crate) fn plane_len(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// Elements of one channel of the output.
    pub(crate) fn output_plane_len(&self) -> usize {
        self.output_size[0] * self.output_size[1]
    }

    /// Weights that one output sums over: inputs × kernel height × kernel width.
    pub(crate) fn taps(&self) -> usize {
        self.inputs * self.kernel[0] * self.kernel[1]
    }

    /// Checks that the products of all sizes fit `usize`, with room for what the algorithms unfold.
    fn check_magnitude(&self) -> Result<(), ShapeError> {
        let product = |factors: &[usize]| {
            factors
                .iter()
                .try_fold(64_usize, |product, factor| product.checked_mul(*factor))
        };
        let [height, width] = self.size;
        let [rows, columns] = self.output_size;
        let [tall, wide] = self.kernel;
        let fits = product(&[self.batch, self.inputs, height, width]).is_some()
            && product(&[self.outputs, self.inputs, tall, wide]).is_some()
            && product(&[self.batch, self.outputs, rows, columns]).is_some()
            && product(&[self.batch, self.inputs, tall, wide, rows, columns]).is_some();
        if fits {
            Ok(())
        } else {
            Err(ShapeError::TooLarge)
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "small integers are exact")]
mod tests {
    use super::*;

    #[test]
    fn sizes_round_down() {
        let shape = ConvShape::new(2, [3, 5], [7, 8], [4, 4], [2, 2], [1, 1]).unwrap();
        assert_eq!(shape.output_size(), [3, 4]);
        assert_eq!(shape.operations(), 11_520.0);
    }

    #[test]
    fn a_transposed_shape_maps_its_output_size_back_to_the_input_size() {
        for (size, output_padding) in [([4, 6], [0, 0]), ([1, 3], [1, 0]), ([5, 5], [1, 1])] {
            let shape =
                ConvShape::transposed(2, [3, 5], size, [4, 3], [2, 2], [1, 1], output_padding)
                    .unwrap();
            assert_eq!(shape.output_size(), size);
            assert_eq!((shape.inputs(), shape.outputs()), (5, 3));
        }
    }

    #[test]
    fn invalid_shapes_are_rejected() {
        let one = [1, 1];
        let new = |batch, size, kernel, stride| {
            ConvShape::new(batch, one, size, kernel, stride, [0, 0]).unwrap_err()
        };
        assert_eq!(new(0, one, one, one), ShapeError::Zero("batch"));
        assert_eq!(
            new(1, one, one, [0, 1]),
            ShapeError::Zero("vertical stride")
        );
        assert_eq!(
            new(1, one, [2, 1], one),
            ShapeError::KernelTooLarge {
                kernel: 2,
                padded: 1
            }
        );
        assert_eq!(new(usize::MAX / 2, one, one, one), ShapeError::TooLarge);
        let transposed = |size, padding, output_padding| {
            ConvShape::transposed(1, one, size, [4, 4], [2, 2], padding, output_padding)
                .unwrap_err()
        };
        assert_eq!(
            transposed([2, 2], [0, 0], [2, 0]),
            ShapeError::OutputPadding {
                padding: 2,
                stride: 2
            }
        );
        assert_eq!(transposed([1, 1], [3, 0], [0, 0]), ShapeError::NoOutput);
    }
}
