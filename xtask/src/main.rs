//! `cargo xtask`: the set-up and the checks that cargo alone cannot do.
//!
//! What it installs goes to `target/tools/`, in a layout that the tests rely on: see [`setup`].
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool tells what it does")]

mod bench;
mod command;
mod cost;
mod lint;
mod package;
mod previous;
mod setup;
mod sim;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::command::Done;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about, long_about = None)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Installs what the tests and the checks need, into target/tools
    Setup,
    /// Installs what the tests need, and runs all of them
    Test(test::Arguments),
    /// Checks format, lints, documentation, dependencies, template.yaml and that SAM builds all of it
    Lint,
    /// Runs all that CI runs: test, then lint
    Ci,
    /// Checks licences, banned crates and sources by deny.toml (needs cargo-deny)
    Deny,
    /// Runs histories of the cafe over a simulated DynamoDB and gateway
    Sim(sim::Arguments),
    /// Counts and measures what an order costs, and writes docs/cost.md
    Cost(cost::Arguments),
    /// Measures beside something to compare with, and prints tables for docs/benchmark.md
    Bench(bench::Arguments),
    /// Builds the functions for Lambda, into target/lambda
    Package(package::Arguments),
}

fn main() -> ExitCode {
    match run(&Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("xtask: {failed}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> Done {
    match task {
        Task::Setup => {
            setup::dynamodb_local()?;
            setup::browser()?;
            setup::typescript()?;
            setup::cargo_lambda()?;
            setup::template_linters()?;
            previous::version()
        }
        Task::Test(arguments) => test::run(arguments),
        Task::Lint => lint::run_all(),
        Task::Ci => {
            test::run(&test::Arguments::default())?;
            lint::run_all()
        }
        Task::Deny => lint::deny(),
        Task::Sim(arguments) => sim::run(arguments),
        Task::Cost(arguments) => cost::write(arguments),
        Task::Bench(arguments) => bench::run(arguments),
        Task::Package(arguments) => package::build(arguments),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
