//! Validation of the rules, alone and together with networks and data.

use ganforge_model::{Coupling, DiscriminatorArchitecture, ImageShape};

use super::{Game, InstanceNoise, UpdateRule};
use crate::error::RecipeError;
use crate::game::augment::Augmentation;
use crate::game::payoff::Payoff;
use crate::game::penalty::Penalty;

/// Largest number of turns of one player in one step; the random keys distinguish no more.
const MAX_TURNS: usize = 1 << 15;

impl Game {
    /// Checks the rules for values out of range and contradictions.
    ///
    /// # Errors
    /// Names the key, its value and the allowed values.
    ///
    /// # Examples
    ///
    /// ```
    /// use ganforge_train::game::Game;
    /// use ganforge_train::game::payoff::Payoff;
    ///
    /// // The Wasserstein critic needs a penalty that bounds its input gradient.
    /// let error = Game::new(Payoff::Wasserstein).check().unwrap_err();
    /// assert!(error.to_string().contains("game.penalties"));
    /// ```
    pub fn check(&self) -> Result<(), RecipeError> {
        self.check_turns()?;
        self.payoff.check()?;
        self.check_smoothing()?;
        self.check_regularisers()?;
        self.penalties.iter().try_for_each(Penalty::check)?;
        self.check_penalties()?;
        if self.update == UpdateRule::OneStage {
            self.check_one_stage()?;
        }
        Ok(())
    }

    /// Checks that the rules are defined for these networks and data.
    ///
    /// `labels`: whether both players receive classes. `batch`: images per update.
    ///
    /// # Errors
    /// Names the key, its value and why another value is needed.
    pub fn check_players(
        &self,
        discriminator: &impl DiscriminatorArchitecture,
        labels: bool,
        batch: usize,
    ) -> Result<(), RecipeError> {
        if !batch.is_multiple_of(self.packing) {
            let allowed = format!("a divisor of run.batch, which is {batch}");
            return Err(RecipeError::value("game.packing", self.packing, allowed));
        }
        if self.packing > 1 && labels {
            return Err(RecipeError::value(
                "game.packing",
                self.packing,
                "1 with data.labels = true, because images scored together could be of different classes",
            ));
        }
        if self.packing > 1 && self.augments_colour_after_packing() {
            return Err(RecipeError::value(
                "game.packing",
                self.packing,
                "1 with colour among what the penalty `consistency` does to images: its saturation would mix those \
                 packed together",
            ));
        }
        self.check_energy(discriminator)?;
        if self.pulling_away > 0.0 && batch == self.packing {
            return Err(RecipeError::value(
                "game.pulling_away",
                self.pulling_away,
                "0 where run.batch / game.packing is 1, which leaves no pair of fakes",
            ));
        }
        let coupling = discriminator.is_batch_dependent();
        if batch == self.packing
            && let Some(coupling) = coupling.filter(|&coupling| coupling != Coupling::BATCH_NORM)
        {
            return Err(RecipeError::value(
                format!("discriminator.{}", coupling.key),
                coupling.value,
                format!(
                    "{} where run.batch / game.packing is 1, which leaves no others to compare with",
                    coupling.instead
                ),
            ));
        }
        let has_classifier = labels && discriminator.has_classifier();
        if (self.auxiliary_weight - 1.0).abs() > 0.0 && !has_classifier {
            return Err(RecipeError::value(
                "game.auxiliary_weight",
                self.auxiliary_weight,
                "left out without discriminator.conditioning = \"auxiliary\", whose class loss it weighs",
            ));
        }
        if self.update == UpdateRule::OneStage {
            if let Some(coupling) = coupling {
                return Err(RecipeError::value(
                    format!("discriminator.{}", coupling.key),
                    coupling.value,
                    format!(
                        "{} with update = \"one-stage\", which rescales the gradient of each fake by its own score, \
                         while {} mix the fakes of a batch",
                        coupling.instead, coupling.what
                    ),
                ));
            }
            if has_classifier {
                return Err(RecipeError::value(
                    "discriminator.conditioning",
                    "auxiliary",
                    "projection or concatenation with update = \"one-stage\", which rescales the gradient of each fake \
                     by its one score, while a class loss comes with scores of its own",
                ));
            }
        }
        let mut penalties = self.penalties.iter();
        penalties.try_for_each(|penalty| penalty.check_discriminator(discriminator))
    }

    /// Refuses a payoff of energies with free scores, and one of free scores with energies.
    fn check_energy(
        &self,
        discriminator: &impl DiscriminatorArchitecture,
    ) -> Result<(), RecipeError> {
        let refuse = |allowed| {
            Err(RecipeError::value(
                "game.payoff",
                self.payoff.name(),
                allowed,
            ))
        };
        let takes_energies = self.payoff.takes_energies();
        if takes_energies && !discriminator.scores_energy() {
            return refuse(
                "another one without discriminator.kind = \"autoencoder\", whose scores are reconstruction errors",
            );
        }
        let of_differences = self.payoff.is_relativistic() || self.payoff == Payoff::Wasserstein;
        if discriminator.scores_energy() && !takes_energies && !of_differences {
            return refuse(
                "energy-margin, balanced, wasserstein or a relativistic one with an autoencoder for discriminator, whose \
                 scores are never above 0",
            );
        }
        Ok(())
    }

    /// Refuses data that these rules have no meaning for.
    ///
    /// # Errors
    /// If augmentations are combined with points or single pixels.
    pub fn check_images(&self, image: ImageShape) -> Result<(), RecipeError> {
        if image.height * image.width > 1 {
            return Ok(());
        }
        let refuse = |key, value: &str, allowed| Err(RecipeError::value(key, value, allowed));
        let consistent = |penalty: &Penalty| matches!(penalty, Penalty::Consistency { .. });
        if let Some(first) = self.augment.first() {
            return refuse(
                "game.augment",
                first.name(),
                "left out with points or single pixels for data: colour, translation and cutout are made for images",
            );
        }
        if self.penalties.iter().any(consistent) {
            return refuse(
                "game.penalties",
                "consistency",
                "another penalty with points or single pixels for data: what it does to images is made for larger ones",
            );
        }
        Ok(())
    }

    /// Whether a penalty changes colours after images were packed as channels of one image.
    fn augments_colour_after_packing(&self) -> bool {
        self.penalties.iter().any(|penalty| match penalty {
            Penalty::Consistency { augment, .. } => augment.contains(&Augmentation::Colour),
            _ => false,
        })
    }

    fn check_turns(&self) -> Result<(), RecipeError> {
        let steps = [
            ("game.discriminator_steps", self.discriminator_steps),
            ("game.generator_steps", self.generator_steps),
        ];
        for (key, steps) in steps {
            if !(1..=MAX_TURNS).contains(&steps) {
                return Err(RecipeError::value(key, steps, format!("1 to {MAX_TURNS}")));
            }
            let simultaneous =
                matches!(self.update, UpdateRule::Simultaneous | UpdateRule::OneStage);
            if simultaneous && steps != 1 {
                return Err(RecipeError::value(
                    key,
                    steps,
                    "1 with a simultaneous or one-stage update, where both players move once a step",
                ));
            }
        }
        Ok(())
    }

    fn check_smoothing(&self) -> Result<(), RecipeError> {
        let refuse = |allowed: &str| {
            Err(RecipeError::value(
                "game.label_smoothing",
                self.label_smoothing,
                allowed,
            ))
        };
        if !(0.0..0.5).contains(&self.label_smoothing) {
            return refuse("0 or more and below 0.5");
        }
        if self.label_smoothing > 0.0 && !self.payoff.has_targets() {
            return refuse("0 with this payoff, which gives real images no target to smooth");
        }
        Ok(())
    }

    fn check_regularisers(&self) -> Result<(), RecipeError> {
        let InstanceNoise { std, until } = self.instance_noise.unwrap_or(InstanceNoise {
            std: 1.0,
            until: 1.0,
        });
        let matching = self
            .feature_matching
            .map_or(1.0, |matching| matching.weight);
        for (key, value) in [
            ("game.instance_noise.std", std),
            ("game.instance_noise.until", until),
            ("game.feature_matching.weight", matching),
        ] {
            if !(value.is_finite() && value > 0.0) {
                return Err(RecipeError::value(key, value, "a number above 0"));
            }
        }
        for (key, value) in [
            ("game.generator_noise", self.generator_noise),
            ("game.auxiliary_weight", self.auxiliary_weight),
            ("game.historical_averaging", self.historical_averaging),
            ("game.pulling_away", self.pulling_away),
        ] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(RecipeError::value(key, value, "0 or more"));
            }
        }
        if self.packing == 0 {
            return Err(RecipeError::value("game.packing", 0, "1 or more"));
        }
        Ok(())
    }

    /// Checks for penalties that contradict the payoff or each other.
    fn check_penalties(&self) -> Result<(), RecipeError> {
        let has = |test: fn(&Penalty) -> bool| self.penalties.iter().any(test);
        // The Wasserstein critic is unbounded unless its input gradient is bounded.
        if self.payoff == Payoff::Wasserstein && !has(Penalty::bounds_input_gradient) {
            return Err(RecipeError::value(
                "game.penalties",
                "no bound on the critic's input gradient",
                "with payoff = \"wasserstein\" one of [{ kind = \"wgan-gp\" }], [{ kind = \"spectral-norm\" }] and \
                 [{ kind = \"weight-clipping\", limit = 0.01 }]",
            ));
        }
        if self.payoff.is_relativistic() && has(|penalty| matches!(penalty, Penalty::LeCam { .. }))
        {
            return Err(RecipeError::value(
                "game.penalties",
                "lecam",
                "another penalty with a relativistic payoff: it holds scores near averages of scores, while only their \
                 differences count in this game",
            ));
        }
        let count = |name| {
            let named = |penalty: &&Penalty| penalty.name() == name;
            self.penalties.iter().filter(named).count()
        };
        for (name, allowed) in [
            (
                "spectral-norm",
                "one, which already brings every weight to norm 1",
            ),
            (
                "lecam",
                "one, for each follows the game's one pair of average scores",
            ),
        ] {
            if count(name) > 1 {
                let twice = format!("{name} more than once");
                return Err(RecipeError::value("game.penalties", twice, allowed));
            }
        }
        let clipped = has(|penalty| matches!(penalty, Penalty::WeightClipping { .. }));
        if count("spectral-norm") > 0 && clipped {
            return Err(RecipeError::value(
                "game.penalties",
                "weight-clipping beside spectral-norm",
                "one of the two: what clipping takes from the size of a weight, its normalisation gives back",
            ));
        }
        Ok(())
    }

    /// Checks for rules that a one-stage step cannot handle, which rescales the discriminator's gradient with respect to each fake.
    fn check_one_stage(&self) -> Result<(), RecipeError> {
        let refuse = |key: &str, value: &dyn std::fmt::Display, allowed: &str| {
            Err(RecipeError::value(
                format!("game.{key}"),
                value.to_string(),
                allowed,
            ))
        };
        if self.payoff.is_relativistic() {
            return refuse(
                "payoff",
                &self.payoff.name(),
                "one that scores each fake alone with update = \"one-stage\", which rescales the gradient of each fake \
                 by its own score",
            );
        }
        if matches!(self.payoff, Payoff::Balanced(_)) {
            return refuse(
                "payoff",
                &self.payoff.name(),
                "one in which fakes always count with update = \"one-stage\": at k = 0, where a game begins, the \
                 discriminator has no gradient with respect to a fake from which the generator's could be rescaled",
            );
        }
        if matches!(self.payoff, Payoff::Hinge | Payoff::EnergyMargin { .. }) {
            return refuse(
                "payoff",
                &self.payoff.name(),
                "one without a margin with update = \"one-stage\": the discriminator has no gradient with respect to a fake beyond \
                 the margin, from which the generator's could be rescaled",
            );
        }
        if self.packing > 1 {
            return refuse(
                "packing",
                &self.packing,
                "1 with update = \"one-stage\", which rescales the gradient of each fake by its own score, while packed \
                 fakes share one",
            );
        }
        if self.feature_matching.is_some() {
            return refuse(
                "feature_matching",
                &"set",
                "left out with update = \"one-stage\", which takes the generator's gradient from the score and not from \
                 features",
            );
        }
        if self.pulling_away > 0.0 {
            return refuse(
                "pulling_away",
                &self.pulling_away,
                "0 with update = \"one-stage\", which takes the generator's gradient from the score and not from features",
            );
        }
        let moves_by_fakes = |penalty: &&Penalty| penalty.depends_on_fake_scores();
        if let Some(penalty) = self.penalties.iter().find(moves_by_fakes) {
            return refuse(
                "penalties",
                &penalty.name(),
                "one whose value is no function of the fakes' scores with update = \"one-stage\", where the \
                 discriminator's gradient with respect to a fake has to come from the payoff alone",
            );
        }
        Ok(())
    }
}
