//! Plain tables, their columns aligned by the places that a terminal gives each letter.

/// Lines of text, with two spaces between the columns. Nothing where there is no row.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let head = head.map(str::to_owned);
    let all = || std::iter::once(&head).chain(rows);
    let mut wide = [0; N];
    for row in all() {
        for (widest, cell) in wide.iter_mut().zip(row) {
            *widest = (*widest).max(places(cell));
        }
    }
    let mut text = String::new();
    for row in all() {
        let mut line = String::new();
        for (cell, widest) in row.iter().zip(wide) {
            line += cell;
            line.extend(std::iter::repeat_n(' ', widest - places(cell) + 2));
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// How many places a text takes: a Korean letter two, as every terminal draws it.
fn places(text: &str) -> usize {
    text.chars().map(|letter| if is_wide(letter) { 2 } else { 1 }).sum()
}

/// Whether it is a letter of Hangul, Chinese or Japanese, or a wide form of another.
fn is_wide(letter: char) -> bool {
    matches!(
        u32::from(letter),
        0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6
    )
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_stand_under_each_other_whatever_they_are_written_in() {
        let rows = [["라떼", "4,500원", "a"], ["tea", "900원", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(
            table(["what", "price", "of"], &rows),
            "what  price    of\n라떼  4,500원  a\ntea   900원\n"
        );
    }
}
