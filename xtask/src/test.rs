//! `cargo xtask test`: `cargo test` on all of the workspace, with what the tests start beside it.

use std::fmt;

use clap::Args;

use crate::command::{Done, cargo, follow};
use crate::{previous, setup};

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
    setup::typescript()?;
    setup::cargo_lambda()?;
    previous::version()?;
    let mut total = Total::default();
    let runs = arguments.runs();
    // All are run, whichever fails.
    let done: Vec<Done> = runs
        .iter()
        .map(|run| {
            follow(cargo().arg("test").args(run), |line| {
                println!("{line}");
                total.add(line);
            })
        })
        .collect();
    if total != Total::default() {
        println!("{total}");
    }
    done.into_iter().collect()
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
    /// What `cargo test` is given, time after time. The simulator runs millions of requests, so its tests are
    /// built by its own profile, unless another is asked for.
    fn runs(&self) -> Vec<Vec<&str>> {
        let (mut packages, mut others) = (Vec::new(), Vec::new());
        let mut words = self.cargo.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word.strip_prefix("--package").or(word.strip_prefix("-p")) {
                Some("") => packages.extend(words.next()),
                Some(package) => packages.push(package.trim_start_matches('=')),
                None => others.push(word),
            }
        }
        let asked = |word: &&str| word.starts_with("--profile") || matches!(*word, "--release" | "-r");
        if others.iter().any(asked) {
            let all: &[&str] = if packages.is_empty() { &["--workspace"] } else { &[] };
            return vec![self.run(all, &packages, &others)];
        }
        if packages.is_empty() {
            return vec![
                self.run(&["--workspace", "--exclude", "sim"], &[], &others),
                self.run(SIM, &[], &others),
            ];
        }
        let rest: Vec<&str> = packages.iter().copied().filter(|package| *package != "sim").collect();
        let tested = (!rest.is_empty()).then(|| self.run(&[], &rest, &others));
        let simulated = (rest.len() < packages.len()).then(|| self.run(SIM, &[], &others));
        tested.into_iter().chain(simulated).collect()
    }

    fn run<'a>(&'a self, choice: &[&'a str], packages: &[&'a str], others: &[&'a str]) -> Vec<&'a str> {
        let mut run = choice.to_vec();
        run.extend(packages.iter().flat_map(|package| ["-p", package]));
        run.extend(others);
        if !self.programs.is_empty() {
            run.push("--");
            run.extend(self.programs.iter().map(String::as_str));
        }
        run
    }
}

/// How the simulator's tests are built.
const SIM: &[&str] = &["--profile", "sim", "-p", "sim"];

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Arguments, Total};

    #[derive(Parser)]
    struct Test {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn runs(typed: &str) -> Vec<String> {
        let arguments = Test::parse_from(format!("test {typed}").split_whitespace()).arguments;
        arguments.runs().into_iter().map(|run| run.join(" ")).collect()
    }

    #[test]
    fn the_simulator_is_tested_by_its_own_profile() {
        assert_eq!(runs(""), ["--workspace --exclude sim", "--profile sim -p sim"]);
        assert_eq!(runs("reload"), ["--workspace --exclude sim reload", "--profile sim -p sim reload"]);
        assert_eq!(runs("-p sim zoo"), ["--profile sim -p sim zoo"]);
    }

    #[test]
    fn only_the_packages_that_are_named_are_tested() {
        assert_eq!(runs("-p store reload"), ["-p store reload"]);
        assert_eq!(runs("--package=store -p sim"), ["-p store", "--profile sim -p sim"]);
    }

    #[test]
    fn another_profile_is_everybodys() {
        assert_eq!(runs("--release"), ["--workspace --release"]);
        assert_eq!(runs("-p sim --profile dev"), ["-p sim --profile dev"]);
    }

    #[test]
    fn what_follows_two_dashes_is_for_the_test_programs() {
        assert_eq!(runs("-p store -- --nocapture"), ["-p store -- --nocapture"]);
        assert_eq!(
            runs("--doc -- --test-threads 1"),
            [
                "--workspace --exclude sim --doc -- --test-threads 1",
                "--profile sim -p sim --doc -- --test-threads 1"
            ]
        );
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
