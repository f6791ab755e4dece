//! The losses at a discriminator that cannot distinguish real from generated images: the dashed lines of a chart of losses.

use burn::tensor::{Device, Tensor};
use ganforge_train::Payoff;
use ganforge_train::game::Game;

use crate::device::{Backend, DeviceSpec};
use crate::error::CliError;

/// Losses where the discriminator gives every image the same score.
pub struct Undecided {
    /// Absent for a payoff that has no such state.
    pub discriminator: Option<f64>,
    /// Absent where it depends on that score.
    pub generator: Option<f64>,
    /// True where the discriminator's loss depends on differences of scores alone, so that all scores may drift together.
    pub scores_are_free: bool,
}

impl Undecided {
    /// Evaluates the payoff's own formulas, so that a new payoff needs no change here.
    pub fn new(game: &Game) -> Result<Self, CliError> {
        // Flex is always compiled in, and fast enough for four numbers.
        let (_, device) = DeviceSpec::Named(Backend::Flex, 0).open()?;
        let boundary = game.payoff.decision_boundary();
        let [discriminator, generator] = losses_at(boundary, game, &device);
        let elsewhere = losses_at(boundary + 10.0, game, &device);
        let same = |a: f64, b: f64| (a - b).abs() < 1e-6;
        // An energy is bounded below by that of a perfect reconstruction, and so does not drift.
        let are_energies = game.payoff.takes_energies();
        let scores_are_free = same(discriminator, elsewhere[0]) && !are_energies;
        let is_score = are_energies || (scores_are_free && !same(generator, elsewhere[1]));
        let is_balanced = matches!(game.payoff, Payoff::Balanced(_));
        Ok(Self {
            discriminator: (!is_balanced).then_some(discriminator),
            generator: (!is_score).then_some(generator),
            scores_are_free,
        })
    }
}

/// The losses of discriminator and generator where every image scores `score`.
fn losses_at(score: f64, game: &Game, device: &Device) -> [f64; 2] {
    let scores = || Tensor::<2>::full([1, 1], score, device);
    let smoothing = game.label_smoothing;
    let discriminator = game
        .payoff
        .discriminator_loss(scores(), scores(), smoothing, None);
    let generator = game.payoff.generator_loss(scores, scores());
    let number = |loss: Tensor<1>| loss.into_data().iter::<f64>().next().unwrap_or_default();
    [number(discriminator), number(generator)]
}
