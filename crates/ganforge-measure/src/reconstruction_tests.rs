use super::*;

#[test]
fn another_image_is_never_the_same_and_each_is_used_once() {
    for count in [2, 3, 100] {
        let others = others(count, 5);
        let pairs = others.iter().enumerate();
        assert!(pairs.clone().all(|(index, &other)| index != other));
        let mut sorted = others.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..count).collect::<Vec<_>>());
    }
}

#[test]
fn moments_are_those_of_all_batches() {
    let mut moments = Moments::new(2);
    moments.add(&Vectors::new(2, vec![1.0, 0.0, 3.0, 0.0]).unwrap());
    moments.add(&Vectors::new(2, vec![1.0, 4.0, 3.0, 4.0]).unwrap());
    let (mean, variance) = moments.finish(0.5);
    // Means 2 and 2, variances 1 and 4.
    assert!((mean - 1.5).abs() < 1e-12 && (variance - 2.5).abs() < 1e-12);
}

#[test]
fn distances_are_euclidean() {
    assert!((distance(&[0.0, 3.0], &[4.0, 0.0]) - 5.0).abs() < 1e-12);
}
