//! Draws images from a model file: `embed MODEL.safetensors OUTPUT.png [SEED]`.

use std::env;
use std::error::Error;

use ganforge::{GridOptions, SampleOptions, Sampler};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let [_, model, output, seed @ ..] = arguments.as_slice() else {
        return Err("usage: embed MODEL.safetensors OUTPUT.png [SEED]".into());
    };
    let seed = seed.first().map_or(Ok(0), |seed| seed.parse())?;
    let sampler = Sampler::open(model)?;
    let images = sampler.sample(&SampleOptions::new(16, seed))?;
    images.write_grid(output, &GridOptions::default())?;
    Ok(())
}
