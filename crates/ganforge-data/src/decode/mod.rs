//! Decoding one image file: its header or its pixels, within limits on size and memory.

mod codec;
mod jpeg;
mod memory_budget;
mod size_limit;
mod webp;

pub(crate) use codec::{Header, decode, decode_into, read_header};
pub(crate) use size_limit::SizeLimit;
