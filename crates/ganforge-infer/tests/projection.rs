//! An image of a model is found again from its pixels.
#![cfg(feature = "projection")]
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use ganforge_infer::{Images, ProjectionOptions, SampleOptions, Sampler};
use ganforge_model::ImageShape;

fn digits() -> Sampler {
    Sampler::from_bytes(include_bytes!("fixture/digits.safetensors")).unwrap()
}

#[test]
fn the_latent_of_a_sample_is_found_and_is_the_best_of_its_starts() {
    let sampler = digits();
    let image = sampler.sample(&SampleOptions::new(1, 41)).unwrap();
    let options = ProjectionOptions {
        starts: 4,
        ..ProjectionOptions::default()
    };
    let mut steps = 0;
    let found = sampler.project(&image, &options, |step| {
        steps = step;
        true
    });
    let found = found.unwrap();
    assert_eq!(steps, 300);
    assert_eq!(found.errors.len(), 4);
    let least = found.errors.iter().copied().fold(f64::INFINITY, f64::min);
    assert!((found.error - least).abs() < 1e-12);
    // The error stated is that of the image returned.
    let pairs = image.data().iter().zip(found.image.data());
    let squares: f64 = pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum();
    let error = (squares / image.data().len() as f64).sqrt();
    assert!(
        (found.error - error).abs() < 1e-5,
        "{error} {}",
        found.error
    );
    // A random sample is several times as far.
    let other = sampler.sample(&SampleOptions::new(1, 42)).unwrap();
    let pairs = image.data().iter().zip(other.data());
    let squares: f64 = pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum();
    let distance = (squares / image.data().len() as f64).sqrt();
    assert!(found.error < distance / 4.0, "{} {distance}", found.error);
    assert_eq!(found, sampler.project(&image, &options, |_| true).unwrap());
}

#[test]
fn the_search_ends_where_progress_says_so_and_refuses_what_does_not_fit() {
    let sampler = digits();
    let image = sampler.sample(&SampleOptions::new(1, 0)).unwrap();
    let mut steps = 0;
    let count = |step| {
        steps = step;
        step < 3
    };
    sampler
        .project(&image, &ProjectionOptions::default(), count)
        .unwrap();
    assert_eq!(steps, 3);

    let refused = |image: &Images, options: &ProjectionOptions, said: &str| {
        let error = sampler.project(image, options, |_| true).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    };
    let default = ProjectionOptions::default();
    let two = sampler.sample(&SampleOptions::new(2, 0)).unwrap();
    refused(&two, &default, "2 images of");
    let tall = ImageShape {
        channels: 1,
        height: 9,
        width: 8,
    };
    refused(
        &Images::new(tall, vec![0.0; 72]).unwrap(),
        &default,
        "that of the model",
    );
    refused(
        &image,
        &ProjectionOptions {
            starts: 0,
            ..default
        },
        "starts",
    );
    refused(
        &image,
        &ProjectionOptions {
            steps: 0,
            ..default
        },
        "steps",
    );
    refused(
        &image,
        &ProjectionOptions {
            rate: f64::NAN,
            ..default
        },
        "rate",
    );
    refused(
        &image,
        &ProjectionOptions {
            class: Some(0),
            ..default
        },
        "class",
    );
}
