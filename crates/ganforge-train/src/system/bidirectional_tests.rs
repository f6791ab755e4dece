use burn::tensor::TensorData;
use ganforge_model::collect_weights;

use super::*;
use crate::game::AtUndecided;
use crate::recipe::{Override, Recipe, RecipeSource};

const IMAGE: ImageShape = ImageShape {
    channels: 1,
    height: 8,
    width: 8,
};
const BATCH: usize = 4;

/// The recipe for 8×8 digits with small networks.
fn recipe<const STOCHASTIC: bool>(
    changes: &[&str],
) -> Result<Recipe<Bidirectional<STOCHASTIC>>, RecipeError> {
    let small = [
        "generator.latent=3",
        "generator.hidden=[4]",
        "encoder.hidden=[5]",
        "discriminator.hidden=[6, 6]",
        "run.batch=4",
    ];
    let changes = small.iter().chain(changes);
    let changes: Vec<Override> = changes.map(|change| change.parse().unwrap()).collect();
    let name = format!("{}-2016-digits", Bidirectional::<STOCHASTIC>::NAME);
    Recipe::from_source(&RecipeSource::find(&name)?, &changes)
}

fn latents(spec: LatentSpec) -> Latents {
    Latents {
        spec,
        batch: BATCH,
        seed: 5,
        device: Device::flex(),
    }
}

fn values<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    tensor.to_data().iter::<f32>().collect()
}

fn redraws<const STOCHASTIC: bool>() {
    let system = recipe::<STOCHASTIC>(&[]).unwrap().system;
    let latents = latents(system.latent());
    let first = BidirectionalRound {
        real: Tensor::ones([BATCH, 1, 8, 8], &latents.device) * 0.25,
        latent: latents.draw("latent", 7),
        noise: system.encoder_noise(&latents, "encoder noise", 7),
    };
    let drawn = |draw| system.redraw(first.clone(), &latents, draw);
    let [one, again, two] = [drawn(0), drawn(0), drawn(1)];
    for round in [&one, &two] {
        assert_eq!(values(&round.real), values(&first.real));
        assert_ne!(values(&round.latent), values(&first.latent));
        assert_eq!(round.noise.is_some(), STOCHASTIC);
    }
    assert_eq!(values(&one.latent), values(&again.latent));
    assert_ne!(values(&one.latent), values(&two.latent));
    let noise = |round: &BidirectionalRound| round.noise.as_ref().map(values);
    assert_eq!(noise(&one), noise(&again));
    if STOCHASTIC {
        assert_ne!(noise(&one), noise(&first));
        assert_ne!(noise(&one), noise(&two));
        assert_ne!(noise(&one), Some(values(&one.latent)));
    }
}

#[test]
fn a_further_generator_turn_has_new_latents_and_noise_for_the_same_images() {
    redraws::<true>();
    redraws::<false>();
}

fn losses(payoff: &str) -> (f64, AtUndecided) {
    let recipe = recipe::<true>(&[&format!("game.payoff={payoff}")]).unwrap();
    let undecided = recipe.system.undecided(&recipe.experiment, &Device::flex());
    (undecided.discriminator.unwrap(), undecided.generator)
}

#[test]
fn both_halves_are_in_both_losses_at_an_undecided_discriminator() {
    let two_logs = 2.0 * std::f64::consts::LN_2;
    for (payoff, of_discriminator, of_generator) in [
        ("non-saturating", two_logs, two_logs),
        ("minimax", two_logs, -two_logs),
        ("least-squares", 0.25, 0.25),
    ] {
        let (discriminator, generator) = losses(payoff);
        let AtUndecided::Loss(generator) = generator else {
            panic!("{payoff}: {generator:?}");
        };
        assert!(
            (discriminator - of_discriminator).abs() < 1e-6,
            "{payoff}: {discriminator}"
        );
        assert!(
            (generator - of_generator).abs() < 1e-6,
            "{payoff}: {generator}"
        );
    }
}

#[test]
fn contradictions_are_refused_in_one_sentence() {
    let images = "generator={kind=\"context-encoder\",encoder=[8],code=4,decoder=[8]}";
    for (change, parts) in [
        (
            images,
            ["`generator.kind` is one that takes images", "takes latents"],
        ),
        (
            "run.ship_discriminator=true",
            [
                "`run.ship_discriminator` is true",
                "discriminator of pairs no command reads",
            ],
        ),
    ] {
        let source = RecipeSource::find("ali-2016-digits").unwrap();
        let changes: [Override; 1] = [change.parse().unwrap()];
        let of_ali = Recipe::<Ali>::from_source(&source, &changes).map(|_| ());
        let source = RecipeSource::find("bigan-2016-digits").unwrap();
        let of_bigan = Recipe::<Bigan>::from_source(&source, &changes).map(|_| ());
        for (refused, system) in [(of_ali, "\"ali\""), (of_bigan, "\"bigan\"")] {
            let message = refused.expect_err(change).to_string();
            assert!(!message.contains('\n'), "{message}");
            for part in parts.into_iter().chain([system]) {
                assert!(message.contains(part), "{message}");
            }
        }
    }
}

#[test]
fn latents_and_encodings_of_different_ranges_are_warned_of() {
    let warnings = |latents: &str, output: &str| {
        let latents = format!("generator.latent_distribution={latents}");
        let output = format!("encoder.output={output}");
        recipe::<false>(&[&latents, &output]).unwrap().warnings()
    };
    for (latents, output) in [
        ("normal", "linear"),
        ("uniform", "tanh"),
        ("uniform", "sigmoid"),
    ] {
        assert_eq!(warnings(latents, output), [""; 0], "{latents}, {output}");
    }
    for (latents, output) in [
        ("uniform", "linear"),
        ("normal", "tanh"),
        ("normal", "sigmoid"),
        ("unit-interval", "tanh"),
        ("unit-interval", "linear"),
        ("uniform-unit-variance", "tanh"),
    ] {
        let found = warnings(latents, output);
        assert_eq!(found.len(), 1, "{latents}, {output}");
        for part in [
            "`encoder.output` is",
            "generator.latent_distribution",
            latents,
            output,
        ] {
            assert!(found[0].contains(part), "{}", found[0]);
        }
    }
}

fn shipped(recipe: &Recipe<Bigan>) -> (Shipped<Bigan>, About) {
    let signature = Signature {
        latent: recipe.system.latent(),
        image: IMAGE,
        classes: Vec::new(),
        input: None,
    };
    let players = recipe.build(&signature, 0, &Device::flex().autodiff());
    let about = About {
        signature,
        recipe: "test".to_owned(),
        seed: 3,
        images_seen: 5,
        data_fingerprint: String::new(),
        label_names: Vec::new(),
    };
    (players.unwrap().shipped(), about)
}

fn open(bytes: &[u8]) -> Result<EncoderAndGenerator, ModelError> {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("model.safetensors");
    std::fs::write(&path, bytes).unwrap();
    Bigan::open_model(&path, &Device::flex())
}

#[test]
fn a_model_file_holds_both_networks_and_is_not_trusted() {
    let recipe = recipe::<false>(&[]).unwrap();
    let (shipped, about) = shipped(&recipe);
    let opened = open(&recipe.system.to_model_file(&shipped, &about).unwrap()).unwrap();
    assert_eq!(
        collect_weights(&opened),
        collect_weights(&shipped.generator)
    );

    // An encoder that is described as larger than the file is refused by its count, before it is built.
    let mut larger = recipe.system.clone();
    let EncoderConfig::Mlp(config) = &mut larger.encoder;
    config.hidden = vec![1 << 13; 4];
    let refused = open(&larger.to_model_file(&shipped, &about).unwrap()).unwrap_err();
    assert!(refused.to_string().contains("the file holds"), "{refused}");

    let mut broken = shipped;
    let weights = collect_weights(&broken.generator.encoder).into_iter();
    let weights = weights.map(|(name, data)| {
        let nan = vec![f32::NAN; data.num_elements()];
        (name, TensorData::new(nan, data.shape().clone()))
    });
    let encoder = broken.generator.encoder;
    broken.generator.encoder = ganforge_model::apply_weights(encoder, weights.collect()).unwrap();
    let bytes = recipe.system.to_model_file(&broken, &about).unwrap();
    assert!(open(&bytes).is_err(), "weights that are not finite");
}
