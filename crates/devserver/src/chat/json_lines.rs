//! JSON as lines to read, in the order in which it was sent, with what is wrong beside the line it is about.

use crate::chat::exchange::Mark;

/// One line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) depth: usize,
    pub(crate) key: Option<String>,
    /// A value, or a bracket.
    pub(crate) value: String,
    /// What the value is, as a class of the style sheet.
    pub(crate) kind: &'static str,
    pub(crate) comma: bool,
    /// What is wrong here.
    pub(crate) problems: Vec<String>,
    path: String,
}

/// The lines of a text that is JSON, and one line a line of a text that is not.
pub(crate) fn lines(text: &str, marks: &[Mark]) -> Vec<Line> {
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let mut lines = if is_json {
        let mut reader = Reader { rest: text, lines: Vec::new() };
        reader.value(0, None, "");
        reader.lines
    } else {
        text.lines().map(|line| Line { value: line.to_owned(), kind: "raw", ..Line::default() }).collect()
    };
    for mark in marks {
        // What is missing is told where it is missing.
        let mut path = mark.path.as_str();
        while !lines.iter().any(|line| line.path == path) && !path.is_empty() {
            path = path.rfind(['.', '[']).map_or("", |end| &path[..end]);
        }
        if let Some(line) = lines.iter_mut().find(|line| line.path == path) {
            let place = mark.path[path.len()..].trim_start_matches('.');
            let problem =
                if place.is_empty() { mark.problem.clone() } else { format!("{place} {}", mark.problem) };
            line.problems.push(problem);
        }
    }
    lines
}

/// Reads text that is known to be JSON.
struct Reader<'t> {
    rest: &'t str,
    lines: Vec<Line>,
}

impl<'t> Reader<'t> {
    fn value(&mut self, depth: usize, key: Option<&str>, path: &str) {
        let line = |value: &str, kind| Line {
            depth,
            key: key.map(str::to_owned),
            value: value.to_owned(),
            kind,
            path: path.to_owned(),
            ..Line::default()
        };
        match self.peek() {
            Some(open @ ('{' | '[')) => {
                let close = if open == '{' { '}' } else { ']' };
                self.take(1);
                if self.peek() == Some(close) {
                    self.take(1);
                    self.lines.push(line(&format!("{open}{close}"), "bracket"));
                    return;
                }
                self.lines.push(line(&open.to_string(), "bracket"));
                self.members(depth + 1, open, close, path);
                let (value, kind) = (close.to_string(), "bracket");
                // A closing bracket is about nothing.
                self.lines.push(Line { depth, value, kind, path: "\0".to_owned(), ..Line::default() });
            }
            Some('"') => {
                let token = self.string();
                self.lines.push(line(&readable(token), "string"));
            }
            Some(_) => {
                let end = self.rest.find([',', ']', '}', ' ', '\n', '\r', '\t']).unwrap_or(self.rest.len());
                let token = self.take(end);
                self.lines.push(line(token, "literal"));
            }
            None => {}
        }
    }

    fn members(&mut self, depth: usize, open: char, close: char, path: &str) {
        for index in 0_usize.. {
            match self.peek() {
                Some(end) if end == close => {
                    self.take(1);
                    return;
                }
                Some(',') => {
                    self.take(1);
                    if let Some(last) = self.lines.last_mut() {
                        last.comma = true;
                    }
                }
                Some(_) => {}
                None => return,
            }
            if open == '{' {
                self.peek();
                let key = readable(self.string());
                self.peek();
                self.take(1);
                let name = key.trim_matches('"');
                let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                self.value(depth, Some(&key), &path);
            } else {
                self.value(depth, None, &format!("{path}[{index}]"));
            }
        }
    }

    /// The next character that is no space.
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn take(&mut self, bytes: usize) -> &'t str {
        let (token, rest) = self.rest.split_at(bytes.min(self.rest.len()));
        self.rest = rest;
        token
    }

    /// A string with its quotation marks.
    fn string(&mut self) -> &'t str {
        // The first quotation mark opens it.
        let mut is_escaped = true;
        let end = self.rest.find(|c| {
            let ends = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            ends
        });
        self.take(end.map_or(self.rest.len(), |end| end + 1))
    }
}

/// A string with its characters written out: other languages send `\uac00` for 가.
fn readable(token: &str) -> String {
    let text: Result<String, _> = serde_json::from_str(token);
    text.and_then(|text| serde_json::to_string(&text)).unwrap_or_else(|_| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::lines;
    use crate::chat::exchange::Mark;

    fn shown(text: &str, marks: &[(&str, &str)]) -> String {
        let mark =
            |&(path, problem): &(&str, &str)| Mark { path: path.to_owned(), problem: problem.to_owned() };
        let marks: Vec<_> = marks.iter().map(mark).collect();
        let line = |line: super::Line| {
            let key = line.key.map(|key| format!("{key}: ")).unwrap_or_default();
            let problems =
                line.problems.iter().map(|problem| format!(" ← {problem}")).collect::<Vec<_>>().concat();
            format!(
                "{}{key}{}{}{problems}\n",
                " ".repeat(line.depth),
                line.value,
                if line.comma { "," } else { "" }
            )
        };
        lines(text, &marks).into_iter().map(line).collect()
    }

    #[test]
    fn json_is_shown_in_its_own_order_and_spelling() {
        let text = r#"{"version":"2.0", "z":[1, 2.50,[],{}], "a" : {"\uac00":"\"\\", "n":null}}"#;
        assert_eq!(
            shown(text, &[]),
            "{\n \"version\": \"2.0\",\n \"z\": [\n  1,\n  2.50,\n  [],\n  {}\n ],\n \"a\": {\n  \"가\": \"\\\"\\\\\",\n  \"n\": null\n }\n}\n"
        );
        assert_eq!(shown("\"네\"", &[]), "\"네\"\n");
    }

    #[test]
    fn what_is_wrong_stands_where_it_is() {
        let text = r#"{"template":{"outputs":[{"simpleText":{"txt":"x"}},{"a":1}]}}"#;
        let marks = [
            ("template.outputs[0].simpleText.text", "is missing"),
            ("template.outputs[1].a", "is no component"),
            ("version", "is missing"),
            ("", "took 6000 ms"),
        ];
        let shown = shown(text, &marks);
        assert!(shown.contains("\"simpleText\": { ← text is missing\n"), "{shown}");
        assert!(shown.contains("\"a\": 1 ← is no component\n"), "{shown}");
        assert!(shown.starts_with("{ ← version is missing ← took 6000 ms\n"), "{shown}");
    }

    #[test]
    fn what_is_no_json_is_shown_as_it_is() {
        assert_eq!(shown("<html>\nno", &[("", "is not JSON")]), "<html> ← is not JSON\nno\n");
        assert_eq!(shown("", &[]), "");
    }
}
