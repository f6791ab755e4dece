//! Automation of this repository.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a failed expectation should panic")
)]

mod arithmetic;
mod ci;
mod compare;
mod digit_classifier;
mod gpu;
mod modes;
mod reproduce;
mod step;
mod tidy;
mod trials;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <COMMAND>

  ci         everything a change must pass: fmt, clippy, tidy, tests, docs, backends
  tidy       the house rules that no compiler checks: all of them, or those named
             [--counts] [CHECK]...
  backends   the same weights of every system on flex, ndarray and wgpu (software Vulkan will do); ci runs three networks
  gpu        everything that needs an NVIDIA GPU, with a report
             [--out DIR] [--peer dcgan_torch.py] [--prebuilt DIR]
  modes      the table of mode coverage on mixtures of Gaussians: trains for about an hour; resumes where it stopped
             [--out DIR] [--images N]; needs python3 with numpy
  reproduce  a published table: trains goodfellow-2014-mnist, pacgan-2018-ring8, pacgan-2018-grid25, salimans-2016-mnist or
             salimans-2016-mnist-small with several seeds, for hours, resumes where it stopped, and scores them as the paper does
             RECIPE [--out DIR] [--data SPEC] [--images N] [--set KEY=VALUE]... [--seeds N] [--score-only]
  arithmetic the scores of latent arithmetic: trains mnist-dcgan for minutes, resumes where it stopped, and scores 200 sums
             [--out DIR] [--data SPEC] [--images N]
  compare    times beside PyTorch on the CPU, in turn; needs an otherwise idle machine
             [--peer dcgan_torch.py] [--python PROGRAM] [--rounds N] [--only TEXT] [--out FILE]; needs torch
  digit-classifier
             trains the built-in classifier of evaluation for some ten minutes, and replaces its file
             [--mnist DIR]
";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();

    let outcome = match words.as_slice() {
        ["ci"] => ci::run(),
        ["tidy", options @ ..] => {
            tidy::Options::parse(options).and_then(|options| tidy::run(&options))
        }
        ["backends"] => ci::backends(ci::Networks::All),
        ["gpu", options @ ..] => {
            gpu::Options::parse(options).and_then(|options| gpu::run(&options))
        }
        ["compare", options @ ..] => {
            compare::Options::parse(options).and_then(|options| compare::run(&options))
        }
        ["modes", options @ ..] => {
            modes::Options::parse(options).and_then(|options| modes::run(&options))
        }
        ["reproduce", options @ ..] => {
            reproduce::Options::parse(options).and_then(|options| reproduce::run(&options))
        }
        ["arithmetic", options @ ..] => {
            arithmetic::Options::parse(options).and_then(|options| arithmetic::run(&options))
        }
        ["digit-classifier", options @ ..] => digit_classifier::run(options),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}
