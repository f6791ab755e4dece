//! Where fetched datasets lie.

use std::env;
use std::path::PathBuf;

/// The cache folder: `$GANFORGE_CACHE`, else `ganforge` in the user's cache folder (`$XDG_CACHE_HOME`, on macOS `~/Library/Caches`, on Windows
/// `%LOCALAPPDATA%`, else `~/.cache`). It need not exist yet.
#[must_use]
pub fn cache_dir() -> PathBuf {
    if let Some(folder) = set("GANFORGE_CACHE") {
        return folder;
    }
    set("XDG_CACHE_HOME")
        .or_else(user_caches)
        // A process without a home, such as a bare container, still gets a place of its own.
        .unwrap_or_else(env::temp_dir)
        .join("ganforge")
}

/// The folder in which this system keeps a user's caches.
fn user_caches() -> Option<PathBuf> {
    if cfg!(windows) {
        return set("LOCALAPPDATA");
    }
    let home = env::home_dir().filter(|home| !home.as_os_str().is_empty())?;
    Some(home.join(if cfg!(target_os = "macos") {
        "Library/Caches"
    } else {
        ".cache"
    }))
}

/// A path from the environment; an empty variable counts as unset, as XDG asks.
fn set(name: &str) -> Option<PathBuf> {
    env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
