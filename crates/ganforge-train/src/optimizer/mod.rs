//! Both players' optimizers and schedules, as parameter groups of one module optimizer.

mod adam;
mod momentum;
mod schedule;

pub use schedule::Schedule;

use burn::module::{Module, ParamGroup};
use burn::optim::decay::{WeightDecay, WeightDecayConfig};
use burn::optim::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, AdamWConfig, ModuleOptimizer, RmsPropConfig, SgdConfig};
use ganforge_ops::Decay;

use crate::experiment::{OptimizerConfig, OptimizerKind};
use crate::game::PerPlayer;
use crate::system::{Players, System};
use adam::{BurnAdam, FusedAdam};
use momentum::{Ramp, RampedMomentum};

/// One optimizer with a group for each player.
///
/// Groups are formed by parameter id, so the parameters must have been [numbered](crate::weights::number_parameters) before. `images_per_step` is
/// needed for schedules by images.
#[must_use]
pub fn module_optimizer<S: System>(
    config: &PerPlayer<OptimizerConfig>,
    players: &Players<S>,
    images_per_step: u64,
) -> ModuleOptimizer {
    // The base group must match every parameter; those with gradients all belong to a player.
    let base = ModuleOptimizer::from(SgdConfig::new().build());
    let images = |steps| images_per_step as f64 / steps as f64;
    let images_per_update = images(players.game.generator_steps);
    let base = with_player(
        base,
        &config.generator,
        &players.generator,
        images_per_update,
    );
    let images_per_update = images(players.game.discriminator_steps);
    with_player(
        base,
        &config.discriminator,
        &players.discriminator,
        images_per_update,
    )
}

/// One schedule for each player. `steps` and `images_per_step` are those of the run.
#[must_use]
pub fn module_schedule<S: System>(
    config: &PerPlayer<OptimizerConfig>,
    players: &Players<S>,
    steps: u64,
    images_per_step: u64,
) -> ModuleLrScheduler {
    let schedule = |config| Schedule::new(config, steps, images_per_step);
    let generator = ParamGroup::ids_from_module(players.generator.clone());
    let discriminator = ParamGroup::ids_from_module(players.discriminator.clone());
    ModuleLrScheduler::new(schedule(&config.generator))
        .with_group(generator, schedule(&config.generator))
        .with_group(discriminator, schedule(&config.discriminator))
}

fn with_player<M: Module>(
    optimizer: ModuleOptimizer,
    config: &OptimizerConfig,
    player: &M,
    images_per_update: f64,
) -> ModuleOptimizer {
    let group = ParamGroup::ids_from_module(player.clone());
    let penalty = config.weight_decay as f32;
    let decay = (penalty > 0.0).then_some(WeightDecayConfig { penalty });
    match config.kind {
        OptimizerKind::Adam => optimizer.with_group(group, adam(config), None),
        OptimizerKind::Adamw => optimizer.with_group(group, adamw(config), None),
        OptimizerKind::Rmsprop => {
            let rmsprop = RmsPropConfig::new()
                .with_alpha(config.alpha as f32)
                .with_momentum(config.momentum as f32)
                .with_epsilon(config.epsilon as f32)
                .with_weight_decay(decay);
            optimizer.with_group(group, rmsprop.build(), None)
        }
        OptimizerKind::Sgd => {
            if config.momentum_schedule.is_some() || config.dampening > 0.0 {
                let (end, images) = config
                    .momentum_schedule
                    .map_or((config.momentum, 1), |schedule| {
                        (schedule.end, schedule.images)
                    });
                let ramp = Ramp {
                    start: config.momentum,
                    end,
                    updates: images as f64 / images_per_update,
                };
                let ramped = RampedMomentum {
                    ramp,
                    dampening: config.dampening,
                    decay: decay.as_ref().map(WeightDecay::new),
                };
                return optimizer.with_group(group, ramped, None);
            }
            let momentum = MomentumConfig::new()
                .with_momentum(config.momentum)
                .with_dampening(0.0);
            let sgd = SgdConfig::new()
                .with_momentum(Some(momentum))
                .with_weight_decay(decay);
            optimizer.with_group(group, sgd.build(), None)
        }
    }
}

pub(crate) fn adam(config: &OptimizerConfig) -> FusedAdam {
    let ([beta_1, beta_2], epsilon) = (config.betas.map(|beta| beta as f32), config.epsilon as f32);
    let penalty = config.weight_decay as f32;
    let fallback = AdamConfig::new()
        .with_beta_1(beta_1)
        .with_beta_2(beta_2)
        .with_epsilon(epsilon)
        .with_weight_decay((penalty > 0.0).then_some(WeightDecayConfig { penalty }));
    FusedAdam {
        fallback: BurnAdam::Adam(fallback.build()),
        betas: [beta_1, beta_2],
        epsilon,
        decay: Decay::Gradient(penalty),
    }
}

pub(crate) fn adamw(config: &OptimizerConfig) -> FusedAdam {
    let ([beta_1, beta_2], epsilon) = (config.betas.map(|beta| beta as f32), config.epsilon as f32);
    let penalty = config.weight_decay as f32;
    let fallback = AdamWConfig::new()
        .with_beta_1(beta_1)
        .with_beta_2(beta_2)
        .with_epsilon(epsilon)
        .with_weight_decay(penalty);
    FusedAdam {
        fallback: BurnAdam::AdamW(fallback.build()),
        betas: [beta_1, beta_2],
        epsilon,
        decay: Decay::Decoupled(penalty),
    }
}
