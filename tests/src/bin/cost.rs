//! `cargo xtask cost`: counts and measures what an order costs, and writes `docs/cost.md`.
#![expect(clippy::print_stdout, reason = "a command line tool tells what it does")]

use std::path::Path;
use std::time::Instant;

use cafe_core::payment::BoxError;
use devserver::dynamodb::Embedded;
use tests::cost::taken::Taken;
use tests::cost::{Cafe, fill, measure, render, walk};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cost.md");

/// Among how many items an order must cost the same.
const SIZES: [u64; 2] = [1_000, 1_000_000];

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let before = std::fs::read_to_string(PAGE).unwrap_or_default();
    let mut taken = match arguments[..] {
        [] => {
            let binaries = std::env::current_exe()?;
            let binaries = binaries.parent().ok_or("a program is in a folder")?;
            // What is not measured now stays as it was.
            let grown = Taken::read(&before).map(|taken| taken.grown).unwrap_or_default();
            Taken { grown, ..measure(binaries).await? }
        }
        ["--growth"] => Taken { grown: grow().await?, ..Taken::read(&before)? },
        ["--count"] => Taken::read(&before)?,
        _ => return Err("usage: cost [--growth | --count]".into()),
    };
    let mut cafe = Cafe::opens(Embedded::in_memory()).await?;
    let steps = walk(&mut cafe, true).await?;
    taken.weigh(&steps);
    let page = render(&steps, &taken)?;
    if let Some(folder) = Path::new(PAGE).parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(PAGE, &page)?;
    println!("docs/cost.md is {}", if page == before { "as it was" } else { "written anew" });
    Ok(())
}

/// Walks among few and among very many items.
async fn grow() -> Result<Vec<[String; 5]>, BoxError> {
    let (mut first, mut rows) = (None, Vec::new());
    for items in SIZES {
        let started = Instant::now();
        let grown = fill(items).await?;
        println!("{items} items: filled and walked in {} s", started.elapsed().as_secs());
        for (step, asked) in &grown.steps {
            let requests =
                asked.asked.requests.iter().map(|(operation, count)| format!("{count} {operation}"));
            println!(
                "  {}: {}; {} write units, {} halves of read units, {} bytes",
                step.words(),
                requests.collect::<Vec<_>>().join(", "),
                asked.asked.writes,
                asked.asked.half_reads,
                asked.asked.bytes,
            );
        }
        rows.push(grown.row());
        let first = first.get_or_insert_with(|| grown.clone());
        if !grown.is_as(first) {
            return Err(format!("an order costs something else among {items} items").into());
        }
    }
    println!("every step asked for the same, byte for byte");
    Ok(rows)
}
