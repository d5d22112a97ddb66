//! Writes down which commit a release is built from, for `monitors`; nothing where there is no checkout of ours.
//!
//! A build to develop with tells none, so that a commit alone compiles nothing anew.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What is kept of a commit, each between zero bytes: as `monitors::commit` reads it.
const FORMAT: &str = "--format=%h%x00%H%x00%s%x00%f%x00%b%x00%an%x00%ae%x00%cn%x00%ce%x00%at%x00%ct";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = if is_release { commit() } else { None };
    fs::write(Path::new(&env::var("OUT_DIR")?).join("commit"), commit.unwrap_or_default())?;
    Ok(())
}

/// The commit that is checked out, its branch and its tags.
fn commit() -> Option<String> {
    // A copy without a checkout may lie in a checkout of somebody else's, which it says nothing about.
    if git(&["rev-parse", "--show-prefix"])?.trim_end() != "crates/functions/" {
        return None;
    }
    for moves in ["HEAD", "logs/HEAD"] {
        let path = git(&["rev-parse", "--git-path", moves])?;
        // What is not there would count as changed at each build.
        if Path::new(path.trim_end()).exists() {
            println!("cargo::rerun-if-changed={}", path.trim_end());
        }
    }
    let commit = git(&["log", "-1", FORMAT])?;
    let branch = git(&["rev-parse", "--abbrev-ref", "HEAD"])?;
    let tags = git(&["tag", "--points-at", "HEAD"])?;
    Some([commit.trim_end(), branch.trim_end(), tags.trim_end()].join("\0"))
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
