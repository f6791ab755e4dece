//! The discriminator player: one discriminator for each domain.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use ganforge_model::{DiscriminatorNet, ImageShape};

use super::image_pool::ImagePool;
use crate::game::TurnKey;

/// A discriminator for each domain, with the past fakes that it is trained on.
#[derive(Module, Debug)]
pub struct Discriminators {
    /// Of the second domain.
    pub target: DiscriminatorNet,
    /// Of the first domain.
    pub source: DiscriminatorNet,
    past_target: Option<ImagePool>,
    past_source: Option<ImagePool>,
}

impl Discriminators {
    /// Discriminators with empty pools of `pool` fakes each; 0 for none.
    #[must_use]
    pub fn new(
        target: DiscriminatorNet,
        source: DiscriminatorNet,
        pool: usize,
        image: ImageShape,
        device: &Device,
    ) -> Self {
        let empty = || (pool > 0).then(|| ImagePool::new(pool, image, device));
        Self {
            target,
            source,
            past_target: empty(),
            past_source: empty(),
        }
    }

    /// What the discriminators are shown in a turn for these fakes, of the second and of the first domain.
    ///
    /// # Shapes
    /// - fakes, output: `[batch, channels, height, width]` each
    #[must_use]
    pub fn exchange(&self, fakes: [Tensor<4>; 2], key: TurnKey) -> [Tensor<4>; 2] {
        let [target, source] = fakes;
        let show = |pool: &Option<ImagePool>, fakes: Tensor<4>, purpose| match pool {
            Some(pool) => pool.exchange(fakes, key.images, &mut key.rng(purpose)),
            None => fakes,
        };
        [
            show(&self.past_target, target, "past fakes of the target"),
            show(&self.past_source, source, "past fakes of the source"),
        ]
    }
}
