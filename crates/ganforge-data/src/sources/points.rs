//! 2-D points from a CSV file: two numbers per line and an optional label; a header line is skipped.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::raw_dataset::RawDataset;
use crate::error::DataError;
use crate::options::{DataOptions, MAX_IMAGES, Split};

/// Loads the points of a file.
pub(crate) fn load(path: &Path, options: &DataOptions) -> Result<RawDataset, DataError> {
    options.check_points()?;
    if options.split == Split::Test {
        return Err(DataError::NoTestPart {
            what: format!("points:{}", path.display()),
        });
    }
    let table = Table { path, options };
    let (points, classes) = table.read()?;
    Ok(RawDataset::points(points, classes))
}

/// The points and the optional label of each.
type Columns = (Vec<[f32; 2]>, Option<Vec<u32>>);

/// The file being read; error messages name its path.
struct Table<'a> {
    path: &'a Path,
    options: &'a DataOptions,
}

/// Maximum length of a line, in bytes.
const MAX_LINE: u64 = 1 << 20;

impl Table<'_> {
    fn read(&self) -> Result<Columns, DataError> {
        let file = File::open(self.path).map_err(|source| DataError::io(self.path, source))?;
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(file.take(0));
        let mut points = Vec::new();
        let mut classes = Vec::new();
        let mut width = None;
        let mut record = StringRecord::new();
        for row in 0.. {
            // The CSV reader buffers a line of any length, so its input is limited instead.
            reader.get_mut().set_limit(MAX_LINE);
            let read = reader.read_record(&mut record);
            if reader.get_ref().limit() == 0 {
                let problem = format!("{MAX_LINE} bytes or more; expected two or three numbers");
                return Err(self.problem(line_of(&record), 1, problem));
            }
            if !read.map_err(|error| self.csv_error(&error))? {
                break;
            }
            if row == 0 && is_header(&record) {
                continue;
            }
            let line = line_of(&record);
            let width = *width.get_or_insert(record.len());
            if !(2..=3).contains(&width) || record.len() != width {
                let wanted = if (2..=3).contains(&width) {
                    format!("{width} columns as in the lines before")
                } else {
                    "two columns, or three with a class".to_owned()
                };
                let problem = format!("{} columns; expected {wanted}", record.len());
                return Err(self.problem(line, record.len(), problem));
            }
            self.check_room(points.len())?;
            points.push([self.coordinate(&record, 0)?, self.coordinate(&record, 1)?]);
            if width == 3 {
                classes.push((self.class(&record)?, line));
            }
        }
        if points.is_empty() {
            return Err(self.problem(1, 1, "no points in this file".to_owned()));
        }
        let classes = self.check_classes(classes, points.len())?;
        Ok((points, classes))
    }

    /// Checks that one more point fits the memory limit.
    fn check_room(&self, points: usize) -> Result<(), DataError> {
        /// Coordinates and, while the file is read, the label with its line.
        const POINT: usize = size_of::<[f32; 2]>() + size_of::<(u32, u64)>();
        let name = || format!("{}: {} points or more", self.path.display(), points + 1);
        if points == MAX_IMAGES {
            return Err(DataError::TooMany {
                what: name(),
                limit: MAX_IMAGES,
            });
        }
        self.options.check_memory(points + 1, POINT, name)
    }

    fn coordinate(&self, record: &StringRecord, column: usize) -> Result<f32, DataError> {
        let text = &record[column];
        match text.parse::<f32>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => {
                let problem = format!("`{text}` is not a finite number");
                Err(self.problem(line_of(record), column + 1, problem))
            }
        }
    }

    fn class(&self, record: &StringRecord) -> Result<u32, DataError> {
        let text = &record[2];
        text.parse().map_err(|_| {
            let problem = format!("`{text}` is not a class: a whole number from 0");
            self.problem(line_of(record), 3, problem)
        })
    }

    /// Refuses labels that exceed the number of points: one mistyped number must not create a million empty classes.
    fn check_classes(
        &self,
        classes: Vec<(u32, u64)>,
        points: usize,
    ) -> Result<Option<Vec<u32>>, DataError> {
        if let Some(&(class, line)) = classes.iter().find(|&&(class, _)| class as usize >= points) {
            let problem =
                format!("class {class} of {points} points; classes count from 0 without gaps");
            return Err(self.problem(line, 3, problem));
        }
        let classes: Vec<u32> = classes.into_iter().map(|(class, _)| class).collect();
        Ok((!classes.is_empty()).then_some(classes))
    }

    fn problem(&self, line: u64, column: usize, problem: String) -> DataError {
        DataError::Points {
            path: self.path.to_owned(),
            line,
            column,
            problem,
        }
    }

    fn csv_error(&self, error: &csv::Error) -> DataError {
        if let csv::ErrorKind::Io(source) = error.kind() {
            // The CSV error only lends its source, so kind and text are copied.
            let source = std::io::Error::new(source.kind(), source.to_string());
            return DataError::io(self.path, source);
        }
        let line = error.position().map_or(1, csv::Position::line);
        self.problem(line, 1, "this line is not UTF-8 text".to_owned())
    }
}

/// True for a first line that names the columns: neither of its first two cells is a number.
fn is_header(record: &StringRecord) -> bool {
    record
        .get(0)
        .is_some_and(|cell| cell.parse::<f32>().is_err())
        && record
            .get(1)
            .is_some_and(|cell| cell.parse::<f32>().is_err())
}

fn line_of(record: &StringRecord) -> u64 {
    record.position().map_or(1, csv::Position::line)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read_within(text: &str, memory_limit: usize) -> Result<Columns, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("points.csv");
        fs::write(&path, text).unwrap();
        let table = Table {
            path: &path,
            options: &DataOptions {
                memory_limit,
                ..DataOptions::default()
            },
        };
        table.read().map_err(|error| error.to_string())
    }

    fn read(text: &str) -> Result<Columns, String> {
        read_within(text, 1 << 20)
    }

    #[test]
    fn an_overlong_line_and_points_beyond_the_memory_limit_are_refused() {
        let long = format!("1,2\n3,\"{}", "4\n".repeat(600_000));
        let message = read(&long).unwrap_err();
        assert!(
            message.contains("line 2, column 1: 1048576 bytes"),
            "{message}"
        );
        let message = read_within("1,2\n3,4\n5,6\n", 50).unwrap_err();
        for part in ["points.csv: 3 points or more", "data.memory_limit = 50"] {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(read_within("1,2\n3,4\n", 50).unwrap().0.len(), 2);
    }

    #[test]
    fn two_columns_are_points_and_a_third_is_the_label() {
        assert_eq!(
            read("1,2\n-3.5, 4e-1\n").unwrap(),
            (vec![[1.0, 2.0], [-3.5, 0.4]], None)
        );
        assert_eq!(
            read("x,y,moon\r\n1,2,0\r\n3,4,1\r\n").unwrap(),
            (vec![[1.0, 2.0], [3.0, 4.0]], Some(vec![0, 1]))
        );
    }

    #[test]
    fn parse_errors_name_line_and_column() {
        for (text, place, problem) in [
            ("x,y\n1,2\n1,two\n", "line 3, column 2", "`two`"),
            ("1,2\nNaN,2\n", "line 2, column 1", "`NaN`"),
            ("1,2,0\n1,2,1.5\n", "line 2, column 3", "`1.5`"),
            ("1,2\n1,2,3\n", "line 2, column 3", "expected 2 columns"),
            ("1\n", "line 1, column 1", "two columns"),
            ("1,2,0\n1,2,9\n", "line 2, column 3", "class 9 of 2 points"),
            ("x,y\n", "line 1", "no points"),
            ("", "line 1", "no points"),
        ] {
            let message = read(text).unwrap_err();
            assert!(
                message.contains(place) && message.contains(problem),
                "{message}"
            );
        }
    }
}
