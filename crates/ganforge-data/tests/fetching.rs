//! Downloads MNIST through the public API from a local server, if the files are available.

use std::fs::{self, File};
use std::path::Path;
use std::thread;

use ganforge_data::{DataOptions, DataSpec, Dataset, fetch};
use tiny_http::{Response, Server};

#[test]
fn mnist_is_downloaded_verified_and_opened() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mnist");
    if !shared.is_dir() {
        return;
    }
    let server = Server::http("127.0.0.1:0").unwrap();
    let mirror = format!("http://{}/", server.server_addr());
    thread::spawn(move || {
        for request in server.incoming_requests() {
            let file = File::open(shared.join(request.url().trim_start_matches('/'))).unwrap();
            let _ = request.respond(Response::from_file(file));
        }
    });

    let cache = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    let folder = fetch("mnist", Some(&[mirror]), cache.path(), &mut |progress| {
        if progress.total == Some(progress.done) {
            files.push(progress.file.to_owned());
        }
    })
    .unwrap();
    files.dedup();
    assert_eq!(files.len(), 4);
    assert_eq!(fs::read_dir(folder).unwrap().count(), 4);

    let options = DataOptions {
        cache_dir: Some(cache.path().into()),
        labels: true,
        ..DataOptions::default()
    };
    let dataset = Dataset::open(&DataSpec::Mnist, &options).unwrap();
    assert_eq!(dataset.to_string(), "60000 images of 1x28x28 in 10 classes");
}
