//! Sizes of the networks of LAPGAN.

use std::ops::Add;

use super::{
    DISCRIMINATOR_KERNEL, GENERATOR_KERNELS, LapganDiscriminatorConfig, LapganGeneratorConfig,
};
use crate::ImageShape;
use crate::layers::{Conditioning, HeadConfig};
use crate::size::{NetworkSize, numbers, pixels};

impl LapganGeneratorConfig {
    /// Number of parameters and stored activations of all levels; `None` for an image of another size.
    pub(crate) fn size(&self, image: ImageShape, classes: usize) -> Option<NetworkSize> {
        let shapes = self.shapes(image).ok()?;
        let mut size = self.coarsest_level().size(shapes[0], classes);
        let finer = shapes.iter().skip(1).zip(&self.widths);
        for (&shape, &width) in finer.filter(|&(_, &width)| width > 0) {
            add_level(&mut size, shape, width, classes);
        }
        Some(size)
    }
}

impl LapganDiscriminatorConfig {
    /// Number of parameters and stored activations of the networks of these levels of a pyramid.
    #[must_use]
    pub fn size(&self, levels: &[(usize, ImageShape)], classes: usize) -> NetworkSize {
        let sizes = levels.iter().map(|&(level, shape)| match level {
            0 => self.coarsest().size(shape, classes),
            _ => self.finer_size(shape, classes),
        });
        sizes.fold(NetworkSize::default(), Add::add)
    }

    pub(super) fn finer_size(&self, shape: ImageShape, classes: usize) -> NetworkSize {
        let mut size = NetworkSize::default();
        let planes = shape.channels + add_class_plane(&mut size, shape, classes);
        size.keep(planes as f64 * pixels(shape));
        let mut inputs = planes;
        let mut features = 0.0;
        for [height, width] in Self::outputs(shape) {
            size.convolution([inputs, self.width], DISCRIMINATOR_KERNEL, 1, true);
            features = self.width as f64 * height as f64 * width as f64;
            size.keep(features);
            inputs = self.width;
        }
        if self.dropout_hidden > 0.0 {
            size.keep(features);
        }
        let head = HeadConfig {
            conditioning: Conditioning::Concatenation,
            minibatch: None,
            classes: 0,
        };
        head.add_to(&mut size, features);
        size
    }
}

fn add_level(size: &mut NetworkSize, shape: ImageShape, width: usize, classes: usize) {
    let planes = 1 + add_class_plane(size, shape, classes) + shape.channels;
    size.keep(planes as f64 * pixels(shape));
    let [first, second, last] = GENERATOR_KERNELS;
    for (inputs, kernel) in [(planes, first), (width, second)] {
        size.convolution([inputs, width], kernel, 1, true);
        size.keep(width as f64 * pixels(shape));
    }
    size.convolution([width, shape.channels], last, 1, true);
    size.keep(numbers(shape));
}

/// The plane of a class; the number of planes, 0 without classes.
fn add_class_plane(size: &mut NetworkSize, shape: ImageShape, classes: usize) -> usize {
    if classes == 0 {
        return 0;
    }
    size.matrix(classes as f64 * pixels(shape));
    size.vector(pixels(shape));
    size.keep(pixels(shape));
    1
}
