//! Asking an owner whether something is to be done.

use std::io::{BufRead, Write};

use cafe_core::payment::BoxError;

/// Shows what will happen, and asks. `is_agreed` is what `--yes` said before.
///
/// # Errors
/// Where the answer is not yes: nothing is to be done then.
pub(crate) fn agree(what_will_happen: &str, question: &str, is_agreed: bool) -> Result<(), BoxError> {
    let mut stderr = std::io::stderr();
    write!(stderr, "{what_will_happen}")?;
    if is_agreed {
        return Ok(());
    }
    write!(stderr, "{question} [yes/no] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    match answer.trim() {
        "yes" | "y" | "네" | "예" => Ok(()),
        _ => Err("nothing was done, as the answer was not yes (--yes says it beforehand)".into()),
    }
}
