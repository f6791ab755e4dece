//! `ganforge sample`: which images, and in what form.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use support::Home;

/// A home with a conditional model in `run`.
fn trained() -> Home {
    let home = Home::new();
    home.does("train digits-conditional --images 1280 --set run.tick=1280 --out run");
    home
}

/// Shape and numbers of a `.npy` file.
fn array(home: &Home, name: &str) -> ([usize; 4], Vec<f32>) {
    let bytes = home.read(name);
    assert!(bytes.starts_with(b"\x93NUMPY\x01\x00"));
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let (header, numbers) = bytes[10..].split_at(header);
    let header = std::str::from_utf8(header).unwrap();
    assert!(header.contains("'descr': '<f4'"), "{header}");
    assert!(header.contains("'fortran_order': False"), "{header}");
    let (_, shape) = header.split_once("'shape': (").unwrap();
    let shape = shape.split(')').next().unwrap();
    let sides: Vec<usize> = shape
        .split(", ")
        .map(|side| side.parse().unwrap())
        .collect();
    let numbers = numbers
        .chunks_exact(4)
        .map(|four| f32::from_le_bytes(four.try_into().unwrap()));
    (sides.try_into().unwrap(), numbers.collect())
}

#[test]
fn the_same_seed_gives_the_same_bytes_in_every_form() {
    let home = trained();
    for form in ["npy", "png"] {
        for (name, seed) in [("one", 4), ("same", 4), ("other", 5)] {
            home.does(&format!("sample run -n 20 --seed {seed} -o {name}.{form}"));
        }
        let [one, same, other] =
            ["one", "same", "other"].map(|name| home.read(&format!("{name}.{form}")));
        assert!(one == same, "{form}");
        assert!(one != other, "{form}");
    }
}

#[test]
fn an_array_holds_raw_numbers_and_fewer_images_are_a_prefix_of_more() {
    let home = trained();
    home.does("sample run/model.safetensors -n 7 -o few.npy");
    home.does("sample run -n 100 -o many.npy");
    let (shape, few) = array(&home, "few.npy");
    assert_eq!(shape, [7, 1, 8, 8]);
    let (shape, many) = array(&home, "many.npy");
    assert_eq!(shape, [100, 1, 8, 8]);
    assert_eq!(few, many[..7 * 64]);
    assert!(many.iter().all(|number| (-1.0..=1.0).contains(number)));
}

#[test]
fn a_grid_is_one_sheet_and_a_folder_gets_a_file_each() {
    let home = trained();
    home.does("sample run -n 10 -o sheets/grid.png");
    let grid = image::open(home.path("sheets/grid.png")).unwrap();
    assert_eq!([grid.width(), grid.height()], [2 + 4 * 34, 2 + 3 * 34]);
    home.does("sample run -n 3 -o files/");
    assert_eq!(
        home.names("files"),
        ["000000.png", "000001.png", "000002.png"]
    );
    home.does("sample run -n 3 -o array.npy");
    let (_, numbers) = array(&home, "array.npy");
    let picture = image::open(home.path("files/000002.png"))
        .unwrap()
        .to_luma8();
    for (pixel, number) in picture.iter().zip(&numbers[2 * 64..]) {
        let level = (number + 1.0) * 127.5;
        assert!(
            (f32::from(*pixel) - level).abs() <= 0.5001,
            "{pixel} {level}"
        );
    }
}

#[test]
fn a_class_is_asked_for_by_number_or_name_and_otherwise_they_take_turns() {
    let home = trained();
    home.does("sample run -n 20 --class 3 -o three.npy");
    home.does("sample run -n 20 -o turns.npy");
    let (_, three) = array(&home, "three.npy");
    let (_, turns) = array(&home, "turns.npy");
    let image = |numbers: &[f32], index: usize| numbers[index * 64..][..64].to_vec();
    // Image 13 in turn is of class 3, from the same latent.
    assert_eq!(image(&three, 13), image(&turns, 13));
    assert_ne!(image(&three, 14), image(&turns, 14));

    for index in 0..80 {
        let class = ["cats", "dogs"][index % 2];
        let image = image::GrayImage::from_pixel(8, 8, image::Luma([(index * 3) as u8]));
        home.save(&format!("pets/{class}/{index}.png"), image);
    }
    home.does("train digits-conditional --data pets --images 640 --out pets-run");
    home.does("sample pets-run -n 5 --class dogs -o name.npy");
    home.does("sample pets-run -n 5 --class 1 -o number.npy");
    home.does("sample pets-run -n 5 --class cats -o cats.npy");
    assert_eq!(home.read("name.npy"), home.read("number.npy"));
    assert_ne!(home.read("name.npy"), home.read("cats.npy"));
    let complaint = home.refuses(2, "sample pets-run --class birds -o x.npy");
    assert!(complaint.contains("cats, dogs"), "{complaint}");
}

#[test]
fn truncation_to_nothing_leaves_one_image_for_each_class() {
    let home = trained();
    home.does("sample run -n 9 --class 0 --truncation 0 -o one.npy");
    let (_, numbers) = array(&home, "one.npy");
    let first = &numbers[..64];
    assert!(numbers.chunks_exact(64).all(|image| image == first));
    home.does("sample run -n 9 --class 0 --truncation 1 -o plain.npy");
    home.does("sample run -n 9 --class 0 -o untouched.npy");
    assert_eq!(home.read("plain.npy"), home.read("untouched.npy"));
}

#[test]
fn points_become_a_scatter_plot_or_an_array() {
    let home = Home::new();
    home.does("train ring8 --images 500 --set run.samples=50 --out run");
    home.does("sample run -n 200 -o points.png");
    assert!(image::open(home.path("points.png")).is_ok());
    home.does("sample run -n 200 -o points.npy");
    assert_eq!(array(&home, "points.npy").0, [200, 2, 1, 1]);
    let complaint = home.refuses(1, "sample run -o points/");
    assert!(complaint.contains(".npy"), "{complaint}");
}
