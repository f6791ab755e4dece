//! The words of the field, in prose and in names: the glossary of the design document, as lists of what must not occur.

mod lists;
mod name;
mod phrase;

pub use name::names;
pub use phrase::phrases;
