//! Computations over all pairs of two sets of features, a tile at a time.

mod k_smallest;
mod neighbours;
mod tiles;

pub use k_smallest::KSmallest;
pub use neighbours::{k_nearest, nearest};
pub use tiles::{Center, Pairs, Tile};
