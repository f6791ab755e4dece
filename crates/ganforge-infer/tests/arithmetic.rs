//! Sums of mean latents.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod fixture;

use fixture::{DIGIT, mlp, sampler};
use ganforge_infer::{ArithmeticOptions, Concept, Sign};

#[test]
fn the_latent_is_the_signed_sum_of_means_and_neighbours_lie_around_it() {
    let sampler = sampler(mlp(), DIGIT, &[]);
    let concepts = [Concept::minus([4, 9, 1]), Concept::plus([0, 2])];
    let options = ArithmeticOptions::new(concepts, 3);
    let sum = sampler.arithmetic(&options).unwrap();
    let at = |index: u64, coordinate: usize| sampler.latent(3, index)[coordinate];
    for (coordinate, value) in sum.latent.iter().enumerate() {
        let minus = (at(4, coordinate) + at(9, coordinate) + at(1, coordinate)) / 3.0;
        let plus = f32::midpoint(at(0, coordinate), at(2, coordinate));
        assert!((value - (plus - minus)).abs() < 1e-6, "{coordinate}");
    }
    let signs: Vec<Sign> = sum.concepts.iter().map(|concept| concept.sign).collect();
    assert_eq!(signs, [Sign::Minus, Sign::Plus]);
    assert_eq!(sum.concepts[0].samples.count(), 3);

    // Without noise all nine are one image.
    let still = ArithmeticOptions {
        spread: 0.0,
        ..options.clone()
    };
    let grid = sampler.arithmetic(&still).unwrap().grid;
    let first = grid.get(0).unwrap();
    for image in &grid {
        // Rows of a batch may be rounded differently.
        let equal = |(one, other): (&f32, &f32)| (one - other).abs() < 1e-6;
        assert!(image.iter().zip(first).all(equal));
    }
    assert_eq!(grid.get(4), sum.grid.get(4));
    assert_eq!(sampler.arithmetic(&options).unwrap(), sum);
}

#[test]
fn what_is_no_sum_is_refused() {
    let unconditional = sampler(mlp(), DIGIT, &[]);
    let refused = |options: &ArithmeticOptions| {
        let error = unconditional.arithmetic(options).unwrap_err();
        error.to_string()
    };
    let of = |concepts: &[Concept]| ArithmeticOptions::new(concepts, 0);
    assert!(refused(&of(&[])).contains("nothing to add"));
    assert!(refused(&of(&[Concept::minus([1, 2, 3])])).contains("nothing to add"));
    assert!(refused(&of(&[Concept::plus(Vec::new())])).contains("`indices` is empty"));
    assert!(refused(&of(&[Concept::plus([7, 7])])).contains("7 twice"));
    let wide = ArithmeticOptions {
        spread: f32::NAN,
        ..of(&[Concept::plus([1])])
    };
    assert!(refused(&wide).contains("`spread`"));
    let classed = ArithmeticOptions {
        class: Some(0),
        ..of(&[Concept::plus([1])])
    };
    assert!(refused(&classed).contains("no classes"));

    let conditional = sampler(mlp(), DIGIT, &["cat", "dog"]);
    let error = conditional
        .arithmetic(&of(&[Concept::plus([1])]))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`class` is not given, allowed: 0 (cat), 1 (dog)"),
        "{error}"
    );
    let dog = ArithmeticOptions {
        class: Some(1),
        ..of(&[Concept::plus([1])])
    };
    let sum = conditional.arithmetic(&dog).unwrap();
    let image = conditional
        .generate(conditional.latent(0, 1), Some(&[1]))
        .unwrap();
    assert_eq!(sum.concepts[0].samples, image);
    assert!(!sum.latent.is_empty());
}
