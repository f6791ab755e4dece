//! The learning rate as a function of the step.

use burn::optim::lr_scheduler::{LrScheduler, LrSchedulerRecord};

use crate::experiment::{OptimizerConfig, ScheduleKind};

/// One player's learning rate over a run.
#[derive(Debug, Clone)]
pub struct Schedule {
    rate: f64,
    floor: f64,
    kind: ScheduleKind,
    warmup: u64,
    /// Steps before the decay.
    hold: u64,
    /// Steps over which an exponential schedule halves the rate.
    half_life: f64,
    steps: u64,
    step: u64,
}

impl Schedule {
    /// The schedule of a run of `steps` steps, each of `images_per_step` images.
    #[must_use]
    pub fn new(config: &OptimizerConfig, steps: u64, images_per_step: u64) -> Self {
        Self {
            rate: config.rate,
            floor: config.schedule.floor,
            kind: config.schedule.kind,
            warmup: config.schedule.warmup.div_ceil(images_per_step),
            hold: config.schedule.hold.div_ceil(images_per_step),
            half_life: config.schedule.half_life.unwrap_or(f64::INFINITY) / images_per_step as f64,
            steps,
            step: 0,
        }
    }

    /// The rate at a step, counted from 0.
    #[must_use]
    pub fn rate_at(&self, step: u64) -> f64 {
        if step < self.warmup {
            return self.rate * (step + 1) as f64 / self.warmup as f64;
        }
        let last = self
            .steps
            .saturating_sub(1)
            .saturating_sub(self.hold)
            .max(1);
        let step = step.saturating_sub(self.hold);
        let progress = (step as f64 / last as f64).min(1.0);
        // The fraction of the decay that remains.
        let ahead = match self.kind {
            ScheduleKind::Constant => 1.0,
            ScheduleKind::Linear => 1.0 - progress,
            ScheduleKind::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * progress).cos()),
            ScheduleKind::Exponential => {
                let share = 0.5_f64.powf(step as f64 / self.half_life);
                return self.rate * share.max(self.floor);
            }
        };
        self.rate * (self.floor + (1.0 - self.floor) * ahead)
    }
}

impl LrScheduler for Schedule {
    fn step(&mut self) -> f64 {
        let rate = self.rate_at(self.step);
        self.step += 1;
        rate
    }

    fn to_record(&self) -> LrSchedulerRecord {
        LrSchedulerRecord::new().with_scalar("step", self.step)
    }

    fn load_record(&mut self, record: LrSchedulerRecord) {
        self.step = record.scalar("step").unwrap_or(self.step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(kind: ScheduleKind, warmup: u64) -> Schedule {
        Schedule {
            rate: 2.0,
            floor: 0.1,
            kind,
            warmup,
            hold: 0,
            half_life: 10.0,
            steps: 101,
            step: 0,
        }
    }

    #[test]
    fn schedules_start_at_the_rate_and_end_at_the_floor() {
        for kind in [ScheduleKind::Linear, ScheduleKind::Cosine] {
            let schedule = schedule(kind, 0);
            assert!((schedule.rate_at(0) - 2.0).abs() < 1e-12);
            assert!(
                (schedule.rate_at(50) - 1.1).abs() < 1e-12,
                "half-way between 2 and 0.2"
            );
            assert!((schedule.rate_at(100) - 0.2).abs() < 1e-12);
            assert!((schedule.rate_at(500) - 0.2).abs() < 1e-12);
        }
        assert!((schedule(ScheduleKind::Constant, 0).rate_at(70) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn an_exponential_schedule_halves_until_it_reaches_the_floor() {
        let schedule = schedule(ScheduleKind::Exponential, 0);
        for (step, rate) in [
            (0, 2.0),
            (10, 1.0),
            (20, 0.5),
            (30, 0.25),
            (40, 0.2),
            (900, 0.2),
        ] {
            assert!((schedule.rate_at(step) - rate).abs() < 1e-12, "{step}");
        }
    }

    #[test]
    fn the_rate_is_held_before_it_decays() {
        for kind in [ScheduleKind::Linear, ScheduleKind::Exponential] {
            let schedule = Schedule {
                hold: 60,
                ..schedule(kind, 4)
            };
            assert!((schedule.rate_at(0) - 0.5).abs() < 1e-12, "warm-up");
            for step in [4, 30, 60] {
                assert!((schedule.rate_at(step) - 2.0).abs() < 1e-12, "{step}");
            }
            assert!((schedule.rate_at(100) - 0.2).abs() < 1e-12, "the floor");
        }
        let linear = Schedule {
            hold: 60,
            ..schedule(ScheduleKind::Linear, 0)
        };
        assert!((linear.rate_at(80) - 1.1).abs() < 1e-12, "half-way");
        let exponential = Schedule {
            hold: 60,
            ..schedule(ScheduleKind::Exponential, 0)
        };
        assert!((exponential.rate_at(70) - 1.0).abs() < 1e-12, "halved");
    }

    #[test]
    fn warm_up_rises_to_the_rate() {
        let schedule = schedule(ScheduleKind::Constant, 4);
        let rates: Vec<f64> = (0..5).map(|step| schedule.rate_at(step)).collect();
        assert_eq!(rates, [0.5, 1.0, 1.5, 2.0, 2.0]);
    }

    #[test]
    fn a_restored_schedule_continues_equally() {
        let mut original = schedule(ScheduleKind::Cosine, 3);
        (0..37).for_each(|_| {
            original.step();
        });
        let mut restored = schedule(ScheduleKind::Cosine, 3);
        restored.load_record(original.to_record());
        assert!((original.step() - restored.step()).abs() < f64::EPSILON);
    }
}
