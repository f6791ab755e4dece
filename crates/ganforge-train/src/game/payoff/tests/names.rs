//! Names of payoffs in recipes, and the errors for wrong ones.

use serde::{Deserialize, Serialize};

use super::{Divergence, Equilibrium, Payoff, Targets, every_payoff};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Rules {
    payoff: Payoff,
    steps: usize,
}

fn read(payoff: &str) -> Result<Payoff, String> {
    toml::from_str::<Rules>(&format!("payoff = {payoff}\nsteps = 1"))
        .map(|rules| rules.payoff)
        .map_err(|error| error.message().to_owned())
}

#[test]
fn every_payoff_round_trips_through_text() {
    for payoff in every_payoff() {
        let rules = Rules { payoff, steps: 2 };
        let text = toml::to_string(&rules).unwrap();
        assert_eq!(toml::from_str::<Rules>(&text).unwrap(), rules, "{text}");
        // Default parameters are written as a name alone.
        let plain = text.contains(&format!("payoff = \"{}\"", payoff.name()));
        assert_eq!(plain, Payoff::ALL.contains(&payoff), "{text}");
    }
}

#[test]
fn names_are_unique() {
    for payoff in Payoff::ALL {
        let name = format!("\"{}\"", payoff.name());
        assert_eq!(read(&name), Ok(payoff));
        assert_eq!(read(&format!("{{ kind = {name} }}")), Ok(payoff));
    }
}

#[test]
fn a_table_overrides_only_its_keys() {
    let targets = Targets {
        real: 1.0,
        fake: -1.0,
        generator: 1.0,
    };
    assert_eq!(
        read("{ kind = \"least-squares\", fake = -1 }"),
        Ok(Payoff::LeastSquares(targets))
    );
    assert_eq!(
        read("{ kind = \"f-kl\", non_saturating = true }"),
        Ok(Payoff::Divergence {
            of: Divergence::KullbackLeibler,
            non_saturating: true
        })
    );
}

#[test]
fn errors_list_the_known_payoffs_and_keys() {
    for (payoff, parts) in [
        ("\"hinges\"", &["`hinges`", "`hinge`", "`f-kl`"][..]),
        ("{ kind = \"lsgan\" }", &["`lsgan`", "`least-squares`"]),
        ("{ real = 1 }", &["`kind`"]),
        ("{ kind = \"hinge\", slack = 1 }", &["`slack`", "`real`"]),
        (
            "{ kind = \"hinge\", margin = 1 }",
            &["`margin`", "`hinge`", "no keys"],
        ),
        (
            "{ kind = \"hinge\", real = 1 }",
            &["`real`", "`hinge`", "no keys"],
        ),
        (
            "{ kind = \"f-kl\", generator = 0 }",
            &["`generator`", "`f-kl`", "non_saturating"],
        ),
        ("3", &["3", "name of a payoff"]),
    ] {
        let complaint = read(payoff).unwrap_err();
        for part in parts {
            assert!(complaint.contains(part), "`{part}` in {complaint}");
        }
    }
}

#[test]
fn margins_and_equilibria_that_leave_no_game_are_refused() {
    let refused = |payoff: Payoff| payoff.check().unwrap_err().to_string();
    for margin in [0.0, -1.0, f64::NAN] {
        assert!(refused(Payoff::EnergyMargin { margin }).contains("game.payoff.margin"));
    }
    for (gamma, lambda, key) in [
        (0.0, 0.1, "game.payoff.gamma"),
        (1.5, 0.1, "game.payoff.gamma"),
        (0.5, 0.0, "game.payoff.lambda"),
        (0.5, f64::NAN, "game.payoff.lambda"),
    ] {
        let complaint = refused(Payoff::Balanced(Equilibrium { gamma, lambda }));
        assert!(complaint.contains(key), "{complaint}");
    }
}

#[test]
fn meaningless_targets_are_rejected() {
    let check = |real, fake, generator| {
        let targets = Targets {
            real,
            fake,
            generator,
        };
        Payoff::LeastSquares(targets)
            .check()
            .map_err(|error| error.to_string())
    };
    assert_eq!(check(1.0, -1.0, 0.0), Ok(()));
    for (targets, key) in [
        ((0.0, 0.0, 1.0), "game.payoff.real"),
        ((f64::NAN, 0.0, 1.0), "game.payoff.real"),
        ((1.0, 0.0, 0.0), "game.payoff.generator"),
        ((1.0, 0.0, f64::INFINITY), "game.payoff.generator"),
    ] {
        let complaint = check(targets.0, targets.1, targets.2).unwrap_err();
        assert!(complaint.contains(key), "{complaint}");
    }
}
