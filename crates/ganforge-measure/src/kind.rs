//! Whether data are of the kind of a model's images.

use ganforge_data::DataSpec;
use ganforge_eval::ImageShape;

use crate::error::MeasureError;

/// Refuses data that no preparation brings to the shape of a model's images, before they are opened.
///
/// ```
/// use ganforge_data::DataSpec;
/// use ganforge_eval::ImageShape;
/// use ganforge_measure::check_kind;
///
/// let image = ImageShape { channels: 1, height: 8, width: 8 };
/// assert!(check_kind(&DataSpec::Digits, image).is_ok());
/// let error = check_kind(&DataSpec::Ring8, image).unwrap_err();
/// assert!(error.to_string().contains("points in the plane"));
/// ```
///
/// # Errors
/// [`MeasureError::Kind`] for points if the model makes images, for images if it makes points, and for stacked digits if it does not make three channels.
pub fn check_kind(spec: &DataSpec, image: ImageShape) -> Result<(), MeasureError> {
    let points = spec.mixture().is_some() || matches!(spec, DataSpec::Points(_));
    let stacked = matches!(spec, DataSpec::Stacked(_));
    if points == image.is_point() && (!stacked || image.channels == 3) {
        return Ok(());
    }
    Err(MeasureError::Kind {
        image: image.to_string(),
        spec: spec.to_string(),
        made_of: match (points, stacked) {
            (true, _) => "points in the plane",
            (_, true) => "images of 3 channels",
            _ => "images",
        },
    })
}
