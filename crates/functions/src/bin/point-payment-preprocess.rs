//! Lambda: see [`functions::point_payment_preprocess`].

use functions::{Function, Part, point_payment_preprocess};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let function = Function::begins(env!("CARGO_BIN_NAME"));
    let app = function.skills(&[Part::Members, Part::Orders]).await?; // A missing setting fails the deployment, not a customer.
    function.serves_skill(point_payment_preprocess::router(app)).await
}
