use super::super::registry_tests::{RecipeCheck, check_builtin};
use super::super::{Override, Recipe};
use crate::System;

fn warnings(recipe: &str, changes: &[&str]) -> Vec<String> {
    let changes: Vec<Override> = changes
        .iter()
        .map(|change| change.parse().unwrap())
        .collect();
    Recipe::load(recipe, &changes).unwrap().warnings()
}

#[test]
fn built_in_recipes_have_no_warnings() {
    struct Silent;

    impl RecipeCheck for Silent {
        fn check<S: System>(name: &str, recipe: &Recipe<S>) {
            assert_eq!(recipe.warnings(), [""; 0], "{name}");
        }
    }

    check_builtin::<Silent>();
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of values and warnings")]
fn a_value_that_prevents_training_is_reported_with_key_and_reason() {
    let sgd = |rest: &str| format!("optimizer.generator={{kind=\"sgd\",rate=0.1{rest}}}");
    let exponential = |rest: &str| {
        format!("optimizer.generator.schedule={{kind=\"exponential\",half_life={rest}}}")
    };
    for (change, key, reason) in [
        (
            "optimizer.generator.rate=1e-308",
            "`optimizer.generator.rate` is 1e-308",
            "change no weight",
        ),
        (
            "optimizer.generator.rate=1e-12",
            "`optimizer.generator.rate` is 1e-12",
            "1e-12 long",
        ),
        (
            "optimizer.discriminator.epsilon=1e308",
            "`optimizer.discriminator.epsilon` is 1e308",
            "change no weight",
        ),
        (
            "optimizer.discriminator.epsilon=1e-308",
            "`optimizer.discriminator.epsilon` is 1e-308",
            "divided by 0",
        ),
        (
            "optimizer.generator.clip_norm=1e-300",
            "`optimizer.generator.clip_norm` is 1e-300",
            "change no weight",
        ),
        (
            &sgd(",clip_norm=1e-12"),
            "`optimizer.generator.clip_norm` is 1e-12",
            "change no weight",
        ),
        (
            "optimizer.generator.betas=[0.5, 0.9999999999]",
            "`optimizer.generator.betas` is 0.9999999999",
            "stays 0",
        ),
        (
            &sgd(",momentum=0.9999999999"),
            "`optimizer.generator.momentum`",
            "never fade",
        ),
        (
            "optimizer.generator={kind=\"rmsprop\",rate=0.1,alpha=0.9999999999}",
            "`optimizer.generator.alpha`",
            "stays 0",
        ),
        (
            "optimizer.generator.weight_decay=1e300",
            "`optimizer.generator.weight_decay` is 1e300",
            "infinite",
        ),
        (
            &sgd(",weight_decay=100.0"),
            "`optimizer.generator.weight_decay` is 100",
            "all there is",
        ),
        (
            "optimizer.generator.schedule.warmup=9223372036854775807",
            "`optimizer.generator.schedule.warmup`",
            "risen to",
        ),
        (
            &exponential("1e-308"),
            "`optimizer.generator.schedule.half_life` is 1e-308",
            "second step",
        ),
        (
            &exponential("1e308"),
            "`optimizer.generator.schedule.half_life` is 1e308",
            "does not fall",
        ),
        (
            "average.half_life=1e-308",
            "`average.half_life` is 1e-308",
            "last generator",
        ),
        (
            "average.half_life=1e308",
            "`average.half_life` is 1e308",
            "single precision",
        ),
        (
            "game.penalties=[{kind=\"r1\",gamma=1e308}]",
            "`game.penalties.gamma` is 1e308",
            "infinite",
        ),
        (
            "game.penalties=[{kind=\"r1\",gamma=1e-308}]",
            "`game.penalties.gamma` is 1e-308",
            "0 in single",
        ),
        (
            "game.penalties=[{kind=\"weight-clipping\",limit=1e-20}]",
            "`game.penalties.limit`",
            "nothing is left",
        ),
        (
            "game.instance_noise={std=1e308,until=1e6}",
            "`game.instance_noise.std` is 1e308",
            "infinite",
        ),
        (
            "game.instance_noise={std=0.1,until=1e-308}",
            "`game.instance_noise.until` is 1e-308",
            "sees noise",
        ),
        (
            "game.feature_matching={weight=1e-20}",
            "`game.feature_matching.weight` is 1e-20",
            "change no weight",
        ),
        (
            "game.generator_noise=1e-308",
            "`game.generator_noise` is 1e-308",
            "0 in single",
        ),
        (
            "discriminator.dropout_hidden=0.9999999999",
            "`discriminator.dropout_hidden`",
            "1 in single",
        ),
        (
            "generator.init={kind=\"normal\",std=1e-308}",
            "`generator.init.std` is 1e-308",
            "0 in single",
        ),
    ] {
        let found = warnings("digits", &[change]);
        assert_eq!(found.len(), 1, "{change}: {found:?}");
        assert!(
            found[0].starts_with(key) && found[0].contains(reason),
            "{change}: {found:?}"
        );
        assert!(!found[0].contains('\n'), "{found:?}");
    }
}

#[test]
fn keys_are_reported_once_and_ordinary_values_never() {
    let clipped = [
        "optimizer.generator.clip_norm=1e-308",
        "optimizer.discriminator.rate=1e-20",
    ];
    assert_eq!(warnings("digits", &clipped).len(), 2);
    for change in [
        "optimizer.generator.rate=1e-9",
        "optimizer.generator.epsilon=1.0",
        "optimizer.generator.clip_norm=1e-3",
        "optimizer.generator.weight_decay=0.1",
        "game.instance_noise={std=0.1,until=1e300}",
        "optimizer.generator.schedule.floor=0.99999999999",
        "optimizer.generator.schedule.warmup=100000000",
        "game.feature_matching={weight=1e-20,beside_payoff=true}",
        "average.half_life=1",
        "run.images=1",
    ] {
        assert_eq!(warnings("digits", &[change]), [""; 0], "{change}");
    }
}
