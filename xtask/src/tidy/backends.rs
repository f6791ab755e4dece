//! Only the binary, the web shell, the examples and tests name backends; and the kernels, which are written for one.

use super::code;
use super::violation::Violation;
use super::workspace::{Dependency, Member, TextFile};

/// Where a backend may be named outside tests.
const EDGE: [&str; 3] = ["crates/ganforge-cli/", "crates/ganforge-web/", "examples/"];

/// Library crates that may name a backend, and which of Burn's features: the kernels are written for Flex, and `cpu` of the sampler, a default feature,
/// enables it.
const NAMED: [(&str, &[&str]); 2] = [
    ("crates/ganforge-ops/", &["flex"]),
    (
        "crates/ganforge-infer/",
        &["flex", "simd", "rayon", "x86-v4"],
    ),
];

/// The one file of a library that chooses a device, the CPU of its default feature `cpu`.
const CHOOSES: &str = "crates/ganforge-infer/src/sampling/on_cpu.rs";

/// Burn's features that enable or tune a backend; also the names of its backend crates.
const FEATURES: [&str; 23] = [
    "accelerate",
    "apple-amx",
    "autotune",
    "blas-netlib",
    "cpu",
    "cubecl",
    "cuda",
    "flex",
    "fusion",
    "metal",
    "ndarray",
    "openblas",
    "openblas-system",
    "rayon",
    "remote",
    "remote-server",
    "rocm",
    "simd",
    "tch",
    "vulkan",
    "webgpu",
    "wgpu",
    "x86-v4",
];

/// The constructors of `Device`, with `default`, which takes the best backend compiled in.
const CONSTRUCTORS: [&str; 13] = [
    "cpu",
    "cuda",
    "default",
    "flex",
    "libtorch",
    "metal",
    "ndarray",
    "remote",
    "rocm",
    "vulkan",
    "webgpu",
    "wgpu",
    "wgpu_options",
];

/// Reports each backend that a library's manifest enables.
pub fn check_manifest(member: &Member) -> Vec<Violation> {
    if is_edge(&member.manifest) {
        return Vec::new();
    }
    let own: Vec<String> = NAMED
        .iter()
        .filter(|(folder, _)| member.manifest.starts_with(folder))
        .flat_map(|(_, features)| features.iter().map(|feature| format!("burn/{feature}")))
        .collect();
    let enabled = member.dependencies.iter().flat_map(brought_by);
    let switched = member
        .switched_on
        .iter()
        .filter(|feature| switches_backend(feature))
        .cloned();
    enabled
        .chain(switched)
        .filter(|backend| !own.contains(backend))
        .map(|backend| {
            Violation::new(
                &member.manifest,
                format!("`{backend}` names a Burn backend"),
                "leave it to ganforge-cli, or to a dev-dependency where a test needs it",
            )
        })
        .collect()
}

/// Reports each device that library code chooses for itself.
pub fn check_source(file: &TextFile) -> Vec<Violation> {
    if is_edge(&file.path) || file.path == CHOOSES || !code::is_rust(&file.path) {
        return Vec::new();
    }
    code::shipped(file)
        .filter(|(_, line)| !code::is_comment(line))
        .filter_map(|(number, line)| Some((number, chosen_device(line)?)))
        .map(|(number, call)| {
            Violation::new(
                format!("{}:{number}", file.path),
                format!("`{call}` chooses a device"),
                "take a `&Device` from the caller",
            )
        })
        .collect()
}

fn is_edge(path: &str) -> bool {
    EDGE.iter().any(|folder| path.starts_with(folder))
}

fn brought_by(dependency: &Dependency) -> Vec<String> {
    let Some(rest) = dependency.package.strip_prefix("burn") else {
        return Vec::new();
    };
    // Tests run on a real device, and share the binary's build of Burn by asking for its features.
    if dependency.for_tests {
        return Vec::new();
    }
    let backend_crate = rest
        .strip_prefix('-')
        .filter(|name| FEATURES.contains(name))
        .map(|_| dependency.package.clone());
    let features = dependency
        .features
        .iter()
        .filter(|feature| FEATURES.contains(&feature.as_str()))
        .map(|feature| format!("{}/{feature}", dependency.package));
    backend_crate.into_iter().chain(features).collect()
}

fn switches_backend(feature: &str) -> bool {
    feature.split_once('/').is_some_and(|(krate, feature)| {
        let krate = krate.trim_end_matches('?');
        krate.starts_with("burn") && FEATURES.contains(&feature)
    })
}

fn chosen_device(line: &str) -> Option<String> {
    line.match_indices("Device::").find_map(|(at, name)| {
        let called = line[at + name.len()..].split_once('(')?.0;
        CONSTRUCTORS
            .contains(&called)
            .then(|| format!("{name}{called}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(dependency: Dependency) -> Member {
        Member {
            name: "ganforge-train".into(),
            manifest: "crates/ganforge-train/Cargo.toml".into(),
            dependencies: vec![dependency],
            ..Member::default()
        }
    }

    fn burn(for_tests: bool, features: &[&str]) -> Dependency {
        Dependency {
            package: "burn".into(),
            for_tests,
            features: features.iter().map(|&feature| feature.into()).collect(),
        }
    }

    fn source(path: &str, text: &str) -> TextFile {
        TextFile {
            path: path.into(),
            text: text.into(),
        }
    }

    #[test]
    fn every_backend_feature_of_a_library_is_reported() {
        let found = check_manifest(&library(burn(false, &["std", "train", "wgpu", "simd"])));
        let named: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(named.len(), 2, "{named:?}");
        assert!(named[0].contains("`burn/wgpu`"));
        assert!(named[1].contains("`burn/simd`"));
    }

    #[test]
    fn a_test_may_name_a_backend() {
        assert!(check_manifest(&library(burn(true, &["flex"]))).is_empty());
    }

    #[test]
    fn a_backend_crate_or_a_feature_switch_is_no_way_around() {
        let direct = Dependency {
            package: "burn-flex".into(),
            ..Dependency::default()
        };
        assert_eq!(check_manifest(&library(direct)).len(), 1);

        let mut switch = library(burn(false, &["std"]));
        switch.switched_on = vec!["dep:image".into(), "burn/std".into(), "burn?/cuda".into()];
        assert_eq!(check_manifest(&switch).len(), 1);
    }

    #[test]
    fn the_binary_may_enable_what_it_likes() {
        let mut cli = library(burn(false, &["flex", "cuda"]));
        cli.manifest = "crates/ganforge-cli/Cargo.toml".into();
        assert!(check_manifest(&cli).is_empty());
    }

    #[test]
    fn the_kernels_may_enable_the_backend_they_are_for_and_no_other() {
        let mut ops = library(burn(false, &["flex", "cuda"]));
        ops.manifest = "crates/ganforge-ops/Cargo.toml".into();
        let found = check_manifest(&ops);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().contains("`burn/cuda`"));
        let choice = source("crates/ganforge-ops/src/layer.rs", "Device::flex();\n");
        assert_eq!(check_source(&choice).len(), 1);
    }

    #[test]
    fn the_sampler_may_enable_flex_by_a_feature_and_no_other() {
        let mut infer = library(burn(false, &[]));
        infer.manifest = "crates/ganforge-infer/Cargo.toml".into();
        infer.switched_on = vec!["burn/flex".into(), "burn/simd".into(), "burn/wgpu".into()];
        let found = check_manifest(&infer);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().contains("`burn/wgpu`"));
    }

    #[test]
    fn a_library_that_chooses_a_device_is_reported_with_its_line() {
        let text =
            "use burn::tensor::Device;\nlet device = Device::wgpu(DeviceKind::DefaultDevice);\n";
        let found = check_source(&source("crates/ganforge-train/src/game.rs", text));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "crates/ganforge-train/src/game.rs:2");
        assert!(found[0].what.contains("`Device::wgpu`"));
    }

    #[test]
    fn tests_and_the_edge_choose_devices() {
        let text = "let device = Device::flex();\n";
        for path in [
            "crates/ganforge-train/tests/resume.rs",
            "crates/ganforge-cli/src/device.rs",
            "examples/first-gan/src/main.rs",
        ] {
            assert!(check_source(&source(path, text)).is_empty(), "{path}");
        }
        let inline = "pub fn step(device: &Device) {}\n\n#[cfg(test)]\nmod tests {\n    fn device() -> Device {\n        Device::flex()\n    }\n}\n";
        assert!(check_source(&source("crates/ganforge-train/src/game.rs", inline)).is_empty());
    }
}
