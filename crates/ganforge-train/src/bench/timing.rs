//! Wall-clock timing of repeated runs.

use std::time::Instant;

use crate::error::{RecipeError, TrainError};

/// Untimed runs that warm up caches, allocators and kernel selection.
const WARM_UP: usize = 5;

/// Wall times in milliseconds.
pub struct Timing {
    pub median: f64,
    pub min: f64,
}

impl Timing {
    /// Times `steps` runs after the warm-up.
    ///
    /// # Errors
    /// `steps` is 0, or a run fails.
    pub fn measure(
        steps: usize,
        mut run: impl FnMut() -> Result<(), TrainError>,
    ) -> Result<Self, TrainError> {
        if steps == 0 {
            return Err(RecipeError::value("--steps", steps, "1 or more").into());
        }
        for _ in 0..WARM_UP {
            run()?;
        }
        let mut times = Vec::with_capacity(steps);
        for _ in 0..steps {
            let start = Instant::now();
            run()?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        Ok(Self {
            median: f64::midpoint(times[(steps - 1) / 2], times[steps / 2]),
            min: times[0],
        })
    }
}
