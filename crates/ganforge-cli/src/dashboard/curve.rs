//! One quantity over images seen.

/// A curve with its name and unit.
#[derive(Debug, Clone, Default)]
pub struct Curve {
    pub name: String,
    pub unit: Option<String>,
    /// Images seen and finite values; every other point is dropped once there are [`POINTS`].
    pub points: Vec<(f64, f64)>,
    /// The last value, finite or not.
    pub last: Option<f64>,
}

/// The most points of a curve: more than any terminal has columns.
const POINTS: usize = 4096;

/// The name of the speed, which is also shown beside the time left.
pub const SPEED: &str = "Images per second";

/// Subjects of every game, in order. Others follow by name: evaluation metrics and terms of a system.
const SUBJECTS: [&str; 6] = [
    "Loss",
    "Score",
    "Accuracy",
    "JSD estimate",
    "Gradient norm",
    "Penalty",
];

impl Curve {
    /// A curve without values.
    pub fn new(name: &str, unit: Option<&str>) -> Self {
        Self {
            name: name.to_owned(),
            unit: unit.map(str::to_owned),
            ..Self::default()
        }
    }

    /// Adds a value after `images` images.
    pub fn push(&mut self, images: f64, value: f64) {
        self.last = Some(value);
        if !value.is_finite() {
            return;
        }
        if self.points.len() >= POINTS {
            self.halve();
        }
        self.points.push((images, value));
    }

    /// Drops every other point, but not the first.
    fn halve(&mut self) {
        self.points = self.points.iter().copied().step_by(2).collect();
    }

    /// The name without the player or the kind of image. Curves of one subject share a chart.
    pub fn subject(&self) -> &str {
        self.parts().0
    }

    /// The player or the kind of image, else the whole name.
    pub fn label(&self) -> &str {
        self.parts().1.unwrap_or(&self.name)
    }

    fn parts(&self) -> (&str, Option<&str>) {
        match self.name.rsplit_once([' ', '_']) {
            Some((subject, label @ ("D" | "G" | "real" | "fake"))) => (subject, Some(label)),
            _ => (&self.name, None),
        }
    }

    /// The key that curves are sorted by: known subjects, then others by name, then the speed.
    pub fn rank(&self) -> (usize, String) {
        let subject = self.subject();
        match SUBJECTS.iter().position(|known| *known == subject) {
            // The sort is stable, so curves of a subject keep their order.
            Some(known) => (known, String::new()),
            None if self.name == SPEED => (SUBJECTS.len() + 1, String::new()),
            None => (SUBJECTS.len(), subject.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_curve_keeps_its_ends_and_stays_short() {
        let mut curve = Curve::new("Loss D", None);
        for images in 0..20_000 {
            curve.push(f64::from(images), 1.0);
        }
        assert!(curve.points.len() <= POINTS);
        assert!(curve.points[0].0 < 1.0);
        assert!(
            curve
                .points
                .iter()
                .all(|point| (point.1 - 1.0).abs() < 1e-12)
        );
        assert!(curve.points.windows(2).all(|pair| pair[0].0 < pair[1].0));
        curve.push(20_000.0, f64::NAN);
        assert!(curve.last.is_some_and(f64::is_nan));
        assert!(curve.points.iter().all(|point| point.1.is_finite()));
    }
}
