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

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;
    use ganforge_model::{
        DiscriminatorArchitecture, DiscriminatorConfig, collect_weights, keyed_rng,
    };

    use super::*;

    const PIXEL: ImageShape = ImageShape {
        channels: 1,
        height: 1,
        width: 1,
    };

    fn discriminators(pool: usize, device: &Device) -> Discriminators {
        let config = r#"{"kind": "mlp", "hidden": [2]}"#;
        let config: DiscriminatorConfig = serde_json::from_str(config).unwrap();
        let network = || {
            let rng = &mut keyed_rng(0, "weights", 0);
            config.init(PIXEL, 0, rng, device).unwrap()
        };
        Discriminators::new(network(), network(), pool, PIXEL, device)
    }

    fn fakes(numbers: [f32; 2], device: &Device) -> Tensor<4> {
        Tensor::from_data(TensorData::new(numbers.to_vec(), [2, 1, 1, 1]), device)
    }

    fn stored(discriminators: &Discriminators, pool: &str) -> Vec<f32> {
        let weights = collect_weights(discriminators);
        weights[&format!("{pool}.images")].iter::<f32>().collect()
    }

    #[test]
    fn each_domain_has_a_pool_that_fills_by_the_images_seen() {
        let device = Device::flex().autodiff();
        let discriminators = discriminators(3, &device);
        // The second turn of the discriminators in one step: two fakes of each domain were added before.
        let turn = |turn, images, numbers: [f32; 2]| {
            let key = TurnKey {
                seed: 1,
                turn,
                images,
            };
            let source = numbers.map(|number| number + 100.0);
            let both = [fakes(numbers, &device), fakes(source, &device)];
            let shown = discriminators.exchange(both, key);
            shown.map(|images| images.into_data().iter::<f32>().collect::<Vec<f32>>())
        };
        assert_eq!(turn(0, 0, [1.0, 2.0]), [[1.0, 2.0], [101.0, 102.0]]);
        let second = turn(1, 2, [3.0, 4.0]);
        let pools = ["past_target", "past_source"];
        for (shown, (pool, offset)) in second.iter().zip(pools.into_iter().zip([0.0, 100.0])) {
            // The first fills the last place; of the second, the three stored and those of the first turn, one was returned.
            assert_eq!(shown[..1], [3.0 + offset]);
            let mut all = stored(&discriminators, pool);
            all.push(shown[1]);
            all.sort_by(f32::total_cmp);
            let expected = [1.0, 2.0, 3.0, 4.0].map(|number: f32| number + offset);
            assert_eq!(all, expected, "{pool}");
        }
        for number in 3..40_u8 {
            let numbers = [f32::from(2 * number - 1), f32::from(2 * number)];
            let [target, source] = turn(u64::from(number) - 1, 2 * u64::from(number) - 2, numbers);
            assert!(
                target
                    .iter()
                    .all(|&value| (1.0..=numbers[1]).contains(&value))
            );
            let latest = numbers[1] + 100.0;
            assert!(
                source
                    .iter()
                    .all(|&value| (101.0..=latest).contains(&value))
            );
        }
    }

    #[test]
    fn without_a_pool_the_fakes_are_shown() {
        let device = Device::flex().autodiff();
        let both = || [fakes([1.0, 2.0], &device), fakes([3.0, 4.0], &device)];
        let shown = discriminators(0, &device).exchange(both(), TurnKey::default());
        let shown = shown.map(|images| images.into_data().iter::<f32>().collect::<Vec<f32>>());
        assert_eq!(shown, [[1.0, 2.0], [3.0, 4.0]]);
    }
}
