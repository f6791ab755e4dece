//! Partial, damaged and complete files in the cache.

use std::fs;

use tiny_http::Response;

use super::server::*;

#[test]
fn a_complete_file_is_not_downloaded_again() {
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
fn a_partial_download_is_resumed() {
    let cache = tempfile::tempdir().unwrap();
    let bytes = archive(9);
    let half = bytes.len() / 2;
    write_part(cache.path(), &bytes[..half]);
    let (address, ranges) = serve(move |request| send(request, &bytes));

    let steps = fetch_from(&[address], cache.path()).unwrap();
    assert_eq!(steps[0].0, half as u64);
    assert_eq!(*ranges.lock().unwrap(), [Some(format!("bytes={half}-"))]);
}

#[test]
fn a_complete_part_file_is_renamed() {
    let cache = tempfile::tempdir().unwrap();
    let bytes = archive(9);
    write_part(cache.path(), &bytes);
    let (address, _) = serve(move |request| send(request, &bytes));
    fetch_from(&[address], cache.path()).unwrap();
}

#[test]
fn a_server_without_ranges_starts_over() {
    let cache = tempfile::tempdir().unwrap();
    write_part(cache.path(), b"half of it");
    let (address, _) = serve(|request| {
        let _ = request.respond(Response::from_data(archive(9)));
    });
    let steps = fetch_from(&[address], cache.path()).unwrap();
    assert_eq!(steps[0].0, 0);
}

#[test]
fn a_wrong_part_file_is_deleted_and_downloaded_again() {
    let cache = tempfile::tempdir().unwrap();
    write_part(cache.path(), b"of another file");
    let (address, ranges) = serve(|request| send(request, &archive(9)));
    fetch_from(&[address], cache.path()).unwrap();
    assert_eq!(
        *ranges.lock().unwrap(),
        [Some("bytes=15-".to_owned()), None]
    );
}

#[test]
fn a_broken_connection_is_resumed() {
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
fn bytes_from_a_failed_mirror_are_kept_for_the_next_attempt() {
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
