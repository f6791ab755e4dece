//! The error for a recipe that does not fit into memory.

/// A recipe requires more memory than the process may use.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[error("{}{required}; {available}{}", key.as_ref().map_or_else(String::new, |(key, value)| format!("`{key}` is {value}: ")), advice(reduce))]
pub struct MemoryError {
    /// The recipe key whose change saves most, with its value.
    pub key: Option<(String, String)>,
    /// What requires most memory, and the total as text.
    pub required: String,
    /// The available memory as text.
    pub available: String,
    /// Keys to reduce, in descending order of their effect.
    pub reduce: Vec<String>,
}

fn advice(keys: &[String]) -> String {
    let Some((last, others)) = keys.split_last() else {
        return String::new();
    };
    if others.is_empty() {
        return format!("; lower {last}");
    }
    format!("; lower {} or {last}", others.join(", "))
}
