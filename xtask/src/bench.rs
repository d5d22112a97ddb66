//! `cargo xtask bench`: what is measured beside something that it can be compared with, for `docs/benchmark.md`.

use clap::{Args, Subcommand};

use crate::command::{Done, cargo, run as run_command};

/// The functions whose start is measured, and what does nothing.
const STARTED: [&str; 6] = ["--example", "floor", "--bin", "payment-ready", "--bin", "point-lookup"];

/// The function by which payments are read, and what does nothing.
const READ: [&str; 4] = ["--example", "floor", "--bin", "payments-api"];

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Starts functions as they are released, beside one that does nothing: time, memory and size
    Start,
    /// Reads a payment as another backend does, alone and eight at once, under hashes of three kinds; and how soon it is told
    Payments,
}

/// Builds what is measured as it is released, and what measures by the profile that is soon built.
pub(crate) fn run(arguments: &Arguments) -> Done {
    match arguments.what {
        What::Start => measure("start", &STARTED),
        What::Payments => measure("payments", &READ),
    }
}

fn measure(what: &str, built: &[&str]) -> Done {
    run_command(cargo().args(["build", "--release", "--package", "functions"]).args(built))?;
    bench(&[what, "target/release"])
}

fn bench(arguments: &[&str]) -> Done {
    let mut bench = cargo();
    bench.args(["run", "--profile", "sim", "--package", "tests", "--bin", "bench", "--"]);
    run_command(bench.args(arguments))
}
