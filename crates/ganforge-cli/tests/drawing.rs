//! `ganforge sample` of many images, of large ones and from doubtful models: what it costs, what it leaves when it is
//! stopped, and what it refuses before the first image.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use support::{Ended, Home};

/// A home with a model of 8×8 digits in `run`.
fn trained() -> Home {
    let home = Home::new();
    home.does("train digits --images 640 --set run.tick=640 --set run.samples=4 --out run");
    home
}

/// Peak memory of a command that succeeds, in MiB.
#[cfg(target_os = "linux")]
fn peak(home: &Home, line: &str) -> u64 {
    let mut child = home.command(line).stderr(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    // The system forgets what a process used when it ends; until then its peak only grows.
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibi = line.and_then(|line| line.split_whitespace().next());
        peak = kibi.map_or(peak, |kibi| kibi.parse().unwrap());
        std::thread::sleep(Duration::from_millis(1));
    }
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success(), "{line}: {ended:?}");
    peak / 1024
}

/// A safetensors file with what its metadata say of the model.
struct Model {
    card: Value,
    /// Name, shape and numbers.
    tensors: Vec<(String, Vec<usize>, Vec<f32>)>,
}

impl Model {
    fn read(home: &Home, name: &str) -> Self {
        let bytes = home.read(name);
        let len = usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
        let header: Map<String, Value> = serde_json::from_slice(&bytes[8..8 + len]).unwrap();
        let data = &bytes[8 + len..];
        let card = header["__metadata__"]["ganforge"].as_str().unwrap();
        let tensor = |(name, about): (&String, &Value)| {
            let sides = |key: &str| -> Vec<usize> {
                let sides = about[key].as_array().unwrap().iter();
                sides
                    .map(|side| usize::try_from(side.as_u64().unwrap()).unwrap())
                    .collect()
            };
            let [start, end] = sides("data_offsets").try_into().unwrap();
            let numbers = data[start..end].chunks_exact(4);
            let numbers = numbers.map(|four| f32::from_le_bytes(four.try_into().unwrap()));
            (name.clone(), sides("shape"), numbers.collect())
        };
        let tensors = header.iter().filter(|(name, _)| *name != "__metadata__");
        Self {
            card: serde_json::from_str(card).unwrap(),
            tensors: tensors.map(tensor).collect(),
        }
    }

    fn write(&self, home: &Home, name: &str) {
        let mut header = json!({ "__metadata__": { "ganforge": self.card.to_string() } });
        let mut data: Vec<u8> = Vec::new();
        for (name, shape, numbers) in &self.tensors {
            let start = data.len();
            data.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
            let offsets = [start, data.len()];
            header[name] = json!({ "dtype": "F32", "shape": shape, "data_offsets": offsets });
        }
        let header = header.to_string();
        let len = (header.len() as u64).to_le_bytes();
        home.write(name, [&len[..], header.as_bytes(), &data].concat());
    }
}

/// A residual network of one channel that makes images of `side` × `side`: every block has the weights of one.
fn narrow_and_large(home: &Home, side: u64, name: &str) {
    home.squares("squares/a", 4, 8);
    home.squares("squares/b", 4, 8);
    home.does(
        "train mnist-resnet --data squares --set data.size=[8,8] --set generator.width=1 \
         --set generator.norm=none --set generator.latent=1 --set discriminator.width=1 \
         --set discriminator.max_width=1 --set run.batch=4 --set run.tick=4 --set run.samples=1 --images 4 \
         --set generator.max_width=1 --out narrow",
    );
    let mut model = Model::read(home, "narrow/model.safetensors");
    model.card["image"]["height"] = side.into();
    model.card["image"]["width"] = side.into();
    let block: Vec<_> = model
        .tensors
        .extract_if(.., |(name, ..)| name.starts_with("blocks.0."))
        .collect();
    for index in 0..(side / 4).ilog2() {
        for (name, shape, numbers) in &block {
            let name = name.replace("blocks.0.", &format!("blocks.{index}."));
            model.tensors.push((name, shape.clone(), numbers.clone()));
        }
    }
    model.write(home, name);
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_number_of_images() {
    let home = Home::new();
    home.squares("squares", 8, 32);
    home.does(
        "train digits --data squares --set data.size=[32,32] --set generator.hidden=[8] --set discriminator.hidden=[8] \
         --set run.batch=8 --set run.tick=8 --images 8 --set run.samples=1 --out run",
    );
    for (form, few, many) in [
        ("x.npy", 500, 30_500),
        ("x/", 100, 4_100),
        ("x.png", 100, 40_100),
    ] {
        let [few, many] = [few, many].map(|n| peak(&home, &format!("sample run -n {n} -o {form}")));
        // Held as floats alone, these would be 117, 16 and 156 MiB more.
        assert!(many < few + 12, "{form}: {few} and {many} MiB");
    }
    assert_eq!(home.names("x").len(), 4_100);
    assert_eq!(home.read("x.npy").len(), 128 + 30_500 * 4096);
    let sheet = image::open(home.path("x.png")).unwrap();
    assert_eq!(
        [sheet.width(), sheet.height()],
        [2 + 201 * 34, 2 + 200 * 34]
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_small_file_of_a_large_image_costs_one_image() {
    let home = Home::new();
    narrow_and_large(&home, 2048, "large.safetensors");
    assert!(home.read("large.safetensors").len() < 20_000);
    let mebi = peak(&home, "sample large.safetensors -n 1 -o one.png");
    assert!(mebi < 1024, "{mebi} MiB");
    let one = image::open(home.path("one.png")).unwrap();
    assert_eq!(one.width(), 2 + 2048 + 2);
}

#[test]
fn an_image_too_large_for_any_machine_is_refused_before_it_is_computed() {
    let home = Home::new();
    narrow_and_large(&home, 8192, "large.safetensors");
    // The weights are those of one channel; were they of more, the file would be larger.
    let mut model = Model::read(&home, "large.safetensors");
    model.card["image"]["channels"] = 4096.into();
    for (name, shape, numbers) in &mut model.tensors {
        if name.starts_with("output.") {
            shape[0] = 4096;
            *numbers = numbers.repeat(4096);
        }
    }
    model.write(&home, "huge.safetensors");
    let complaint = home.refuses(1, "sample huge.safetensors -n 1 -o one.npy");
    assert!(complaint.contains("4096x8192x8192"), "{complaint}");
    assert!(complaint.contains("GiB allowed"), "{complaint}");
    assert!(!home.path("one.npy").exists());
}

#[test]
fn what_cannot_be_written_is_refused_before_the_first_image() {
    let home = trained();
    home.write("file", "kept");
    // So many images would take years.
    let years = "-n 1000000000000000";
    for (form, reason) in [
        ("sheet.png", "too large for one picture"),
        ("many/", "too many for one folder"),
        ("file/", "file"),
        ("file/x.npy", "file"),
    ] {
        let complaint = home.refuses(1, &format!("sample run {years} -o {form}"));
        assert!(complaint.contains(reason), "{complaint}");
    }
    let complaint = home.refuses(1, "sample run -n 18446744073709551615 -o x.npy");
    assert!(complaint.contains("too many for one file"), "{complaint}");
    let complaint = home.refuses(2, "sample run -n 0 -o x.npy");
    assert!(complaint.contains("allowed: 1 or more"), "{complaint}");
    let complaint = home.refuses(2, "sample run --class 3 -o x.npy");
    assert!(complaint.contains("no class"), "{complaint}");
    assert_eq!(home.text("file"), "kept");
    assert_eq!(home.names(""), ["file", "run"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_array_leaves_the_earlier_one_and_nothing_beside_it() {
    let home = trained();
    home.write("out/x.npy", "earlier");
    for signal in ["INT", "TERM"] {
        let run = home.start("sample run -n 1000000000 -o out/x.npy");
        let patience = Instant::now() + Duration::from_secs(30);
        while home.names("out").len() < 2 {
            assert!(Instant::now() < patience, "nothing is written");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(50));
        run.signal(signal);
        assert_eq!(run.wait(), Some(130), "{signal}");
        assert_eq!(home.names("out"), ["x.npy"], "{signal}");
    }
    assert_eq!(home.text("out/x.npy"), "earlier");
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_completed_leaves_the_earlier_one_and_nothing_beside_it() {
    let home = trained();
    for (form, count) in [("x.npy", 10_000), ("x.png", 4_000)] {
        let name = format!("out/{form}");
        home.write(&name, "earlier");
        // Files of up to 100 KiB.
        let limited = home.command(&format!("sample run -n {count} -o {name}"));
        let mut command = Command::new("bash");
        command
            .args(["-c", "trap '' XFSZ; ulimit -f 100; exec \"$@\"", "bash"])
            .arg(limited.get_program())
            .args(limited.get_args())
            .current_dir(home.path(""));
        let complaint = Ended::of(command).refusal(1, &name);
        assert!(complaint.contains(&name), "{complaint}");
        assert!(complaint.contains("File too large"), "{complaint}");
        assert_eq!(home.text(&name), "earlier");
    }
    assert_eq!(home.names("out"), ["x.npy", "x.png"]);
}

#[test]
fn weights_that_are_not_finite_are_named_with_their_file() {
    let home = trained();
    let mut model = Model::read(&home, "run/model.safetensors");
    model.tensors[0].2[0] = f32::NAN;
    model.write(&home, "run/model.safetensors");
    for command in [
        "sample run -o x.png",
        "evaluate run --data digits --samples 20",
    ] {
        let complaint = home.refuses(1, command);
        assert!(
            complaint.contains("run/model.safetensors: the weights"),
            "{complaint}"
        );
        assert!(complaint.contains("diverged"), "{complaint}");
    }
    assert_eq!(home.names(""), ["run"]);
}

#[test]
fn images_that_are_not_finite_are_named_and_not_written() {
    let home = trained();
    let mut model = Model::read(&home, "run/model.safetensors");
    // Without tanh, sums that exceed 32-bit floats reach the image.
    model.card["architecture"]["output"] = "linear".into();
    for (name, _, numbers) in &mut model.tensors {
        if name == "output.weight" {
            numbers.fill(3e38);
        }
    }
    model.write(&home, "large.safetensors");
    for command in [
        "sample large.safetensors -o x.png",
        "sample large.safetensors -o x/",
        "evaluate large.safetensors --data digits --samples 20",
    ] {
        let ended = home.run(command);
        assert_eq!(ended.status, Some(1), "{command}: {ended:?}");
        let complaint = ended.stderr.lines().last().unwrap();
        assert!(complaint.starts_with("error: large.safetensors: image 0 is not finite"));
    }
    assert!(!home.path("x.png").exists());
    let left = fs::read_dir(home.path("x")).map_or(0, Iterator::count);
    assert_eq!(left, 0);
}

#[test]
fn what_a_file_says_is_quoted_in_one_short_line() {
    let home = trained();
    let mut model = Model::read(&home, "run/model.safetensors");
    let kind = model.card["architecture"]["kind"].clone();
    model.card["architecture"]["kind"] = "\u{1b}[31mred\nand another line".into();
    model.write(&home, "red.safetensors");
    let complaint = home.refuses(1, "sample red.safetensors -o x.png");
    assert!(complaint.contains("red\\nand another line"), "{complaint}");
    assert!(!complaint.contains('\u{1b}'), "{complaint}");

    home.does(
        "train digits-conditional --images 640 --set run.tick=640 --set run.samples=4 --out ten",
    );
    let mut model = Model::read(&home, "ten/model.safetensors");
    model.card["classes"] = (0..100_000).map(|class| format!("class {class}")).collect();
    model.write(&home, "many.safetensors");
    let complaint = home.refuses(1, "sample many.safetensors --class x -o x.png");
    assert!(complaint.len() < 500, "{complaint}");
    assert_eq!(kind, "mlp");
}

#[test]
fn a_truncation_above_one_is_questioned() {
    let home = trained();
    for command in [
        "sample run -n 4 -o x.npy",
        "evaluate run --data digits --samples 100 --metrics frechet --json",
    ] {
        home.does(&format!("{command} --truncation 0.7"));
        home.does(&format!("{command} --truncation 1"));
        let ended = home.run(&format!("{command} --truncation 5"));
        assert_eq!(ended.status, Some(0), "{ended:?}");
        let first = ended.stderr.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("warning: --truncation 5 lies outside"),
            "{ended:?}"
        );
        assert_eq!(ended.stderr.lines().count(), 1);
        for none in ["-1", "nan", "inf"] {
            let complaint = home
                .run(&format!("{command} --truncation={none}"))
                .refusal(2, command);
            assert!(complaint.contains("allowed: 0 or more"), "{complaint}");
        }
    }
}
