//! The functions of the version before this one, which the tests run beside this one's over the same records:
//!
//! ```text
//! target/previous/bin/NAME    each function's binary
//! target/previous/commit      which commit they were built from
//! ```
//!
//! They are built from the history of this checkout, by their own lock file, in a folder of their own.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::command::{Done, Failed, cargo, program, root, run};

/// The commit of the version before this one. It is moved with each release.
const COMMIT: &str = "tests/previous-version";

/// Builds the functions of the previous version, unless they are there.
pub(crate) fn version() -> Done {
    let file = root().join(COMMIT);
    let commit = fs::read_to_string(&file).map_err(Failed::at("read", &file))?;
    let commit = commit.trim();
    let home = root().join("target/previous");
    let built = home.join("commit");
    if fs::read_to_string(&built).is_ok_and(|of| of == commit) {
        println!("previous version {commit}: there");
        return Ok(());
    }
    let known = program("git")
        .args(["cat-file", "-e", &format!("{commit}^{{commit}}")])
        .stderr(Stdio::null())
        .status();
    if !known.is_ok_and(|status| status.success()) {
        return Err(Failed::new(format!(
            "{COMMIT} names the commit {commit}, which is not in this checkout: the tests run the version before this \
             one, too. Fetch the history (git fetch --unshallow), or clone the repository instead of unpacking an archive"
        )));
    }
    // What a build that was cut off has made is kept, to go on from.
    let (source, made, binaries) = (home.join("source"), home.join("target"), home.join("bin"));
    for folder in [&source, &binaries].into_iter().filter(|folder| folder.exists()) {
        fs::remove_dir_all(folder).map_err(Failed::at("remove", folder))?;
    }
    fs::create_dir_all(&source).map_err(Failed::at("create", &source))?;
    let archive = home.join("source.tar");
    run(program("git").arg("archive").arg("--output").arg(&archive).arg(commit))?;
    run(program("tar").arg("-xf").arg(&archive).arg("-C").arg(&source))?;
    run(cargo()
        .current_dir(&source)
        // Nobody debugs it.
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .args(["build", "--quiet", "--locked", "--package", "functions", "--bins", "--target-dir"])
        .arg(&made))?;
    keep_binaries(&made.join("debug"), &binaries)?;
    for folder in [source, made] {
        fs::remove_dir_all(&folder).map_err(Failed::at("remove", &folder))?;
    }
    fs::remove_file(&archive).map_err(Failed::at("remove", &archive))?;
    // Last, so that what is there is complete.
    fs::write(&built, commit).map_err(Failed::at("write", &built))
}

/// Moves what cargo has made out of its folder, of which nothing else is needed.
fn keep_binaries(from: &Path, to: &Path) -> Done {
    fs::create_dir_all(to).map_err(Failed::at("create", to))?;
    for entry in fs::read_dir(from).map_err(Failed::at("read", from))? {
        let path = entry.map_err(Failed::at("read", from))?.path();
        // Beside them stand libraries, and lists of what each was made of.
        if let Some(name) = path.file_name().filter(|_| path.is_file() && path.extension().is_none())
            && !name.as_encoded_bytes().starts_with(b".")
        {
            fs::rename(&path, to.join(name)).map_err(Failed::at("move", &path))?;
        }
    }
    Ok(())
}
