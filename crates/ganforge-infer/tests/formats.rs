//! Model files of earlier versions open as they did.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use ganforge_infer::{SampleOptions, Sampler};

/// Written by version 0.1.0, before files could hold several networks: `train digits-conditional --images 1920`, with
/// hidden layers of 8 units and 4 latents; the images are those of `sample -n 4 --seed 3` then.
#[test]
fn a_file_of_format_1_gives_the_images_it_gave_when_it_was_written() {
    let sampler = Sampler::from_bytes(include_bytes!("fixture/format-1.safetensors"));
    let options = SampleOptions {
        count: 4,
        seed: 3,
        ..SampleOptions::default()
    };
    let images = sampler.unwrap().sample(&options).unwrap();
    // A .npy file of version 1 begins with 128 bytes of header.
    let stored = &include_bytes!("fixture/format-1-seed-3.npy")[128..];
    let stored = stored
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
    let found = images.data();
    assert_eq!(found.len(), 4 * 64);
    for (found, stored) in found.iter().zip(stored) {
        assert!((found - stored).abs() < 1e-5, "{found} is not {stored}");
    }
}
