//! Scatter plots of points in the plane.

use ganforge_model::ConfigError;
use image::{DynamicImage, Rgb, RgbImage};

use crate::error::InferError;
use crate::images::Images;

/// Pixels along each side of the plot.
const SIDE: u16 = 512;

/// Radius of a dot in pixels; its edge is antialiased over one pixel.
const RADIUS: f32 = 2.5;

/// Opacity of a dot, so that dense regions look darker.
const OPACITY: f32 = 0.5;

const INK: Rgb<u8> = Rgb([31, 78, 140]);

/// Draws points `[2, 1, 1]` as (x, y) on a white square around the origin, y upwards.
///
/// Points outside the square and points that are not finite are omitted.
pub fn scatter(points: &Images, half_range: Option<f32>) -> Result<DynamicImage, InferError> {
    check_half_range(half_range)?;
    let half = half_range.unwrap_or_else(|| half_range_of(points));
    let side = f32::from(SIDE);
    let mut plot = RgbImage::from_pixel(SIDE.into(), SIDE.into(), Rgb([u8::MAX; 3]));
    for point in points {
        let x = (point[0] / half + 1.0) * 0.5 * side;
        let y = (1.0 - point[1] / half) * 0.5 * side;
        if (0.0..=side).contains(&x) && (0.0..=side).contains(&y) {
            dot(&mut plot, x, y);
        }
    }
    Ok(plot.into())
}

/// Fails unless the range is finite and above 0.
pub fn check_half_range(half_range: Option<f32>) -> Result<(), ConfigError> {
    match half_range {
        Some(half) if !(half.is_finite() && half > 0.0) => {
            Err(ConfigError::new("half_range", half, "a number above 0"))
        }
        Some(_) | None => Ok(()),
    }
}

/// A range for every finite point, plus a tenth.
fn half_range_of(points: &Images) -> f32 {
    let finite = points.data().iter().filter(|number| number.is_finite());
    let largest = finite.fold(0.0_f32, |largest, number| largest.max(number.abs()));
    (largest * 1.1).clamp(f32::MIN_POSITIVE, f32::MAX)
}

/// An antialiased dot at (x, y), in pixels from the upper left corner.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "pixels of a plot of a few hundred"
)]
fn dot(plot: &mut RgbImage, x: f32, y: f32) {
    let reach = RADIUS + 0.5;
    let pixels = |centre: f32| {
        let first = (centre - reach).max(0.0) as u32;
        first..((centre + reach).ceil() as u32).min(SIDE.into())
    };
    for row in pixels(y) {
        for column in pixels(x) {
            // Pixel centers are offset by half a pixel.
            let distance = (column as f32 + 0.5 - x).hypot(row as f32 + 0.5 - y);
            let share = OPACITY * (reach - distance).clamp(0.0, 1.0);
            let paper = plot.get_pixel_mut(column, row);
            for (level, ink) in paper.0.iter_mut().zip(INK.0) {
                let mixed = f32::from(*level) + share * (f32::from(ink) - f32::from(*level));
                *level = mixed.round() as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganforge_model::ImageShape;

    fn plot(points: &[f32], half_range: Option<f32>) -> RgbImage {
        let spec = ImageShape {
            channels: 2,
            height: 1,
            width: 1,
        };
        let points = Images::new(spec, points.to_vec()).unwrap();
        scatter(&points, half_range).unwrap().to_rgb8()
    }

    fn is_white(plot: &RgbImage) -> bool {
        plot.pixels().all(|pixel| pixel.0 == [255; 3])
    }

    #[test]
    fn a_point_is_drawn_where_it_lies_with_y_upwards() {
        let plot = plot(&[0.5, 0.5], Some(1.0));
        assert_eq!(plot.dimensions(), (512, 512));
        assert_ne!(plot.get_pixel(384, 128).0, [255; 3]);
        assert_eq!(plot.get_pixel(384, 384).0, [255; 3]);
    }

    #[test]
    fn every_finite_point_is_inside_the_default_range() {
        let far = plot(&[300.0, -200.0], None);
        assert!(!is_white(&far));
        assert!(!is_white(&plot(&[0.0, 0.0], None)));
        assert_eq!(far, plot(&[300.0, -200.0, f32::NAN, f32::INFINITY], None));
    }

    #[test]
    fn points_outside_a_fixed_range_are_left_out() {
        assert!(is_white(&plot(&[3.0, 0.0, 0.0, f32::NAN], Some(2.0))));
    }

    #[test]
    fn points_on_the_very_edge_do_not_leave_the_plot() {
        assert!(!is_white(&plot(&[1.0, -1.0, -1.0, 1.0], Some(1.0))));
    }

    #[test]
    fn an_invalid_range_is_refused() {
        let spec = ImageShape {
            channels: 2,
            height: 1,
            width: 1,
        };
        let points = Images::new(spec, vec![0.0; 2]).unwrap();
        for half in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            let error = scatter(&points, Some(half)).unwrap_err();
            assert!(error.to_string().starts_with("`half_range` is"), "{error}");
        }
    }
}
