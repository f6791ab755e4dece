//! The clock of the benchmarks.

use std::time::Instant;

use crate::error::{RecipeError, TrainError};

/// Runs that warm caches, allocators and kernel selection up before the clock runs.
const WARM_UP: usize = 5;

/// Wall times in milliseconds.
pub struct Timing {
    pub median: f64,
    pub min: f64,
}

impl Timing {
    /// Times `steps` runs, after some that do not count.
    ///
    /// # Errors
    /// No steps, or what a run fails with.
    pub fn of(
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
            let began = Instant::now();
            run()?;
            times.push(began.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        Ok(Self {
            median: f64::midpoint(times[(steps - 1) / 2], times[steps / 2]),
            min: times[0],
        })
    }
}
