//! `cargo xtask bench`: measures, and writes tables of it for `docs/benchmark.md`.
#![expect(clippy::print_stdout, reason = "a command line tool tells what it does")]

use std::path::Path;

use cafe_core::payment::BoxError;
use tests::bench::{payments, start};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["start", folder] => {
            let copies = std::env::temp_dir().join(format!("bench-{}", std::process::id()));
            std::fs::create_dir_all(&copies)?;
            let measured = start::measure(Path::new(folder), &copies).await;
            std::fs::remove_dir_all(&copies)?;
            print!("{}", measured?);
            Ok(())
        }
        ["payments", folder] => {
            print!("{}", payments::measure(Path::new(folder)).await?);
            Ok(())
        }
        _ => Err("usage: bench start|payments FOLDER".into()),
    }
}
