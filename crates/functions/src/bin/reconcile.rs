//! Lambda: see [`functions::reconcile`].

use functions::{reconcile, start};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::IgnoredAny;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start::log();
    let app = &start::payments().await?; // A missing setting fails the deployment, not an order.
    // What the schedule sends tells nothing that is needed.
    lambda_runtime::run(service_fn(|_: LambdaEvent<IgnoredAny>| reconcile::handle(app))).await
}
