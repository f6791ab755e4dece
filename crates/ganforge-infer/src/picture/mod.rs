//! Images as 8-bit pictures: single images, grids and scatter plots.

mod grid;
mod pixel;
mod scatter;
mod sheet;

pub use grid::GridOptions;
pub use pixel::pixel;
pub(crate) use pixel::{check_picture, picture};
pub(crate) use scatter::{check_half_range, scatter};
pub(crate) use sheet::{LARGEST_SHEET, Sheet, SheetDrawer, magnification};
