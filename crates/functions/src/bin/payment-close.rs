//! Lambda: see [`functions::payment_close`].

use functions::{Function, payment_close};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let function = Function::begins(env!("CARGO_BIN_NAME"));
    let app = function.payments().await?; // A missing setting fails the deployment, not a customer.
    function.serves(payment_close::router(app)).await
}
