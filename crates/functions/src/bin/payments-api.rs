//! Lambda: see [`functions::payments_api`].

use functions::{Function, payments_api};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let function = Function::begins(env!("CARGO_BIN_NAME"));
    let (service, pair) = function.counter().await?; // A missing setting fails the deployment, not a payment.
    function.serves(payments_api::router(service, pair)).await
}
