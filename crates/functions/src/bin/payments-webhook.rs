//! Lambda: see [`functions::payments_webhook`].

use functions::{Function, payments_webhook};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let function = Function::begins(env!("CARGO_BIN_NAME"));
    let service = function.service().await?; // A missing setting fails the deployment, not a payment.
    function.serves(payments_webhook::router(service)).await
}
