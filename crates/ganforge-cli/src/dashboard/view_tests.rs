//! Whole frames, drawn without a terminal.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::dashboard::input::Key;
use crate::dashboard::state::Action;

/// What a screen of this size shows, one line a row.
fn screen(state: &State, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, state)).unwrap();
    terminal.backend().to_string()
}

/// A run half-way through, with every figure there can be.
fn half_way() -> State {
    let mut state = State::new("celeba-dcgan  DCGAN on faces".to_owned(), 0);
    state.total = 12_800;
    state.register("Accuracy real", Some("%"));
    state.register("frechet", None);
    state.start();
    for tick in 1_u16..=10 {
        let value = f64::from(tick);
        let names = [
            "Loss D",
            "Loss G",
            "Score real",
            "Score fake",
            "Accuracy real",
            "Accuracy fake",
            "JSD estimate",
            "Penalty",
            "Gradient norm D",
            "Gradient norm G",
            "Images per second",
            "frechet",
        ];
        let figures = names.map(|name| (name.to_owned(), value));
        state.tick(usize::from(tick) * 640, &figures);
    }
    state
}

#[test]
fn a_usual_terminal_shows_all_that_counts() {
    let shown = screen(&half_way(), 80, 24);
    for words in [
        "celeba-dcgan",
        "50.0%",
        "6,400 of 12,800 images",
        "10 images/s",
        "elapsed",
        "left",
        "Loss  ━ D  ━ G",
        "1 of 8",
        "Gradient norm G",
        "10%",
        "frechet",
        "q or Ctrl-C: stop",
    ] {
        assert!(shown.contains(words), "{words} is missing:\n{shown}");
    }
}

#[test]
fn every_chart_comes_in_turn() {
    let mut state = half_way();
    let subjects = |state: &State| state.chart().unwrap().0[0].subject().to_owned();
    let order = [
        "Loss",
        "Score",
        "Accuracy",
        "JSD estimate",
        "Gradient norm",
        "Penalty",
        "frechet",
        "Images per second",
        "Loss",
    ];
    for subject in order {
        assert_eq!(subjects(&state), subject);
        state.press(Key::Next);
    }
    state.press(Key::Previous);
    state.press(Key::Previous);
    assert_eq!(subjects(&state), "Images per second");
}

#[test]
fn terms_that_only_a_system_knows_have_a_row_and_a_chart() {
    let mut state = half_way();
    let terms = [
        ("energy_real", 0.25),
        ("energy_fake", 0.75),
        ("convergence", 0.5),
    ];
    state.tick(7_040, &terms.map(|(name, value)| (name.to_owned(), value)));
    let subjects: Vec<_> = state
        .charts()
        .iter()
        .map(|curves| (curves[0].subject().to_owned(), curves.len()))
        .collect();
    assert_eq!(subjects.len(), 8 + 2);
    for chart in [("energy", 2), ("convergence", 1)] {
        assert!(
            subjects.contains(&(chart.0.to_owned(), chart.1)),
            "{subjects:?}"
        );
    }
    let shown = screen(&state, 120, 40);
    for words in ["energy_fake", "0.7500", "convergence"] {
        assert!(shown.contains(words), "{words} is missing:\n{shown}");
    }
}

#[test]
fn the_question_fits_and_says_what_becomes_of_the_run() {
    let mut state = half_way();
    assert_eq!(state.press(Key::Quit), None);
    for (width, height) in [(80, 24), (200, 60), (40, 10)] {
        let shown = screen(&state, width, height);
        for words in ["with a", "checkpoint;", "--resume", "y stop", "n or Esc"] {
            assert!(shown.contains(words), "{words} is missing:\n{shown}");
        }
    }
    for (width, height) in [(28, 3), (20, 5)] {
        let shown = screen(&state, width, height);
        assert!(shown.contains("y stop"), "{shown}");
        assert!(shown.contains("Esc"), "{shown}");
    }
}

#[test]
fn the_question_is_answered() {
    let mut state = half_way();
    for (keys, stops) in [
        (&[Key::Quit, Key::No][..], false),
        (&[Key::Interrupt, Key::No], false),
        (&[Key::Yes], false),
        (&[Key::Quit, Key::Quit], false),
        (&[Key::No, Key::Quit, Key::Yes], true),
    ] {
        let wishes: Vec<_> = keys.iter().filter_map(|&key| state.press(key)).collect();
        assert_eq!(wishes.contains(&Action::Stop), stops, "{keys:?}");
        assert_eq!(state.is_stopping, stops);
    }
    assert!(screen(&state, 80, 24).contains("Ending after the current step"));
    assert_eq!(state.press(Key::Quit), None);
    assert!(!state.asks_to_stop);
    assert_eq!(state.press(Key::Interrupt), Some(Action::EndAtOnce));
    let mut state = half_way();
    assert_eq!(state.press(Key::Interrupt), None);
    assert_eq!(state.press(Key::Interrupt), Some(Action::Stop));
}

#[test]
fn no_size_and_no_state_is_too_much() {
    let mut odd = half_way();
    odd.tick(
        7_040,
        &[
            ("Loss D".to_owned(), f64::NAN),
            ("Loss G".to_owned(), 1e300),
        ],
    );
    odd.tick(99_999, &[("Loss G".to_owned(), -1e300)]);
    let mut confirming = half_way();
    confirming.press(Key::Quit);
    for state in [
        State::default(),
        State::new(String::new(), 5),
        half_way(),
        odd,
        confirming,
    ] {
        for (width, height) in [(80, 24), (40, 10), (200, 60), (10, 3)] {
            assert!(!screen(&state, width, height).is_empty());
        }
        for width in 1..40 {
            for height in 1..12 {
                screen(&state, width, height);
            }
        }
    }
}
