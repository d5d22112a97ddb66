//! The text format of PostgreSQL's `COPY`, and the few statements around it that matter.
//!
//! [Its manual](https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2): a row a line, a tab between
//! the values, `\N` for null, and a backslash before whatever could be taken for one of these.

use super::Broken;

/// The values of one row.
///
/// # Errors
/// [`Broken`] where they cannot be made out.
pub(super) fn cells(row: &[u8]) -> Result<Vec<Option<String>>, Broken> {
    // A tab that belongs to a value is always written as an escape.
    row.split(|byte| *byte == b'\t').map(cell).collect()
}

fn cell(written: &[u8]) -> Result<Option<String>, Broken> {
    if written == b"\\N" {
        return Ok(None);
    }
    let mut value = Vec::with_capacity(written.len());
    let mut rest = written.iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            value.push(byte);
            continue;
        }
        let escape = rest.next().ok_or(Broken::HalfAnEscape)?;
        value.push(match escape {
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            b'0'..=b'7' => digits(&mut rest, escape - b'0', 8, 2),
            b'x' => match rest.clone().next().and_then(|byte| digit(byte, 16)) {
                Some(_) => digits(&mut rest, 0, 16, 2),
                None => b'x',
            },
            itself => itself,
        });
    }
    String::from_utf8(value).map(Some).map_err(|_| Broken::NoText)
}

fn digit(byte: u8, radix: u8) -> Option<u8> {
    char::from(byte).to_digit(radix.into()).and_then(|digit| u8::try_from(digit).ok())
}

/// A byte by its number: at most that many more digits.
fn digits<I: Iterator<Item = u8> + Clone>(rest: &mut I, first: u8, radix: u8, most: usize) -> u8 {
    let mut number = first;
    for _ in 0..most {
        let Some(digit) = rest.clone().next().and_then(|byte| digit(byte, radix)) else { break };
        rest.next();
        // As PostgreSQL does: of more than a byte the low bits count.
        number = number.wrapping_mul(radix).wrapping_add(digit);
    }
    number
}

/// The table and its columns, where the line is all of `COPY … (…) FROM stdin;`.
pub(super) fn begins(line: &str) -> Option<(String, Vec<String>)> {
    let (table, rest) = table(line.strip_prefix("COPY ")?)?;
    let mut rest = rest.strip_prefix(" (")?;
    let mut columns = Vec::new();
    loop {
        let (column, after) = name(rest)?;
        columns.push(column);
        match after.strip_prefix(", ") {
            Some(more) => rest = more,
            None => return (after == ") FROM stdin;").then_some((table, columns)),
        }
    }
}

/// The table, where the line begins to insert into one.
pub(super) fn inserts(line: &str) -> Option<String> {
    let (table, _) = table(line.strip_prefix("INSERT INTO ")?)?;
    Some(table)
}

/// What the dump is written in, where the line says so.
pub(super) fn encoding(line: &str) -> Option<&str> {
    line.strip_prefix("SET client_encoding = '")?.strip_suffix("';")
}

/// Whether that is UTF-8, or says nothing.
pub(super) fn is_utf8(encoding: &str) -> bool {
    ["UTF8", "UTF-8", "SQL_ASCII"].iter().any(|name| encoding.eq_ignore_ascii_case(name))
}

/// A table's own name, without the schema before it, and what comes after.
fn table(text: &str) -> Option<(String, &str)> {
    let (first, rest) = name(text)?;
    match rest.strip_prefix('.') {
        Some(rest) => name(rest),
        None => Some((first, rest)),
    }
}

/// A name, plain or in double quotes, and what comes after.
fn name(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '$'));
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        return (!name.is_empty()).then(|| (name.to_owned(), rest));
    };
    let (mut name, mut rest) = (String::new(), quoted);
    loop {
        let (before, after) = rest.split_once('"')?;
        name += before;
        match after.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{begins, cells, encoding, inserts, is_utf8};
    use crate::dump::Broken;
    use proptest::prelude::*;

    /// A row as PostgreSQL writes it.
    fn written(row: &[Option<String>]) -> String {
        let cell = |cell: &Option<String>| {
            let Some(text) = cell else { return "\\N".to_owned() };
            let escaped = |letter: char| match letter {
                '\\' => "\\\\".to_owned(),
                '\u{8}' => "\\b".to_owned(),
                '\u{c}' => "\\f".to_owned(),
                '\n' => "\\n".to_owned(),
                '\r' => "\\r".to_owned(),
                '\t' => "\\t".to_owned(),
                '\u{b}' => "\\v".to_owned(),
                other => other.to_string(),
            };
            text.chars().map(escaped).collect()
        };
        row.iter().map(cell).collect::<Vec<_>>().join("\t")
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back(row in prop::collection::vec(prop::option::of(any::<String>()), 1..6)) {
            let written = written(&row);
            prop_assert!(!written.contains('\n'));
            prop_assert_eq!(cells(written.as_bytes()), Ok(row));
        }

        #[test]
        fn any_bytes_are_read_or_refused(row in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = cells(&row);
        }

        #[test]
        fn any_line_is_a_statement_or_none(line in any::<String>(), columns in any::<String>()) {
            let _ = (begins(&line), inserts(&line), begins(&format!("COPY a ({columns}) FROM stdin;")));
        }
    }

    #[test]
    fn escapes_are_those_of_the_manual() {
        let read = |row: &str| cells(row.as_bytes());
        let one = |text: &str| Ok(vec![Some(text.to_owned())]);
        assert_eq!(read("\\101\\60\\x41\\x4g"), one("A0A\u{4}g"));
        assert_eq!(read("\\xzz\\q\\\\N\\.\\7"), one("xzzq\\N.\u{7}"));
        assert_eq!(read(""), one(""));
        assert_eq!(read("\\N\t\t\\\\N"), Ok(vec![None, Some(String::new()), Some("\\N".to_owned())]));
        assert_eq!(read("half\\"), Err(Broken::HalfAnEscape));
        assert_eq!(cells(b"\xff"), Err(Broken::NoText));
        assert_eq!(read("\\355\\225\\234"), one("한"));
    }

    #[test]
    fn a_block_says_its_table_and_columns() {
        let read = |line| begins(line).map(|(table, columns)| (table, columns.join("|")));
        let of = |table: &str, columns: &str| Some((table.to_owned(), columns.to_owned()));
        assert_eq!(read("COPY public.rows (id, \"order\") FROM stdin;"), of("rows", "id|order"));
        assert_eq!(read("COPY \"my.schema\".\"a \"\"b\"\"\" (\"x, y\") FROM stdin;"), of("a \"b\"", "x, y"));
        assert_eq!(read("COPY rows (id) FROM stdin;"), of("rows", "id"));
        for other in [
            "COPY public.rows (id) FROM stdin",
            "COPY public.rows (id) FROM '/tmp/rows';",
            "COPY public.rows () FROM stdin;",
            "COPY (SELECT 1) TO stdout;",
            "-- COPY public.rows (id) FROM stdin;",
            "COPY \"rows (id) FROM stdin;",
        ] {
            assert_eq!(begins(other), None, "{other}");
        }
    }

    #[test]
    fn other_statements_matter_little() {
        assert_eq!(inserts("INSERT INTO public.rows VALUES (1);").as_deref(), Some("rows"));
        assert_eq!(encoding("SET client_encoding = 'EUC_KR';"), Some("EUC_KR"));
        assert!(is_utf8("utf8") && is_utf8("SQL_ASCII") && !is_utf8("EUC_KR"));
    }
}
