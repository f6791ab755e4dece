//! Trains a boosted energy model and plots it: `cargo run --release -p boosting`.

use std::path::PathBuf;
use std::process::ExitCode;

use boosting::annealed::{Annealing, LogZ};
use boosting::output::{Error, Metrics, Report, RunFolder};
use boosting::rbm::{self, RbmSettings};
use boosting::sampler::{Chains, Sampling};
use boosting::{
    Activation, BinaryImages, CountedImages, DataName, Model, Parts, Settings, Stage, boost,
};
use clap::Parser;
use serde::Serialize;

/// Features between pictures, and between estimates of log Z.
const BETWEEN_PICTURES: usize = 10;

/// Gibbs sweeps before the samples of a restricted Boltzmann machine are drawn.
const RBM_SWEEPS: usize = 1000;

/// Self-supervised boosting of binary images (Welling, Zemel, Hinton 2002).
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The data.
    #[arg(value_enum, default_value_t = DataName::Digits4)]
    data: DataName,
    /// Features to add.
    #[arg(long, value_name = "N", default_value_t = 50)]
    features: usize,
    /// Seed of all random numbers.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How negatives are drawn; by default exactly for 16 pixels, and by Gibbs sampling for 64.
    #[arg(long, value_enum)]
    sampling: Option<Sampling>,
    /// Gibbs sweeps after each feature.
    #[arg(long, value_name = "N", default_value_t = 10)]
    sweeps: usize,
    /// L2 decay of a feature's weights.
    #[arg(long, value_name = "X")]
    decay: Option<f64>,
    /// Features that are linear in the pixels, which learn nothing.
    #[arg(long)]
    linear: bool,
    /// Also train a restricted Boltzmann machine with as many hidden units, by contrastive divergence.
    #[arg(long)]
    rbm: bool,
    /// Temperatures of annealed importance sampling, which estimates log Z of more than 20 pixels.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    temperatures: usize,
    /// Run directory, new or empty; by default one in runs/, named after data and time.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// `settings.toml`.
#[derive(Debug, Serialize)]
struct Written<'a> {
    data: DataName,
    #[serde(flatten)]
    boosting: &'a Settings,
    annealing: Annealing,
    #[serde(skip_serializing_if = "Option::is_none")]
    rbm: Option<&'a RbmSettings>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let parts = arguments.data.load()?;
    let settings = settings(arguments, &parts)?;
    let rbm = arguments
        .rbm
        .then(|| RbmSettings::new(settings.features, settings.seed));
    let annealing = Annealing {
        temperatures: arguments.temperatures.max(1),
        ..Annealing::default()
    };
    let out = arguments
        .out
        .clone()
        .unwrap_or_else(|| new_folder(arguments.data));
    let written = Written {
        data: arguments.data,
        boosting: &settings,
        annealing,
        rbm: rbm.as_ref(),
    };
    let mut folder = RunFolder::create(&out, &written)?;

    let mut report = Report {
        title: format!("Self-supervised boosting: {:?}", arguments.data),
        metrics: Vec::new(),
        bound: CountedImages::new(&parts.train).bound(),
        pictures: Vec::new(),
        remarks: Vec::new(),
        settings: toml::to_string(&written).map_err(|error| Error::Other(error.to_string()))?,
    };
    let model = boost(&parts.train, &settings, |stage| {
        let metrics = measure(stage, &parts, &settings, annealing);
        let features = metrics.features;
        if features.is_multiple_of(BETWEEN_PICTURES) || features == settings.features {
            let name = format!("samples/{features:06}.png");
            folder.draw(&name, stage.negatives, parts.side)?;
            report.pictures.push((name, format!("{features} features")));
            println!("{}", line(&metrics));
        }
        folder.add(&metrics)?;
        report.metrics.push(metrics);
        Ok::<_, Error>(())
    })?;
    folder.save("model.json", &model)?;
    if let Some(rbm) = &rbm {
        let machine = rbm::train(&parts.train, rbm);
        let remark = compare(&machine, &parts, annealing, settings.seed);
        println!("{remark}");
        report.remarks.push(remark);
        let mut chains = Chains::new(&Model::independent(&parts.train), 100, 0, settings.seed);
        chains.sweep(&machine, RBM_SWEEPS);
        folder.save("rbm.json", &machine)?;
        folder.draw("rbm.png", chains.states(), parts.side)?;
        let caption = "restricted Boltzmann machine".to_owned();
        report.pictures.push(("rbm.png".to_owned(), caption));
    }
    folder.write("report.html", &report.page()?)?;
    println!("done: {}", folder.path().join("report.html").display());
    Ok(())
}

fn settings(arguments: &Arguments, parts: &Parts) -> Result<Settings, Error> {
    let is_small = parts.train.pixels() <= 20;
    let sampling = arguments.sampling.unwrap_or(if is_small {
        Sampling::Exact
    } else {
        Sampling::Gibbs
    });
    if sampling == Sampling::Exact && !is_small {
        return Err(Error::Other(format!(
            "--sampling exact enumerates every state, and {} pixels have too many; use gibbs",
            parts.train.pixels()
        )));
    }
    let mut settings = Settings {
        features: arguments.features,
        sampling,
        sweeps: arguments.sweeps,
        activation: if arguments.linear {
            Activation::Linear
        } else {
            Activation::Softplus
        },
        ..Settings::new(arguments.seed)
    };
    if let Some(decay) = arguments.decay {
        if !(decay.is_finite() && decay >= 0.0) {
            return Err(Error::Other(format!(
                "--decay is {decay}, allowed: 0 or more"
            )));
        }
        settings.classifier.decay = decay;
    }
    Ok(settings)
}

/// The metrics of a stage. Where states cannot be enumerated, log Z is estimated with every picture only.
fn measure(stage: &Stage, parts: &Parts, settings: &Settings, annealing: Annealing) -> Metrics {
    let features = stage.model.terms.len();
    let enumeration = match stage.exact {
        Some(exact) => Some(exact.log_z()),
        None if stage.model.pixels() <= 20 => {
            Some(boosting::sampler::Enumeration::new(stage.model).log_z())
        }
        None => None,
    };
    let is_due = features.is_multiple_of(BETWEEN_PICTURES) || features == settings.features;
    let log_z = match enumeration {
        Some(value) => Some(LogZ { value, error: 0.0 }),
        None if is_due => Some(annealing.log_z(stage.model, &stage.model.bias, settings.seed)),
        None => None,
    };
    let likelihood = |images: &BinaryImages| {
        log_z.map(|log_z| stage.model.mean_log_weight(images) - log_z.value)
    };
    Metrics {
        images: (features * parts.train.count()) as u64,
        features,
        classifier_loss: stage.classifier_loss,
        coefficient: stage.model.terms.last().map(|term| term.coefficient),
        log_likelihood_train: likelihood(&parts.train),
        log_likelihood_test: likelihood(&parts.test),
        log_z_error: log_z.map(|log_z| log_z.error).filter(|&error| error > 0.0),
    }
}

fn line(metrics: &Metrics) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |x| format!("{x:.3}"));
    let error = metrics
        .log_z_error
        .map(|error| format!(", log Z ± {error:.3}"));
    format!(
        "{:4} features: log-likelihood {} train, {} test{}; classifier {}, coefficient {}",
        metrics.features,
        number(metrics.log_likelihood_train),
        number(metrics.log_likelihood_test),
        error.unwrap_or_default(),
        number(metrics.classifier_loss),
        number(metrics.coefficient),
    )
}

/// The log-likelihoods of a machine, by annealed importance sampling from independent pixels with the means of the data.
fn compare(machine: &Model, parts: &Parts, annealing: Annealing, seed: u64) -> String {
    let base = Model::independent(&parts.train).bias;
    let log_z = annealing.log_z(machine, &base, seed);
    let likelihood = |images| machine.mean_log_weight(images) - log_z.value;
    format!(
        "restricted Boltzmann machine of {} hidden units: log-likelihood {:.3} train, {:.3} test, log Z ± {:.3}",
        machine.terms.len(),
        likelihood(&parts.train),
        likelihood(&parts.test),
        log_z.error
    )
}

/// `runs/boosting-<data>-<time>`.
fn new_folder(data: DataName) -> PathBuf {
    let now = time::UtcDateTime::now();
    let name = match data {
        DataName::Digits4 => "digits-4x4",
        DataName::Bars => "bars",
        DataName::Digits8 => "digits-8x8",
    };
    PathBuf::from(format!(
        "runs/boosting-{name}-{:04}{:02}{:02}-{:02}{:02}{:02}",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second()
    ))
}
