//! What a process tells of itself: in the shape that clients of the payments server know, and of the commit that it
//! was really built from.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use axum::body::to_bytes;
use functions::monitors::{self, Process};
use functions::{World, start};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::events;

/// As API Gateway is answered.
async fn answer(event: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let request = lambda_http::request::from_str(&events::text(event)).unwrap();
    let router = monitors::router(Process::starts(&World::real()), None);
    let (head, body) = start::lambda(router).oneshot(request).await.unwrap().into_parts();
    (head.status, head.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
}

/// Every value by its kind, so that shapes can be compared.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        Value::Array(_) => json!("array"),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("string"),
        Value::Null | Value::Bool(_) => value.clone(),
    }
}

#[tokio::test]
async fn health_is_an_empty_answer_of_no_type() {
    for event in ["monitors.v1", "monitors.v2"] {
        let (status, headers, body) = answer(event).await;
        assert_eq!((status, headers.get(CONTENT_TYPE), body.len()), (StatusCode::OK, None, 0));
    }
}

#[tokio::test]
async fn performance_has_all_figures_that_node_would_give() {
    let (status, headers, body) = answer("monitors.performance.v2").await;
    assert_eq!((status, &headers[CONTENT_TYPE]), (StatusCode::OK, &"application/json".parse().unwrap()));
    let numbers = |names: &[&str]| -> Value { names.iter().map(|name| (*name, json!("number"))).collect() };
    let resource = [
        "userCPUTime",
        "systemCPUTime",
        "maxRSS",
        "sharedMemorySize",
        "unsharedDataSize",
        "unsharedStackSize",
        "minorPageFault",
        "majorPageFault",
        "swappedOut",
        "fsRead",
        "fsWrite",
        "ipcSent",
        "ipcReceived",
        "signalsCount",
        "voluntaryContextSwitches",
        "involuntaryContextSwitches",
    ];
    assert_eq!(
        shape(&serde_json::from_slice(&body).unwrap()),
        json!({
            "cpu": numbers(&["user", "system"]),
            "memory": numbers(&["rss", "heapTotal", "heapUsed", "external", "arrayBuffers"]),
            "resource": numbers(&resource),
        })
    );
}

#[tokio::test]
async fn system_has_every_field_that_a_client_asserts() {
    let (status, _, body) = answer("monitors.system.v2").await;
    assert_eq!(status, StatusCode::OK);
    let strings = |names: &[&str]| -> Value { names.iter().map(|name| (*name, json!("string"))).collect() };
    let person = strings(&["name", "email"]);
    assert_eq!(
        shape(&serde_json::from_slice(&body).unwrap()),
        json!({
            "uid": "string", "arguments": "array", "created_at": "string",
            "commit": {
                "shortHash": "string", "branch": "string", "hash": "string", "subject": "string",
                "sanitizedSubject": "string", "body": "string", "author": person, "committer": person,
                "authored_at": "string", "commited_at": "string", "authoredOn": "string",
                "committedOn": "string", "tags": "array",
            },
            "package": {
                "name": "string", "version": "string", "description": "string", "scripts": {},
                "repository": strings(&["type", "url"]), "author": "string", "license": "string",
                "bugs": strings(&["url"]), "homepage": "string", "devDependencies": {}, "dependencies": {},
            },
        })
    );
}

/// A copy of our tree, as far as the build script looks at it.
struct Copy(PathBuf);

impl Copy {
    fn at(name: &str) -> Copy {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("monitors-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("crates/functions")).unwrap();
        Copy(folder)
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.current_dir(&self.0).args(["-c", "user.name=Kim", "-c", "user.email=kim@cafe.example"]);
        let output = git.args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Runs the build script in the package's folder, as cargo does. Gives what it wrote and what it watches.
    fn builds(&self, profile: &str) -> (String, Vec<String>) {
        let script = self.0.join("build-script");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/functions/build.rs");
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let compiled = Command::new(rustc).args(["--edition", "2024", source, "-o"]).arg(&script).status();
        assert!(compiled.unwrap().success());
        let mut run = Command::new(&script);
        run.current_dir(self.0.join("crates/functions")).env("PROFILE", profile).env("OUT_DIR", &self.0);
        // What belongs to this very checkout, should these tests run in a hook of it.
        let output =
            run.env_remove("GIT_DIR").env("GIT_CEILING_DIRECTORIES", env!("CARGO_TARGET_TMPDIR")).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{output:?}");
        let watched = String::from_utf8(output.stdout).unwrap();
        let watched =
            watched.lines().map(|line| line.strip_prefix("cargo::rerun-if-changed=").unwrap().to_owned());
        (fs::read_to_string(self.0.join("commit")).unwrap(), watched.collect())
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_release_from_a_checkout_tells_its_commit_and_is_built_anew_only_when_that_moves() {
    let copy = Copy::at("checkout");
    copy.git(&["init", "--quiet", "--initial-branch", "main"]);
    fs::write(copy.0.join("file"), "").unwrap();
    copy.git(&["add", "file"]);
    copy.git(&["commit", "--quiet", "-m", "area: a subject", "-m", "And why."]);
    copy.git(&["tag", "v1"]);
    let hash = copy.git(&["rev-parse", "HEAD"]);

    let (written, watched) = copy.builds("release");
    let fields: Vec<_> = written.split('\0').collect();
    assert_eq!((fields.len(), fields[1], fields[2]), (13, &*hash, "area: a subject"));
    assert_eq!(fields[4..9], ["And why.\n", "Kim", "kim@cafe.example", "Kim", "kim@cafe.example"]);
    assert_eq!(fields[11..], ["main", "v1"]);
    // Cargo would run it at each build for the sake of a file that is not there.
    assert_eq!(watched.len(), 3, "{watched:?}");
    for path in &watched[1..] {
        assert!(copy.0.join("crates/functions").join(path).exists(), "{path}");
    }
    assert_eq!(copy.builds("debug"), (String::new(), vec!["build.rs".to_owned()]));
}

#[test]
fn a_copy_without_a_checkout_of_its_own_tells_nothing_even_within_somebody_elses() {
    let copy = Copy::at("tarball");
    assert_eq!(copy.builds("release"), (String::new(), vec!["build.rs".to_owned()]));
    copy.git(&["init", "--quiet"]);
    fs::create_dir_all(copy.0.join("vendored/crates/functions")).unwrap();
    let vendored = Copy(copy.0.join("vendored"));
    assert_eq!(vendored.builds("release"), (String::new(), vec!["build.rs".to_owned()]));
}
