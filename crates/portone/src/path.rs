//! Ids that become a part of a URL's path.

use std::fmt::Write as _;

use crate::BadRequest;

/// `id` as one step of a path: everything but letters, digits, `-`, `_`, `~` and `.` is written as `%XX`.
pub(crate) fn step(field: &'static str, id: &str) -> Result<String, BadRequest> {
    if id.is_empty() {
        return Err(BadRequest::Empty { field });
    }
    // Whoever normalises the path on the way would climb with these, and another endpoint be asked.
    if matches!(id, "." | "..") {
        return Err(BadRequest::NotAnId { field });
    }
    let mut step = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' | b'.' => step.push(byte.into()),
            // Writing to a string cannot fail.
            _ => drop(write!(step, "%{byte:02X}")),
        }
    }
    Ok(step)
}
