//! Invoking a function, as IAM lets an owner, and reading what it answers.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::invoke::InvokeError;
use aws_sdk_lambda::primitives::Blob;
use cafe_core::payment::BoxError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// It was not invoked: nothing has happened.
    #[error("there is no function {0}: name the stack with --stack, or look at the region")]
    NoSuchFunction(String),
    /// Nobody knows what it did.
    #[error("the function {function} gave no answer")]
    Unknown {
        /// Which.
        function: String,
        /// What is known.
        #[source]
        cause: BoxError,
    },
}

/// Invokes a function once and waits for its answer.
///
/// # Errors
/// [`NoAnswer`] says what is known of it.
pub(crate) async fn invoke<T: DeserializeOwned>(
    client: &Client,
    function: &str,
    event: &impl Serialize,
) -> Result<T, NoAnswer> {
    let unknown = |cause: BoxError| NoAnswer::Unknown { function: function.to_owned(), cause };
    let event = serde_json::to_vec(event).map_err(|error| unknown(error.into()))?;
    let answered = client.invoke().function_name(function).payload(Blob::new(event)).send().await;
    let answered = answered.map_err(|error| match error.as_service_error() {
        Some(InvokeError::ResourceNotFoundException(_)) => NoAnswer::NoSuchFunction(function.to_owned()),
        _ => unknown(error.into()),
    })?;
    let payload = answered.payload().map(Blob::as_ref).unwrap_or_default();
    if answered.function_error().is_some() {
        let said: Value = serde_json::from_slice(payload).unwrap_or_default();
        let said = said["errorMessage"].as_str().unwrap_or("it said no more than that it failed");
        return Err(unknown(said.into()));
    }
    serde_json::from_slice(payload).map_err(|error| unknown(error.into()))
}
