//! `project` finds the latent of an image, and `sample --latents` draws it.

mod support;

use support::Home;

const SHORT: &str = "--images 6400 --set run.tick=3200 --set run.samples=4 --out run";

#[test]
fn a_sample_is_found_again_and_its_latent_is_drawn() {
    let home = Home::new();
    home.does(&format!("train digits-conditional {SHORT}"));
    home.does("sample run -n 1 --seed 5 --class 3 -o three/");
    let said = home.does("project run three/000000.png --starts 20 --json -o latent.npy");
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    let error = report["error"].as_f64().unwrap();
    assert!(error < 0.2, "{report}");
    assert_eq!(report["errors"].as_array().unwrap().len(), 20);
    let class = report["class"].as_str().unwrap();
    home.does(&format!(
        "sample run --latents latent.npy --class {class} -o found/"
    ));
    let [wanted, found] = ["three/000000.png", "found/000000.png"].map(|name| {
        image::load_from_memory(&home.read(name))
            .unwrap()
            .into_luma8()
    });
    let squares: f64 = wanted
        .iter()
        .zip(found.iter())
        .map(|(a, b)| ((f64::from(*a) - f64::from(*b)) / 127.5).powi(2))
        .sum();
    assert!(((squares / 64.0).sqrt() - error).abs() < 0.02);

    let said = home.does("project run three/000000.png --steps 5 -o pair.png");
    assert!(said.starts_with("nearest image of class"), "{said}");
    // Two images of 32 pixels with margins of 2.
    let pair = image::load_from_memory(&home.read("pair.png")).unwrap();
    assert_eq!((pair.width(), pair.height()), (70, 36));

    let error = home.refuses(1, "project run run/recipe.toml -o pair.png");
    assert!(error.contains("recipe.toml"), "{error}");
    let error = home.refuses(2, "project run three/000000.png -o folder/");
    assert!(error.contains("a pair.png or a latent.npy"), "{error}");
}
