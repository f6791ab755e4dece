//! What no memory holds is refused in one line that names the key, before a folder is touched; lists are no tables; values
//! that train nothing are warned of, and trained with.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use support::Home;

/// The words of a run of one step.
const ONE_STEP: &str =
    "--set run.images=64 --set run.tick=64 --set run.samples=4 --out run --dashboard none";

#[test]
fn sizes_that_no_memory_holds_are_refused_by_their_key() {
    let home = Home::new();
    for size in [1_000_000_000_000_000, i64::MAX] {
        for (recipe, key, value) in [
            ("digits", "generator.latent", size.to_string()),
            ("digits", "generator.hidden", format!("[{size}]")),
            ("digits", "discriminator.maxout_pieces", size.to_string()),
            ("ring8", "discriminator.hidden", format!("[{size}]")),
        ] {
            for command in ["train", "bench"] {
                let rest = if command == "train" { ONE_STEP } else { "" };
                let line = format!("{command} {recipe} --set {key}={value} {rest}");
                let complaint = home.refuses(1, &line);
                let named = format!("error: `{key}` is {value}: ");
                assert!(complaint.starts_with(&named), "{complaint}");
                assert!(complaint.contains("; lower "), "{complaint}");
            }
        }
    }
    assert!(home.names("").is_empty(), "nothing was begun");
}

#[test]
fn a_list_in_the_place_of_a_table_is_refused() {
    let home = Home::new();
    for (change, key) in [
        ("game.feature_matching=[]", "game.feature_matching"),
        ("average=[5.0]", "average"),
        ("game.penalties=[[\"r1\",1.0]]", "game.penalties"),
    ] {
        let complaint = home.run(&format!("train digits --set {change} {ONE_STEP}"));
        assert!(!complaint.stderr.contains("panicked"), "{complaint:?}");
        assert_ne!(complaint.status, Some(0), "{complaint:?}");
        let named = format!("`{key}` is [");
        assert!(complaint.stderr.contains(&named), "{complaint:?}");
        assert!(
            complaint.stderr.contains("allowed: a table"),
            "{complaint:?}"
        );
    }
    assert!(home.names("").is_empty(), "nothing was begun");
}

#[test]
fn a_value_that_trains_nothing_is_warned_of_and_logged() {
    let home = Home::new();
    let change = "--set optimizer.generator.rate=1e-308";
    let ended = home.run(&format!("train digits {change} {ONE_STEP}"));
    assert_eq!(ended.status, Some(0), "{ended:?}");
    let warning = "`optimizer.generator.rate` is 1e-308: ";
    assert!(
        ended.stderr.starts_with(&format!("warning: {warning}")),
        "{ended:?}"
    );
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    assert!(home.text("run/experiment.log").contains(warning));
}
