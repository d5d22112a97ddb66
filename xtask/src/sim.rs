//! `cargo xtask sim`: the simulator, built so that it runs fast.

use clap::Args;

use crate::command::{Done, cargo, run as run_command};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// What the simulator is told; `--help` behind a `--` lists it
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds the simulator with its own profile, and runs it.
pub(crate) fn run(arguments: &Arguments) -> Done {
    run_command(
        cargo().args(["run", "--profile", "sim", "--package", "sim", "--"]).args(&arguments.arguments),
    )
}
