//! Lambda: see [`functions::monitors`].

use functions::monitors::{self, Process};
use functions::{World, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    start::log();
    start::serve(monitors::router(Process::starts(&World::real()))).await
}
