//! Lambda: see [`functions::preflight`].

use functions::{preflight, start};
use lambda_runtime::{LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start::log();
    let app = &start::preflight()?; // A missing setting fails the deployment, which is what this is for.
    let handle = |event: LambdaEvent<preflight::Event>| preflight::handle(app, event.payload);
    lambda_runtime::run(service_fn(handle)).await
}
