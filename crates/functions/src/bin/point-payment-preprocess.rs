//! Lambda: see [`functions::point_payment_preprocess`].

use functions::{Part, point_payment_preprocess, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    start::log();
    let app = start::skills(&[Part::Members, Part::Orders]).await?; // A missing setting fails the deployment, not a customer.
    start::serve(point_payment_preprocess::router(app)).await
}
