//! Lambda: see [`functions::refund`].

use std::convert::Infallible;

use functions::{Function, refund};
use lambda_runtime::service_fn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let function = &Function::begins(env!("CARGO_BIN_NAME"));
    let app = &function.payments().await?; // A missing setting fails the deployment, not a refund.
    let handle =
        |event| function.handles(event, async |event| Ok::<_, Infallible>(refund::handle(app, event).await));
    lambda_runtime::run(service_fn(handle)).await
}
