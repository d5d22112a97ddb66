//! Lambda: see [`functions::refund`].

use std::convert::Infallible;

use functions::{refund, start};
use lambda_runtime::{LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start::log();
    let app = &start::payments().await?; // A missing setting fails the deployment, not a refund.
    let handle = |event: LambdaEvent<refund::Request>| async move {
        Ok::<_, Infallible>(refund::handle(app, event.payload).await)
    };
    lambda_runtime::run(service_fn(handle)).await
}
