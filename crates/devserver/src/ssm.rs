//! Systems Manager's parameters on a laptop, as far as an owner's command line reads and writes them: the menu,
//! which is the dev server's file, and the keys of phone numbers and of the payments service's records, as long as they are
//! no secrets.

use std::path::PathBuf;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::pages::Desk;

/// What the menu is called here.
const MENU: &str = "/cafe/menu";

/// What the key of phone numbers is called here.
const PHONE_KEY: &str = "/cafe/phone-key";

/// What the key that payments are sealed with is called here.
const STORE_KEY: &str = "/payments/store-key";

/// Why it is not done, as AWS tells it: the type of the error, and its sentence.
type Failed = (&'static str, String);

/// What stands behind the parameters.
#[derive(Clone)]
pub(crate) struct Parameters {
    /// The file of the menu.
    pub(crate) menu: PathBuf,
    /// The dev server's own key; none where the environment gave a real one.
    pub(crate) phone_key: Option<String>,
    /// Likewise what payments are sealed with.
    pub(crate) store_key: Option<String>,
}

impl std::fmt::Debug for Parameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parameters").field("menu", &self.menu).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Names {
    names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    name: String,
    value: String,
}

/// The API, at `/_dev/ssm`, with whatever end a client gives that.
pub(crate) fn router() -> Router<Desk> {
    Router::new().route("/ssm", post(answer)).route("/ssm/", post(answer))
}

/// AWS's JSON protocol: one path, and the operation in a header.
async fn answer(State(desk): State<Desk>, headers: HeaderMap, asked: Bytes) -> Response {
    let operation = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let answered = match operation {
        "AmazonSSM.GetParameters" => read(&desk.parameters, &asked).await,
        "AmazonSSM.PutParameter" => write(&desk.parameters, &asked).await,
        other => Err(("UnknownOperationException", format!("{other} is not served on a laptop"))),
    };
    let (status, told) = match answered {
        Ok(told) => (StatusCode::OK, told),
        Err((kind, message)) => (StatusCode::BAD_REQUEST, json!({ "__type": kind, "message": message })),
    };
    (status, [(CONTENT_TYPE, "application/x-amz-json-1.1")], told.to_string()).into_response()
}

fn made_out<T: DeserializeOwned>(asked: &[u8]) -> Result<T, Failed> {
    serde_json::from_slice(asked).map_err(|error| ("ValidationException", error.to_string()))
}

async fn read(parameters: &Parameters, asked: &[u8]) -> Result<Value, Failed> {
    let Names { names } = made_out(asked)?;
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for name in names {
        let value = match &*name {
            MENU => tokio::fs::read_to_string(&parameters.menu).await.ok(),
            PHONE_KEY => parameters.phone_key.clone(),
            STORE_KEY => parameters.store_key.clone(),
            _ => None,
        };
        match value {
            Some(value) => found.push(json!({ "Name": name, "Value": value, "Version": 1 })),
            None => missing.push(name),
        }
    }
    Ok(json!({ "Parameters": found, "InvalidParameters": missing }))
}

async fn write(parameters: &Parameters, asked: &[u8]) -> Result<Value, Failed> {
    let Written { name, value } = made_out(asked)?;
    if name != MENU {
        return Err(("ParameterNotFound", format!("only {MENU} can be written on a laptop")));
    }
    match tokio::fs::write(&parameters.menu, value).await {
        Ok(()) => Ok(json!({ "Version": 1, "Tier": "Standard" })),
        Err(error) => Err(("InternalServerError", format!("{}: {error}", parameters.menu.display()))),
    }
}
