use super::super::{Recipe, builtin, builtin_names};
use super::Override;

fn set(text: &str) -> Override {
    text.parse().unwrap()
}

fn digits(overrides: &[&str]) -> Result<Recipe, String> {
    let overrides: Vec<Override> = overrides.iter().map(|text| set(text)).collect();
    Recipe::load("digits", &overrides).map_err(|error| error.to_string())
}

#[test]
fn every_built_in_recipe_is_sound_and_survives_its_own_text() {
    for name in builtin_names() {
        let recipe = Recipe::load(name, &[]).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(recipe.name, name);
        assert!(recipe.expected.is_some(), "{name} says what a run reaches");
        let text = recipe.to_toml().unwrap();
        let again = Recipe::from_toml("another name", &text, &[]).unwrap();
        assert_eq!(again, recipe);
    }
}

#[test]
fn an_override_reaches_any_key_and_needs_no_quotes() {
    let recipe = digits(&[
        "game.payoff=hinge",
        "generator.hidden=[32, 16]",
        "run.images=1000",
        "optimizer.generator.schedule.kind=linear",
        "title=\"My digits\"",
    ])
    .unwrap();
    assert_eq!(recipe.game.payoff, crate::Payoff::Hinge);
    assert_eq!(recipe.run.images, 1000);
    assert_eq!(recipe.title, "My digits");
    assert!(recipe.to_toml().unwrap().contains("hidden = [32, 16]"));
}

#[test]
fn what_is_no_override_says_what_one_looks_like() {
    for text in ["game.payoff", "=3", "game..payoff=hinge", ""] {
        let message = text.parse::<Override>().unwrap_err().to_string();
        assert!(message.contains("key.path=value"), "{message}");
    }
}

#[test]
fn an_unknown_key_is_named_in_one_line() {
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
fn a_value_out_of_range_is_named_with_what_is_allowed() {
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
fn a_payoff_is_refused_what_has_no_meaning_for_it() {
    let message = digits(&["game.payoff=wasserstein"]).unwrap_err();
    assert!(message.contains("weight-clipping"), "{message}");
    let clipped = "game.penalties=[{ kind = \"weight-clipping\", limit = 0.01 }]";
    assert!(digits(&["game.payoff=wasserstein", clipped]).is_ok());
    let message = digits(&["game.payoff=hinge", "game.label_smoothing=0.1"]).unwrap_err();
    assert!(message.contains("no target"), "{message}");
    let message = digits(&["game.update=simultaneous", "game.generator_steps=2"]).unwrap_err();
    assert!(message.contains("simultaneous"), "{message}");
}

#[test]
fn a_name_that_is_nothing_lists_what_there_is() {
    let message = Recipe::load("digit", &[]).unwrap_err().to_string();
    assert!(message.contains("digits-conditional"), "{message}");
    assert!(builtin("digit").is_none());
}

#[test]
fn steps_show_the_discriminator_all_images() {
    let recipe = digits(&[
        "run.images=1000",
        "run.batch=64",
        "game.discriminator_steps=3",
    ])
    .unwrap();
    assert_eq!(recipe.images_per_step(), 192);
    assert_eq!(recipe.steps(), 6);
}
