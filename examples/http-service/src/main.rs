//! Images of a model file over HTTP.
//!
//! One thread owns the network and computes the requests that wait as one batch; everything else is asynchronous and cheap. The queue in between is
//! bounded: a server that cannot keep up says so at once, with 503, in place of answering late.

mod batcher;
mod metrics;
mod routes;

use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use ganforge::Sampler;
use tokio::net::TcpListener;

use batcher::{Batcher, Limits};
use metrics::Metrics;
use routes::Service;

/// Serve images of a model file over HTTP.
#[derive(Debug, Parser)]
struct Arguments {
    /// The model file.
    model: PathBuf,
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Images computed at a time, at most.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    batch: u16,
    /// Requests that wait for the network, at most; one more is answered with 503.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    queue: u16,
    /// Milliseconds that the first request of a batch waits for others.
    #[arg(long, default_value_t = 2)]
    delay: u64,
    /// Seconds after which a request is answered with 503.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let bytes = fs::read(&arguments.model)
        .map_err(|error| format!("{}: {error}", arguments.model.display()))?;
    let sampler = Arc::new(Sampler::from_bytes(&bytes)?);
    let metrics = Arc::new(Metrics::default());
    let limits = Limits {
        batch: arguments.batch.into(),
        queue: arguments.queue.into(),
        delay: Duration::from_millis(arguments.delay),
    };
    let batcher = Batcher::start(Arc::clone(&sampler), limits, Arc::clone(&metrics))?;
    let service = Service::new(sampler, &bytes, batcher, metrics);
    let timeout = Duration::from_secs(arguments.timeout);

    let listener = TcpListener::bind(arguments.listen).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, routes::router(service, timeout))
        .with_graceful_shutdown(stopped())
        .await?;
    Ok(())
}

/// Resolves at Ctrl-C or SIGTERM. Requests that came before are still answered.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
