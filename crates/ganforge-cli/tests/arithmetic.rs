//! `ganforge arithmetic`: the picture of a sum of mean latents, and what is refused.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use support::Home;

/// White pixels around images, and the width of the place of a sign.
const GAP: u32 = 2;
const SIGN: u32 = 28;
/// Side of a magnified 8×8 image.
const SIDE: u32 = 32;
/// The upper edge of the means below three samples.
const MEAN: u32 = GAP + 3 * (SIDE + GAP) + 8;

fn trained(recipe: &str) -> Home {
    let home = Home::new();
    home.does(&format!(
        "train {recipe} --images 1280 --set run.tick=1280 --set run.samples=4 --out run"
    ));
    home
}

/// The image at a place, as its 8-bit levels.
fn image(picture: &image::RgbImage, left: u32, top: u32) -> Vec<u8> {
    let at = |index: u32| {
        picture
            .get_pixel(left + index % 8 * 4, top + index / 8 * 4)
            .0[0]
    };
    (0..64).map(at).collect()
}

/// Left edge of a column of samples.
fn column(index: u32) -> u32 {
    GAP + SIGN + index * (SIDE + GAP + SIGN)
}

fn open(home: &Home, name: &str) -> image::RgbImage {
    image::open(home.path(name)).unwrap().to_rgb8()
}

/// Whether two images agree up to the rounding of another batch.
fn agree(one: &[u8], other: &[u8]) -> bool {
    one.iter().zip(other).all(|(a, b)| a.abs_diff(*b) <= 1)
}

#[test]
fn the_picture_shows_the_samples_their_means_and_the_result_among_neighbours() {
    let home = trained("digits");
    home.does("arithmetic run --plus 0,1,2 --minus 3,4,5 --plus 6,7,40 --seed 4 -o out/sum.png");
    let sum = open(&home, "out/sum.png");
    assert_eq!(sum.width(), GAP + 6 * (SIDE + GAP) + 4 * SIGN);
    assert_eq!(sum.height(), MEAN + SIDE + GAP);

    home.does("sample run -n 41 --seed 4 -o files/");
    for (index, sample) in [0, 1, 2, 3, 4, 5, 6, 7, 40].into_iter().enumerate() {
        let file = open(&home, &format!("files/{sample:06}.png"));
        let (place, row) = (index as u32 / 3, index as u32 % 3);
        let shown = image(&sum, column(place), GAP + row * (SIDE + GAP));
        let pixels: Vec<u8> = file.pixels().map(|pixel| pixel.0[0]).collect();
        assert!(agree(&shown, &pixels), "sample {sample}");
    }
    let grid = |row: u32, col: u32| {
        let (left, top) = (column(3), MEAN - 2 * (SIDE + GAP));
        image(&sum, left + col * (SIDE + GAP), top + row * (SIDE + GAP))
    };
    let result = grid(1, 1);
    for place in (0..9).filter(|&place| place != 4) {
        assert_ne!(result, grid(place / 3, place % 3), "neighbour {place}");
    }

    // A concept less itself is nothing, so the sum is the last concept.
    home.does("arithmetic run --plus 0,1,2 --minus 0,1,2 --plus 6,7,8 --seed 4 -o same.png");
    let same = open(&home, "same.png");
    let (left, top) = (column(3) + SIDE + GAP, MEAN - SIDE - GAP);
    let mean = image(&same, column(2), MEAN);
    assert!(agree(&image(&same, left, top), &mean));
}

#[test]
fn the_order_of_terms_is_kept_and_seeds_give_the_same_bytes() {
    let home = trained("digits");
    home.does("arithmetic run --minus 3,4,5 --plus 0,1,2 -o minus.png");
    home.does("arithmetic run --plus 0,1,2 --minus 3,4,5 -o plus.png");
    home.does("arithmetic run --plus 0,1,2 --minus 3,4,5 --seed 0 -o again.png");
    home.does("arithmetic run --plus 0,1,2 --minus 3,4,5 --seed 1 -o seed.png");
    let [minus, plus] = ["minus.png", "plus.png"].map(|name| open(&home, name));
    assert_eq!(
        image(&minus, column(1), MEAN),
        image(&plus, column(0), MEAN)
    );
    assert_eq!(
        image(&minus, column(0), MEAN),
        image(&plus, column(1), MEAN)
    );
    // The sum is the same.
    let (left, top) = (column(2) + SIDE + GAP, MEAN - SIDE - GAP);
    assert!(agree(&image(&minus, left, top), &image(&plus, left, top)));
    assert_eq!(home.read("plus.png"), home.read("again.png"));
    assert_ne!(home.read("plus.png"), home.read("seed.png"));
}

#[test]
fn a_conditional_model_needs_a_class_and_an_unconditional_one_has_none() {
    let home = trained("digits-conditional");
    let complaint = home.refuses(2, "arithmetic run --plus 0,1,2 -o x.png");
    assert!(
        complaint.contains("`class` is not given, allowed: 0 to 9"),
        "{complaint}"
    );
    home.does("arithmetic run --plus 0,1,2 --class 3 -o three.png");
    home.does("sample run -n 3 --class 3 -o files/");
    let three = open(&home, "three.png");
    let file = open(&home, "files/000002.png");
    let pixels: Vec<u8> = file.pixels().map(|pixel| pixel.0[0]).collect();
    let shown = image(&three, column(0), GAP + 2 * (SIDE + GAP));
    assert!(agree(&shown, &pixels));
    home.refuses(2, "arithmetic run --plus 0,1,2 --class 12 -o x.png");

    let home = trained("digits");
    let complaint = home.refuses(2, "arithmetic run --plus 0,1,2 --class 3 -o x.png");
    assert!(complaint.contains("no classes"), "{complaint}");
    assert!(!home.path("x.png").exists());
}

#[test]
fn a_wrong_command_line_is_refused_in_one_line() {
    let home = trained("digits");
    for (line, part) in [
        ("arithmetic run --plus 0,1 -o x.png", "names 2"),
        ("arithmetic run --plus 0,1,2 --minus 7 -o x.png", "names 1"),
        ("arithmetic run --plus 0,1,x -o x.png", "indices of samples"),
        (
            "arithmetic run --plus -1,2,3 -o x.png",
            "indices of samples",
        ),
        (
            "arithmetic run --plus 0,1,2.5 -o x.png",
            "indices of samples",
        ),
        (
            "arithmetic run --plus 0,1,99999999999999999999 -o x.png",
            "indices of samples",
        ),
        (
            "arithmetic run --plus 0,1,2, -o x.png",
            "indices of samples",
        ),
        ("arithmetic run --plus 5,1,5 -o x.png", "5 twice"),
        ("arithmetic run --plus 0,1,2 -o x.npy", ".png file"),
        ("arithmetic run --plus 0,1,2 -o folder/", ".png file"),
    ] {
        let complaint = home.refuses(2, line);
        assert!(complaint.contains(part), "{line}: {complaint}");
    }
    for (line, part) in [
        ("arithmetic run --plus 0,1,2", "--output"),
        ("arithmetic run --minus 0,1,2 -o x.png", "--plus"),
        ("arithmetic --plus 0,1,2 -o x.png", "MODEL"),
    ] {
        let ended = home.run(line);
        assert_eq!(ended.status, Some(2), "{line}: {ended:?}");
        assert!(ended.stderr.contains(part), "{line}: {ended:?}");
    }
    let complaint = home.refuses(1, "arithmetic nothing --plus 0,1,2 -o x.png");
    assert!(complaint.contains("nothing"), "{complaint}");
    assert!(!home.path("x.png").exists());
}

#[test]
fn points_have_no_picture_of_a_sum() {
    let home = Home::new();
    home.does("train ring8 --images 500 --set run.samples=50 --out run");
    let complaint = home.refuses(1, "arithmetic run --plus 0,1,2 -o x.png");
    assert!(complaint.contains("2x1x1"), "{complaint}");
}
