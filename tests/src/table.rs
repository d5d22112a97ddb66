//! Tables in Markdown, written and read back.

use std::fmt::Write as _;

use cafe_core::payment::BoxError;

/// A table. The first column is text, all others are numbers.
pub(crate) fn write<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut table = line(&head.map(str::to_owned));
    table.push('|');
    for column in 0..N {
        table.push_str(if column == 0 { "---|" } else { "--:|" });
    }
    table.push('\n');
    for row in rows {
        // Writing to a string does not fail.
        let _ = table.write_str(&line(&row));
    }
    table
}

/// The rows of the table with that head.
pub(crate) fn read<const N: usize>(page: &str, head: [&str; N]) -> Result<Vec<[String; N]>, BoxError> {
    let head = format!("| {} |", head.join(" | "));
    let mut lines = page.lines().skip_while(|line| *line != head).skip(2).peekable();
    if lines.peek().is_none() {
        return Err(format!("the page has no table with the head {head}").into());
    }
    let rows = lines.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<String> =
            row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        cells.try_into().map_err(|_| format!("{N} columns were expected: {row}").into())
    })
    .collect()
}

/// A number with commas between its thousands.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// How many times one number is the other, to a tenth.
pub(crate) fn ratio(number: u64, floor: u64) -> String {
    let tenths = (number * 10 + floor / 2) / floor.max(1);
    format!("{}.{}×", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_back_as_it_was_written() {
        let rows = [["a b", "1"], ["c", "2"]].map(|row| row.map(str::to_owned));
        let page = format!("# Page\n\n{}\nafter it\n", write(["what", "how many"], rows.clone()));
        assert_eq!(read(&page, ["what", "how many"]).unwrap(), rows);
        assert!(read(&page, ["what", "else"]).is_err());
    }

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_ratio_is_rounded_to_a_tenth() {
        assert_eq!(
            [(100, 100), (124, 100), (125, 100), (5, 100), (7, 0)].map(|(a, b)| ratio(a, b)),
            ["1.0×", "1.2×", "1.3×", "0.1×", "7.0×"]
        );
    }
}
