//! Lambda: see [`functions::reconcile`].

use functions::{Function, reconcile};
use lambda_runtime::service_fn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let function = &Function::begins(env!("CARGO_BIN_NAME"));
    let app = &function.payments().await?; // A missing setting fails the deployment, not an order.
    let handle = |event| {
        function.handles(event, async |event| {
            let report = Box::pin(reconcile::handle(app, event)).await;
            function.counts_doubts(&app.store).await;
            report
        })
    };
    lambda_runtime::run(service_fn(handle)).await
}
