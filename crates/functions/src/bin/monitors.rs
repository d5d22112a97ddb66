//! Lambda: see [`functions::monitors`].

use functions::Function;
use functions::monitors::{self, Process};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let function = Function::begins(env!("CARGO_BIN_NAME"));
    let pair = function.pair_if_any().await?;
    function.serves(monitors::router(Process::starts(function.world()), pair)).await
}
