//! Lambda: see [`functions::point_lookup`].

use functions::{Function, Part, point_lookup};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let function = Function::begins(env!("CARGO_BIN_NAME"));
    let app = function.skills(&[Part::Members]).await?; // A missing setting fails the deployment, not a customer.
    function.serves_skill(point_lookup::router(app)).await
}
