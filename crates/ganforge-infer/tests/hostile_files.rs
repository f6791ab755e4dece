//! Paths that are not model files, endless files and false headers are refused quickly.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod fixture;

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use burn::tensor::TensorData;
use fixture::{DIGIT, card, mlp, model_file};
use ganforge_infer::{InferError, Sampler};
use ganforge_model::{ModelError, ModelFile};

fn file() -> ModelFile {
    model_file(card(mlp(), DIGIT, &["cat", "dog"]))
}

/// The error of bytes, within a time limit.
fn complaint(bytes: &[u8]) -> String {
    let began = Instant::now();
    let error = Sampler::from_bytes(bytes).unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(5), "{error}");
    error.to_string()
}

/// The error of a file, within a time limit.
fn complaint_at(path: &Path) -> String {
    let began = Instant::now();
    let error = Sampler::open(path).unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(5), "{error}");
    let complaint = error.to_string();
    assert!(complaint.starts_with(&path.display().to_string()));
    complaint
}

/// The bytes of a model file with another header.
fn with_header(change: impl FnOnce(String) -> String) -> Vec<u8> {
    let bytes = file().to_bytes().unwrap();
    let (len, rest) = bytes.split_first_chunk().unwrap();
    let (header, data) = rest.split_at(usize::try_from(u64::from_le_bytes(*len)).unwrap());
    let header = change(String::from_utf8(header.to_vec()).unwrap());
    let len = (header.len() as u64).to_le_bytes();
    [&len[..], header.as_bytes(), data].concat()
}

#[test]
fn weights_that_are_not_finite_are_refused_by_their_name() {
    for lost in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut file = file();
        let (name, data) = file.weights.iter_mut().next_back().unwrap();
        let name = name.clone();
        data.as_mut_slice::<f32>().unwrap()[0] = lost;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("diverged.safetensors");
        fs::write(&path, file.to_bytes().unwrap()).unwrap();
        let complaint = complaint_at(&path);
        assert!(complaint.contains("weights are not finite"), "{complaint}");
        assert!(complaint.contains(&name), "{complaint}");
        assert!(complaint.contains("earlier"), "{complaint}");
    }
}

#[test]
fn a_path_that_is_not_a_regular_file_is_refused_without_a_read() {
    let folder = tempfile::tempdir().unwrap();
    assert!(complaint_at(folder.path()).contains("directory"));
    if cfg!(unix) {
        for device in ["/dev/zero", "/dev/null"] {
            let complaint = complaint_at(Path::new(device));
            assert!(complaint.contains("not a regular file"), "{complaint}");
        }
    }
}

#[test]
fn a_long_file_is_refused_by_its_length() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.safetensors");
    let long = |bytes: &[u8], len: u64| {
        fs::write(&path, bytes).unwrap();
        // A sparse file.
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(len)
            .unwrap();
        complaint_at(&path)
    };
    let model = file().to_bytes().unwrap();
    let complaint = long(&model, 20 << 30);
    assert!(complaint.contains("21474836480 bytes"), "{complaint}");
    for (bytes, len) in [(&model[..], 7 << 30), (&[], 7 << 30), (&[255; 8], 7 << 30)] {
        let complaint = long(bytes, len);
        assert!(complaint.contains("safetensors"), "{complaint}");
    }
}

#[test]
fn a_file_that_holds_far_more_than_its_network_is_refused_before_it_is_read() {
    let mut file = file();
    let stray = TensorData::zeros::<f32, _>([3 << 20]);
    file.weights.insert("stray".to_owned(), stray);
    let complaint = complaint(&file.to_bytes().unwrap());
    assert!(complaint.contains("the file holds"), "{complaint}");
}

#[test]
fn a_header_longer_than_any_model_has_is_refused() {
    let mut bytes = 100_000_000_u64.to_le_bytes().to_vec();
    bytes.resize(1 << 10, b' ');
    assert!(complaint(&bytes).contains("claims 100000000 bytes"));
    let spaces = with_header(|header| header + &" ".repeat(17 << 20));
    assert!(complaint(&spaces).contains("header"), "so many spaces");
}

#[test]
fn json_nested_without_end_is_refused() {
    let nested = "[".repeat(100_000);
    let bytes = with_header(|_| format!("{{\"__metadata__\":{nested}"));
    assert!(complaint(&bytes).contains("safetensors"));
    let bytes = with_header(|header| {
        let (before, after) = header.split_once("\"ganforge\":\"").unwrap();
        let (_, after) = after.split_once("}\"").unwrap();
        format!("{before}\"ganforge\":\"{nested}\"{after}")
    });
    assert!(complaint(&bytes).contains("description is damaged"));
}

#[test]
fn a_tensor_named_twice_is_refused() {
    let bytes = with_header(|header| {
        let at = header.find("\"hidden.0.weight\":").unwrap();
        let end = at + header[at..].find("},").unwrap() + 2;
        let twice = header[at..end].to_owned();
        let other = twice.replace("hidden.0", "hidden.9");
        format!("{}{twice}{other}{}", &header[..at], &header[end..])
    });
    assert!(!complaint(&bytes).is_empty());
}

#[test]
fn tensors_of_other_numbers_are_named() {
    let bytes = with_header(|header| header.replacen("\"F32\"", "\"I32\"", 1));
    let complaint = complaint(&bytes);
    assert!(complaint.contains("I32, expected F32"), "{complaint}");
}

#[test]
fn bytes_after_the_last_tensor_are_refused() {
    let bytes = [file().to_bytes().unwrap(), vec![0; 4]].concat();
    let error = Sampler::from_bytes(&bytes).unwrap_err();
    assert!(matches!(
        error,
        InferError::Model(ModelError::NotSafetensors(_))
    ));
}

#[test]
fn numbers_that_are_none_are_refused() {
    for number in [
        "-1",
        "1e999",
        "NaN",
        "1.5",
        "340282366920938463463374607431768211456",
    ] {
        let bytes = with_header(|header| {
            let latent = "\\\"dimension\\\":6";
            assert!(header.contains(latent), "{header}");
            header.replace(latent, &format!("\\\"dimension\\\":{number}"))
        });
        assert!(
            complaint(&bytes).contains("description is damaged"),
            "{number}"
        );
    }
}
