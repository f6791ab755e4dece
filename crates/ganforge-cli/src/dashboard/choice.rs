//! Where the dashboard is shown, and where log lines are.

use std::env::var_os;
use std::io::{IsTerminal, stdin, stdout};

use burn::train::Interrupter;
use burn::train::renderer::MetricsRenderer;
use ratatui::crossterm::terminal::size;

use super::Dashboard;
use crate::arguments;
use crate::error::CliError;
use crate::log_renderer::LogRenderer;
use crate::renderer::Renderer;

/// How a run is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// On the dashboard.
    Dashboard,
    /// By one line a tick.
    Log,
    /// Not at all.
    Nothing,
}

/// What the user asked for, or what suits the terminal.
///
/// # Errors
///
/// The dashboard was asked for where there is no terminal for it.
pub fn shown(asked: arguments::Dashboard) -> Result<Shown, CliError> {
    match (asked, obstacle()) {
        (arguments::Dashboard::None, _) => Ok(Shown::Nothing),
        (arguments::Dashboard::Log, _) | (arguments::Dashboard::Auto, Some(_)) => Ok(Shown::Log),
        (arguments::Dashboard::Auto, None) if is_notebook() => Ok(Shown::Log),
        (arguments::Dashboard::Auto | arguments::Dashboard::Tui, None) => Ok(Shown::Dashboard),
        (arguments::Dashboard::Tui, Some(obstacle)) => Err(CliError::Usage(format!(
            "--dashboard tui: {obstacle}; --dashboard log prints lines instead"
        ))),
    }
}

/// Why the dashboard cannot be shown.
fn obstacle() -> Option<&'static str> {
    if !stdout().is_terminal() {
        return Some("standard output is not a terminal");
    }
    if !stdin().is_terminal() {
        return Some("standard input is not a terminal");
    }
    let term = var_os("TERM").unwrap_or_default();
    if term == "dumb" {
        return Some("the terminal is dumb (TERM=dumb)");
    }
    if cfg!(unix) && term.is_empty() {
        return Some("what the terminal can do is unknown (TERM is not set)");
    }
    match size() {
        Ok((0, _) | (_, 0)) | Err(_) => Some("the terminal has no size"),
        Ok(_) => None,
    }
}

/// Cells of a notebook have a terminal that shows neither a screen nor keys.
fn is_notebook() -> bool {
    [
        "JPY_PARENT_PID",
        "COLAB_RELEASE_TAG",
        "KAGGLE_KERNEL_RUN_TYPE",
    ]
    .iter()
    .any(|name| var_os(name).is_some())
}

impl Shown {
    /// What shows a run called `title` that goes on after `first` images.
    pub fn renderer(
        self,
        title: String,
        first: u64,
        interrupter: &Interrupter,
    ) -> Box<dyn MetricsRenderer> {
        match self {
            Self::Dashboard => match Dashboard::open(title, first, interrupter) {
                Ok(dashboard) => Box::new(Renderer::new(dashboard)),
                // A terminal that went since it was looked at.
                Err(_) => Box::new(Renderer::new(LogRenderer::new(first))),
            },
            Self::Log => Box::new(Renderer::new(LogRenderer::new(first))),
            Self::Nothing => Box::new(Renderer::new(LogRenderer::silent())),
        }
    }
}
