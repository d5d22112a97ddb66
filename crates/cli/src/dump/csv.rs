//! CSV as PostgreSQL writes it: a comma between the values, quotes around those that need them, and null as
//! nothing at all, where an empty text is two quotes.

use super::Broken;

/// Whether no quote is still open after this text, where none was before it.
pub(super) fn is_whole(text: &[u8]) -> bool {
    text.iter().fold(true, |is_whole, byte| is_whole != (*byte == b'"'))
}

/// The values of one row.
///
/// # Errors
/// [`Broken`] where they are no UTF-8.
pub(super) fn cells(row: &[u8]) -> Result<Vec<Option<String>>, Broken> {
    let row = std::str::from_utf8(row).map_err(|_| Broken::NoText)?;
    let (mut cells, mut cell) = (Vec::new(), Cell::default());
    let mut letters = row.chars().peekable();
    let mut is_quoted = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.next_if_eq(&'"').is_some() => cell.text.push('"'),
            '"' => {
                is_quoted = !is_quoted;
                cell.had_quotes = true;
            }
            ',' if !is_quoted => cells.push(std::mem::take(&mut cell).value()),
            other => cell.text.push(other),
        }
    }
    cells.push(cell.value());
    Ok(cells)
}

#[derive(Default)]
struct Cell {
    text: String,
    had_quotes: bool,
}

impl Cell {
    fn value(self) -> Option<String> {
        (self.had_quotes || !self.text.is_empty()).then_some(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::{cells, is_whole};
    use crate::dump::Broken;
    use proptest::prelude::*;

    /// A row as PostgreSQL writes it.
    fn written(row: &[Option<String>]) -> String {
        let cell = |cell: &Option<String>| match cell {
            None => String::new(),
            Some(text) if text.is_empty() || text.contains([',', '"', '\n', '\r', ' ', '\\']) => {
                format!("\"{}\"", text.replace('"', "\"\""))
            }
            Some(text) => text.clone(),
        };
        row.iter().map(cell).collect::<Vec<_>>().join(",")
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back(row in prop::collection::vec(prop::option::of(any::<String>()), 1..6)) {
            let written = written(&row);
            prop_assert!(is_whole(written.as_bytes()));
            prop_assert_eq!(cells(written.as_bytes()), Ok(row));
        }

        #[test]
        fn any_bytes_are_read_or_refused(row in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = cells(&row);
        }
    }

    #[test]
    fn nothing_is_null_and_two_quotes_are_an_empty_text() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            cells(b"a,,\"\",\"b\"\"c\",\"d,\ne\""),
            Ok(vec![some("a"), None, some(""), some("b\"c"), some("d,\ne"),])
        );
        assert_eq!(cells(b""), Ok(vec![None]));
        assert_eq!(cells(b"\xff"), Err(Broken::NoText));
        assert!(!is_whole(b"a,\"b") && is_whole(b"a,\"b\nc\""));
    }
}
