//! `ganforge timelapse`

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ganforge_train::run::RunDirectory;
use image::RgbImage;

use crate::arguments::TimelapseArguments;
use crate::error::{CliError, Done};
use crate::film::{Film, FilmFormat};
use crate::runs::{one, run_or_model};

/// How long the last sheet is shown.
const LAST: Duration = Duration::from_secs(2);

/// Makes a film of the sample sheets of a run.
pub fn timelapse(arguments: &TimelapseArguments) -> Result<Done, CliError> {
    let output = &arguments.output;
    let format = FilmFormat::at(output).ok_or_else(|| {
        CliError::Usage(format!(
            "cannot write {}; timelapse makes a film.gif or a film.apng",
            output.display()
        ))
    })?;
    let run = run_or_model(one(&arguments.run)?)?;
    let sheets = sheets(&RunDirectory::new(run).samples())?;
    let sheets = spread(&sheets, arguments.frames.unwrap_or(sheets.len()));
    let last = sheets.len() - 1;
    let time = Duration::from_secs(1) / arguments.fps;
    let mut size = None;
    let images = sheets.iter().enumerate().map(|(index, path)| {
        let image = read(path)?;
        let expected = *size.get_or_insert(image.dimensions());
        if image.dimensions() != expected {
            return Err(CliError::System(format!(
                "{}: {:?} pixels, the sheets before it have {expected:?}; move sheets of another size out of the folder",
                path.display(),
                image.dimensions()
            )));
        }
        Ok((image, if index == last { LAST } else { time }))
    });
    let film = Film {
        path: output.clone(),
        format,
        count: sheets.len(),
    };
    film.write(images)?;
    Ok(Done::Finished)
}

/// The sheets of a folder in the order of training: their names are numbers of images.
fn sheets(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let failed =
        |error: &dyn std::fmt::Display| CliError::System(format!("{}: {error}", folder.display()));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| failed(&error))? {
        let path = entry.map_err(|error| failed(&error))?.path();
        let is_picture = path.extension().is_some_and(|extension| extension == "png");
        let images = path
            .file_stem()
            .and_then(|stem| stem.to_str()?.parse::<u64>().ok());
        if let Some(images) = images.filter(|_| is_picture) {
            found.push((images, path));
        }
    }
    if found.is_empty() {
        return Err(failed(
            &"no sample sheets; name a run directory with at least one",
        ));
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// `count` of the sheets, evenly spaced, the last among them.
fn spread(sheets: &[PathBuf], count: usize) -> Vec<PathBuf> {
    let count = count.min(sheets.len());
    let chosen = (1..=count).map(|index| index * sheets.len() / count - 1);
    chosen.map(|index| sheets[index].clone()).collect()
}

fn read(path: &Path) -> Result<RgbImage, CliError> {
    let image = image::open(path);
    let image = image.map_err(|error| CliError::System(format!("{}: {error}", path.display())))?;
    Ok(image.into_rgb8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_sheets_are_evenly_spaced_and_end_with_the_last() {
        let sheets: Vec<PathBuf> = (0..10).map(|n| n.to_string().into()).collect();
        let names = |count| -> Vec<String> {
            let chosen = spread(&sheets, count);
            chosen
                .iter()
                .map(|path| path.display().to_string())
                .collect()
        };
        assert_eq!(names(1), ["9"]);
        assert_eq!(names(3), ["2", "5", "9"]);
        assert_eq!(names(99).len(), 10);
    }
}
