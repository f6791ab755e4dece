//! What shows the progress of a run.

/// The values of a tick by name, in the order of training.
pub type Figures = Vec<(String, f64)>;

/// Shows the progress of a run.
pub trait RunView: Send + Sync {
    /// Training starts.
    fn start(&mut self) {}

    /// The run will show `images` real images in all.
    fn total(&mut self, images: usize);

    /// Announces a value of later ticks.
    fn register(&mut self, _name: &str, _unit: Option<String>) {}

    /// A tick has ended after `images` images.
    fn tick(&mut self, images: usize, figures: Figures);

    /// Training has ended.
    fn end(&mut self) {}
}
