use super::super::registry_tests::{RecipeCheck, check_builtin};
use super::super::{Recipe, builtin};
use super::Override;
use crate::{Payoff, System};

fn set(text: &str) -> Override {
    text.parse().unwrap()
}

fn digits(overrides: &[&str]) -> Result<Recipe, String> {
    let overrides: Vec<Override> = overrides.iter().map(|text| set(text)).collect();
    Recipe::load("digits", &overrides).map_err(|error| error.to_string())
}

#[test]
fn every_built_in_recipe_is_valid_and_round_trips() {
    struct RoundTrips;

    impl RecipeCheck for RoundTrips {
        fn check<S: System>(name: &str, recipe: &Recipe<S>) {
            assert_eq!(recipe.experiment.name, name);
            assert!(
                recipe.experiment.expected.is_some(),
                "{name} says what a run reaches"
            );
            let text = recipe.to_toml().unwrap();
            let again = Recipe::<S>::parse("another name", &text, &[]).unwrap();
            assert_eq!(again.experiment, recipe.experiment, "{name}");
            assert_eq!(again.to_toml().unwrap(), text, "{name}");
        }
    }

    check_builtin::<RoundTrips>();
}

#[test]
fn an_override_sets_any_key_without_quotes() {
    let recipe = digits(&[
        "game.payoff=hinge",
        "generator.hidden=[32, 16]",
        "run.images=1000",
        "optimizer.generator.schedule.kind=linear",
        "title=\"My digits\"",
    ])
    .unwrap();
    assert_eq!(recipe.experiment.game.payoff, Payoff::Hinge);
    assert_eq!(recipe.experiment.run.images, 1000);
    assert_eq!(recipe.experiment.title, "My digits");
    assert!(recipe.to_toml().unwrap().contains("hidden = [32, 16]"));
}

#[test]
fn an_invalid_override_is_explained() {
    for text in ["game.payoff", "=3", "game..payoff=hinge", ""] {
        let message = text.parse::<Override>().unwrap_err().to_string();
        assert!(message.contains("key.path=value"), "{message}");
    }
}

#[test]
fn an_unknown_key_is_reported_in_one_line() {
    for (change, key) in [
        ("game.payof=hinge", "[game] `payof"),
        ("generator.widht=3", "widht"),
        ("colour=red", "digits`: `colour"),
        (
            "optimizer.generator.beta=0.5",
            "[optimizer.generator] `beta",
        ),
    ] {
        let message = digits(&[change]).unwrap_err();
        assert!(message.contains(key), "{message}");
        assert!(!message.contains('\n'), "{message}");
    }
}

#[test]
fn a_value_out_of_range_is_reported_with_the_allowed_values() {
    for (change, key) in [
        ("run.batch=0", "run.batch"),
        ("run.samples=5000", "run.samples"),
        ("game.discriminator_steps=0", "game.discriminator_steps"),
        ("game.label_smoothing=0.5", "game.label_smoothing"),
        ("optimizer.generator.rate=0", "optimizer.generator.rate"),
        (
            "optimizer.discriminator.betas=[0.5, 1.0]",
            "optimizer.discriminator.betas",
        ),
        ("average.half_life=-1", "average.half_life"),
        (
            "optimizer.generator.schedule={ kind = \"exponential\" }",
            "optimizer.generator.schedule.kind",
        ),
        (
            "optimizer.generator.schedule={ kind = \"exponential\", half_life = 0 }",
            "optimizer.generator.schedule.half_life",
        ),
        (
            "optimizer.generator.schedule={ kind = \"cosine\", half_life = 100 }",
            "optimizer.generator.schedule.half_life",
        ),
        (
            "optimizer.generator.momentum_schedule={ end = 0.7, images = 100 }",
            "optimizer.generator.momentum_schedule",
        ),
        (
            "optimizer.generator={ kind = \"sgd\", rate = 1, momentum_schedule = { end = 1.0, images = 1 } }",
            "optimizer.generator.momentum_schedule.end",
        ),
        (
            "optimizer.generator={ kind = \"sgd\", rate = 1, momentum_schedule = { end = 0.5, images = 0 } }",
            "optimizer.generator.momentum_schedule.images",
        ),
        (
            "optimizer.generator.dampening=1.0",
            "optimizer.generator.dampening",
        ),
        (
            "optimizer.generator={ kind = \"sgd\", rate = 1, dampening = 1.0 }",
            "optimizer.generator.dampening",
        ),
        (
            "optimizer.generator={ kind = \"sgd\", rate = 1, momentum = 0.5, dampening = 1.1 }",
            "optimizer.generator.dampening",
        ),
        (
            "game.penalties=[{ kind = \"weight-clipping\", limit = 0 }]",
            "limit",
        ),
    ] {
        let message = digits(&[change]).unwrap_err();
        assert!(message.contains(key), "{change}: {message}");
        assert!(message.contains("allowed"), "{change}: {message}");
    }
}

#[test]
fn keys_without_meaning_for_the_payoff_are_rejected() {
    let message = digits(&["game.payoff=wasserstein"]).unwrap_err();
    assert!(message.contains("weight-clipping"), "{message}");
    let clipped = "game.penalties=[{ kind = \"weight-clipping\", limit = 0.01 }]";
    assert!(digits(&["game.payoff=wasserstein", clipped]).is_ok());
    for payoff in Payoff::ALL {
        let name = format!("game.payoff={}", payoff.name());
        let smooth = digits(&[&name, "game.label_smoothing=0.1", clipped]);
        match smooth {
            Ok(_) => assert!(payoff.has_targets(), "{payoff:?}"),
            Err(message) => {
                assert!(!payoff.has_targets(), "{message}");
                assert!(message.contains("no target"), "{message}");
            }
        }
    }
    let lost = "game.payoff={ kind = \"least-squares\", generator = 0 }";
    let message = digits(&[lost]).unwrap_err();
    assert!(message.contains("game.payoff.generator"), "{message}");
    let message = digits(&["game.update=simultaneous", "game.generator_steps=2"]).unwrap_err();
    assert!(message.contains("simultaneous"), "{message}");
}

#[test]
fn a_payoff_table_round_trips() {
    let pearson = "game.payoff={ kind = \"least-squares\", real = 1, fake = -1, generator = 0 }";
    let recipe = digits(&[pearson]).unwrap();
    let text = recipe.to_toml().unwrap();
    assert_eq!(Recipe::from_toml("again", &text, &[]).unwrap(), recipe);
    let message = digits(&["game.payoff={ kind = \"hinge\", real = 1 }"]).unwrap_err();
    assert!(
        message.contains("`digits`: `game.payoff`: `real`"),
        "{message}"
    );
    let message = digits(&["game.payoff=lsgan"]).unwrap_err();
    assert!(
        message.contains("[game]") && message.contains("`least-squares`"),
        "{message}"
    );
    assert!(!message.contains('\n'), "{message}");
}

#[test]
fn one_stage_requires_independent_scores() {
    let one_stage = "game.update=one-stage";
    assert!(digits(&[one_stage]).is_ok());
    for (change, reason) in [
        ("game.payoff=hinge", "margin"),
        (
            "game.payoff=relativistic-logistic",
            "scores each fake alone",
        ),
        ("game.discriminator_steps=2", "one-stage"),
        (
            "discriminator={ kind = \"dcgan\", width = 8 }",
            "batch statistics",
        ),
    ] {
        let message = digits(&[one_stage, change]).unwrap_err();
        assert!(message.contains(reason), "{message}");
    }
}

#[test]
fn an_unknown_name_lists_the_built_in_recipes() {
    let message = Recipe::load("digit", &[]).unwrap_err().to_string();
    assert!(message.contains("digits-conditional"), "{message}");
    assert!(builtin("digit").is_none());
}

#[test]
fn the_discriminator_sees_all_images() {
    let recipe = digits(&[
        "run.images=1000",
        "run.batch=64",
        "game.discriminator_steps=3",
    ])
    .unwrap();
    assert_eq!(recipe.experiment.images_per_step(), 192);
    assert_eq!(recipe.experiment.steps(), 6);
}

/// The DCGAN recipe, with a batch-normalised discriminator unless a change overrides it.
fn dcgan(overrides: &[&str]) -> Result<Recipe, String> {
    let overrides: Vec<Override> = overrides.iter().map(|text| set(text)).collect();
    Recipe::load("mnist-dcgan", &overrides).map_err(|error| error.to_string())
}

#[test]
fn every_penalty_round_trips() {
    let penalties = concat!(
        "game.penalties=[{ kind = \"r1\", gamma = 1.0 }, { kind = \"r2\", gamma = 0.5, form = \"noise\" }, ",
        "{ kind = \"wgan-gp\" }, { kind = \"wgan-gp\", lambda = 0.1, one_sided = true, form = \"directional\" }, ",
        "{ kind = \"dragan\", lambda = 10.0, form = \"exact\" }, { kind = \"weight-clipping\", limit = 1 }]",
    );
    let recipe = digits(&[penalties]).unwrap();
    assert_eq!(recipe.experiment.game.penalties.len(), 6);
    let text = recipe.to_toml().unwrap();
    assert!(text.contains("form = \"auto\""), "{text}");
    assert_eq!(Recipe::from_toml("again", &text, &[]).unwrap(), recipe);
}

#[test]
fn an_invalid_penalty_is_reported() {
    for (penalty, part) in [
        ("kind=\"r1\",gamma=0", "game.penalties.gamma"),
        ("kind=\"r2\",gamma=-1", "game.penalties.gamma"),
        ("kind=\"r1\"", "gamma"),
        ("kind=\"wgan-gp\",lambda=inf", "game.penalties.lambda"),
        ("kind=\"dragan\",one_sided=true", "one_sided"),
        ("kind=\"r3\",gamma=1", "`r3`"),
        ("kind=\"r1\",gamma=1,form=\"excat\"", "`excat`"),
        ("kind=\"wgan-gp\",form=\"noise\"", "mean square"),
    ] {
        let message = digits(&[&format!("game.penalties=[{{{penalty}}}]")]).unwrap_err();
        assert!(message.contains(part), "{penalty}: {message}");
        assert!(!message.contains('\n'), "{message}");
    }
}

#[test]
fn gradient_penalties_reject_batch_dependent_discriminators() {
    for kind in ["r1\",gamma=1", "r2\",gamma=1", "wgan-gp\"", "dragan\""] {
        let penalty = format!("game.penalties=[{{kind=\"{kind}}}]");
        let message = dcgan(&[&penalty]).unwrap_err();
        assert!(
            message.starts_with("`discriminator.batch_norm` is true"),
            "{message}"
        );
        assert!(message.contains("whole batch"), "{message}");
        assert!(dcgan(&[&penalty, "discriminator.batch_norm=false"]).is_ok());
    }
    let clipped = "game.penalties=[{ kind = \"weight-clipping\", limit = 0.01 }]";
    assert!(dcgan(&[clipped]).is_ok());
}

#[test]
fn penalties_that_compare_scores_reject_dropout() {
    for form in ["directional", "noise"] {
        let penalty = format!("game.penalties=[{{kind=\"r1\",gamma=1,form=\"{form}\"}}]");
        let message = digits(&[&penalty, "discriminator.dropout_hidden=0.5"]).unwrap_err();
        assert!(
            message.starts_with("`discriminator.dropout_hidden` is 0.5"),
            "{message}"
        );
        assert!(message.contains("another mask"), "{message}");
    }
    let exact = "game.penalties=[{ kind = \"r1\", gamma = 1 }]";
    assert!(digits(&[exact, "discriminator.dropout_hidden=0.5"]).is_ok());
}

#[test]
fn the_wasserstein_critic_accepts_a_gradient_penalty() {
    for (penalty, enough) in [
        ("kind=\"wgan-gp\"", true),
        ("kind=\"wgan-gp\",one_sided=true", true),
        ("kind=\"weight-clipping\",limit=0.01", true),
        ("kind=\"r1\",gamma=1", false),
    ] {
        let penalty = format!("game.penalties=[{{{penalty}}}]");
        let read = digits(&["game.payoff=wasserstein", &penalty]);
        assert_eq!(read.is_ok(), enough, "{penalty}: {read:?}");
    }
}

#[test]
fn evaluation_has_defaults_and_round_trips() {
    assert!(digits(&[]).unwrap().experiment.evaluation.is_none());
    let metrics = "evaluation.metrics=[\"recall\", \"frechet\"]";
    let recipe = digits(&[metrics]).unwrap();
    let asked = recipe.experiment.evaluation.as_ref().unwrap();
    assert_eq!((asked.samples, asked.every), (2000, 1));
    assert_eq!(asked.keeps(), None);
    let recipe = digits(&[
        metrics,
        "evaluation.every=3",
        "evaluation.features=digits",
        "evaluation.split=test",
        "evaluation.keep_best=recall",
    ])
    .unwrap();
    assert_eq!(
        recipe.experiment.evaluation_every(),
        Some(3 * recipe.experiment.run.tick)
    );
    let text = recipe.to_toml().unwrap();
    for line in [
        "metrics = [\"frechet\", \"recall\"]",
        "samples = 2000",
        "keep_best = \"recall\"",
    ] {
        assert!(text.contains(line), "{text}");
    }
    assert_eq!(Recipe::from_toml("again", &text, &[]).unwrap(), recipe);
}

#[test]
fn an_invalid_evaluation_is_reported() {
    for (change, part) in [
        ("metrics=[]", "evaluation.metrics"),
        ("metrics=[\"fid\"]", "`fid`"),
        ("samples=0", "evaluation.samples"),
        ("samples=2000000", "evaluation.samples"),
        ("every=0", "evaluation.every"),
        ("evry=2", "[evaluation] `evry"),
        ("features=pixels", "`pixels`"),
        (
            "keep_best=kernel",
            "one of evaluation.metrics, frechet, nearest",
        ),
        ("keep_best=nearest", "the higher or the lower"),
    ] {
        let metrics = "evaluation.metrics=[\"frechet\", \"nearest\"]";
        let message = digits(&[metrics, &format!("evaluation.{change}")]).unwrap_err();
        assert!(message.contains(part), "{change}: {message}");
        assert!(!message.contains('\n'), "{message}");
    }
    let message = digits(&["evaluation.every=2"]).unwrap_err();
    assert!(message.contains("missing field `metrics`"), "{message}");
}
