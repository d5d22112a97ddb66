//! Programs in TypeScript, checked, compiled and run as a backend in Node.js would be.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::guarded::guarded;

/// What `cargo xtask setup` installs.
const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tools/typescript/node_modules");

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/it/payments/typescript");

/// A loaded machine takes some ten times as long as an idle one.
const ENDS_WITHIN: Duration = Duration::from_mins(4);

/// A folder with a program in it. It is gone when this is.
pub(super) struct Project(PathBuf);

impl Project {
    /// With the files that are named, below [`SOURCES`] or elsewhere.
    pub(super) fn of(name: &str, files: &[&str]) -> Project {
        assert!(Path::new(TOOLS).is_dir(), "TypeScript is not installed: `cargo xtask setup` installs it");
        let folder = format!("typescript-{name}-{}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("src")).unwrap();
        symlink(TOOLS, folder.join("node_modules")).unwrap();
        let project = Project(folder);
        // typia looks for one, whatever is in it.
        project.write("package.json", "{}");
        fs::copy(Path::new(SOURCES).join("tsconfig.json"), project.0.join("tsconfig.json")).unwrap();
        for file in files {
            let file = Path::new(SOURCES).join(file);
            fs::copy(&file, project.0.join("src").join(file.file_name().unwrap())).unwrap();
        }
        project
    }

    /// Writes another file.
    pub(super) fn write(&self, file: &str, text: &str) {
        fs::write(self.0.join(file), text).unwrap();
    }

    /// Reads a file.
    pub(super) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }

    /// Writes code beside the files in `src` for what they ask of typia, into `checked`.
    pub(super) async fn make_checks(&self) {
        let typia = ["node_modules/typia/lib/executable/typia.js", "generate", "--input", "src"];
        self.node(&[&typia[..], &["--output", "checked", "--project", "tsconfig.json"]].concat()).await;
    }

    /// Compiles a folder, as strictly as TypeScript can, into `bin`.
    pub(super) async fn compile(&self, folder: &str) {
        let tsconfig = self.0.join("tsconfig.json");
        let only = format!("{{\n    \"include\": [\"{folder}\"],");
        let text = fs::read_to_string(&tsconfig).unwrap().replacen('{', &only, 1);
        fs::write(&tsconfig, text).unwrap();
        self.node(&["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"]).await;
    }

    /// Runs Node.js in the folder. It must end well.
    pub(super) async fn node(&self, arguments: &[&str]) {
        let told = self.0.join("told");
        let output = fs::File::create(&told).unwrap();
        let mut node = guarded("node");
        node.args(arguments).current_dir(&self.0).stdout(output.try_clone().unwrap()).stderr(output);
        let mut child = node.spawn().unwrap();
        // It is ended where this is dropped.
        let _held = child.stdin.take();
        let ran = tokio::task::spawn_blocking(move || child.wait());
        let ran = tokio::time::timeout(ENDS_WITHIN, ran).await;
        let ended = ran.unwrap_or_else(|_| panic!("node {arguments:?} does not end")).unwrap().unwrap();
        assert!(ended.success(), "node {arguments:?}: {ended}\n{}", self.read("told"));
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
