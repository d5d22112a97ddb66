//! The reference server's own SDK, as npm has it, and our client in TypeScript, as backends of `cargo dev` as it comes: one after
//! the other they tell the same story, and the SDK is told nothing but where the service is.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use devserver::{DevServer, Options};

use super::typescript::Project;

/// With nothing set.
async fn cargo_dev() -> DevServer {
    let root = |file: &str| -> PathBuf { Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file) };
    let options = Options {
        port: 0,
        fake_port: 0,
        dynamodb_port: 0,
        data: None,
        menu: root("menu.toml"),
        scenario: root("scenario.toml"),
        environment: HashMap::new(),
    };
    DevServer::start(options).await.unwrap()
}

#[tokio::test]
async fn a_backend_with_the_published_sdk_does_here_what_it_did_with_the_reference_server() {
    let project = Project::of("sdk", &["gateways.ts", "sdk.ts"]);
    project.make_checks().await;
    project.compile("checked").await;
    let server = cargo_dev().await;
    project.node(&["bin/sdk.js", &server.api_url, &server.fake_url]).await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_backend_with_our_own_client_in_typescript_does_the_same() {
    let client = |file: &str| format!("{}/../clients/typescript/{file}", env!("CARGO_MANIFEST_DIR"));
    let (client, schema) = (client("client.ts"), client("schema.ts"));
    let project = Project::of("story", &["gateways.ts", "story.ts", &client, &schema]);
    project.compile("src").await;
    let server = cargo_dev().await;
    project.node(&["bin/story.js", &server.api_url, &server.fake_url]).await;
    server.stop().await.unwrap();
}
