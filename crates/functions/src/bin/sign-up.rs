//! Lambda: see [`functions::sign_up`].

use functions::{Part, sign_up, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    start::log();
    let app = start::skills(&[Part::Members, Part::Ledger]).await?; // A missing setting fails the deployment, not a customer.
    start::serve(sign_up::router(app)).await
}
