//! Our client in TypeScript, whose types are generated from the description.

use std::fs;
use std::path::Path;

use functions::service::openapi;

use super::typescript::Project;

const CLIENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../clients/typescript");

#[tokio::test]
async fn the_client_in_typescript_is_of_this_very_description_and_lets_nothing_else_pass() {
    let client = format!("{CLIENT}/client.ts");
    let project = Project::of("client", &["wrong.ts", &client]);
    project.write("openapi.json", &openapi::document().to_string());
    let generate = ["node_modules/openapi-typescript/bin/cli.js", "openapi.json", "--alphabetize"];
    project.node(&[&generate[..], &["--output", "src/schema.ts"]].concat()).await;
    let generated = project.read("src/schema.ts");
    let kept = fs::read_to_string(Path::new(CLIENT).join("schema.ts")).unwrap_or_default();
    if generated != kept {
        let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema.ts");
        fs::write(&fresh, generated).unwrap();
        panic!(
            "clients/typescript/schema.ts is of another description: put {} in its place",
            fresh.display()
        );
    }
    project.compile("src").await;
}
