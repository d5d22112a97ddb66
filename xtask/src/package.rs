//! `cargo xtask package`: the functions as Lambda runs them, `target/lambda/NAME/bootstrap`.

use std::env;

use clap::Args;

use crate::command::{Done, Failed, cargo, run};
use crate::setup;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Builds for Graviton instead of x86-64 (`rustup target add aarch64-unknown-linux-gnu`)
    #[arg(long)]
    arm64: bool,
    /// Builds only this function, `payment-ready` for one
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
}

/// Builds with cargo-lambda, which is installed first where it is missing.
pub(crate) fn build(arguments: &Arguments) -> Done {
    setup::cargo_lambda()?;
    // Cargo finds its subcommand there, and that finds the zig it came with.
    let before = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([setup::venv_programs()].into_iter().chain(env::split_paths(&before)))
        .map_err(|error| Failed::new(format!("cannot extend PATH: {error}")))?;

    let mut lambda = cargo();
    lambda.env("PATH", path).args(["lambda", "build", "--release", "--package", "functions"]);
    lambda.args(arguments.arm64.then_some("--arm64"));
    if let Some(name) = &arguments.function {
        lambda.args(["--bin", name]);
    }
    run(&mut lambda)
}
