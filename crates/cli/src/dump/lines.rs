//! Lines of bytes, and where in its file each begins.

use std::io::{self, BufRead, Read};

/// What a row may have at most, in bytes: more than any row that could be kept here, and less than would fill a memory.
pub(super) const MOST: u64 = 64 * 1024 * 1024;

/// Why nothing that long is read.
pub(super) fn too_long() -> io::Error {
    io::Error::other("a row is longer than 64 MiB, so this is no export")
}

/// Reads a file line by line.
#[derive(Debug)]
pub(super) struct Lines<R> {
    read: R,
    at: u64,
}

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Without its end.
    pub(super) text: Vec<u8>,
    /// Whether it has one, and is not just where the file ends.
    pub(super) is_ended: bool,
    is_dos: bool,
}

impl Line {
    /// What ended it.
    pub(super) const fn end(&self) -> &'static [u8] {
        if self.is_dos { b"\r\n" } else { b"\n" }
    }
}

impl<R: BufRead> Lines<R> {
    /// From here on.
    pub(super) const fn of(read: R) -> Lines<R> {
        Lines { read, at: 0 }
    }

    /// How many bytes were read.
    pub(super) const fn at(&self) -> u64 {
        self.at
    }

    /// The next line, and where it begins; none at the end.
    ///
    /// # Errors
    /// Where the file cannot be read, or a line is far too long.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Line)>> {
        let (begins, mut text) = (self.at, Vec::new());
        let read = (&mut self.read).take(MOST).read_until(b'\n', &mut text)? as u64;
        if read == 0 {
            return Ok(None);
        }
        self.at += read;
        let is_ended = text.pop_if(|last| *last == b'\n').is_some();
        if read == MOST && !is_ended {
            return Err(too_long());
        }
        let is_dos = is_ended && text.pop_if(|last| *last == b'\r').is_some();
        Ok(Some((begins, Line { text, is_ended, is_dos })))
    }
}
