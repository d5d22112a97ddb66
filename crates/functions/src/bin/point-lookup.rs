//! Lambda: see [`functions::point_lookup`].

use functions::{Part, point_lookup, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    start::log();
    let app = start::skills(&[Part::Members]).await?; // A missing setting fails the deployment, not a customer.
    start::serve(point_lookup::router(app)).await
}
