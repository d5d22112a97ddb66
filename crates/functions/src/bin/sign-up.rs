//! Lambda: see [`functions::sign_up`].

use functions::{Function, Part, sign_up};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let function = Function::begins(env!("CARGO_BIN_NAME"));
    let app = function.skills(&[Part::Members, Part::Ledger]).await?; // A missing setting fails the deployment, not a customer.
    function.serves_skill(sign_up::router(app)).await
}
