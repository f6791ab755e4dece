//! A download of one file, and local servers that send it completely, partially or wrongly.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use flate2::Compression;
use flate2::read::GzEncoder;
use tiny_http::{Header, Request, Response, Server};

use super::super::catalogue::{Digest, Download, RemoteFile};
use super::super::fetch_files;

/// SHA-256 of [`content`].
pub const CONTENT: &str = "2c4085b1ab9817526311b5a5b04451140dc922067c6922a59a77e1503918357b";

/// 200,000 bytes that compress badly.
pub fn content() -> Vec<u8> {
    (0u32..200_000)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24).to_le_bytes()[0])
        .collect()
}

pub fn archive(level: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzEncoder::new(&content()[..], Compression::new(level))
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

pub const FILE: RemoteFile = RemoteFile {
    name: "train-images-idx3-ubyte.gz",
    digest: Digest::Content(CONTENT),
    max_bytes: 250_000,
};
pub const DOWNLOAD: Download = Download {
    name: "tiny",
    mirrors: &["https://example.invalid"],
    files: &[FILE],
};

/// A server on a free port that passes requests to `answer` and appends their Range headers to the returned list.
pub fn serve(
    answer: impl Fn(Request) + Send + 'static,
) -> (String, Arc<Mutex<Vec<Option<String>>>>) {
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

pub fn range_of(request: &Request) -> Option<String> {
    let range = request
        .headers()
        .iter()
        .find(|header| header.field.equiv("Range"))?;
    Some(range.value.as_str().to_owned())
}

/// Responds with the file, or with the requested range of it.
pub fn send(request: Request, bytes: &[u8]) {
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
    // The client may have closed the connection.
    let _ = request.respond(response);
}

/// A server that sends each connection the next of these responses verbatim and closes it.
pub fn serve_raw(answers: Vec<Vec<u8>>) -> (String, Arc<Mutex<Vec<String>>>) {
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

/// A response that announces the whole file and ends in the middle of it.
pub fn half_of(bytes: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len());
    [head.as_bytes(), &bytes[..bytes.len() / 2]].concat()
}

/// The response with the second half.
pub fn rest_of(bytes: &[u8]) -> Vec<u8> {
    let (half, whole) = (bytes.len() / 2, bytes.len());
    let head = format!(
        "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes {half}-{}/{whole}\r\n\r\n",
        whole - half,
        whole - 1
    );
    [head.as_bytes(), &bytes[half..]].concat()
}

pub fn fetch_from(mirrors: &[String], cache: &Path) -> Result<Vec<(u64, Option<u64>)>, String> {
    let mut steps = Vec::new();
    let fetched = fetch_files(&DOWNLOAD, mirrors, cache, &mut |progress| {
        assert_eq!(
            (progress.file, progress.index, progress.files),
            (FILE.name, 0, 1)
        );
        steps.push((progress.done, progress.total));
    });
    match fetched {
        Ok(folder) => {
            assert_eq!(folder, cache.join("tiny"));
            assert!(FILE.matches(&folder.join(FILE.name)).unwrap());
            assert!(!folder.join("train-images-idx3-ubyte.gz.part").exists());
            Ok(steps)
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Leaves a partial download in the cache.
pub fn write_part(cache: &Path, bytes: &[u8]) {
    fs::create_dir(cache.join("tiny")).unwrap();
    let part = format!("tiny/{}.part", FILE.name);
    fs::write(cache.join(part), bytes).unwrap();
}
