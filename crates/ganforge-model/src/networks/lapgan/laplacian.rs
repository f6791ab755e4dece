//! The Laplacian pyramid (Burt & Adelson 1983, "The Laplacian Pyramid as a Compact Image Code").

use burn::tensor::Tensor;

use crate::layers::{average_pool, upsample_bilinear};

/// A batch of images at several sizes, each half of the next.
///
/// ```
/// use ganforge_model::burn::tensor::{Device, Distribution, Tensor};
/// use ganforge_model::networks::LaplacianPyramid;
///
/// let images = Tensor::<4>::random([2, 1, 28, 28], Distribution::Uniform(-1.0, 1.0), &Device::flex());
/// let pyramid = LaplacianPyramid::new(images.clone(), 3);
/// assert_eq!(pyramid.images[0].dims(), [2, 1, 7, 7]);
/// // The coarsest images and the residuals of the finer levels are the image.
/// let difference = pyramid.reconstruct() - images;
/// assert!(difference.abs().max().into_scalar::<f32>() < 1e-6);
/// ```
#[derive(Debug, Clone)]
pub struct LaplacianPyramid {
    /// The images of each level, coarsest first: `[batch, channels, height, width]`, `d(I)` of the next.
    pub images: Vec<Tensor<4>>,
    /// The upsampled images of the level before, `u(I)`, of each level but the first, in the size of the level.
    pub coarse: Vec<Tensor<4>>,
}

impl LaplacianPyramid {
    /// The pyramid of images with `levels` levels, 1 or more. Sides are multiples of 2 to the power of `levels - 1`.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`
    #[must_use]
    pub fn new(images: Tensor<4>, levels: usize) -> Self {
        let mut images = vec![images];
        for level in 1..levels {
            images.push(average_pool(images[level - 1].clone()));
        }
        images.reverse();
        let before = images.iter().take(levels - 1).cloned();
        let coarse = before.map(upsample_bilinear).collect();
        Self { images, coarse }
    }

    /// The residuals `h = I - u(d(I))` of each level but the first.
    #[must_use]
    pub fn residuals(&self) -> Vec<Tensor<4>> {
        let finer = self.images.iter().skip(1).zip(&self.coarse);
        finer
            .map(|(images, coarse)| images.clone() - coarse.clone())
            .collect()
    }

    /// The images of the last level from those of the first and the residuals: `I = u(d(I)) + h`, level by level.
    ///
    /// # Shapes
    /// - output: `[batch, channels, height, width]`
    #[must_use]
    pub fn reconstruct(&self) -> Tensor<4> {
        let residuals = self.residuals().into_iter();
        residuals.fold(self.images[0].clone(), |images, residual| {
            upsample_bilinear(images) + residual
        })
    }
}
