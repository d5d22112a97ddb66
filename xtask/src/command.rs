//! Running other programs: each is shown before it runs, and one that fails is an error that names it.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What every task comes to.
pub(crate) type Done<T = ()> = Result<T, Failed>;

/// Why a task failed, in words for whoever typed it.
#[derive(Debug)]
pub(crate) struct Failed(String);

impl Failed {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }

    /// For `map_err`: says what was being done to which file when the system refused.
    pub(crate) fn at(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let what = format!("cannot {doing} {}", path.display());
        move |error| Self(format!("{what}: {error}"))
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    // Cargo says where this package is now; where it was when it was built is second best.
    let here = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&here).parent().expect("xtask is a folder of the workspace").to_path_buf()
}

/// `program`, to be run at the workspace's root with nobody to answer its questions.
pub(crate) fn program(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(Stdio::null());
    // `cargo run` told us about our own package. Handed on, that would make build scripts
    // that look at such variables (ring's does) run again whenever the caller changes.
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_about_our_package) {
            command.env_remove(name);
        }
    }
    command
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn is_about_our_package(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_")
}

/// Shows and runs a command; its output goes where ours goes.
pub(crate) fn run(command: &mut Command) -> Done {
    let shown = show(command);
    println!("$ {shown}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failed(format!("`{shown}`: {status}"))),
        Err(error) => Err(Failed(format!("`{shown}`: {error}"))),
    }
}

/// Shows and runs a command, and hands every line of its standard output to `line` as it comes.
pub(crate) fn follow(command: &mut Command, mut line: impl FnMut(&str)) -> Done {
    let shown = show(command);
    println!("$ {shown}");
    let failed = |why: &dyn fmt::Display| Failed(format!("`{shown}`: {why}"));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| failed(&error))?;
    let mut output = BufReader::new(child.stdout.take().expect("it was just asked for"));
    let mut bytes = Vec::new();
    while output.read_until(b'\n', &mut bytes).map_err(|error| failed(&error))? > 0 {
        line(String::from_utf8_lossy(&bytes).trim_end_matches('\n'));
        bytes.clear();
    }
    let status = child.wait().map_err(|error| failed(&error))?;
    if status.success() { Ok(()) } else { Err(failed(&status)) }
}

/// Whether a command starts and succeeds. Nothing is shown: this only asks.
pub(crate) fn works(name: &str, arguments: &[&str]) -> bool {
    let mut command = program(name);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// As one would type it: without the folders in front of the program and the workspace's own path.
fn show(command: &Command) -> String {
    let mut shown =
        Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let root = format!("{}/", root().display());
    for argument in command.get_args() {
        shown.push(' ');
        shown.push_str(&argument.to_string_lossy().replace(&root, ""));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = program(root().join("target/tools/venv/bin/cfn-lint"));
        command.arg("--").arg(root().join("template.yaml"));
        assert_eq!(show(&command), "cfn-lint -- template.yaml");
    }

    #[test]
    fn a_failed_command_is_named() {
        let failed = run(&mut program("false")).unwrap_err().to_string();
        assert!(failed.starts_with("`false`: exit status"), "{failed}");
        let failed = run(&mut program("no-such-program")).unwrap_err().to_string();
        assert!(failed.starts_with("`no-such-program`: "), "{failed}");
    }

    #[test]
    fn a_followed_command_hands_over_its_lines() {
        let mut lines = Vec::new();
        follow(program("printf").arg(r"one\n\ntwo"), |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["one", "", "two"]);
        assert!(follow(&mut program("false"), |_| ()).is_err());
    }

    #[test]
    fn the_root_is_the_workspace() {
        assert!(root().join("Cargo.lock").is_file());
    }
}
