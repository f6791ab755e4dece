//! Sampling: the same seed gives the same images.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod fixture;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use fixture::{DIGIT, card, dcgan, mlp, model_file, network, r3gan, resnet, sampler, with_norm};
use ganforge_infer::{InferError, SampleOptions, Sampler, Signature, sample};
use ganforge_model::layers::{Norm, OutputActivation};
use ganforge_model::{
    Generator, GeneratorConfig, GeneratorInput, ImageShape, ModelFile, collect_weights, keyed_rng,
};

const RGB: ImageShape = ImageShape {
    channels: 3,
    height: 16,
    width: 32,
};

fn options(count: usize, seed: u64) -> SampleOptions {
    SampleOptions {
        count,
        seed,
        ..SampleOptions::default()
    }
}

fn both_kinds() -> [(GeneratorConfig, ImageShape); 2] {
    [(mlp(), DIGIT), (dcgan(), RGB)]
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    for (architecture, image) in both_kinds() {
        let sampler = sampler(architecture, image, &[]);
        let images = sampler.sample(&options(5, 7)).unwrap();
        assert_eq!(images.count(), 5);
        assert_eq!(images.spec(), image);
        assert!(images.data().iter().all(|x| (-1.0..=1.0).contains(x)));
        assert_eq!(images, sampler.sample(&options(5, 7)).unwrap());
        assert_ne!(images, sampler.sample(&options(5, 8)).unwrap());
        assert_ne!(images.get(0), images.get(1));
    }
}

#[test]
fn fewer_images_are_a_prefix_of_more_bit_for_bit() {
    for (architecture, image) in both_kinds() {
        let sampler = sampler(architecture, image, &["a", "b", "c"]);
        let many = sampler.sample(&options(100, 3)).unwrap();
        for count in [1, 10, 64, 65] {
            let few = sampler.sample(&options(count, 3)).unwrap();
            assert_eq!(few.data(), &many.data()[..few.data().len()], "{count}");
        }
    }
}

/// Every architecture, wide enough that kernels choose their algorithm by batch size and round differently.
#[test]
fn an_image_is_the_same_bit_for_bit_however_many_are_drawn() {
    let mut wide = mlp();
    if let GeneratorConfig::Mlp(config) = &mut wide {
        (config.hidden, config.norm) = (vec![1200, 1200], Norm::None);
    }
    let mut deep = dcgan();
    if let GeneratorConfig::Dcgan(config) = &mut deep {
        config.width = 32;
    }
    let square = ImageShape {
        channels: 1,
        height: 16,
        width: 16,
    };
    for (architecture, image, classes) in [
        (wide, square, &["a", "b", "c"][..]),
        (deep, RGB, &[]),
        (
            with_norm(dcgan(), Norm::ConditionalBatch),
            RGB,
            &["a", "b", "c"],
        ),
        (with_norm(mlp(), Norm::VirtualBatch), DIGIT, &[]),
        (resnet(), square, &["a", "b", "c"]),
        (r3gan(), square, &["a", "b"]),
    ] {
        let sampler = sampler(architecture.clone(), image, classes);
        let many = sampler.sample(&options(70, 3)).unwrap();
        for count in [1, 2, 3, 7, 12, 17, 33, 64, 65] {
            let few = sampler.sample(&options(count, 3)).unwrap();
            let same = few.data() == &many.data()[..few.data().len()];
            assert!(same, "{count} of {architecture:?}");
        }
    }
}

#[test]
fn the_batch_size_does_not_change_the_images() {
    for (architecture, image) in both_kinds() {
        let sampler = sampler(architecture, image, &["a", "b", "c"]);
        let images = sampler.sample(&options(20, 3)).unwrap();
        for batch in [1, 7, 20, 33] {
            let options = SampleOptions {
                batch,
                ..options(20, 3)
            };
            let others = sampler.sample(&options).unwrap();
            for (one, other) in images.data().iter().zip(others.data()) {
                assert!((one - other).abs() < 1e-5, "batch {batch}: {one} {other}");
            }
        }
    }
}

#[test]
fn an_image_is_its_latent_and_class_put_through_the_generator() {
    let sampler = sampler(mlp(), DIGIT, &["a", "b", "c"]);
    let images = sampler.sample(&options(5, 9)).unwrap();
    for (index, image) in images.iter().enumerate() {
        let noise = sampler.latent(9, index as u64);
        let alone = sampler.generate(noise, Some(&[index % 3])).unwrap();
        for (one, other) in image.iter().zip(alone.data()) {
            assert!((one - other).abs() < 1e-5, "image {index}: {one} {other}");
        }
    }
}

#[test]
fn a_conditional_model_draws_the_class_asked_for_or_its_classes_in_turn() {
    let sampler = sampler(dcgan(), RGB, &["a", "b", "c"]);
    let in_turn = sampler.sample(&options(6, 2)).unwrap();
    for class in 0..3 {
        let options = SampleOptions {
            class: Some(class),
            ..options(6, 2)
        };
        let images = sampler.sample(&options).unwrap();
        for index in 0..6 {
            let same = images.get(index) == in_turn.get(index);
            assert_eq!(same, index % 3 == class, "image {index}, class {class}");
        }
    }
}

#[test]
fn truncation_draws_samples_towards_the_centre() {
    let sampler = sampler(mlp(), DIGIT, &[]);
    let truncated = |factor| {
        let options = SampleOptions {
            truncation: Some(factor),
            ..options(4, 2)
        };
        sampler.sample(&options).unwrap()
    };
    assert_eq!(truncated(1.0), sampler.sample(&options(4, 2)).unwrap());
    let centre = truncated(0.0);
    assert_eq!(centre.get(0), centre.get(3));
    let halved: Vec<f32> = sampler.latent(2, 0).iter().map(|x| x * 0.5).collect();
    let expected = sampler.generate(halved, None).unwrap();
    for (one, other) in truncated(0.5)
        .iter()
        .next()
        .unwrap()
        .iter()
        .zip(expected.data())
    {
        assert!((one - other).abs() < 1e-5);
    }
}

#[test]
fn a_network_saved_and_opened_again_makes_the_same_images() {
    let device = Device::flex();
    let folder = tempfile::tempdir().unwrap();
    for (architecture, image) in both_kinds() {
        let card = card(architecture, image, &["a", "b"]);
        let signature = Signature::from(&card);
        let before = sample(
            &network(&card, &device),
            &signature,
            &options(9, 4),
            &device,
        )
        .unwrap();
        let path = folder.path().join("model.safetensors");
        std::fs::write(&path, model_file(card.clone()).to_bytes().unwrap()).unwrap();
        let sampler = Sampler::open_on(&path, &device).unwrap();
        assert_eq!(sampler.card(), &card);
        assert_eq!(sampler.signature(), &signature);
        assert_eq!(sampler.sample(&options(9, 4)).unwrap(), before);
    }
}

#[test]
fn every_norm_is_stored_with_its_running_statistics() {
    for norm in [
        Norm::None,
        Norm::Batch,
        Norm::ConditionalBatch,
        Norm::VirtualBatch,
    ] {
        for architecture in [mlp(), dcgan()] {
            let card = card(with_norm(architecture, norm), DIGIT, &["a", "b", "c"]);
            let signature = Signature::from(&card);
            let device = Device::flex().autodiff();
            let network = network(&card, &device);
            let latents = signature.latent.draw(3, &mut keyed_rng(0, "pass", 0));
            let _ = network.forward(
                GeneratorInput::noise(signature.latent.tensor(latents, &device))
                    .with_class(Some(Tensor::from_data([0, 1, 2], &device))),
            );
            let before = sample(&network, &signature, &options(9, 4), &device).unwrap();
            let file = ModelFile::new(card, &network).to_bytes().unwrap();
            let opened = Sampler::from_bytes(&file).unwrap();
            assert_eq!(opened.sample(&options(9, 4)).unwrap(), before, "{norm:?}");
        }
    }
}

#[test]
fn a_network_in_training_samples_as_in_inference_and_keeps_its_statistics() {
    let device = Device::flex().autodiff();
    let card = card(mlp(), DIGIT, &[]);
    let signature = Signature::from(&card);
    let network = network(&card, &device);
    // One training pass changes the running statistics.
    let latents = signature.latent.draw(32, &mut keyed_rng(0, "pass", 0));
    let _ = network.forward(GeneratorInput::noise(
        signature.latent.tensor(latents, &device),
    ));
    let kept = collect_weights(&network.valid());
    let one = sample(&network, &signature, &options(1, 4), &device).unwrap();
    let many = sample(&network, &signature, &options(70, 4), &device).unwrap();
    assert_eq!(one.get(0), many.get(0));
    assert_eq!(collect_weights(&network.valid()), kept);
    let file = ModelFile::new(card, &network.valid());
    let opened = Sampler::from_bytes(&file.to_bytes().unwrap()).unwrap();
    assert_eq!(opened.sample(&options(70, 4)).unwrap(), many);
}

#[test]
fn options_out_of_range_are_reported_with_the_allowed_range() {
    let plain = sampler(mlp(), DIGIT, &[]);
    let animals = sampler(mlp(), DIGIT, &["cat", "dog"]);
    let digits = sampler(mlp(), DIGIT, &["0", "1", "2"]);
    let with = |change: fn(&mut SampleOptions)| {
        let mut options = options(4, 0);
        change(&mut options);
        options
    };
    let message = |sampler: &Sampler, change| {
        let error = sampler.sample(&with(change)).unwrap_err();
        assert!(matches!(error, InferError::Option(_)), "{error}");
        error.to_string()
    };
    assert_eq!(
        message(&plain, |options| options.count = 0),
        "`count` is 0, allowed: 1 or more"
    );
    assert_eq!(
        message(&plain, |options| options.batch = 0),
        "`batch` is 0, allowed: 1 to 4096"
    );
    assert_eq!(
        message(&plain, |options| options.truncation = Some(f32::NAN)),
        "`truncation` is NaN, allowed: 0 or more"
    );
    assert_eq!(
        message(&plain, |options| options.class = Some(0)),
        "`class` is 0, allowed: none, since this model has no classes"
    );
    assert_eq!(
        message(&animals, |options| options.class = Some(2)),
        "`class` is 2, allowed: 0 (cat), 1 (dog)"
    );
    assert_eq!(
        message(&digits, |options| options.class = Some(9)),
        "`class` is 9, allowed: 0 to 2"
    );
}

#[test]
fn more_images_than_memory_holds_are_refused() {
    let sampler = sampler(mlp(), DIGIT, &[]);
    for count in [usize::MAX, 1 << 58] {
        let error = sampler.sample(&options(count, 0)).unwrap_err();
        assert!(matches!(error, InferError::TooManyImages { .. }), "{error}");
    }
}

#[test]
fn latents_and_classes_that_do_not_match_are_refused() {
    let sampler = sampler(mlp(), DIGIT, &["a", "b"]);
    for noise in [vec![], vec![0.0; 5], vec![0.0; 7]] {
        let error = sampler.generate(noise, None).unwrap_err();
        assert!(matches!(error, InferError::NotWholeRows { row: 6, .. }));
    }
    for classes in [&[0][..], &[0, 1, 0], &[0, 2]] {
        let error = sampler.generate(vec![0.0; 12], Some(classes)).unwrap_err();
        assert!(matches!(error, InferError::Option(_)), "{error}");
    }
}

#[test]
fn latents_that_are_not_finite_are_refused() {
    let sampler = sampler(mlp(), DIGIT, &[]);
    for lost in [f32::NAN, f32::INFINITY] {
        let error = sampler.generate([vec![0.0; 5], vec![lost]].concat(), None);
        let complaint = error.unwrap_err().to_string();
        assert!(complaint.starts_with("`noise` is"), "{complaint}");
        assert!(complaint.contains("finite"), "{complaint}");
    }
}

#[test]
fn images_that_are_not_finite_are_refused_by_their_number() {
    let mut linear = mlp();
    if let GeneratorConfig::Mlp(config) = &mut linear {
        (config.hidden, config.output) = (vec![], OutputActivation::Linear);
    }
    let mut file = model_file(card(linear, DIGIT, &[]));
    let weights = file.weights.get_mut("output.weight").unwrap();
    weights.as_mut_slice::<f32>().unwrap().fill(1e38);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.safetensors");
    std::fs::write(&path, file.to_bytes().unwrap()).unwrap();
    let sampler = Sampler::open(&path).unwrap();
    let error = sampler.sample(&options(64, 0)).unwrap_err();
    let InferError::NotFinite { index, .. } = error else {
        panic!("{error}");
    };
    let first = (0..64).find(|&image| {
        let sum: f32 = sampler.latent(0, image).iter().map(|x| x * 1e38).sum();
        !sum.is_finite()
    });
    assert_eq!(Some(index as u64), first);
    assert!(error.to_string().contains("large.safetensors: image"));
    // Another latent dimension.
    let truncated = SampleOptions {
        truncation: Some(0.1),
        ..options(64, 0)
    };
    sampler.sample(&truncated).unwrap();
    assert!(sampler.generate(vec![10.0; 6], None).is_err());
}

#[test]
fn an_image_that_takes_too_much_memory_is_refused_before_it_is_computed() {
    let sampler = sampler(resnet(), RGB, &[]);
    let tight = SampleOptions {
        memory: 1 << 16,
        ..options(1, 0)
    };
    let error = sampler.batches(&tight).err().unwrap();
    assert!(matches!(error, InferError::ImageTooLarge { .. }), "{error}");
    assert!(error.to_string().contains("3x16x32"), "{error}");
    assert!(error.to_string().contains("1 MiB allowed"), "{error}");
}

#[test]
fn large_images_are_computed_fewer_at_a_time() {
    let image = ImageShape {
        channels: 3,
        height: 512,
        width: 512,
    };
    let sampler = sampler(dcgan(), image, &[]);
    let options = options(64, 0);
    let sizes: Vec<usize> = sampler
        .batches(&options)
        .unwrap()
        .take(7)
        .map(|batch| batch.unwrap().count())
        .collect();
    assert_eq!(sizes[..4], [1, 1, 2, 4]);
    assert!(sizes.iter().all(|&size| size <= 32), "{sizes:?}");
}

#[test]
fn a_generator_that_breaks_its_announcement_is_refused() {
    let device = Device::flex();
    let card = card(mlp(), DIGIT, &[]);
    let signature = Signature {
        image: RGB,
        ..Signature::from(&card)
    };
    let error = sample(
        &network(&card, &device),
        &signature,
        &options(1, 0),
        &device,
    )
    .unwrap_err();
    assert!(matches!(error, InferError::Shape { .. }), "{error}");
}
