//! The state of the dashboard, independent of drawing.

use std::time::{Duration, Instant};

use super::curve::Curve;
use super::input::Key;

/// Everything that is drawn.
#[derive(Debug, Default)]
pub struct State {
    /// Recipe and title.
    pub title: String,
    /// Images shown so far, earlier sessions included.
    pub images: usize,
    /// Images of the whole run.
    pub total: usize,
    /// Images shown by earlier sessions, and the start of this one.
    start: Option<(usize, Instant)>,
    pub curves: Vec<Curve>,
    /// Index of the chart that is drawn.
    chart: usize,
    /// The dialog asks whether to stop.
    pub asks_to_stop: bool,
    /// The run ends after the current step.
    pub is_stopping: bool,
}

/// What a key does to the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// End after the current step.
    Stop,
    /// End at once.
    EndAtOnce,
}

impl State {
    /// A run that starts after `first` images of earlier sessions.
    pub fn new(title: String, first: usize) -> Self {
        Self {
            title,
            images: first,
            ..Self::default()
        }
    }

    /// Starts the clock.
    pub fn start(&mut self) {
        self.start = Some((self.images, Instant::now()));
    }

    /// Adds a curve without values, unless there is one of this name.
    pub fn register(&mut self, name: &str, unit: Option<&str>) {
        if !self.curves.iter().any(|curve| curve.name == name) {
            self.curves.push(Curve::new(name, unit));
            self.curves.sort_by_key(Curve::rank);
        }
    }

    /// Adds the values of a tick that ended after `images` images. A new name becomes a new curve.
    pub fn tick(&mut self, images: usize, figures: &[(String, f64)]) {
        self.images = images;
        for (name, value) in figures {
            self.register(name, None);
            let curve = self.curves.iter_mut().find(|curve| curve.name == *name);
            if let Some(curve) = curve {
                curve.push(images as f64, *value);
            }
        }
    }

    /// Curves grouped by subject, in order; groups without a value are left out.
    pub fn charts(&self) -> Vec<&[Curve]> {
        let charts = self
            .curves
            .chunk_by(|one, next| one.subject() == next.subject());
        charts
            .filter(|curves| curves.iter().any(|curve| curve.last.is_some()))
            .collect()
    }

    /// The chart that is drawn, its index, and the number of charts.
    pub fn chart(&self) -> Option<(&[Curve], usize, usize)> {
        let charts = self.charts();
        let index = self.chart.checked_rem(charts.len())?;
        Some((charts[index], index, charts.len()))
    }

    /// Handles a key.
    pub fn press(&mut self, key: Key) -> Option<Action> {
        match key {
            Key::Interrupt if self.is_stopping => return Some(Action::EndAtOnce),
            Key::Interrupt | Key::Yes if self.asks_to_stop => {
                self.asks_to_stop = false;
                self.is_stopping = true;
                return Some(Action::Stop);
            }
            Key::Interrupt | Key::Quit => self.asks_to_stop = !self.is_stopping,
            Key::No => self.asks_to_stop = false,
            Key::Next => self.turn(1),
            Key::Previous => self.turn(self.charts().len().saturating_sub(1)),
            Key::Yes => {}
        }
        None
    }

    fn turn(&mut self, by: usize) {
        let chart = self.chart + by;
        self.chart = chart.checked_rem(self.charts().len()).unwrap_or(0);
    }

    /// Time since the start of this session.
    pub fn elapsed(&self) -> Duration {
        self.start
            .map_or(Duration::ZERO, |(_, began)| began.elapsed())
    }

    /// Time left at the speed of this session; known after its first tick.
    pub fn left(&self) -> Option<Duration> {
        let (first, began) = self.start?;
        let done = self.images.saturating_sub(first);
        if done == 0 {
            return None;
        }
        let ahead = self.total.saturating_sub(self.images) as f64 / done as f64;
        Duration::try_from_secs_f64(began.elapsed().as_secs_f64() * ahead).ok()
    }

    /// The last value of a curve.
    pub fn last(&self, name: &str) -> Option<f64> {
        let curve = self.curves.iter().find(|curve| curve.name == name);
        curve.and_then(|curve| curve.last)
    }
}
