//! What is said of a recipe that does not fit.

/// A recipe that takes more memory than the process may have.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}{takes}; {has}{}", key.as_ref().map_or_else(String::new, |(key, value)| format!("`{key}` is {value}: ")), advice(lower))]
pub struct MemoryError {
    /// The key that can bring it down furthest, with its value.
    pub key: Option<(String, String)>,
    /// What takes so much, and how much.
    pub takes: String,
    /// What there is.
    pub has: String,
    /// Keys that would have to be lower.
    pub lower: Vec<String>,
}

fn advice(lower: &[String]) -> String {
    let Some((last, others)) = lower.split_last() else {
        return String::new();
    };
    if others.is_empty() {
        return format!("; lower {last}");
    }
    format!("; lower {} or {last}", others.join(", "))
}
