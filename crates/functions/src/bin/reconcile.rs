//! Lambda: see [`functions::reconcile`].

use functions::{reconcile, start};
use lambda_runtime::{LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start::log();
    let app = &start::payments().await?; // A missing setting fails the deployment, not an order.
    let handle = |event: LambdaEvent<reconcile::Event>| reconcile::handle(app, event.payload);
    lambda_runtime::run(service_fn(handle)).await
}
