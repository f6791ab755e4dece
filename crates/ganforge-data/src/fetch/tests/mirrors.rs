//! The choice of mirrors, and which files are accepted from them.

use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::Compression;
use flate2::read::GzEncoder;
use tiny_http::{Header, Response};

use super::super::catalogue::{CATALOGUE, Digest};
use super::super::{fetch, mirrors_of};
use super::server::*;

#[test]
fn after_a_wrong_digest_the_next_mirror_is_tried() {
    let cache = tempfile::tempdir().unwrap();
    let (wrong, _) = serve(|request| send(request, b"<html>please log in</html>"));
    let (right, _) = serve(|request| send(request, &archive(9)));
    fetch_from(&[wrong, right], cache.path()).unwrap();
}

#[test]
fn after_an_endless_response_the_next_mirror_is_tried() {
    let cache = tempfile::tempdir().unwrap();
    let (endless, _) = serve(|request| {
        let body = std::io::repeat(7);
        let _ = request.respond(Response::new(200.into(), vec![], body, None, None));
    });
    let (long, _) = serve_raw(vec![
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n".to_vec(),
    ]);
    let message = fetch_from(&[endless.clone(), long.clone()], cache.path()).unwrap_err();
    for part in [&endless, &long, "more than the 250000 bytes"] {
        assert!(message.contains(part), "{message}");
    }
    let left = fs::metadata(
        cache
            .path()
            .join("tiny")
            .join(format!("{}.part", FILE.name)),
    );
    assert_eq!(left.map_or(0, |left| left.len()), 0);

    let (right, _) = serve(|request| send(request, &archive(9)));
    fetch_from(&[endless, right], cache.path()).unwrap();
}

#[test]
fn a_gzip_bomb_does_not_match() {
    let mut bomb = Vec::new();
    GzEncoder::new(std::io::repeat(0).take(40_000_000), Compression::best())
        .read_to_end(&mut bomb)
        .unwrap();
    assert!((bomb.len() as u64) < FILE.max_bytes);
    let cache = tempfile::tempdir().unwrap();
    let path = cache.path().join("bomb.gz");
    fs::write(&path, bomb).unwrap();
    assert!(!FILE.matches(&path).unwrap());
}

#[test]
fn the_error_names_every_mirror_and_no_wrong_file_is_left() {
    let cache = tempfile::tempdir().unwrap();
    let (missing, _) = serve(|request| {
        let _ = request.respond(Response::from_string("no such file").with_status_code(404));
    });
    let (wrong, _) = serve(|request| send(request, b"something else"));
    let message = fetch_from(&[missing.clone(), wrong.clone()], cache.path()).unwrap_err();
    assert!(
        message.contains(&missing) && message.contains("404"),
        "{message}"
    );
    assert!(
        message.contains(&wrong) && message.contains("wrong digest"),
        "{message}"
    );
    assert!(message.contains("GANFORGE_MIRROR"), "{message}");
    assert_eq!(fs::read_dir(cache.path().join("tiny")).unwrap().count(), 0);
}

#[test]
fn a_mirror_may_compress_the_file_differently() {
    assert_ne!(archive(1), archive(9));
    let cache = tempfile::tempdir().unwrap();
    let (address, _) = serve(|request| send(request, &archive(1)));
    fetch_from(&[address], cache.path()).unwrap();
}

#[test]
fn a_mirror_may_redirect() {
    let cache = tempfile::tempdir().unwrap();
    let bytes = archive(9);
    let half = bytes.len() / 2;
    write_part(cache.path(), &bytes[..half]);
    let (there, ranges) = serve(move |request| send(request, &bytes));
    let (here, _) = serve(move |request| {
        let place = Header::from_bytes("Location", format!("{there}/signed?token=1")).unwrap();
        let _ = request.respond(Response::empty(302).with_header(place));
    });
    fetch_from(&[here], cache.path()).unwrap();
    assert_eq!(*ranges.lock().unwrap(), [Some(format!("bytes={half}-"))]);
}

#[test]
fn digests_agree_with_those_in_file_names() {
    for download in &CATALOGUE {
        for file in download.files {
            let (Digest::Content(digest) | Digest::Published(digest)) = file.digest;
            assert_eq!(digest.len(), 64, "{}", file.name);
            // PyTorch names a weight file after its digest.
            let stem = file.name.strip_suffix(".pth");
            if let Some((_, digits)) = stem.and_then(|stem| stem.rsplit_once('-')) {
                assert!(digest.starts_with(digits), "{}", file.name);
            }
        }
    }
}

#[test]
fn the_error_for_an_unknown_name_lists_the_known_ones() {
    let message = fetch("imagenet", None, Path::new("nowhere"), &mut |_| {})
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("`imagenet`") && message.contains("mnist, fashion-mnist, inception"),
        "{message}"
    );
}

#[test]
fn a_given_address_replaces_the_public_mirrors() {
    assert_eq!(mirrors_of(&DOWNLOAD, None), ["https://example.invalid"]);
    assert_eq!(
        mirrors_of(&DOWNLOAD, Some("http://localhost:8000/data/")),
        [
            "http://localhost:8000/data",
            "http://localhost:8000/data/tiny"
        ]
    );
}
