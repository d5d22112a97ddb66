//! A line on the terminal that says how far long work has come. Where nobody watches there is none.

use std::io::{IsTerminal, Stderr, Write};

/// The line.
#[derive(Debug)]
pub(crate) struct Line {
    stderr: Stderr,
    is_watched: bool,
}

impl Line {
    /// On the terminal, if standard error is one.
    pub(crate) fn new() -> Line {
        let stderr = std::io::stderr();
        let is_watched = stderr.is_terminal();
        Line { stderr, is_watched }
    }

    /// Says it in the place of what was said before.
    pub(crate) fn show(&mut self, text: &str) {
        if self.is_watched {
            // Back to the line's beginning, and without the rest of what stood there. Nobody needs it to go on.
            let _ = write!(self.stderr, "\r{text}\x1b[K").and_then(|()| self.stderr.flush());
        }
    }

    /// Says something on a line of its own, which stays, whether anybody watches or not.
    pub(crate) fn say(&mut self, text: &str) {
        self.show("");
        let _ = writeln!(self.stderr, "{text}");
    }
}

/// It goes with the work.
impl Drop for Line {
    fn drop(&mut self) {
        self.show("");
    }
}
