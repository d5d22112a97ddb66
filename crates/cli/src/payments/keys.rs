//! The keys of the old server's encrypted columns, by the names that it has for them itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cafe_core::payment::BoxError;
use sealed::Pair;

use crate::place::Environment;

/// What opens `data` in each table. A cancel's is not read: its history's says the same.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) histories: Pair,
    pub(crate) reservations: Pair,
}

/// What the keys are called.
pub(crate) const HISTORIES: &str = "PAYMENT_HISTORY_ENCRYPTION";
pub(crate) const RESERVATIONS: &str = "PAYMENT_RESERVATION_ENCRYPTION";

impl Keys {
    /// Reads the pairs: what the file says, and where it says nothing, the environment.
    ///
    /// # Errors
    /// Where the file cannot be read, or a pair is missing or is none.
    pub(crate) fn read(file: Option<&Path>, environment: Environment) -> Result<Keys, BoxError> {
        let text =
            file.map(|path| fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display())));
        let text = text.transpose()?.unwrap_or_default();
        let written = settings(&text);
        let value = |name: &str| written.get(name).cloned().or_else(|| environment(name));
        let names = [HISTORIES, RESERVATIONS].map(|name| [format!("{name}_KEY"), format!("{name}_IV")]);
        let missing: Vec<&str> =
            names.iter().flatten().filter(|name| value(name).is_none()).map(String::as_str).collect();
        if !missing.is_empty() {
            return Err(format!("set {}, or name a file that does with --keys", missing.join(", ")).into());
        }
        let [histories, reservations] = names.map(|[key, iv]| {
            let said = |name: &str| value(name).unwrap_or_default();
            Pair::new(&said(&key), &said(&iv)).map_err(|error| format!("{key} and {iv}: {error}"))
        });
        Ok(Keys { histories: histories?, reservations: reservations? })
    }
}

/// The lines `NAME=value` of a file, the value as it is or in quotes.
fn settings(text: &str) -> BTreeMap<&str, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| {
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        Some((name.trim(), unquoted(value.trim())))
    });
    pairs.collect()
}

fn unquoted(value: &str) -> String {
    for quote in ['"', '\'', '`'] {
        let inside = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote));
        if let Some((inside, _)) = inside {
            return inside.to_owned();
        }
    }
    // What follows a space and a # is a remark.
    value.split_once(" #").map_or(value, |(value, _)| value.trim_end()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Keys, settings};

    #[test]
    fn a_file_of_settings_is_read_as_its_server_reads_it() {
        let text =
            "# keys\nA=one\n B = \"two #2\" # said\nexport C='three'\nD=four # five\n#E=six\nF=\nno line\n";
        let read: Vec<_> =
            settings(text).into_iter().map(|(name, value)| format!("{name}:{value}")).collect();
        assert_eq!(read, ["A:one", "B:two #2", "C:three", "D:four", "F:"]);
    }

    #[test]
    fn what_is_missing_is_named_and_nothing_is_shown() {
        let error = Keys::read(None, |_| None).unwrap_err().to_string();
        for name in ["HISTORY_ENCRYPTION_KEY", "HISTORY_ENCRYPTION_IV", "RESERVATION_ENCRYPTION_KEY"] {
            assert!(error.contains(name), "{error}");
        }
        let error = Keys::read(None, |_| Some("secret".to_owned())).unwrap_err().to_string();
        assert!(error.contains("PAYMENT_HISTORY_ENCRYPTION_KEY and") && !error.contains("secret"), "{error}");
    }
}
