//! Images to a file or a folder, in memory that does not grow with their number.

mod array;
mod files;
mod grid;
mod image_writer;
mod npy;
mod output;
mod output_file;
mod plot;

pub(crate) use array::{header, to_bytes};
pub use image_writer::ImageWriter;
pub use output::Output;
pub(crate) use output_file::OutputFile;
