//! Lambda: see [`functions::payment_close`].

use functions::{payment_close, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    start::log();
    let app = start::payments().await?; // A missing setting fails the deployment, not a customer.
    start::serve(payment_close::router(app)).await
}
