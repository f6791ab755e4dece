//! Damaged model files: every fault is an error, never a panic or an allocation beyond the length of the file.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod fixture;

use burn::tensor::TensorData;
use fixture::{DIGIT, card, dcgan, mlp, model_file};
use ganforge_infer::{InferError, SampleOptions, Sampler};
use ganforge_model::layers::{Init, Norm};
use ganforge_model::{
    GeneratorArchitecture, GeneratorConfig, ImageShape, ModelCard, ModelError, ModelFile,
};

fn file() -> ModelFile {
    model_file(card(mlp(), DIGIT, &["cat", "dog"]))
}

fn open(bytes: &[u8]) -> Result<Sampler, InferError> {
    Sampler::from_bytes(bytes)
}

/// The error of a file after a change.
fn complaint(change: impl FnOnce(&mut ModelFile)) -> String {
    let mut file = file();
    change(&mut file);
    open(&file.to_bytes().unwrap()).unwrap_err().to_string()
}

fn complaint_of_card(change: impl FnOnce(&mut ModelCard)) -> String {
    complaint(|file| change(&mut file.card))
}

fn some_mlp(card: &mut ModelCard) -> &mut ganforge_model::networks::MlpGeneratorConfig {
    let GeneratorConfig::Mlp(config) = &mut card.architecture else {
        panic!("the fixture is fully connected");
    };
    config
}

#[test]
fn a_file_cut_short_anywhere_is_an_error() {
    let bytes = file().to_bytes().unwrap();
    assert!(open(&bytes).is_ok());
    for length in (0..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
        let error = open(&bytes[..length]).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("not a complete safetensors file"),
            "{length}: {error}"
        );
    }
}

#[test]
fn a_flipped_bit_in_the_header_never_panics() {
    let bytes = file().to_bytes().unwrap();
    let header = usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
    let mut refused = 0;
    for at in 0..8 + header {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            // A flipped bit in a name or a note may go unnoticed; a file that opens must also sample.
            match open(&damaged) {
                Ok(sampler) => {
                    let options = SampleOptions {
                        count: 1,
                        batch: 1,
                        ..SampleOptions::default()
                    };
                    sampler.sample(&options).unwrap();
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(
        refused > 2 * header,
        "{refused} flips of {} refused",
        8 * header
    );
}

#[test]
fn foreign_bytes_are_an_error() {
    for bytes in [
        &b"\x89PNG\r\n\x1a\n and more"[..],
        &[0; 64],
        &[255; 64],
        b"{}",
    ] {
        assert!(open(bytes).is_err());
    }
}

#[test]
fn another_format_number_is_named() {
    let message = complaint_of_card(|card| card.format = 99);
    assert!(message.contains("99"), "{message}");
}

#[test]
fn a_network_of_another_program_is_named_as_such() {
    let mut bytes = file().to_bytes().unwrap();
    let known = br#"\"kind\":\"mlp\""#;
    let at = bytes.windows(known.len()).position(|part| part == known);
    let kind = at.unwrap() + known.len() - "mlp\\\"".len();
    bytes[kind..kind + 3].copy_from_slice(b"own");
    let message = open(&bytes).unwrap_err().to_string();
    assert!(
        message.contains("not one that this program knows"),
        "{message}"
    );
    assert!(message.contains("`own`"), "{message}");
}

#[test]
fn a_missing_or_misshapen_or_superfluous_tensor_is_named() {
    let name = |file: &ModelFile| file.weights.keys().next().unwrap().clone();
    let first = name(&file());
    let missing = complaint(|file| {
        // A large extra tensor keeps the number of weights plausible, so that the missing name is reported.
        let data = file.weights.remove(&name(file)).unwrap();
        let stand_in = TensorData::zeros::<f32, _>([data.num_elements() + 1000]);
        file.weights.insert("stand-in".to_owned(), stand_in);
    });
    assert!(
        missing.contains(&format!("`{first}` is missing")),
        "{missing}"
    );
    let misshapen = complaint(|file| {
        let stand_in = TensorData::zeros::<f32, _>([1, 10_000]);
        file.weights.insert(name(file), stand_in);
    });
    assert!(misshapen.contains(&first), "{misshapen}");
    assert!(misshapen.contains("shape"), "{misshapen}");
    let superfluous = complaint(|file| {
        let stand_in = TensorData::zeros::<f32, _>([1]);
        file.weights.insert("stray".to_owned(), stand_in);
    });
    assert!(superfluous.contains("`stray`"), "{superfluous}");
}

#[test]
fn another_architecture_is_an_error() {
    let other = complaint_of_card(|card| {
        card.architecture = dcgan();
        card.latent = card.architecture.latent();
    });
    assert!(other.contains("weights"), "{other}");
    let shallower = complaint_of_card(|card| some_mlp(card).hidden = vec![24]);
    assert!(shallower.contains("weights"), "{shallower}");
}

#[test]
fn claims_larger_than_the_file_are_refused_before_memory_is_asked_for() {
    for huge in [1 << 31, 1 << 40, 1 << 62, usize::MAX] {
        for change in [
            |card: &mut ModelCard, huge| some_mlp(card).hidden = vec![huge, huge],
            |card: &mut ModelCard, huge| some_mlp(card).hidden = vec![huge],
            |card: &mut ModelCard, huge| card.image.width = huge,
            |card: &mut ModelCard, huge| {
                some_mlp(card).norm = Norm::VirtualBatch;
                some_mlp(card).norm_reference = huge;
            },
            |card: &mut ModelCard, huge| {
                some_mlp(card).latent = huge;
                card.latent.dimension = huge;
            },
            |card: &mut ModelCard, huge| {
                card.architecture = dcgan();
                card.latent = card.architecture.latent();
                if let GeneratorConfig::Dcgan(config) = &mut card.architecture {
                    config.width = huge;
                }
            },
        ] {
            let message = complaint_of_card(|card| change(card, huge));
            assert!(!message.is_empty());
        }
    }
}

#[test]
fn a_description_that_contradicts_itself_is_an_error() {
    let latents = complaint_of_card(|card| card.latent.dimension = 7);
    assert!(latents.contains("latents"), "{latents}");
    let images = complaint_of_card(|card| card.image.channels = 0);
    assert!(images.contains("images are 0x8x8"), "{images}");
    let spread = complaint_of_card(|card| some_mlp(card).init = Init::Normal { std: 0.0 });
    assert!(spread.contains("init.std"), "{spread}");
    let layers = complaint_of_card(|card| some_mlp(card).hidden = vec![0]);
    assert!(layers.contains("hidden"), "{layers}");
    let shape = ImageShape { height: 9, ..DIGIT };
    let size = complaint_of_card(|card| card.image = shape);
    assert!(!size.is_empty());
}

#[test]
fn a_file_that_cannot_be_used_is_named_by_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let error = Sampler::open(&path).unwrap_err();
    assert!(matches!(error, InferError::Io { .. }));
    assert!(error.to_string().contains("model.safetensors: "));
    std::fs::write(&path, b"not a model").unwrap();
    let error = Sampler::open(&path).unwrap_err();
    assert!(matches!(
        error,
        InferError::File {
            source: ModelError::NotSafetensors(_),
            ..
        }
    ));
    assert!(error.to_string().contains("model.safetensors: "));
}
