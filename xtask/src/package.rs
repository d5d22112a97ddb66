//! `cargo xtask package`: the functions as Lambda runs them, `target/lambda/NAME/bootstrap`. And whether SAM builds
//! each of them out of `template.yaml`, which is what is deployed.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use clap::Args;
use saphyr::{LoadableYamlNode as _, Yaml};

use crate::command::{Done, Failed, cargo, root, run};
use crate::{lint, setup};

/// Where the check has SAM build. `.aws-sam` is what `sam deploy` takes, and nobody should deploy what is built here.
const CHECKED: &str = "target/sam";

/// How a 64-bit, little-endian ELF file begins.
const ELF: [u8; 6] = [0x7f, b'E', b'L', b'F', 2, 1];

/// Where an ELF file names its processor, and x86-64 as it is named there.
const PROCESSOR: std::ops::Range<usize> = 18..20;
const X86_64: [u8; 2] = [62, 0];

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
    let mut lambda = cargo();
    lambda.env("PATH", path()?).args(["lambda", "build", "--release", "--package", "functions"]);
    lambda.args(arguments.arm64.then_some("--arm64"));
    if let Some(name) = &arguments.function {
        lambda.args(["--bin", name]);
    }
    run(&mut lambda)
}

/// Has SAM build every function of the template, and looks at what came out. Neither optimised nor with what a debugger
/// needs: that takes minutes a function, and shows no more.
pub(crate) fn check() -> Done {
    setup::template_linters()?;
    setup::cargo_lambda()?;
    let mut sam = lint::sam();
    sam.env("PATH", path()?).env("SAM_BUILD_MODE", "debug").env("CARGO_PROFILE_DEV_DEBUG", "false");
    run(sam.args(["build", "--build-dir", CHECKED]))?;

    let template = root().join("template.yaml");
    let text = std::fs::read_to_string(&template).map_err(Failed::at("read", &template))?;
    let functions = functions(&text)?;
    let mut wrong = Vec::new();
    for name in &functions {
        let bootstrap = root().join(CHECKED).join(name).join("bootstrap");
        match runs_on_x86_64(&bootstrap) {
            Ok(true) => {}
            Ok(false) => wrong.push(format!("{name}: no program for x86-64")),
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    if wrong.is_empty() {
        println!("sam built all {} functions", functions.len());
        return Ok(());
    }
    Err(Failed::new(wrong.join("; ")))
}

/// `PATH`, with Python's tools first: cargo finds its subcommand there, and that finds the zig it came with.
fn path() -> Done<OsString> {
    let before = env::var_os("PATH").unwrap_or_default();
    env::join_paths([setup::venv_programs()].into_iter().chain(env::split_paths(&before)))
        .map_err(|error| Failed::new(format!("cannot extend PATH: {error}")))
}

/// The functions of a template, by their names in it.
fn functions(template: &str) -> Done<Vec<String>> {
    let documents = Yaml::load_from_str(template)
        .map_err(|error| Failed::new(format!("template.yaml cannot be read: {error}")))?;
    let resources = documents.first().and_then(|root| root.as_mapping_get("Resources")?.as_mapping());
    let functions = resources.into_iter().flatten().filter_map(|(name, resource)| {
        let kind = resource.as_mapping_get("Type")?.as_str()?;
        (kind == "AWS::Serverless::Function").then(|| name.as_str().map(str::to_owned))?
    });
    let functions: Vec<_> = functions.collect();
    if functions.is_empty() { Err(Failed::new("template.yaml deploys no function")) } else { Ok(functions) }
}

/// Whether a file is a program for the processor that the template deploys to.
fn runs_on_x86_64(program: &Path) -> io::Result<bool> {
    let mut header = [0; PROCESSOR.end];
    File::open(program)?.read_exact(&mut header)?;
    Ok(header.starts_with(&ELF) && header[PROCESSOR] == X86_64)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{functions, runs_on_x86_64};
    use crate::command::root;

    #[test]
    fn a_program_is_told_from_anything_else() {
        let program = std::env::current_exe().unwrap();
        assert_eq!(runs_on_x86_64(&program).unwrap(), cfg!(all(target_os = "linux", target_arch = "x86_64")));
        assert!(!runs_on_x86_64(&root().join("Cargo.lock")).unwrap());
        assert!(runs_on_x86_64(Path::new("no-such-program")).is_err());
    }

    #[test]
    fn the_functions_are_those_of_the_template() {
        let brewing =
            "Resources: {Brew: {Type: AWS::Serverless::Function}, Cups: {Type: AWS::DynamoDB::Table}}";
        assert_eq!(functions(brewing).unwrap(), ["Brew"]);
        assert!(functions("Resources: {}").is_err());
        assert!(functions("[").is_err());
    }
}
