//! One figure over the images of a run.

/// A curve, and what its values are.
#[derive(Debug, Clone, Default)]
pub struct Curve {
    pub name: String,
    pub unit: Option<String>,
    /// Images and finite values, old ones thinned out.
    pub points: Vec<(f64, f64)>,
    /// The last value, finite or not.
    pub last: Option<f64>,
}

/// More points than any terminal has columns.
const POINTS: usize = 4096;

/// The curve that the line of times shows, too.
pub const SPEED: &str = "Images per second";

/// Subjects in the order in which they are shown; figures of an evaluation follow.
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

    /// Adds a value that holds after so many images.
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

    /// What the name says before the player or the kind of image: curves of one subject share a chart.
    pub fn subject(&self) -> &str {
        self.parts().0
    }

    /// The player or the kind of image, or else the whole name.
    pub fn label(&self) -> &str {
        self.parts().1.unwrap_or(&self.name)
    }

    fn parts(&self) -> (&str, Option<&str>) {
        match self.name.rsplit_once(' ') {
            Some((subject, label @ ("D" | "G" | "real" | "fake"))) => (subject, Some(label)),
            _ => (&self.name, None),
        }
    }

    /// Where it stands among others: those of an evaluation by name, the speed at last.
    pub fn rank(&self) -> (usize, String) {
        let subject = self.subject();
        match SUBJECTS.iter().position(|known| *known == subject) {
            // These keep the order in which they came.
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
