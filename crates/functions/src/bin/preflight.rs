//! Lambda: see [`functions::preflight`].

use functions::{Function, preflight};
use lambda_runtime::service_fn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let function = &Function::begins(env!("CARGO_BIN_NAME"));
    let app = &function.preflight()?; // A missing setting fails the deployment, which is what this is for.
    let handle = |event| function.handles(event, async |event| preflight::handle(app, event).await);
    lambda_runtime::run(service_fn(handle)).await
}
