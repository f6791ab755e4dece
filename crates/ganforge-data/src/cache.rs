//! The folder of downloaded datasets.

use std::env;
use std::path::PathBuf;

/// The cache folder: `$GANFORGE_CACHE` if set, otherwise `ganforge` in the user's cache folder (`$XDG_CACHE_HOME`, on macOS `~/Library/Caches`, on Windows
/// `%LOCALAPPDATA%`, else `~/.cache`). It need not exist yet.
///
/// ```
/// println!("downloads go to {}", ganforge_data::cache_dir().display());
/// ```
#[must_use]
pub fn cache_dir() -> PathBuf {
    if let Some(folder) = variable("GANFORGE_CACHE") {
        return folder;
    }
    variable("XDG_CACHE_HOME")
        .or_else(user_cache)
        // A process without a home directory, such as one in a bare container.
        .unwrap_or_else(env::temp_dir)
        .join("ganforge")
}

/// The folder in which this operating system keeps a user's caches.
fn user_cache() -> Option<PathBuf> {
    if cfg!(windows) {
        return variable("LOCALAPPDATA");
    }
    let home = env::home_dir().filter(|home| !home.as_os_str().is_empty())?;
    Some(home.join(if cfg!(target_os = "macos") {
        "Library/Caches"
    } else {
        ".cache"
    }))
}

/// A path from the environment. An empty variable counts as unset, as the XDG specification requires.
fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
