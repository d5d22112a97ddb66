//! Lambda: see [`functions::payment_approve`].

use functions::{Function, payment_approve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let function = Function::begins(env!("CARGO_BIN_NAME"));
    let app = function.payments().await?; // A missing setting fails the deployment, not a customer.
    function.serves(payment_approve::router(app)).await
}
