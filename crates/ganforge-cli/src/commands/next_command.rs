//! The command that a finished run proposes.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use ganforge_data::DataSpec;
use ganforge_infer::Signature;
use ganforge_train::System;
use ganforge_train::system::ContextEncoder;

use crate::shell;

/// Images that a proposed command computes from those of the data.
const IMAGES: &str = "64";

/// What to do with the model of a finished run. `data` are those of the run, the first of two domains.
pub fn next_command<S: System>(model: &Path, signature: &Signature, data: &DataSpec) -> String {
    if signature.input.is_none() {
        let words = ["-o", "samples.png"].map(OsString::from);
        return format!("draw from it with: {}", line("sample", model, words));
    }
    let input = OsString::from(data.to_string());
    let first = ["--input".into(), input];
    let count = ["-n", IMAGES, "-o"].map(OsString::from);
    let words = |further: &[&str], output: &str| {
        let further = further.iter().map(OsString::from);
        let words = first.iter().cloned().chain(further).chain(count.clone());
        words.chain([output.into()]).collect::<Vec<OsString>>()
    };
    if S::USES_TARGET {
        let output = if signature.image.is_point() {
            "translated.png"
        } else {
            "translated/"
        };
        let words = words(&["--direction", "a-to-b"], output);
        return format!("translate with: {}", line("translate", model, words));
    }
    if S::NAME == ContextEncoder::NAME {
        let words = words(&[], "inpainted/");
        return format!("complete images with: {}", line("inpaint", model, words));
    }
    let words = words(&[], "samples.png");
    format!("draw from it with: {}", line("sample", model, words))
}

fn line(command: &str, model: &Path, words: impl IntoIterator<Item = OsString>) -> String {
    let words: Vec<OsString> = words.into_iter().collect();
    let first = [OsStr::new(command), model.as_os_str()];
    shell::command(
        first
            .into_iter()
            .chain(words.iter().map(OsString::as_os_str)),
    )
}
