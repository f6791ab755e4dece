//! Past fakes that a discriminator is trained on (Shrivastava et al. 2017, "Learning from Simulated and Unsupervised Images
//! through Adversarial Training", section 2.3).

use burn::module::{Module, RunningState};
use burn::tensor::{Device, Int, Tensor, TensorData};
use ganforge_core::below;
use ganforge_model::{ChaCha8Rng, ImageShape};

/// The past fakes of one domain. Clones share them; records contain them.
///
/// ```
/// use ganforge_core::keyed_rng;
/// use ganforge_model::ImageShape;
/// use ganforge_train::burn::tensor::{Device, Tensor};
/// use ganforge_train::system::ImagePool;
///
/// let device = Device::flex();
/// let pool = ImagePool::new(2, ImageShape::POINT, &device);
/// let fakes = Tensor::<4>::ones([3, 2, 1, 1], &device);
/// // The first two fill the pool; instead of the third, one of them may be returned.
/// let shown = pool.exchange(fakes, 0, &mut keyed_rng(7, "pool", 0));
/// assert_eq!(shown.dims(), [3, 2, 1, 1]);
/// ```
#[derive(Module, Debug)]
pub struct ImagePool {
    /// `[size, channels, height, width]`
    images: RunningState<Tensor<4>>,
}

impl ImagePool {
    /// An empty pool of `size` images, which is 1 or more.
    #[must_use]
    pub fn new(size: usize, image: ImageShape, device: &Device) -> Self {
        let dims = [size, image.channels, image.height, image.width];
        Self {
            images: RunningState::new(Tensor::zeros(dims, device)),
        }
    }

    /// What the discriminator is shown for these fakes: each while the pool is not full; after that, with probability ½ each,
    /// the fake or an image of the pool, whose place the fake takes. `before` fakes were added before.
    ///
    /// # Shapes
    /// - `fakes`, output: `[batch, channels, height, width]`; neither has gradients
    #[must_use]
    pub fn exchange(&self, fakes: Tensor<4>, before: u64, rng: &mut ChaCha8Rng) -> Tensor<4> {
        let stored = self.images.value_sync().detach();
        let ([size, ..], [batch, ..]) = (stored.dims(), fakes.dims());
        let filled = usize::try_from(before).unwrap_or(usize::MAX).min(size);
        // Indices of the stored images followed by the fakes.
        let mut slots: Vec<usize> = (0..size).collect();
        let shown = (0..batch).map(|index| {
            let fake = size + index;
            let free = filled.saturating_add(index);
            if free < size {
                slots[free] = fake;
                return fake;
            }
            if below(rng, 2) == 0 {
                return fake;
            }
            let slot = below(rng, size);
            std::mem::replace(&mut slots[slot], fake)
        });
        let shown: Vec<usize> = shown.collect();
        let all = Tensor::cat(vec![stored, fakes.detach()], 0);
        let device = all.device();
        self.images
            .update(all.clone().select(0, indices(&slots, &device)));
        // An update is applied at the next read; reading now ensures that a record contains it.
        let _ = self.images.value_sync();
        all.select(0, indices(&shown, &device))
    }
}

#[expect(
    clippy::cast_possible_wrap,
    reason = "an index of images in memory is small"
)]
fn indices(values: &[usize], device: &Device) -> Tensor<1, Int> {
    let values: Vec<i64> = values.iter().map(|&value| value as i64).collect();
    let dims = [values.len()];
    Tensor::from_data(TensorData::new(values, dims), device)
}

#[cfg(test)]
mod tests {
    use ganforge_core::keyed_rng;

    use super::*;

    fn numbered(range: std::ops::Range<u16>, device: &Device) -> Tensor<4> {
        let values: Vec<f32> = range.map(f32::from).collect();
        let dims = [values.len(), 1, 1, 1];
        Tensor::from_data(TensorData::new(values, dims), device)
    }

    fn values(images: Tensor<4>) -> Vec<f32> {
        images.into_data().iter::<f32>().collect()
    }

    const PIXEL: ImageShape = ImageShape {
        channels: 1,
        height: 1,
        width: 1,
    };

    #[test]
    fn half_of_the_fakes_are_swapped_for_past_ones_and_none_is_lost() {
        let device = Device::flex().autodiff();
        let pool = ImagePool::new(5, PIXEL, &device);
        let mut rng = keyed_rng(0, "pool", 0);
        let first = pool.exchange(numbered(1..4, &device), 0, &mut rng);
        assert_eq!(values(first), [1.0, 2.0, 3.0]);
        let (mut shown, mut past, mut before) = (vec![1.0, 2.0, 3.0], 0, 3);
        for round in 0..100 {
            let fakes = 4 + 4 * round..8 + 4 * round;
            let fresh = f32::from(fakes.start);
            let out = values(pool.exchange(numbered(fakes, &device), before, &mut rng));
            past += out.iter().filter(|&&value| value < fresh).count();
            shown.extend(out);
            before += 4;
        }
        assert!((150..250).contains(&past), "{past}");
        // What was shown and what is stored are all fakes; one that is shown at once is not stored.
        let stored = values(pool.images.value());
        assert!(stored.iter().all(|&value| value > 0.0));
        let mut all = shown.clone();
        all.extend(stored);
        all.sort_by(f32::total_cmp);
        all.dedup();
        assert_eq!(all.len(), 403);
    }

    #[test]
    fn a_restored_pool_continues_as_the_stored_one() {
        let device = Device::flex().autodiff();
        let pool = ImagePool::new(4, PIXEL, &device);
        let draw = |pool: &ImagePool, turn: u16| {
            let fakes = numbered(6 * turn..6 * turn + 6, &device);
            let rng = &mut keyed_rng(1, "pool", u64::from(turn));
            values(pool.exchange(fakes, 6 * u64::from(turn), rng))
        };
        let _ = draw(&pool, 0);
        let restored = ImagePool::new(4, PIXEL, &device).load_record(pool.clone().into_record());
        assert_eq!(draw(&pool, 1), draw(&restored, 1));
        assert_eq!(draw(&pool, 2), draw(&restored, 2));
    }
}
