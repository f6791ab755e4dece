//! The service on loopback, by its binary.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;

use ganforge::{SampleOptions, Sampler};
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

const MODEL: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../crates/ganforge-infer/tests/fixture/digits.safetensors"
);
const CONDITIONAL: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../crates/ganforge-infer/tests/fixture/format-1.safetensors"
);

struct Server {
    child: Child,
    address: String,
    agent: Agent,
}

impl Server {
    fn start(model: &str, options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_http-service"))
            .args([model, "--listen", "127.0.0.1:0"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        lines.read_line(&mut address).unwrap();
        let config = Agent::config_builder().http_status_as_error(false).build();
        Self {
            child,
            address: address.trim().to_owned(),
            agent: config.into(),
        }
    }

    fn get(&self, path: &str) -> Response<Body> {
        let url = format!("{}{path}", self.address);
        self.agent.get(&url).call().unwrap()
    }

    fn json(&self, path: &str) -> Value {
        let mut response = self.get(path);
        serde_json::from_slice(&response.body_mut().read_to_vec().unwrap()).unwrap()
    }

    fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &id])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The pixels of a PNG file.
fn pixels(mut response: Response<Body>) -> Vec<u8> {
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "image/png");
    let bytes = response.body_mut().read_to_vec().unwrap();
    image::load_from_memory(&bytes)
        .unwrap()
        .into_luma8()
        .into_raw()
}

/// What `sample -n 1 --seed` draws.
fn sampled(model: &str, seed: u64, class: Option<usize>) -> Vec<u8> {
    let options = SampleOptions {
        class,
        ..SampleOptions::new(1, seed)
    };
    let images = Sampler::open(model).unwrap().sample(&options).unwrap();
    images.picture(0).unwrap().unwrap().into_luma8().into_raw()
}

/// Rounding may differ by one level with the batch.
fn assert_same(found: &[u8], expected: &[u8], what: &str) {
    assert_eq!(found.len(), expected.len());
    let pairs = found.iter().zip(expected);
    let most = pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap();
    assert!(most <= 1, "{what}: levels differ by {most}");
}

#[test]
fn an_image_is_that_of_the_library_and_may_be_kept_for_ever() {
    let server = Server::start(MODEL, &[]);
    let response = server.get("/image?seed=7");
    let caching = &response.headers()["cache-control"];
    assert_eq!(caching, "public, max-age=31536000, immutable");
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    assert_same(&pixels(response), &sampled(MODEL, 7, None), "seed 7");

    // Who has the image gets none; another seed has another tag.
    let url = format!("{}/image?seed=7", server.address);
    let again = server
        .agent
        .get(&url)
        .header("If-None-Match", &tag)
        .call()
        .unwrap();
    assert_eq!(again.status(), 304);
    assert_ne!(server.get("/image?seed=8").headers()["etag"], tag.as_str());

    let mut raw = server.get("/image?seed=7&truncation=0.5&format=npy");
    let raw = raw.body_mut().read_to_vec().unwrap();
    let options = SampleOptions {
        truncation: Some(0.5),
        ..SampleOptions::new(1, 7)
    };
    let images = Sampler::open(MODEL).unwrap().sample(&options).unwrap();
    assert_eq!(raw, images.to_npy_bytes());

    for (query, said) in [
        ("seed=-1", "seed"),
        ("sed=1", "sed"),
        ("class=3", "unconditional"),
        ("truncation=-1", "0 or more"),
        ("format=gif", "gif"),
    ] {
        let mut response = server.get(&format!("/image?{query}"));
        assert_eq!(response.status(), 400, "{query}");
        let text = response.body_mut().read_to_string().unwrap();
        assert!(text.contains(said) && text.contains("error"), "{text}");
    }
    assert_eq!(server.get("/images").status(), 404);
    assert_eq!(server.get("/health/live").status(), 200);
    assert_eq!(server.get("/health/ready").status(), 200);
    assert_eq!(server.json("/info")["image"]["height"], 8);
    assert_eq!(server.interrupt(), Some(0));
}

#[test]
fn a_class_is_named_or_numbered() {
    let server = Server::start(CONDITIONAL, &[]);
    let five = pixels(server.get("/image?seed=3&class=5"));
    assert_same(&five, &sampled(CONDITIONAL, 3, Some(5)), "class 5");
    let first = pixels(server.get("/image?seed=3"));
    assert_same(&first, &sampled(CONDITIONAL, 3, Some(0)), "the first class");
    let mut response = server.get("/image?class=cat");
    let text = response.body_mut().read_to_string().unwrap();
    assert!(text.contains("no class"), "{text}");
}

/// Every path and every status that the description has, is there, and the other way round.
#[test]
fn the_description_has_every_route() {
    let server = Server::start(MODEL, &[]);
    let description = server.json("/openapi.json");
    let paths = description["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 6);
    for (path, operations) in paths {
        let responses = operations["get"]["responses"].as_object().unwrap();
        let response = server.get(path);
        let status = response.status().as_u16().to_string();
        assert!(responses.contains_key(&status), "{path}: {status}");
        let kind = response.headers()["content-type"].to_str().unwrap();
        let kind = kind.split(';').next().unwrap();
        let described = responses["200"]["content"].as_object().unwrap();
        assert!(described.contains_key(kind), "{path}: {kind}");
    }
    let query = paths["/image"]["get"]["parameters"].as_array().unwrap();
    let names: Vec<&str> = query
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["seed", "class", "truncation", "format"]);
}

/// Ten times as many clients as the queue has places: every answer is the right image or 503, and both occur.
#[test]
fn an_overloaded_service_answers_right_or_says_so() {
    const CLIENTS: u64 = 40;
    const EACH: u64 = 10;
    let server = Server::start(MODEL, &["--queue", "4", "--batch", "4", "--delay", "5"]);
    let statuses: Mutex<BTreeMap<u16, u64>> = Mutex::default();
    let sampler = Sampler::open(MODEL).unwrap();
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (server, statuses, sampler) = (&server, &statuses, &sampler);
            scope.spawn(move || {
                for request in 0..EACH {
                    let seed = client * EACH + request;
                    let response = server.get(&format!("/image?seed={seed}"));
                    let status = response.status().as_u16();
                    *statuses.lock().unwrap().entry(status).or_default() += 1;
                    if status == 200 {
                        let images = sampler.sample(&SampleOptions::new(1, seed)).unwrap();
                        let expected = images.picture(0).unwrap().unwrap().into_luma8();
                        assert_same(&pixels(response), &expected.into_raw(), &seed.to_string());
                    } else {
                        assert_eq!(status, 503);
                        assert_eq!(response.headers()["retry-after"], "1");
                    }
                }
            });
        }
    });
    let statuses = statuses.into_inner().unwrap();
    assert_eq!(statuses.values().sum::<u64>(), CLIENTS * EACH);
    assert!(statuses[&200] > 0 && statuses[&503] > 0, "{statuses:?}");
    let text = server.get("/metrics").body_mut().read_to_string().unwrap();
    let counter = |name: &str| -> u64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim().parse().unwrap()
    };
    assert_eq!(
        counter("http_requests_total{status=\"200\"}"),
        statuses[&200]
    );
    assert_eq!(counter("images_total "), statuses[&200]);
    assert!(
        counter("batches_total ") < statuses[&200],
        "requests share batches"
    );
    assert_eq!(counter("queue_length "), 0);
}
