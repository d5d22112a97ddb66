//! The statements of a MySQL dump, one after the other, as the `mysql` client would send them.

use std::io::{self, BufRead};
use std::mem;

use crate::dump::lines::{self, Lines};

/// One statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// At which of its file's bytes it begins.
    pub(super) at: u64,
    /// Without what ends it, and without comments.
    pub(super) text: Vec<u8>,
}

/// What came next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Statement(Statement),
    /// Nothing, and nothing is missing.
    End,
    /// Nothing, in the middle of a statement, or before the line that mysqldump ends with.
    CutOff,
}

/// What the reader is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Code,
    /// A text or a name, until this quote.
    Quotes(u8),
    Comment,
}

/// Reads statements.
#[derive(Debug)]
pub(super) struct Statements {
    line: Vec<u8>,
    /// At which byte of the file the line begins, and how many of its bytes were read.
    begins: u64,
    read: usize,
    inside: Inside,
    /// Whether it is in what only MySQL takes for code, and others for a comment.
    is_in_code_of_mysqls: bool,
    statement: Option<Statement>,
    delimiter: Vec<u8>,
    /// Whether its first line says that mysqldump made it, and its last one that it was made to its end.
    is_mysqldumps: bool,
    is_complete: bool,
}

impl Default for Statements {
    fn default() -> Statements {
        Statements {
            line: Vec::new(),
            begins: 0,
            read: 0,
            inside: Inside::Code,
            is_in_code_of_mysqls: false,
            statement: None,
            delimiter: b";".to_vec(),
            is_mysqldumps: false,
            is_complete: false,
        }
    }
}

impl Statements {
    /// The next one of these lines.
    ///
    /// # Errors
    /// Where the file cannot be read, or a statement is far too long.
    pub(super) fn next<R: BufRead>(&mut self, lines: &mut Lines<R>) -> io::Result<Next> {
        loop {
            if self.read == self.line.len() && !self.goes_on(lines)? {
                let is_whole = self.statement.is_none()
                    && self.inside == Inside::Code
                    && (self.is_complete || !self.is_mysqldumps);
                return Ok(if is_whole { Next::End } else { Next::CutOff });
            }
            match self.inside {
                Inside::Comment => self.comment(),
                Inside::Quotes(quote) => self.quoted(quote),
                Inside::Code => {
                    if let Some(statement) = self.code() {
                        return Ok(Next::Statement(statement));
                    }
                }
            }
            let length = self.statement.as_ref().map_or(0, |statement| statement.text.len());
            if length as u64 > lines::MOST {
                return Err(lines::too_long());
            }
        }
    }

    fn goes_on<R: BufRead>(&mut self, lines: &mut Lines<R>) -> io::Result<bool> {
        let Some((begins, line)) = lines.next()? else { return Ok(false) };
        let end = if line.is_ended { line.end() } else { b"" };
        self.line = line.text;
        self.line.extend_from_slice(end);
        (self.begins, self.read) = (begins, 0);
        if begins == 0 && self.line.starts_with(b"\xef\xbb\xbf") {
            self.read = 3;
        }
        Ok(true)
    }

    fn rest(&self) -> &[u8] {
        &self.line[self.read..]
    }

    fn take(&mut self, bytes: usize) {
        let at = self.begins + self.read as u64;
        let statement = self.statement.get_or_insert_with(|| Statement { at, text: Vec::new() });
        let end = self.line.len().min(self.read + bytes);
        statement.text.extend_from_slice(&self.line[self.read..end]);
        self.read = end;
    }

    /// Leaves the rest of the line out, and gives it.
    fn skip_line(&mut self) -> Vec<u8> {
        let skipped = self.rest().trim_ascii().to_vec();
        self.read = self.line.len();
        if let Some(statement) = &mut self.statement {
            statement.text.push(b'\n');
        }
        skipped
    }

    fn comment(&mut self) {
        match self.rest().windows(2).position(|two| two == b"*/") {
            Some(end) => {
                self.read += end + 2;
                self.inside = Inside::Code;
            }
            None => self.read = self.line.len(),
        }
    }

    fn quoted(&mut self, quote: u8) {
        let rest = self.rest();
        let plain = rest.iter().position(|byte| *byte == quote || (*byte == b'\\' && quote != b'`'));
        let Some(end) = plain else { return self.take(rest.len()) };
        if rest[end] == quote {
            // Two are one within the text: it goes on at once.
            self.inside = Inside::Code;
            self.take(end + 1);
        } else {
            self.take(end + 2);
        }
    }

    fn code(&mut self) -> Option<Statement> {
        let (rest, has_begun) = (self.rest(), self.statement.is_some());
        if rest.starts_with(&self.delimiter) {
            self.read += self.delimiter.len();
            return mem::take(&mut self.statement);
        }
        if !has_begun && rest[..rest.len().min(10)].eq_ignore_ascii_case(b"delimiter ") {
            let line = self.skip_line();
            let delimiter = line.get("delimiter ".len()..).unwrap_or_default().trim_ascii();
            // Nothing would end every statement before it has begun.
            if !delimiter.is_empty() {
                self.delimiter = delimiter.to_vec();
            }
            return None;
        }
        let is_comment = matches!(rest, [b'#', ..] | [b'-', b'-'])
            || matches!(rest, [b'-', b'-', next, ..] if next.is_ascii_whitespace());
        match rest[0] {
            _ if is_comment => {
                let line = self.skip_line();
                self.is_mysqldumps |=
                    line.starts_with(b"-- MySQL dump") || line.starts_with(b"-- MariaDB dump");
                self.is_complete = line.starts_with(b"-- Dump completed");
            }
            b'/' if rest.starts_with(b"/*!") => {
                // From which version on it counts.
                let digits = rest[3..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                self.read += 3 + digits;
                self.is_in_code_of_mysqls = true;
            }
            b'*' if self.is_in_code_of_mysqls && rest.starts_with(b"*/") => {
                self.read += 2;
                self.is_in_code_of_mysqls = false;
            }
            b'/' if rest.starts_with(b"/*") => {
                self.read += 2;
                self.inside = Inside::Comment;
                if let Some(statement) = &mut self.statement {
                    statement.text.push(b' ');
                }
            }
            quote @ (b'\'' | b'"' | b'`') => {
                self.take(1);
                self.inside = Inside::Quotes(quote);
            }
            space if space.is_ascii_whitespace() && !has_begun => self.read += 1,
            _ => self.take(1),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Next, Statements};
    use crate::dump::lines::Lines;
    use proptest::prelude::*;

    fn read(dump: &[u8]) -> (Vec<(u64, String)>, Next) {
        let (mut statements, mut lines, mut read) = (Statements::default(), Lines::of(dump), Vec::new());
        loop {
            match statements.next(&mut lines).unwrap() {
                Next::Statement(one) => read.push((one.at, String::from_utf8_lossy(&one.text).into_owned())),
                end @ (Next::End | Next::CutOff) => return (read, end),
            }
        }
    }

    #[test]
    fn statements_end_where_the_client_ends_them() {
        let dump = "\u{feff}-- a; comment\n# another;\nSET a = ';';/*!40101 SET b = 1 */;/* ; */\nINSERT INTO `a;b`\nVALUES ('it''s; \\';', \"x;\"), -- one;\n(1);;\nDELIMITER ;;\nCREATE PROCEDURE a() BEGIN INSERT INTO b VALUES (1); END;;\ndelimiter ;\nSELECT 1-1--1;\n";
        let (read, end) = read(dump.as_bytes());
        let texts: Vec<_> = read.iter().map(|(_, text)| text.trim_end()).collect();
        assert_eq!(
            texts,
            [
                "SET a = ';'",
                "SET b = 1",
                "INSERT INTO `a;b`\nVALUES ('it''s; \\';', \"x;\"), \n(1)",
                "CREATE PROCEDURE a() BEGIN INSERT INTO b VALUES (1); END",
                "SELECT 1-1--1",
            ]
        );
        assert_eq!(end, Next::End);
        for (at, text) in &read {
            assert!(dump[usize::try_from(*at).unwrap()..].starts_with(&text[..8]), "{at} {text}");
        }
    }

    #[test]
    fn what_was_cut_off_anywhere_is_noticed() {
        let dump = "-- MySQL dump 10.13\n\n/*!40101 SET NAMES utf8mb4 */;\nINSERT INTO `a` VALUES ('1'),('2');\nINSERT INTO `a` VALUES ('3');\n-- Dump completed on 2026-03-02\n";
        assert_eq!(read(dump.as_bytes()).1, Next::End);
        let begins = "-- MySQL dump".len();
        let ends = dump.find(" on 2026").unwrap();
        for end in begins..ends {
            assert_eq!(read(&dump.as_bytes()[..end]).1, Next::CutOff, "{end}");
        }
        // Without mysqldump's own words only the middle of a statement tells it.
        let plain = "INSERT INTO `a` VALUES ('1');\n";
        for end in 1..plain.len() - 2 {
            assert_eq!(read(&plain.as_bytes()[..end]).1, Next::CutOff, "{end}");
        }
        assert_eq!(read(b"").1, Next::End);
        assert_eq!(read(b"delimiter  \nSELECT 1;\n").0, [(12, "SELECT 1".to_owned())]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(dump in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&dump);
        }

        #[test]
        fn a_text_ends_no_statement(text in "[^\\\\']*") {
            let statement = format!("SET a = '{text}'");
            let (read, end) = read(format!("{statement};\n").as_bytes());
            prop_assert_eq!(read, [(0, statement)]);
            prop_assert_eq!(end, Next::End);
        }
    }
}
