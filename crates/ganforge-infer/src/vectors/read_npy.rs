//! Reading the `.npy` file of numpy (<https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>).
//!
//! Only arrays of 32-bit floats in the order of rows are read, which needs no dependency. Sizes are compared with the bytes at hand before anything is
//! allocated.

/// An array of 32-bit floats.
#[derive(Debug, PartialEq)]
pub struct Array {
    /// Sides, the outermost first.
    pub shape: Vec<usize>,
    /// All values, the last dimension fastest.
    pub values: Vec<f32>,
}

const MAGIC: &[u8] = b"\x93NUMPY";

/// Reads an array, or says in words what is wrong with it.
pub fn read_npy(bytes: &[u8]) -> Result<Array, String> {
    let (header, values) = split(bytes).ok_or("no .npy file of numpy")?;
    let kind = entry(header, "descr").unwrap_or_default();
    if kind.trim_matches(['\'', '"']) != "<f4" {
        return Err(format!(
            "values of type {kind}; allowed: '<f4', as `array.astype('float32')` makes them"
        ));
    }
    if entry(header, "fortran_order") != Some("False") {
        return Err(
            "columns first; allowed: rows first, as `numpy.ascontiguousarray` makes them"
                .to_owned(),
        );
    }
    let shape = shape(header).ok_or("no shape in the header")?;
    let count = shape
        .iter()
        .try_fold(1_usize, |count, side| count.checked_mul(*side));
    let bytes_needed = count.and_then(|count| count.checked_mul(size_of::<f32>()));
    if bytes_needed != Some(values.len()) {
        return Err(format!(
            "{} bytes of values for an array {shape:?} of 32-bit floats",
            values.len()
        ));
    }
    let (values, _) = values.as_chunks();
    Ok(Array {
        shape,
        values: values.iter().copied().map(f32::from_le_bytes).collect(),
    })
}

/// The header's text, and the bytes after it.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (version, rest) = rest.split_at_checked(2)?;
    // Version 1 has a length of two bytes, later ones of four.
    let (length, rest) = match version[0] {
        1 => {
            let (length, rest) = rest.split_first_chunk()?;
            (usize::from(u16::from_le_bytes(*length)), rest)
        }
        2 | 3 => {
            let (length, rest) = rest.split_first_chunk()?;
            (usize::try_from(u32::from_le_bytes(*length)).ok()?, rest)
        }
        _ => return None,
    };
    let (header, values) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, values))
}

/// What the header says of a key, up to the next comma.
fn entry<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = header.split_once(&format!("'{key}':"))?;
    let (value, _) = rest.split_once(',')?;
    Some(value.trim())
}

/// The sides in parentheses.
fn shape(header: &str) -> Option<Vec<usize>> {
    let (_, rest) = header.split_once("'shape':")?;
    let (_, rest) = rest.split_once('(')?;
    let (sides, _) = rest.split_once(')')?;
    let sides = sides
        .split(',')
        .map(str::trim)
        .filter(|side| !side.is_empty());
    sides.map(|side| side.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of version 1 with this header.
    fn file(header: &str, values: &[f32]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([1, 0]);
        bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        bytes
    }

    #[test]
    fn one_dimension_and_a_later_version_are_read() {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }\n";
        let mut bytes = file(header, &[1.0, -2.0, 0.5]);
        let expected = Array {
            shape: vec![3],
            values: vec![1.0, -2.0, 0.5],
        };
        assert_eq!(read_npy(&bytes).unwrap(), expected);
        // Version 2 has four bytes for the length of the header.
        bytes[6] = 2;
        bytes.splice(10..10, [0, 0]);
        assert_eq!(read_npy(&bytes).unwrap(), expected);
    }

    #[test]
    fn what_is_no_array_of_floats_is_refused_in_words() {
        let refuse = |kind, order, shape, count: usize, said: &str| {
            let header =
                format!("{{'descr': {kind}, 'fortran_order': {order}, 'shape': {shape}, }}");
            let error = read_npy(&file(&header, &vec![0.0; count])).unwrap_err();
            assert!(error.contains(said), "{error}");
        };
        refuse("'<f8'", "False", "(1, 2)", 4, "'<f8'; allowed: '<f4'");
        refuse("'<f4'", "True", "(1, 2)", 2, "columns first");
        refuse(
            "'<f4'",
            "False",
            "(2, 2)",
            3,
            "12 bytes of values for an array [2, 2]",
        );
        refuse(
            "'<f4'",
            "False",
            "(4611686018427387904, 4)",
            1,
            "4 bytes of values",
        );
        refuse("'<f4'", "False", "(x,)", 1, "no shape");
        assert!(read_npy(b"nonsense").unwrap_err().contains("no .npy file"));
        assert!(read_npy(b"\x93NUMPY\x01\x00\xff\xff{").is_err());
    }
}
