//! Chooses between the dashboard and log lines.

use std::env::var_os;
use std::io::{IsTerminal, stdin, stdout};

use burn::train::Interrupter;
use burn::train::renderer::MetricsRenderer;
use ratatui::crossterm::terminal::size;

use super::Dashboard;
use crate::arguments;
use crate::error::CliError;
use crate::renderer::LogRenderer;
use crate::renderer::Renderer;

/// How the progress of a run is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunDisplay {
    /// By the dashboard.
    Dashboard,
    /// By one line per tick.
    Log,
    /// Not at all.
    Silent,
}

impl RunDisplay {
    /// The display for an option, where `auto` depends on the terminal.
    ///
    /// # Errors
    ///
    /// The dashboard is requested but there is no terminal for it.
    pub fn choose(option: arguments::Dashboard) -> Result<Self, CliError> {
        match (option, obstacle()) {
            (arguments::Dashboard::None, _) => Ok(Self::Silent),
            (arguments::Dashboard::Log, _) | (arguments::Dashboard::Auto, Some(_)) => Ok(Self::Log),
            (arguments::Dashboard::Auto, None) if is_notebook() => Ok(Self::Log),
            (arguments::Dashboard::Auto | arguments::Dashboard::Tui, None) => Ok(Self::Dashboard),
            (arguments::Dashboard::Tui, Some(obstacle)) => Err(CliError::Usage(format!(
                "--dashboard tui: {obstacle}; --dashboard log prints lines instead"
            ))),
        }
    }

    /// A renderer for a run with this title that starts after `first` images.
    pub fn renderer(
        self,
        title: String,
        first: u64,
        interrupter: &Interrupter,
    ) -> Box<dyn MetricsRenderer> {
        match self {
            Self::Dashboard => match Dashboard::open(title, first, interrupter) {
                Ok(dashboard) => Box::new(Renderer::new(dashboard)),
                // The terminal was closed since `choose`.
                Err(_) => Box::new(Renderer::new(LogRenderer::new(first))),
            },
            Self::Log => Box::new(Renderer::new(LogRenderer::new(first))),
            Self::Silent => Box::new(Renderer::new(LogRenderer::silent())),
        }
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
        return Some("the terminal's capabilities are unknown (TERM is not set)");
    }
    match size() {
        Ok((0, _) | (_, 0)) | Err(_) => Some("the terminal has no size"),
        Ok(_) => None,
    }
}

/// Notebook cells report a terminal that supports neither full screen nor keys.
fn is_notebook() -> bool {
    [
        "JPY_PARENT_PID",
        "COLAB_RELEASE_TAG",
        "KAGGLE_KERNEL_RUN_TYPE",
    ]
    .iter()
    .any(|name| var_os(name).is_some())
}
