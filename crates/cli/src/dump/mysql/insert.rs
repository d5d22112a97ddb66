//! What the statements of a MySQL dump say: which columns a table has, and the rows that are put into it.

use crate::dump::Broken;

/// A statement that matters.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said<'a> {
    /// A table has these columns.
    Table { table: String, columns: Vec<String> },
    /// These rows are in a table: of these columns, or of all.
    Rows { table: String, columns: Option<Vec<String>>, rows: Rows<'a> },
    /// The dump is written in this.
    Encoding(String),
    /// Something else.
    Other,
}

/// Words that begin a line of a table's definition which is no column.
const NO_COLUMN: [&str; 10] =
    ["PRIMARY", "UNIQUE", "KEY", "INDEX", "FULLTEXT", "SPATIAL", "CONSTRAINT", "FOREIGN", "CHECK", "PERIOD"];

/// What may stand between `INSERT` and its table.
const MANNERS: [&str; 5] = ["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "INTO"];

/// What a statement says.
pub(super) fn read(statement: &[u8]) -> Said<'_> {
    let mut rest = Rest(statement);
    let said = if rest.word("CREATE") {
        rest.table_with_columns()
    } else if rest.word("INSERT") || rest.word("REPLACE") {
        rest.rows()
    } else if rest.word("SET") && rest.word("NAMES") {
        rest.name().map(Said::Encoding)
    } else {
        None
    };
    said.unwrap_or(Said::Other)
}

/// What is left of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rest<'a>(&'a [u8]);

/// A statement that cannot be made out from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Garbled;

/// The rows of a statement, each without its parentheses.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rows<'a>(Option<Rest<'a>>);

impl<'a> Rest<'a> {
    fn skip_space(&mut self) {
        self.0 = self.0.trim_ascii_start();
    }

    fn sign(&mut self, sign: u8) -> bool {
        self.skip_space();
        let Some(rest) = self.0.strip_prefix(&[sign]) else { return false };
        self.0 = rest;
        true
    }

    fn word(&mut self, word: &str) -> bool {
        self.skip_space();
        let Some((found, rest)) = self.0.split_at_checked(word.len()) else { return false };
        let is_it = found.eq_ignore_ascii_case(word.as_bytes())
            && !rest.first().is_some_and(|byte| is_of_name(*byte));
        if is_it {
            self.0 = rest;
        }
        is_it
    }

    /// A name, plain or quoted.
    fn name(&mut self) -> Option<String> {
        self.skip_space();
        let first = *self.0.first()?;
        let name = if b"`\"'".contains(&first) {
            self.quoted(first)?
        } else {
            let end = self.0.iter().position(|byte| !is_of_name(*byte)).unwrap_or(self.0.len());
            let (name, rest) = self.0.split_at(end);
            self.0 = rest;
            name.to_vec()
        };
        let name = String::from_utf8_lossy(&name).into_owned();
        (!name.is_empty()).then_some(name)
    }

    /// A table's own name, without the database before it.
    fn table(&mut self) -> Option<String> {
        let first = self.name()?;
        if self.sign(b'.') { self.name() } else { Some(first) }
    }

    /// What stands in quotes, which come next.
    fn quoted(&mut self, quote: u8) -> Option<Vec<u8>> {
        let (mut text, mut bytes) = (Vec::new(), self.0.iter().copied().enumerate().skip(1).peekable());
        while let Some((at, byte)) = bytes.next() {
            match byte {
                _ if byte == quote => {
                    if bytes.next_if(|(_, next)| *next == quote).is_none() {
                        self.0 = &self.0[at + 1..];
                        return Some(text);
                    }
                    text.push(quote);
                }
                b'\\' if quote != b'`' => match bytes.next()?.1 {
                    b'0' => text.push(0),
                    b'b' => text.push(0x08),
                    b'n' => text.push(b'\n'),
                    b'r' => text.push(b'\r'),
                    b't' => text.push(b'\t'),
                    b'Z' => text.push(0x1a),
                    // Only for LIKE: outside of it both stand for themselves.
                    wild @ (b'%' | b'_') => text.extend([b'\\', wild]),
                    itself => text.push(itself),
                },
                _ => text.push(byte),
            }
        }
        None
    }

    /// What stands between parentheses, which come next.
    fn parenthesised(&mut self) -> Option<&'a [u8]> {
        self.sign(b'(').then_some(())?;
        let all = self.0;
        let mut depth = 1_u32;
        loop {
            match *self.0.first()? {
                quote @ (b'`' | b'"' | b'\'') => {
                    self.quoted(quote)?;
                    continue;
                }
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            self.0 = &self.0[1..];
            if depth == 0 {
                return Some(&all[..all.len() - self.0.len() - 1]);
            }
        }
    }

    /// The parts between commas that stand in no parentheses.
    fn parts(mut self) -> Option<Vec<&'a [u8]>> {
        let (mut parts, mut from) = (Vec::new(), self.0);
        while let Some(byte) = self.0.first() {
            match *byte {
                quote @ (b'`' | b'"' | b'\'') => drop(self.quoted(quote)?),
                b'(' => drop(self.parenthesised()?),
                b',' => {
                    parts.push(&from[..from.len() - self.0.len()]);
                    self.0 = &self.0[1..];
                    from = self.0;
                }
                _ => self.0 = &self.0[1..],
            }
        }
        parts.push(from);
        Some(parts)
    }

    fn table_with_columns(mut self) -> Option<Said<'a>> {
        self.word("TEMPORARY");
        self.word("TABLE").then_some(())?;
        if self.word("IF") {
            (self.word("NOT") && self.word("EXISTS")).then_some(())?;
        }
        let table = self.table()?;
        let lines = Rest(self.parenthesised()?).parts()?;
        let column = |line| {
            let mut line = Rest(line);
            let is_none = NO_COLUMN.iter().any(|word| line.clone().word(word));
            if is_none { None } else { line.name() }
        };
        Some(Said::Table { table, columns: lines.into_iter().filter_map(column).collect() })
    }

    fn rows(mut self) -> Option<Said<'a>> {
        while MANNERS.iter().any(|manner| self.word(manner)) {}
        let table = self.table()?;
        self.skip_space();
        let columns = match self.0.first()? {
            b'(' => {
                let names = Rest(self.parenthesised()?).parts()?.into_iter();
                Some(names.map(|name| Rest(name).name()).collect::<Option<_>>()?)
            }
            _ => None,
        };
        let rows = (self.word("VALUES") || self.word("VALUE")).then_some(self);
        Some(Said::Rows { table, columns, rows: Rows(rows) })
    }

    /// One value of a row.
    fn value(&mut self) -> Result<Option<Vec<u8>>, Broken> {
        self.skip_space();
        let all = self.0;
        match all {
            [quote @ (b'\'' | b'"'), ..] => return self.quoted(*quote).map(Some).ok_or(Broken::NoValue),
            // In which charset a text is, before it.
            [b'_', ..] => {
                self.name();
                self.skip_space();
                return if self.0.starts_with(b"_") { Err(Broken::NoValue) } else { self.value() };
            }
            [b'x' | b'X', b'\'', ..] => {
                self.0 = &all[1..];
                let digits = self.quoted(b'\'');
                return digits.and_then(|digits| of_hex(&digits)).map(Some).ok_or(Broken::NoValue);
            }
            _ => {}
        }
        let end = all.iter().position(|byte| *byte == b',').unwrap_or(all.len());
        let (word, rest) = all.split_at(end);
        self.0 = rest;
        let word = word.trim_ascii();
        if word.eq_ignore_ascii_case(b"NULL") {
            return Ok(None);
        }
        if let Some(digits) = word.strip_prefix(b"0x") {
            return of_hex(digits).map(Some).ok_or(Broken::NoValue);
        }
        let is_plain =
            !word.is_empty() && word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
        if is_plain { Ok(Some(word.to_vec())) } else { Err(Broken::NoValue) }
    }
}

/// Whether a name that is not quoted may have it.
const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn of_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let pairs = digits.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect()
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<&'a [u8], Garbled>;

    fn next(&mut self) -> Option<Result<&'a [u8], Garbled>> {
        let Some(mut rest) = self.0.take() else { return Some(Err(Garbled)) };
        rest.skip_space();
        if rest.0.is_empty() {
            return None;
        }
        let row = rest.parenthesised();
        let is_between = rest.sign(b',');
        rest.skip_space();
        if row.is_some() && (is_between != rest.0.is_empty()) {
            self.0 = Some(rest);
        }
        Some(row.ok_or(Garbled))
    }
}

/// The values of one row.
///
/// # Errors
/// [`Broken`] where they cannot be made out.
pub(in crate::dump) fn cells(row: &[u8]) -> Result<Vec<Option<String>>, Broken> {
    let (mut rest, mut cells) = (Rest(row), Vec::new());
    loop {
        let value = rest.value()?;
        cells.push(value.map(String::from_utf8).transpose().map_err(|_| Broken::NoText)?);
        let goes_on = rest.sign(b',');
        rest.skip_space();
        match (goes_on, rest.0.is_empty()) {
            (true, _) => {}
            (false, true) => return Ok(cells),
            (false, false) => return Err(Broken::NoValue),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Garbled, Said, cells, read};
    use crate::dump::Broken;
    use proptest::prelude::*;

    /// A row as mysqldump writes it.
    fn written(row: &[Option<String>]) -> String {
        let cell = |cell: &Option<String>| {
            let Some(text) = cell else { return "NULL".to_owned() };
            let escaped = |letter: char| match letter {
                '\\' => "\\\\".to_owned(),
                '\'' => "\\'".to_owned(),
                '"' => "\\\"".to_owned(),
                '\0' => "\\0".to_owned(),
                '\n' => "\\n".to_owned(),
                '\r' => "\\r".to_owned(),
                '\u{1a}' => "\\Z".to_owned(),
                other => other.to_string(),
            };
            format!("'{}'", text.chars().map(escaped).collect::<String>())
        };
        row.iter().map(cell).collect::<Vec<_>>().join(",")
    }

    fn rows(statement: &str) -> Result<Vec<String>, Garbled> {
        let Said::Rows { rows, .. } = read(statement.as_bytes()) else { panic!("{statement} has no rows") };
        rows.map(|row| row.map(|row| String::from_utf8_lossy(row).into_owned())).collect()
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back(
            table in prop::collection::vec(prop::collection::vec(prop::option::of(any::<String>()), 1..4), 1..4)
        ) {
            let all: Vec<_> = table.iter().map(|row| format!("({})", written(row))).collect();
            let statement = format!("INSERT INTO `a` VALUES {}", all.join(","));
            let read: Vec<_> = rows(&statement).unwrap().iter().map(|row| cells(row.as_bytes())).collect();
            prop_assert_eq!(read, table.into_iter().map(Ok).collect::<Vec<_>>());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = cells(&bytes);
            for begins in ["CREATE TABLE `a` (", "INSERT INTO a ", "INSERT INTO a VALUES (", "SET NAMES "] {
                let statement = [begins.as_bytes(), &bytes].concat();
                if let Said::Rows { rows, .. } = read(&statement) {
                    // An error is the last of them.
                    rows.take_while(Result::is_ok).for_each(|row| drop(row.map(cells)));
                }
            }
        }
    }

    #[test]
    fn values_are_read_in_every_way_that_they_are_written() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            cells(b"'a''b', \"it's\" ,NULL,null, -12 ,1.5e3,0x3031,x'3032',_utf8mb4'c',_binary 0x30,'\\a\\%\\t',''"),
            Ok(vec![
                some("a'b"), some("it's"), None, None, some("-12"), some("1.5e3"), some("01"), some("02"), some("c"),
                some("0"), some("a\\%\t"), some(""),
            ])
        );
        for wrong in ["", "1,", "'a", "'a' 'b'", "now()", "0x1", "'a\\", "1 2", "_a _b 'c'"] {
            assert_eq!(cells(wrong.as_bytes()), Err(Broken::NoValue), "{wrong}");
        }
        assert_eq!(cells(b"'\xff'"), Err(Broken::NoText));
    }

    #[test]
    fn a_table_says_its_columns() {
        let columns = |statement: &str| match read(statement.as_bytes()) {
            Said::Table { table, columns } => format!("{table}: {}", columns.join("|")),
            other @ (Said::Rows { .. } | Said::Encoding(_) | Said::Other) => format!("{other:?}"),
        };
        assert_eq!(
            columns(
                "CREATE TABLE `cafe_point` (\n  `id` int(11) NOT NULL COMMENT 'a, (b',\n  `phone ``no``` char(20) DEFAULT '(',\n  point enum('a,b','c)') CHECK (`point` <> 'x,'),\n  PRIMARY KEY (`id`,`phone`),\n  UNIQUE KEY `point` (`point`)\n) ENGINE=InnoDB COMMENT='x'"
            ),
            "cafe_point: id|phone `no`|point"
        );
        assert_eq!(columns("create temporary table if not exists \"db\".\"a\" (b int)"), "a: b");
        for other in ["CREATE TABLE `a` LIKE `b`", "CREATE VIEW a AS SELECT 1", "CREATE TABLE `a` (`b` int"] {
            assert_eq!(columns(other), "Other", "{other}");
        }
    }

    #[test]
    fn rows_are_those_of_their_table_and_columns() {
        let of = |statement: &str| match read(statement.as_bytes()) {
            Said::Rows { table, columns, .. } => format!("{table} {columns:?}"),
            other @ (Said::Table { .. } | Said::Encoding(_) | Said::Other) => format!("{other:?}"),
        };
        assert_eq!(of("INSERT INTO `a` VALUES (1)"), "a None");
        assert_eq!(of("insert ignore into db.a(`b`, c) values (1,2)"), "a Some([\"b\", \"c\"])");
        assert_eq!(of("REPLACE `a` (`b`)\nVALUE (1)"), "a Some([\"b\"])");
        assert_eq!(of("UPDATE a SET b = 1"), "Other");
        assert_eq!(read(b"SET NAMES 'euckr' "), Said::Encoding("euckr".to_owned()));
        assert_eq!(
            rows("INSERT INTO a VALUES (1,')('),\n ( 2 , f(3) ) "),
            Ok(vec!["1,')('".to_owned(), " 2 , f(3) ".to_owned()])
        );
        for wrong in ["(1),", "(1", "(1) (2)", "1", "(1) ON DUPLICATE KEY UPDATE b = 1"] {
            assert_eq!(rows(&format!("INSERT INTO a VALUES {wrong}")), Err(Garbled), "{wrong}");
        }
        assert_eq!(rows("INSERT INTO a SELECT 1"), Err(Garbled));
    }
}
