//! `cargo xtask lint`: every check that is not a test. All of them run, so that one look shows all there is to mend.

use std::collections::BTreeSet;
use std::process::Command;

use crate::command::{Done, Failed, cargo, follow, program, run, works};
use crate::{package, setup};

/// Crates that must not come back through some dependency's default features; deny.toml says why of each.
const UNWANTED: &[&str] = &["aws-lc-sys", "native-tls", "openssl-sys"];

/// Where the cafe is deployed; cfn-lint checks what that region offers.
const REGION: &str = "ap-northeast-2";

struct Check {
    name: &'static str,
    run: fn() -> Done,
}

const CHECKS: &[Check] = &[
    Check { name: "format", run: || run(cargo().args(["fmt", "--all", "--check"])) },
    Check {
        name: "clippy",
        run: || run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])),
    },
    Check {
        name: "documentation",
        run: || run(cargo().env("RUSTDOCFLAGS", "-D warnings").args(["doc", "--workspace", "--no-deps"])),
    },
    Check { name: "dependencies", run: dependencies },
    Check { name: "template.yaml by sam", run: || run(sam().args(["validate", "--lint"])) },
    Check {
        name: "template.yaml by cfn-lint",
        run: || run(program(setup::python_tool("cfn-lint")).args(["-r", REGION, "--", "template.yaml"])),
    },
    Check { name: "functions by sam", run: package::check },
];

/// Runs every check, and then says which failed.
pub(crate) fn run_all() -> Done {
    setup::template_linters()?;
    let mut failed = Vec::new();
    for check in CHECKS {
        if let Err(why) = (check.run)() {
            println!("{}: {why}", check.name);
            failed.push(check.name);
        }
    }
    if failed.is_empty() {
        println!("lint: all {} checks passed", CHECKS.len());
        return Ok(());
    }
    Err(Failed::new(format!("{} of {} checks failed: {}", failed.len(), CHECKS.len(), failed.join("; "))))
}

/// What cargo-deny checks without asking the network: it takes long to install, so nothing depends on it.
pub(crate) fn deny() -> Done {
    if !works("cargo-deny", &["--version"]) {
        return Err(Failed::new("please install cargo-deny: cargo install --locked cargo-deny"));
    }
    run(cargo().args(["deny", "check", "bans", "licenses", "sources"]))
}

/// SAM, as it is run everywhere here.
pub(crate) fn sam() -> Command {
    let mut sam = program(setup::python_tool("sam"));
    sam.env("SAM_CLI_TELEMETRY", "0").env("AWS_DEFAULT_REGION", REGION);
    sam
}

/// The tree as it is shipped: tests may use what they like.
fn dependencies() -> Done {
    let mut tree = cargo();
    tree.args(["tree", "--workspace", "-e", "normal,build", "--prefix", "none", "--format", "{p}"]);
    let mut found = BTreeSet::new();
    follow(&mut tree, |line| found.extend(unwanted(line)))?;
    let Some(first) = found.first() else { return Ok(()) };
    let why = format!("`cargo tree -e normal,build -i {first}` shows what brings it in");
    Err(Failed::new(format!("{} came back; {why}", found.iter().copied().collect::<Vec<_>>().join(", "))))
}

/// The unwanted crate, if that is what this line of `cargo tree` is about; its name comes first.
fn unwanted(line: &str) -> Option<&'static str> {
    let name = line.split(' ').next()?;
    UNWANTED.iter().copied().find(|unwanted| *unwanted == name)
}

#[cfg(test)]
mod tests {
    use super::unwanted;

    #[test]
    fn an_unwanted_crate_is_found_by_its_whole_name() {
        assert_eq!(unwanted("aws-lc-sys v0.40.0 (*)"), Some("aws-lc-sys"));
        assert_eq!(unwanted("openssl-sys-extras v1.0.0"), None);
        assert_eq!(unwanted(""), None);
    }
}
