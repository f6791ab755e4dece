//! What the dashboard shows, apart from how it is drawn.

use std::time::{Duration, Instant};

use super::curve::Curve;
use super::input::Key;

/// All that is shown.
#[derive(Debug, Default)]
pub struct State {
    /// What is trained.
    pub title: String,
    /// Images shown so far, earlier sessions included.
    pub images: usize,
    /// Images that the run is to show.
    pub total: usize,
    /// Images that earlier sessions had shown, and when this one began.
    start: Option<(usize, Instant)>,
    pub curves: Vec<Curve>,
    /// Which chart is shown.
    chart: usize,
    /// The user is asked whether to stop.
    pub asks: bool,
    /// The run ends after its step.
    pub stops: bool,
}

/// What a key asks of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// To end after the step under way.
    Stop,
    /// To end at once.
    EndAtOnce,
}

impl State {
    /// A run about to begin, after `first` images of earlier sessions.
    pub fn new(title: String, first: usize) -> Self {
        Self {
            title,
            images: first,
            ..Self::default()
        }
    }

    /// Training begins now.
    pub fn start(&mut self) {
        self.start = Some((self.images, Instant::now()));
    }

    /// Adds a figure that will be followed. Curves that belong together share a chart.
    pub fn follow(&mut self, name: &str, unit: Option<&str>) {
        if !self.curves.iter().any(|curve| curve.name == name) {
            self.curves.push(Curve::new(name, unit));
            self.curves.sort_by_key(Curve::rank);
        }
    }

    /// Takes the figures of a tick that ended after so many images.
    pub fn tick(&mut self, images: usize, figures: &[(String, f64)]) {
        self.images = images;
        for (name, value) in figures {
            self.follow(name, None);
            let curve = self.curves.iter_mut().find(|curve| curve.name == *name);
            if let Some(curve) = curve {
                curve.push(images as f64, *value);
            }
        }
    }

    /// Charts with at least one value: curves of the same subject, in order.
    pub fn charts(&self) -> Vec<&[Curve]> {
        let charts = self
            .curves
            .chunk_by(|one, next| one.subject() == next.subject());
        charts
            .filter(|curves| curves.iter().any(|curve| curve.last.is_some()))
            .collect()
    }

    /// The chart that is shown, which one it is, and how many there are.
    pub fn chart(&self) -> Option<(&[Curve], usize, usize)> {
        let charts = self.charts();
        let index = self.chart.checked_rem(charts.len())?;
        Some((charts[index], index, charts.len()))
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key) -> Option<Wish> {
        match key {
            Key::Interrupt if self.stops => return Some(Wish::EndAtOnce),
            Key::Interrupt | Key::Yes if self.asks => {
                self.asks = false;
                self.stops = true;
                return Some(Wish::Stop);
            }
            Key::Interrupt | Key::Quit => self.asks = !self.stops,
            Key::No => self.asks = false,
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

    /// Since this session began.
    pub fn elapsed(&self) -> Duration {
        self.start
            .map_or(Duration::ZERO, |(_, began)| began.elapsed())
    }

    /// What is left at the pace of this session, known after its first tick.
    pub fn left(&self) -> Option<Duration> {
        let (first, began) = self.start?;
        let done = self.images.saturating_sub(first);
        if done == 0 {
            return None;
        }
        let ahead = self.total.saturating_sub(self.images) as f64 / done as f64;
        Duration::try_from_secs_f64(began.elapsed().as_secs_f64() * ahead).ok()
    }

    /// The last value of a figure.
    pub fn last(&self, name: &str) -> Option<f64> {
        let curve = self.curves.iter().find(|curve| curve.name == name);
        curve.and_then(|curve| curve.last)
    }
}
