//! Fetching against a local server that behaves well, badly, or breaks off.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use flate2::Compression;
use flate2::read::GzEncoder;
use tiny_http::{Header, Request, Response, Server};

use super::catalogue::{Digest, RemoteFile, RemoteSet};
use super::*;

/// SHA-256 of [`content`].
const CONTENT: &str = "2c4085b1ab9817526311b5a5b04451140dc922067c6922a59a77e1503918357b";

/// 200,000 bytes that do not compress to nothing.
fn content() -> Vec<u8> {
    (0u32..200_000)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24).to_le_bytes()[0])
        .collect()
}

fn archive(level: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzEncoder::new(&content()[..], Compression::new(level))
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

const FILE: RemoteFile = RemoteFile {
    name: "train-images-idx3-ubyte.gz",
    digest: Digest::Content(CONTENT),
    most: 250_000,
};
const SET: RemoteSet = RemoteSet {
    name: "tiny",
    mirrors: &["https://example.invalid"],
    files: &[FILE],
};

/// A server on a free port; every request goes to `answer`, and the value of its Range header into the returned list.
fn serve(answer: impl Fn(Request) + Send + 'static) -> (String, Arc<Mutex<Vec<Option<String>>>>) {
    let server = Server::http("127.0.0.1:0").unwrap();
    let address = format!("http://{}", server.server_addr());
    let ranges = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&ranges);
    thread::spawn(move || {
        for request in server.incoming_requests() {
            seen.lock().unwrap().push(range_of(&request));
            answer(request);
        }
    });
    (address, ranges)
}

fn range_of(request: &Request) -> Option<String> {
    let range = request
        .headers()
        .iter()
        .find(|header| header.field.equiv("Range"))?;
    Some(range.value.as_str().to_owned())
}

/// Answers with the file, or the part of it that the request asks for.
fn send(request: Request, bytes: &[u8]) {
    let start = range_of(&request).and_then(|range| {
        range
            .strip_prefix("bytes=")?
            .strip_suffix('-')?
            .parse::<usize>()
            .ok()
    });
    let response = match start {
        None => Response::from_data(bytes),
        Some(start) if start >= bytes.len() => Response::from_data([]).with_status_code(416),
        Some(start) => {
            let range = format!("bytes {start}-{}/{}", bytes.len() - 1, bytes.len());
            Response::from_data(&bytes[start..])
                .with_status_code(206)
                .with_header(Header::from_bytes("Content-Range", range).unwrap())
        }
    };
    // The client may already have gone.
    let _ = request.respond(response);
}

/// A server that gives each connection the next of these answers, byte for byte, and hangs up.
fn serve_raw(answers: Vec<Vec<u8>>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    thread::spawn(move || {
        for answer in answers {
            let (connection, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(connection);
            let mut request = String::new();
            while !request.ends_with("\r\n\r\n") {
                reader.read_line(&mut request).unwrap();
            }
            seen.lock().unwrap().push(request);
            reader.get_mut().write_all(&answer).unwrap();
        }
    });
    (address, requests)
}

/// An answer that promises the whole file and ends in the middle of it.
fn half_of(bytes: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len());
    [head.as_bytes(), &bytes[..bytes.len() / 2]].concat()
}

/// The answer with the other half.
fn rest_of(bytes: &[u8]) -> Vec<u8> {
    let (half, whole) = (bytes.len() / 2, bytes.len());
    let head = format!(
        "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes {half}-{}/{whole}\r\n\r\n",
        whole - half,
        whole - 1
    );
    [head.as_bytes(), &bytes[half..]].concat()
}

fn fetch_from(mirrors: &[String], cache: &Path) -> Result<Vec<(u64, Option<u64>)>, String> {
    let mut steps = Vec::new();
    let fetched = fetch_set(&SET, mirrors, cache, &mut |progress| {
        assert_eq!(
            (progress.file, progress.index, progress.files),
            (FILE.name, 0, 1)
        );
        steps.push((progress.done, progress.total));
    });
    match fetched {
        Ok(folder) => {
            assert_eq!(folder, cache.join("tiny"));
            assert!(FILE.is_at(&folder.join(FILE.name)).unwrap());
            assert!(!folder.join("train-images-idx3-ubyte.gz.part").exists());
            Ok(steps)
        }
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn a_file_is_fetched_once_and_then_recognised() {
    let cache = tempfile::tempdir().unwrap();
    let (address, ranges) = serve(|request| send(request, &archive(9)));
    let mirrors = [address];
    let size = archive(9).len() as u64;

    let steps = fetch_from(&mirrors, cache.path()).unwrap();
    assert_eq!(steps.first(), Some(&(0, Some(size))));
    assert_eq!(steps.last(), Some(&(size, Some(size))));
    assert!(steps.is_sorted());

    assert_eq!(
        fetch_from(&mirrors, cache.path()).unwrap(),
        [(size, Some(size))]
    );
    assert_eq!(*ranges.lock().unwrap(), [None]);
}

#[test]
fn a_file_begun_earlier_is_continued() {
    let cache = tempfile::tempdir().unwrap();
    let bytes = archive(9);
    let half = bytes.len() / 2;
    fs::create_dir(cache.path().join("tiny")).unwrap();
    fs::write(
        cache
            .path()
            .join("tiny")
            .join(format!("{}.part", FILE.name)),
        &bytes[..half],
    )
    .unwrap();
    let (address, ranges) = serve(move |request| send(request, &bytes));

    let steps = fetch_from(&[address], cache.path()).unwrap();
    assert_eq!(steps[0].0, half as u64);
    assert_eq!(*ranges.lock().unwrap(), [Some(format!("bytes={half}-"))]);
}

#[test]
fn a_part_file_that_is_already_whole_is_taken_as_it_is() {
    let cache = tempfile::tempdir().unwrap();
    let bytes = archive(9);
    fs::create_dir(cache.path().join("tiny")).unwrap();
    fs::write(
        cache
            .path()
            .join("tiny")
            .join(format!("{}.part", FILE.name)),
        &bytes,
    )
    .unwrap();
    let (address, _) = serve(move |request| send(request, &bytes));
    fetch_from(&[address], cache.path()).unwrap();
}

#[test]
fn a_server_without_ranges_starts_over() {
    let cache = tempfile::tempdir().unwrap();
    fs::create_dir(cache.path().join("tiny")).unwrap();
    fs::write(
        cache
            .path()
            .join("tiny")
            .join(format!("{}.part", FILE.name)),
        b"half of it",
    )
    .unwrap();
    let (address, _) = serve(|request| {
        let _ = request.respond(Response::from_data(archive(9)));
    });
    let steps = fetch_from(&[address], cache.path()).unwrap();
    assert_eq!(steps[0].0, 0);
}

#[test]
fn a_wrong_part_file_is_thrown_away_and_fetched_anew() {
    let cache = tempfile::tempdir().unwrap();
    fs::create_dir(cache.path().join("tiny")).unwrap();
    fs::write(
        cache
            .path()
            .join("tiny")
            .join(format!("{}.part", FILE.name)),
        b"of another file",
    )
    .unwrap();
    let (address, ranges) = serve(|request| send(request, &archive(9)));
    fetch_from(&[address], cache.path()).unwrap();
    assert_eq!(
        *ranges.lock().unwrap(),
        [Some("bytes=15-".to_owned()), None]
    );
}

#[test]
fn a_connection_cut_in_the_middle_is_taken_up_again() {
    let cache = tempfile::tempdir().unwrap();
    let bytes = archive(9);
    let (address, requests) = serve_raw(vec![half_of(&bytes), rest_of(&bytes)]);
    fetch_from(&[address], cache.path()).unwrap();
    let requests = requests.lock().unwrap();
    let range = format!("range: bytes={}-\r\n", bytes.len() / 2);
    assert!(!requests[0].to_lowercase().contains("range:"));
    assert!(
        requests[1].to_lowercase().contains(&range),
        "{}",
        requests[1]
    );
}

#[test]
fn what_a_dead_mirror_sent_is_kept_for_the_next_attempt() {
    let cache = tempfile::tempdir().unwrap();
    let bytes = archive(9);
    let refusal = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n".to_vec();
    let (address, _) = serve_raw(vec![half_of(&bytes), refusal]);
    let message = fetch_from(&[address], cache.path()).unwrap_err();
    assert!(message.contains("HTTP status 503"), "{message}");

    let (address, _) = serve_raw(vec![rest_of(&bytes)]);
    let steps = fetch_from(&[address], cache.path()).unwrap();
    assert_eq!(steps[0].0, bytes.len() as u64 / 2);
}

#[test]
fn a_wrong_digest_moves_on_to_the_next_mirror() {
    let cache = tempfile::tempdir().unwrap();
    let (wrong, _) = serve(|request| send(request, b"<html>please log in</html>"));
    let (right, _) = serve(|request| send(request, &archive(9)));
    fetch_from(&[wrong, right], cache.path()).unwrap();
}

#[test]
fn a_mirror_without_an_end_is_left_for_the_next() {
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
fn a_small_file_that_unpacks_to_a_large_one_is_another() {
    let mut bomb = Vec::new();
    GzEncoder::new(std::io::repeat(0).take(40_000_000), Compression::best())
        .read_to_end(&mut bomb)
        .unwrap();
    assert!((bomb.len() as u64) < FILE.most);
    let cache = tempfile::tempdir().unwrap();
    let path = cache.path().join("bomb.gz");
    fs::write(&path, bomb).unwrap();
    assert!(!FILE.is_at(&path).unwrap());
}

#[test]
fn a_failure_names_every_mirror_and_leaves_no_wrong_file() {
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
fn a_damaged_file_in_the_cache_is_replaced() {
    let cache = tempfile::tempdir().unwrap();
    fs::create_dir(cache.path().join("tiny")).unwrap();
    fs::write(
        cache.path().join("tiny").join(FILE.name),
        &archive(9)[..1000],
    )
    .unwrap();
    let (address, _) = serve(|request| send(request, &archive(9)));
    fetch_from(&[address], cache.path()).unwrap();
}

#[test]
fn the_same_data_packed_anew_are_as_good() {
    assert_ne!(archive(1), archive(9));
    let cache = tempfile::tempdir().unwrap();
    let (address, _) = serve(|request| send(request, &archive(1)));
    fetch_from(&[address], cache.path()).unwrap();
}

#[test]
fn a_mirror_may_send_on_to_where_the_file_is() {
    let cache = tempfile::tempdir().unwrap();
    let bytes = archive(9);
    let half = bytes.len() / 2;
    fs::create_dir(cache.path().join("tiny")).unwrap();
    let part = format!("tiny/{}.part", FILE.name);
    fs::write(cache.path().join(part), &bytes[..half]).unwrap();
    let (there, ranges) = serve(move |request| send(request, &bytes));
    let (here, _) = serve(move |request| {
        let place = Header::from_bytes("Location", format!("{there}/signed?token=1")).unwrap();
        let _ = request.respond(Response::empty(302).with_header(place));
    });
    fetch_from(&[here], cache.path()).unwrap();
    assert_eq!(*ranges.lock().unwrap(), [Some(format!("bytes={half}-"))]);
}

#[test]
fn what_is_published_under_its_digest_has_that_one() {
    for set in &CATALOGUE {
        for file in set.files {
            let (Digest::Content(digest) | Digest::Published(digest)) = file.digest;
            assert_eq!(digest.len(), 64, "{}", file.name);
            // PyTorch's way to name a file of weights.
            let stem = file.name.strip_suffix(".pth");
            if let Some((_, digits)) = stem.and_then(|stem| stem.rsplit_once('-')) {
                assert!(digest.starts_with(digits), "{}", file.name);
            }
        }
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_known_ones() {
    let message = fetch("imagenet", None, Path::new("nowhere"), &mut |_| {})
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("`imagenet`") && message.contains("mnist, fashion-mnist, inception"),
        "{message}"
    );
}

#[test]
fn a_mirror_of_ones_own_stands_in_for_the_public_ones() {
    assert_eq!(mirrors_of(&SET, None), ["https://example.invalid"]);
    assert_eq!(
        mirrors_of(&SET, Some("http://localhost:8000/data/")),
        [
            "http://localhost:8000/data",
            "http://localhost:8000/data/tiny"
        ]
    );
}
