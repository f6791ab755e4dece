//! Errors are one line with what, where and what to do: exit status 2 for errors of the command line, 1 for failed work.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use serde_json::Value;
use support::Home;

/// Fails unless the complaint names everything in `parts`.
fn names(complaint: &str, parts: &[&str]) {
    for part in parts {
        assert!(complaint.contains(part), "`{part}` in {complaint}");
    }
}

#[test]
fn an_unknown_name_is_refused_with_the_known_ones() {
    let home = Home::new();
    for (line, parts) in [
        (
            "train digit",
            &["`digit`", "digits-conditional", "bench-dcgan64"][..],
        ),
        ("bench digit", &["`digit`", "mnist-dcgan"]),
        ("recipes digit", &["`digit`", "mnist-dcgan"]),
        ("data inspect digits --recipe digit", &["`digit`", "ring8"]),
        (
            "data inspect digit",
            &["`digit`", "fashion-mnist", "folder:DIR"],
        ),
        ("data fetch digits", &["`digits`", "mnist, fashion-mnist"]),
        (
            "train digits --data /no/such/folder",
            &["/no/such/folder", "idx:DIR"],
        ),
        ("train digits --device gpu", &["`gpu`", "wgpu[:N]"]),
        (
            "train digits --dashboard big",
            &["'big'", "auto, tui, log, none"],
        ),
    ] {
        names(&home.refuses(2, line), parts);
    }
    assert!(home.names("").is_empty(), "nothing was begun");
}

#[test]
fn a_device_that_was_not_compiled_in_names_the_feature_that_adds_it() {
    let home = Home::new();
    // ROCm is in no test build.
    let complaint = home.refuses(2, "train digits --device rocm");
    names(&complaint, &["`rocm`", "--features rocm"]);
    names(
        &home.refuses(2, "train digits --device flex:7"),
        &["`flex`", "number 7"],
    );
}

#[test]
fn an_unknown_key_of_a_recipe_is_named() {
    let home = Home::new();
    let recipe = home.does("recipes digits");
    home.write("top.toml", format!("colour = 3\n{recipe}"));
    names(
        &home.refuses(1, "train top.toml"),
        &["top", "`colour`", "`title`"],
    );
    home.write("game.toml", recipe.replace("payoff =", "pay_off ="));
    names(
        &home.refuses(1, "train game.toml"),
        &["`pay_off`", "`payoff`"],
    );
    home.write("torn.toml", &recipe[..recipe.len() / 2]);
    home.refuses(1, "train torn.toml");
    home.write("text.toml", "what a nice day");
    home.refuses(1, "train text.toml");
}

#[test]
fn an_override_out_of_range_or_malformed_is_named_with_what_is_allowed() {
    let home = Home::new();
    for (key, parts) in [
        ("run.batch=0", &["`run.batch`", "0", "1 to"][..]),
        ("run.batch=9223372036854775807", &["`run.batch`", "1 to"]),
        ("run.images=0", &["`run.images`", "1 or more"]),
        ("run.tick=-5", &["-5"]),
        ("run.samples=1000000", &["`run.samples`", "1 to 4096"]),
        ("game.payoff=hinges", &["`hinges`", "`hinge`"]),
        (
            "game.payoff=wasserstein",
            &["`game.penalties`", "weight-clipping"],
        ),
        (
            "game.discriminator_steps=0",
            &["`game.discriminator_steps`", "1 to"],
        ),
        (
            "game.label_smoothing=0.7",
            &["`game.label_smoothing`", "0.7", "below 0.5"],
        ),
        (
            "optimizer.generator.rate=-1",
            &["`optimizer.generator.rate`", "-1", "above 0"],
        ),
        (
            "optimizer.generator.rate=nan",
            &["`optimizer.generator.rate`"],
        ),
        (
            "optimizer.discriminator.betas=[0.5,1.5]",
            &["betas", "1.5", "below 1"],
        ),
        ("average.half_life=0", &["`average.half_life`", "above 0"]),
        (
            "generator.hidden=[64,0]",
            &["generator", "`hidden`", "1 or more"],
        ),
        (
            "discriminator.dropout_hidden=1",
            &["`dropout_hidden`", "below 1"],
        ),
        ("generator.width=64", &["`width`", "`hidden`"]),
        ("data.size=[0,8]", &["size", "[0, 8]"]),
        ("title.x=1", &["`title`"]),
    ] {
        let complaint = home.refuses(1, &format!("train digits --set {key} --out run"));
        names(&complaint, parts);
    }
    for malformed in ["run.batch", "=5", "run..batch=5"] {
        let complaint = home.refuses(2, &format!("train digits --set {malformed}"));
        names(&complaint, &[malformed, "key.path=value"]);
    }
    assert!(home.names("").is_empty(), "nothing was begun");
}

#[test]
fn a_batch_larger_than_the_data_is_refused_before_anything_is_written() {
    let home = Home::new();
    let complaint = home.refuses(1, "train digits --set run.batch=2000 --out run");
    names(&complaint, &["2000", "1797", "run.batch"]);
    assert!(home.names("").is_empty());
}

#[test]
fn missing_and_empty_folders_are_named() {
    let home = Home::new();
    home.write("notes/readme.txt", "no images here");
    for (data, parts) in [
        ("folder:photos", &["photos", "No such file"][..]),
        ("idx:photos", &["photos"]),
        ("notes", &["notes", "holds no images", "PNG"]),
        ("idx:notes", &["notes", "holds no IDX images"]),
        ("mnist", &["mnist", "ganforge data fetch mnist"]),
    ] {
        for command in ["train digits --data", "data inspect"] {
            names(&home.refuses(1, &format!("{command} {data}")), parts);
        }
    }
    let complaint = home.refuses(1, "train ring8 --data points:photos.csv");
    names(&complaint, &["photos.csv", "No such file"]);
    home.write("torn/a.png", "\u{89}PNG no more");
    let complaint = home.refuses(1, "train digits --data torn");
    names(&complaint, &["torn", "a.png"]);
}

#[test]
fn truncated_and_inconsistent_idx_files_are_named_with_both_lengths() {
    let home = Home::new();
    let idx = |count: u32, pixels: usize| {
        let mut bytes = vec![0, 0, 8, 3];
        for side in [count, 4, 4] {
            bytes.extend(side.to_be_bytes());
        }
        bytes.extend(vec![7; pixels]);
        bytes
    };
    home.write("short/train-images-idx3-ubyte", idx(10, 100));
    names(
        &home.refuses(1, "train digits --data short"),
        &["160 bytes", "100 bytes"],
    );
    home.write("lying/train-images-idx3-ubyte", idx(u32::MAX, 100));
    names(
        &home.refuses(1, "train digits --data lying"),
        &["4294967295", "100 bytes"],
    );
    home.write("head/train-images-idx3-ubyte", &idx(10, 160)[..9]);
    names(&home.refuses(1, "train digits --data idx:head"), &["head"]);
    home.write("labels/train-images-idx3-ubyte", idx(10, 160));
    home.write(
        "labels/train-labels-idx1-ubyte",
        [0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3],
    );
    let complaint = home.refuses(1, "train digits --data labels --set data.labels=true");
    names(&complaint, &["3 labels", "10 images"]);
}

#[test]
fn labels_that_the_data_lack_are_reported() {
    let home = Home::new();
    home.squares("images", 70, 8);
    let complaint = home.refuses(1, "train digits-conditional --data images");
    names(&complaint, &["classes", "subfolder"]);
}

#[test]
fn a_size_the_networks_cannot_make_is_named() {
    let home = Home::new();
    home.squares("images", 70, 30);
    let line = "train folder-dcgan --data images --set data.size=[30,30]";
    names(
        &home.refuses(1, line),
        &["generator", "data.size", "30×30", "64"],
    );
}

/// Trains a small model into `run`.
fn trained(home: &Home) {
    home.does("train digits --images 640 --set run.tick=640 --out run");
}

/// A model file whose description was changed.
fn redescribed(model: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let length = usize::try_from(u64::from_le_bytes(model[..8].try_into().unwrap())).unwrap();
    let (header, weights) = model[8..].split_at(length);
    let mut header: Value = serde_json::from_slice(header).unwrap();
    let card = &mut header["__metadata__"]["ganforge"];
    let mut described = serde_json::from_str(card.as_str().unwrap()).unwrap();
    change(&mut described);
    *card = described.to_string().into();
    let mut header = header.to_string().into_bytes();
    header.resize(header.len().next_multiple_of(8), b' ');
    let mut bytes = u64::try_from(header.len()).unwrap().to_le_bytes().to_vec();
    bytes.extend(header);
    bytes.extend(weights);
    bytes
}

#[test]
fn an_invalid_model_file_is_named() {
    let home = Home::new();
    trained(&home);
    let model = home.read("run/model.safetensors");
    let sample = |name: &str, bytes: &[u8]| {
        home.write(name, bytes);
        let complaint = home.refuses(1, &format!("sample {name} -o x.png"));
        names(&complaint, &[name]);
        complaint
    };
    names(
        &sample("torn", &model[..model.len() / 2]),
        &["complete safetensors"],
    );
    names(&sample("head", &model[..100]), &["complete safetensors"]);
    names(&sample("empty", b""), &["complete safetensors"]);
    names(&sample("text", b"not a model at all"), &["safetensors"]);
    let format = redescribed(&model, |card| card["format"] = 99.into());
    names(&sample("format", &format), &["format 99"]);
    let narrow = redescribed(&model, |card| {
        card["architecture"]["hidden"] = vec![256, 16].into();
    });
    names(&sample("narrow", &narrow), &["weights"]);
    let other = redescribed(&model, |card| {
        card["architecture"]["kind"] = "transformer".into();
    });
    names(&sample("other", &other), &["transformer"]);
    names(&home.refuses(1, "sample nowhere -o x.png"), &["nowhere"]);
    assert!(!home.path("x.png").exists());
}

#[test]
fn impossible_samples_are_refused() {
    let home = Home::new();
    trained(&home);
    for (options, parts) in [
        ("-o x.jpg", &["x.jpg", ".png", ".npy"][..]),
        ("-n 0 -o x.png", &["count", "1 or more"]),
        ("--truncation nan -o x.png", &["truncation", "0 or more"]),
        ("--class 3 -o x.png", &["class", "no classes"]),
        ("--class cat -o x.png", &["`cat`"]),
    ] {
        names(&home.refuses(2, &format!("sample run {options}")), parts);
    }
    home.write("file", "in the way");
    names(
        &home.refuses(1, "sample run -o file/x.png"),
        &["file/x.png"],
    );
    home.does("train digits-conditional --images 640 --out classes");
    let complaint = home.refuses(2, "sample classes --class 10 -o x.png");
    names(&complaint, &["class", "10", "0 to 9"]);
}

#[test]
fn a_run_that_cannot_be_resumed_is_refused_and_unchanged() {
    let home = Home::new();
    names(
        &home.refuses(1, "train digits --resume --out nothing"),
        &["nothing"],
    );
    names(&home.refuses(1, "train digits --resume"), &["runs/digits"]);
    trained(&home);
    home.squares("others", 70, 8);
    let before = home.names("run");
    let recipe = home.text("run/recipe.toml");
    for (options, parts) in [
        ("--data others", &["fingerprint", "same data"][..]),
        (
            "--set generator.hidden=[32]",
            &[
                "run cannot go on",
                "generator.hidden = [256, 256], now [32]",
            ],
        ),
        ("--set discriminator.hidden=[256]", &["now [256]"]),
        ("--set run.batch=32", &["run.batch"]),
        (
            "--set game.discriminator_steps=2",
            &["game.discriminator_steps"],
        ),
        ("--set run.tick=0", &["`run.tick`"]),
    ] {
        let line = format!("train digits --resume --images 1280 --out run {options}");
        let complaint = home.refuses(1, &line);
        names(&complaint, parts);
        assert!(complaint.len() < 400, "{complaint}");
        assert_eq!(home.text("run/recipe.toml"), recipe, "{options}");
    }
    assert_eq!(home.names("run"), before);
    home.does("train digits --resume --images 1280 --out run");
}

#[test]
fn a_damaged_checkpoint_is_named() {
    let home = Home::new();
    trained(&home);
    let part = "run/checkpoint/step-000000010/optimizer.bpk";
    let bytes = home.read(part);
    home.write(part, &bytes[..bytes.len() - 1]);
    let line = "train digits --resume --images 1280 --out run";
    names(
        &home.refuses(1, line),
        &["optimizer.bpk", "not what was written"],
    );
    home.write(part, bytes);
    home.does(line);
}

#[test]
fn values_that_are_not_finite_stop_the_run_and_keep_the_last_good_checkpoint() {
    let home = Home::new();
    trained(&home);
    let manifest = home.read("run/checkpoint/manifest.json");
    let model = home.read("run/model.safetensors");
    // Checkpoints come more often than ticks: none of them may hold a value that is not finite.
    let line = "train digits --resume --images 6400 --set run.checkpoint=64 --set run.tick=3200 \
                --set optimizer.generator.rate=1e38 --set optimizer.discriminator.rate=1e38 --out run";
    let complaint = home.refuses(1, line);
    names(
        &complaint,
        &["not finite", "optimizer rate", "game.payoff=hinge"],
    );
    assert_eq!(home.read("run/checkpoint/manifest.json"), manifest);
    assert_eq!(home.read("run/model.safetensors"), model);
    assert_eq!(home.metrics("run").len(), 1);
    home.does(
        "train digits --resume --images 1280 --set optimizer.generator.rate=1e-3 \
         --set optimizer.discriminator.rate=3e-4 --out run",
    );
}

#[test]
fn a_wrong_argument_is_answered_with_the_usage() {
    let home = Home::new();
    for line in [
        "",
        "train",
        "trian digits",
        "train digits --imges 5",
        "sample run",
    ] {
        let ended = home.run(line);
        assert_eq!(ended.status, Some(2), "{line}");
        assert!(ended.stderr.contains("Usage"), "{line}: {}", ended.stderr);
    }
}
