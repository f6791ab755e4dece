//! The printed form of an inspection: one aligned line per property, lists cut after ten entries.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use ganforge_core::printable;

use super::Inspection;
use super::classes::ClassCount;
use super::images::{ImageInspection, SizeCount, Sizes};
use super::points::{PointInspection, Span};
use super::preprocessing::Outcome;

/// Number of entries shown of a list; the JSON form has all.
const SHOWN: usize = 10;

impl Display for Inspection {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Images(images) => images.fmt(formatter),
            Self::Points(points) => points.fmt(formatter),
        }
    }
}

impl Display for ImageInspection {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", printable(&self.source))?;
        line(formatter, "images", self.images)?;
        line(formatter, "formats", counts(&self.formats))?;
        line(formatter, "colours", counts(&self.colors))?;
        if let Some(sizes) = &self.sizes {
            write_sizes(formatter, sizes)?;
        }
        if let Some(ratios) = self.aspect_ratios {
            let text = format!(
                "{:.2} to {:.2}, median {:.2} (width / height)",
                ratios.smallest, ratios.largest, ratios.median
            );
            line(formatter, "aspect ratios", text)?;
        }
        write_classes(formatter, "classes", &self.classes, self.imbalance)?;
        if !self.classes.is_empty() && self.unclassed > 0 {
            line(
                formatter,
                "",
                format!("{} images in no class", self.unclassed),
            )?;
        }
        let extra: usize = self.duplicates.iter().map(|group| group.len() - 1).sum();
        line(
            formatter,
            "duplicates",
            format!("{extra} images repeat another exactly"),
        )?;
        list(
            formatter,
            self.duplicates.iter().map(|group| group.join(" = ")),
        )?;
        line(formatter, "nearly constant", self.nearly_constant.len())?;
        list(formatter, &self.nearly_constant)?;
        line(formatter, "unreadable", self.unreadable.len())?;
        list(formatter, &self.unreadable)?;
        line(formatter, "other files", self.ignored.len())?;
        list(formatter, &self.ignored)?;
        if let Some(pixels) = self.max_pixels {
            let text = format!("{pixels} pixels a file (data.max_pixels)");
            line(formatter, "size limit", text)?;
        }
        self.outcome.fmt(formatter)
    }
}

impl Display for Outcome {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        if let Some(problem) = &self.problem {
            return line(formatter, "a recipe cannot", problem);
        }
        let Some(shape) = self.shape else {
            return Ok(());
        };
        line(
            formatter,
            "a recipe would",
            format!("make every image {shape}"),
        )?;
        for (count, what) in [
            (self.unchanged, "stay as they are"),
            (self.enlarged, "are enlarged"),
            (self.reduced, "are reduced"),
            (self.cropped, "are cropped"),
            (self.padded, "are padded with black"),
            (self.made_grey, "lose their colour"),
            (self.made_rgb, "are grey and become RGB"),
            (self.laid_on_background, "are laid on the background colour"),
        ] {
            if count > 0 {
                line(formatter, "", format!("{count} {what}"))?;
            }
        }
        let size = mebibytes(self.bytes);
        let memory = if self.streamed {
            format!(
                "{size} exceed data.memory_limit: decoded again in every epoch, ahead of the step"
            )
        } else {
            format!("{size} of memory hold them all")
        };
        line(formatter, "", memory)
    }
}

impl Display for PointInspection {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", printable(&self.source))?;
        line(formatter, "points", self.points)?;
        line(formatter, "x", self.x)?;
        line(formatter, "y", self.y)?;
        write_classes(formatter, "modes", &self.classes, self.imbalance)
    }
}

impl Display for Span {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:.3} to {:.3}, mean {:.3}",
            self.smallest, self.largest, self.mean
        )
    }
}

/// Writes one line: a name in the left column (empty if it continues the line above) and a text in the right.
fn line(formatter: &mut Formatter<'_>, name: &str, text: impl Display) -> fmt::Result {
    writeln!(formatter, "  {name:<16}{}", printable(&text.to_string()))
}

/// Writes the entries of a list, below the line with their number.
fn list<T: Display>(
    formatter: &mut Formatter<'_>,
    entries: impl IntoIterator<Item = T>,
) -> fmt::Result {
    let mut entries = entries.into_iter();
    for entry in entries.by_ref().take(SHOWN) {
        line(formatter, "", entry)?;
    }
    match entries.count() {
        0 => Ok(()),
        more => line(formatter, "", format!("and {more} more")),
    }
}

fn write_sizes(formatter: &mut Formatter<'_>, sizes: &Sizes) -> fmt::Result {
    let text = |[height, width]: [u32; 2]| format!("{height}x{width}");
    if let [SizeCount { size, .. }] = sizes.most_common[..] {
        return line(
            formatter,
            "sizes",
            format!("all {} (height x width)", text(size)),
        );
    }
    let span = format!(
        "{} to {}, median {} (height x width); {} different, most often:",
        text(sizes.smallest),
        text(sizes.largest),
        text(sizes.median),
        sizes.distinct
    );
    line(formatter, "sizes", span)?;
    let most_common = sizes.most_common.iter();
    list(
        formatter,
        most_common.map(|common| format!("{}  {}", text(common.size), common.count)),
    )
}

fn write_classes(
    formatter: &mut Formatter<'_>,
    name: &str,
    classes: &[ClassCount],
    imbalance: Option<f64>,
) -> fmt::Result {
    let balance = imbalance.map_or_else(String::new, |times| {
        format!(", the largest {times:.2} times the smallest")
    });
    line(formatter, name, format!("{}{balance}", classes.len()))?;
    // Names are padded to one width, so that the counts are aligned.
    let shown = classes.iter().take(SHOWN);
    let width = shown.map(|class| printable(&class.name).chars().count());
    let width = width.max().unwrap_or(0);
    list(
        formatter,
        classes
            .iter()
            .map(|class| format!("{:<width$}  {}", printable(&class.name), class.count)),
    )
}

fn counts(counts: &BTreeMap<String, usize>) -> String {
    let texts: Vec<String> = counts
        .iter()
        .map(|(kind, count)| format!("{kind} {count}"))
        .collect();
    texts.join(", ")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "one decimal of a size for people to read"
)]
fn mebibytes(bytes: usize) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
