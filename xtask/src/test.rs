//! `cargo xtask test`: `cargo test` on all of the workspace, with what the tests start beside it.

use std::fmt;

use clap::Args;

use crate::command::{Done, cargo, follow};
use crate::setup;

#[derive(Args, Default)]
pub(crate) struct Arguments {
    /// Handed to `cargo test`: a test's name, `-p store`, `--release`, …
    #[arg(allow_hyphen_values = true)]
    cargo: Vec<String>,
    /// Handed to the test programs: `--nocapture`, `--test-threads 1`, …
    #[arg(last = true)]
    programs: Vec<String>,
}

/// Runs the tests, documentation's included, and adds them up: cargo tells of each test program alone.
pub(crate) fn run(arguments: &Arguments) -> Done {
    setup::dynamodb_local()?;
    setup::browser()?;
    let mut total = Total::default();
    let done = follow(cargo().arg("test").args(arguments.to_cargo()), |line| {
        println!("{line}");
        total.add(line);
    });
    if total != Total::default() {
        println!("{total}");
    }
    done
}

/// What the lines of `cargo test` add up to.
#[derive(Default, PartialEq, Eq)]
struct Total {
    passed: u32,
    failed: u32,
    ignored: u32,
}

impl Total {
    /// Adds a line like `test result: ok. 7 passed; 0 failed; 0 ignored; …`; there are others, which do not count.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            match count.split_once(' ') {
                Some((n, "passed")) => self.passed += n.parse().unwrap_or(0),
                Some((n, "failed")) => self.failed += n.parse().unwrap_or(0),
                Some((n, "ignored")) => self.ignored += n.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "total: {} passed, {} failed", self.passed, self.failed)?;
        if self.ignored > 0 { write!(f, ", {} skipped", self.ignored) } else { Ok(()) }
    }
}

impl Arguments {
    fn to_cargo(&self) -> Vec<&str> {
        let chosen = |argument: &String| argument.starts_with("-p") || argument.starts_with("--package");
        let all = (!self.cargo.iter().any(chosen)).then_some("--workspace");
        let programs = (!self.programs.is_empty()).then_some("--");
        all.into_iter()
            .chain(self.cargo.iter().map(String::as_str))
            .chain(programs)
            .chain(self.programs.iter().map(String::as_str))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Arguments, Total};

    #[derive(Parser)]
    struct Test {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn to_cargo(typed: &str) -> String {
        Test::parse_from(format!("test {typed}").split_whitespace()).arguments.to_cargo().join(" ")
    }

    #[test]
    fn every_package_is_tested_unless_one_is_named() {
        assert_eq!(to_cargo(""), "--workspace");
        assert_eq!(to_cargo("reload"), "--workspace reload");
        assert_eq!(to_cargo("-p store reload"), "-p store reload");
    }

    #[test]
    fn what_follows_two_dashes_is_for_the_test_programs() {
        assert_eq!(to_cargo("-- --nocapture"), "--workspace -- --nocapture");
        assert_eq!(to_cargo("--doc -- --test-threads 1"), "--workspace --doc -- --test-threads 1");
    }

    #[test]
    fn results_are_added_up() {
        let mut total = Total::default();
        total.add(
            "test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.02s",
        );
        assert_eq!(total.to_string(), "total: 7 passed, 0 failed");
        total.add("test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.5s");
        total.add("test tests::result ... ok");
        assert_eq!(total.to_string(), "total: 8 passed, 2 failed, 1 skipped");
    }
}
