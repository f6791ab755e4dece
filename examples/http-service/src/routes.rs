//! The routes, and what they answer.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use ganforge::{Images, Sampler};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use tower_http::timeout::TimeoutLayer;

use crate::batcher::{self, Batcher};
use crate::metrics::Metrics;

/// The description of the routes, for programs.
const OPENAPI: &str = include_str!("openapi.json");

/// Seconds after which to ask again where the queue is full.
const RETRY_AFTER: &str = "1";

/// An image never changes: it is a function of the model and of what was asked.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// What every request shares.
#[derive(Debug, Clone)]
pub struct Service {
    sampler: Arc<Sampler>,
    batcher: Batcher,
    metrics: Arc<Metrics>,
    /// SHA-256 of the model file.
    model: [u8; 32],
}

impl Service {
    /// `model` has the bytes of the model file.
    pub fn new(
        sampler: Arc<Sampler>,
        model: &[u8],
        batcher: Batcher,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            sampler,
            batcher,
            metrics,
            model: Sha256::digest(model).into(),
        }
    }
}

/// All routes. A request that takes longer than `timeout` is answered with 503.
pub fn router(service: Service, timeout: Duration) -> Router {
    let busy = StatusCode::SERVICE_UNAVAILABLE;
    Router::new()
        .route("/image", get(image))
        .route("/info", get(info))
        .route("/health/live", get(|| async { "live\n" }))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .route("/openapi.json", get(openapi))
        .fallback(|| async {
            Failure::new(
                StatusCode::NOT_FOUND,
                "no such path; /openapi.json lists all",
            )
        })
        .layer(TimeoutLayer::with_status_code(busy, timeout))
        .layer(from_fn_with_state(service.clone(), count))
        .with_state(service)
}

/// An error as JSON.
struct Failure {
    status: StatusCode,
    error: String,
}

impl Failure {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({ "error": self.error }))).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
        }
        response
    }
}

/// The query of `/image`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImageQuery {
    #[serde(default)]
    seed: u64,
    /// Name or number.
    class: Option<String>,
    truncation: Option<f32>,
    #[serde(default)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Format {
    #[default]
    Png,
    /// The raw values, `[1, channels, height, width]` in [-1, 1].
    Npy,
}

async fn image(
    State(service): State<Service>,
    headers: HeaderMap,
    query: Result<Query<ImageQuery>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(query) =
        query.map_err(|error| Failure::new(StatusCode::BAD_REQUEST, error.body_text()))?;
    let request = service.request(&query)?;
    let tag = service.tag(request, query.format);
    let caching = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, FOR_EVER.to_owned()),
    ];
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut known = known.filter_map(|value| value.to_str().ok());
    if known.any(|tags| tags.split(',').any(|known| known.trim() == tag)) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let busy = |reason: &str| Failure::new(StatusCode::SERVICE_UNAVAILABLE, reason);
    let answer = service
        .batcher
        .submit(request)
        .map_err(|batcher::Overloaded| busy("the queue is full; ask again later"))?;
    let outcome = answer.await.map_err(|_| busy("the service is ending"))?;
    let image = outcome.map_err(|error| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, error))?;
    let (kind, bytes) = encode(&image, query.format)
        .map_err(|error| Failure::new(StatusCode::NOT_ACCEPTABLE, error))?;
    Ok((caching, [(header::CONTENT_TYPE, kind)], bytes).into_response())
}

impl Service {
    /// The request of a query, or what is wrong with it.
    fn request(&self, query: &ImageQuery) -> Result<batcher::Request, Failure> {
        let refuse = |error: String| Failure::new(StatusCode::BAD_REQUEST, error);
        let truncation = query.truncation.unwrap_or(1.0);
        if !(truncation.is_finite() && truncation >= 0.0) {
            return Err(refuse(format!(
                "truncation is {truncation}; allowed: 0 or more"
            )));
        }
        let classes = &self.sampler.signature().classes;
        let class = query.class.as_ref().map(|class| {
            let named = classes.iter().position(|name| name == class);
            let number = || class.parse().ok().filter(|number| *number < classes.len());
            named.or_else(number).ok_or_else(|| {
                let known = match classes.as_slice() {
                    [] => "none, the model is unconditional".to_owned(),
                    classes => classes.join(", "),
                };
                refuse(format!("the model has no class {class:?}; it has {known}"))
            })
        });
        Ok(batcher::Request {
            seed: query.seed,
            class: class.transpose()?,
            truncation,
        })
    }

    /// The tag of an image, a function of the model and of what was asked. It is weak, because pixels may differ in their last level: rounding depends on
    /// the batch in which an image was computed.
    fn tag(&self, request: batcher::Request, format: Format) -> String {
        let mut hash = Sha256::new();
        hash.update(self.model);
        hash.update(request.seed.to_le_bytes());
        hash.update((request.class.unwrap_or(0) as u64).to_le_bytes());
        hash.update(request.truncation.to_bits().to_le_bytes());
        hash.update([format as u8]);
        format!("W/\"{}\"", hex::encode(&hash.finalize()[..16]))
    }
}

/// Content type and bytes.
fn encode(image: &Images, format: Format) -> Result<(&'static str, Vec<u8>), String> {
    match format {
        Format::Npy => Ok(("application/octet-stream", image.to_npy_bytes())),
        Format::Png => {
            let picture = image.picture(0).map_err(|error| error.to_string())?;
            let picture = picture.ok_or("no image")?;
            let mut bytes = Cursor::new(Vec::new());
            let written = picture.write_to(&mut bytes, image::ImageFormat::Png);
            written.map_err(|error| error.to_string())?;
            Ok(("image/png", bytes.into_inner()))
        }
    }
}

/// The model card.
async fn info(State(service): State<Service>) -> Response {
    Json(service.sampler.card()).into_response()
}

/// 200 where a request would be accepted now.
async fn ready(State(service): State<Service>) -> Result<&'static str, Failure> {
    if service.batcher.is_full() {
        let busy = StatusCode::SERVICE_UNAVAILABLE;
        return Err(Failure::new(busy, "the queue is full; ask again later"));
    }
    Ok("ready\n")
}

async fn metrics(State(service): State<Service>) -> Response {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], service.metrics.text()).into_response()
}

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

/// Counts answers by status.
async fn count(State(service): State<Service>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    service.metrics.answered(response.status().as_u16());
    response
}
