//! `ganforge features` through the binary.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use support::Home;

const SMALL: &str = "--images 64 --set run.tick=64 --set run.samples=4";

/// The shape in the header of a numpy array.
fn shape(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..128]).into_owned();
    let (_, rest) = text.split_once("'shape': (").unwrap();
    rest.split(')').next().unwrap().to_owned()
}

#[test]
fn a_finished_run_gives_its_discriminator_when_it_is_resumed_for_it() {
    let home = Home::new();
    let dcgan =
        "--set generator={kind=\"dcgan\",width=4} --set discriminator={kind=\"dcgan\",width=4}";
    home.does(&format!("train digits {SMALL} {dcgan} --out run"));
    let complaint = home.refuses(1, "features run --data digits -o x.npy");
    for part in ["discriminator", "--ship-discriminator", "resume"] {
        assert!(complaint.contains(part), "{complaint}");
    }
    assert!(!home.path("x.npy").exists());
    home.does("train digits --resume --ship-discriminator --out run");
    home.does("features run --data digits -n 10 -o x.npy");
    // Of 8×8 pixels one convolution: 4 channels of 4×4.
    assert_eq!(shape(&home.read("x.npy")), "10, 64");
    home.does("features run --data digits -n 20 -o y.npy");
    let (few, more) = (home.read("x.npy"), home.read("y.npy"));
    assert_eq!(few[128..], more[128..128 + 10 * 64 * 4]);
}

#[test]
fn any_discriminator_has_features_and_other_files_are_refused() {
    let home = Home::new();
    home.does(&format!(
        "train digits {SMALL} --ship-discriminator --out run"
    ));
    home.does("features run --data digits -n 5 -o x.npy");
    // Two hidden layers of 256 units.
    assert_eq!(shape(&home.read("x.npy")), "5, 512");
    let complaint = home.refuses(2, "features run --data digits -o x.png");
    assert!(complaint.contains(".npy"), "{complaint}");
}
