//! Lambda: see [`functions::payments_dispatch`].

use functions::{Function, payments_dispatch};
use lambda_runtime::service_fn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let function = &Function::begins(env!("CARGO_BIN_NAME"));
    let app = &function.dispatch().await?; // A missing setting fails the deployment, not a notice.
    let handle = |event| function.handles(event, async |event| payments_dispatch::handle(app, event).await);
    lambda_runtime::run(service_fn(handle)).await
}
