//! Which images are drawn.

use ganforge_model::ConfigError;

/// Which images to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleOptions {
    /// How many, 1 or more.
    pub count: usize,
    /// Which series of latents.
    pub seed: u64,
    /// The class of every image, for a conditional model; without it, image `i` is of class
    /// `i mod classes`.
    pub class: Option<usize>,
    /// Every latent coordinate is multiplied by this, 0 or more. Below 1, samples move towards the centre
    /// of what was learned: more typical, less varied.
    pub truncation: Option<f32>,
    /// Images computed at a time, at most; 1 to 4096. More take more memory and, up to a point, less time; large images
    /// are computed fewer at a time in any case.
    pub batch: usize,
    /// Bytes that computing one image may take, by what the network says of itself
    /// ([`Generator::forward_memory`](ganforge_model::Generator::forward_memory)); an image that takes more is refused.
    pub memory: u64,
}

impl Default for SampleOptions {
    /// 64 images of seed 0, as the model makes them, of at most 16 GiB each.
    fn default() -> Self {
        Self {
            count: 64,
            seed: 0,
            class: None,
            truncation: None,
            batch: 64,
            memory: 16 << 30,
        }
    }
}

impl SampleOptions {
    /// Fails unless a model with these classes can grant them.
    pub(crate) fn check(&self, classes: &[String]) -> Result<(), ConfigError> {
        if self.count == 0 {
            return Err(ConfigError::new("count", 0, "1 or more"));
        }
        if !(1..=4096).contains(&self.batch) {
            return Err(ConfigError::new("batch", self.batch, "1 to 4096"));
        }
        match self.truncation {
            Some(factor) if !(factor.is_finite() && factor >= 0.0) => {
                return Err(ConfigError::new("truncation", factor, "0 or more"));
            }
            Some(_) | None => {}
        }
        self.class
            .map_or(Ok(()), |class| check_class(class, classes))
    }
}

/// Fails unless `class` is one of `names`.
pub(crate) fn check_class(class: usize, names: &[String]) -> Result<(), ConfigError> {
    if class < names.len() {
        return Ok(());
    }
    Err(ConfigError::new("class", class, allowed_classes(names)))
}

/// Classes as `0 (cat), 1 (dog)`, or as a range where there are many or a name is only its number.
fn allowed_classes(names: &[String]) -> String {
    let numbers_only = names
        .iter()
        .enumerate()
        .all(|(class, name)| *name == class.to_string());
    match names.len() {
        0 => "none, since this model has no classes".to_owned(),
        count if numbers_only || count > 20 => format!("0 to {}", count - 1),
        _ => {
            let entry = |(class, name)| format!("{class} ({name})");
            let entries: Vec<String> = names.iter().enumerate().map(entry).collect();
            entries.join(", ")
        }
    }
}
