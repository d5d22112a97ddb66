//! `cargo xtask cost`: what an order costs, counted and measured, for `docs/cost.md`.

use clap::Args;

use crate::command::{Done, cargo, run};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Walks among 1,000 and among 1,000,000 items, and measures nothing anew
    #[arg(long, conflicts_with = "count")]
    growth: bool,
    /// Counts anew, and measures nothing
    #[arg(long)]
    count: bool,
}

/// Writes the page. What is measured is built by the profile that is optimised and still soon built.
pub(crate) fn write(arguments: &Arguments) -> Done {
    // Counts are the same whoever builds them.
    let profile = ["--profile", if arguments.count { "dev" } else { "sim" }];
    if !arguments.growth && !arguments.count {
        // Together, so that both are built with the same features, and nothing twice.
        let packages = ["--package", "functions", "--package", "tests", "--bins"];
        run(cargo().arg("build").args(profile).args(packages))?;
    }
    let mut cost = cargo();
    cost.arg("run").args(profile).args(["--package", "tests", "--bin", "cost", "--"]);
    cost.args(arguments.growth.then_some("--growth")).args(arguments.count.then_some("--count"));
    run(&mut cost)
}
