//! Games of energies: EBGAN and BEGAN train, report their terms, and refuse what means nothing for them.

mod support;

use support::Home;

fn refused(recipe: &str, cases: &[(&str, &[&str])]) {
    let home = Home::new();
    for (changes, parts) in cases {
        let changes = changes.replace(' ', " --set ");
        let complaint = home.refuses(1, &format!("train {recipe} --set {changes} --out run"));
        assert!(complaint.contains("allowed: "), "{complaint}");
        for part in *parts {
            assert!(complaint.contains(part), "`{part}` in {complaint}");
        }
        assert!(complaint.len() < 320, "{complaint}");
        assert!(!home.path("run").exists(), "{changes}");
    }
}

#[test]
fn energies_where_scores_are_free_and_free_scores_where_they_are_energies() {
    let payoffs = [
        ("game.payoff=energy-margin", "energy-margin"),
        ("game.payoff=balanced", "balanced"),
    ];
    for (change, name) in payoffs {
        let is = format!("`game.payoff` is {name}");
        refused("digits", &[(change, &[&is, "autoencoder"])]);
    }
    refused(
        "ebgan-2016-digits",
        &[
            (
                "game.payoff=hinge",
                &["`game.payoff` is hinge", "energy-margin", "never above 0"],
            ),
            (
                r#"game.payoff={kind="energy-margin",margin=0}"#,
                &["`game.payoff.margin` is 0", "above 0"],
            ),
            (
                r#"game.payoff={kind="balanced",gamma=2}"#,
                &["`game.payoff.gamma` is 2", "at most 1"],
            ),
            (
                "game.label_smoothing=0.1",
                &["`game.label_smoothing` is 0.1", "no target"],
            ),
            (
                "game.pulling_away=-1",
                &["`game.pulling_away` is -1", "0 or more"],
            ),
            (
                "run.batch=1 generator.norm=none",
                &["`game.pulling_away` is 0.1", "no pair of fakes"],
            ),
            (
                "game.update=one-stage",
                &["`game.payoff` is energy-margin", "margin"],
            ),
            (
                "game.update=one-stage game.payoff=balanced",
                &["`game.payoff` is balanced", "k = 0"],
            ),
            (
                "data.labels=true",
                &["discriminator: `kind` is autoencoder", "class"],
            ),
        ],
    );
}

#[test]
fn energies_and_the_balance_are_in_the_metrics() {
    let home = Home::new();
    let short = "--images 1280 --set run.tick=640 --set average.half_life=1000";
    home.does(&format!("train ebgan-2016-digits {short} --out ebgan"));
    home.does(&format!("train began-2017-digits {short} --out began"));
    let both = ["energy_real", "energy_fake"];
    let own = ["balance", "convergence"];
    for tick in home.metrics("ebgan") {
        assert!(both.iter().all(|key| tick[*key].as_f64().unwrap() > 0.0));
        assert!(own.iter().all(|key| tick.get(*key).is_none()));
        assert!((0.0..=1.0).contains(&tick["pulling_away"].as_f64().unwrap()));
    }
    for tick in home.metrics("began") {
        let [real, fake, k, convergence] =
            [both[0], both[1], own[0], own[1]].map(|key| tick[key].as_f64().unwrap());
        assert!(real > 0.0 && fake > 0.0 && (0.0..=1.0).contains(&k));
        // L(x) plus something that is not negative.
        assert!(convergence >= real - 1e-6);
        assert!(tick.get("pulling_away").is_none());
    }
}
