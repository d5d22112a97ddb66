//! `cargo xtask sim`: runs histories, each from its seed, and tells the first that does not add up.
#![expect(clippy::print_stdout, reason = "what a person reads")]

use std::num::NonZero;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use clap::Parser;
use sim::history::{self, Reached};
use sim::zoo::Bug;

/// A third of a history is making and dropping small things.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs histories of the cafe over a simulated DynamoDB and gateway.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask sim")]
struct Arguments {
    /// How many histories.
    #[arg(long, default_value_t = 100_000)]
    histories: u64,
    /// The seed of the first; the others follow it.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Lets the histories loose on each broken cafe of the zoo instead; all must be caught.
    #[arg(long)]
    zoo: bool,
    /// Tells the whole story of the first seed.
    #[arg(long)]
    replay: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.replay {
        let ended = history::run(arguments.seed);
        println!("trace {:016x}", ended.trace_hash);
        if let Some((broken, story)) = ended.broken {
            tell(&story);
            println!("{broken}");
            return ExitCode::FAILURE;
        }
        return ExitCode::SUCCESS;
    }
    if arguments.zoo {
        return catch_all(arguments.seed, arguments.histories);
    }
    let started = Instant::now();
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let workers: Vec<_> = (0_u64..)
        .take(threads)
        .map(|worker| {
            thread::spawn(move || {
                let mut reached = Reached::default();
                for number in (worker..arguments.histories).step_by(threads) {
                    let seed = arguments.seed.wrapping_add(number);
                    let ended = history::run(seed);
                    reached.add(&ended.reached);
                    if let Some((broken, story)) = ended.broken {
                        return Err((seed, broken, story));
                    }
                }
                Ok(reached)
            })
        })
        .collect();
    let mut all = Reached::default();
    let mut failed = false;
    for worker in workers {
        match worker.join() {
            Ok(Ok(reached)) => all.add(&reached),
            Ok(Err((seed, broken, story))) => {
                failed = true;
                tell(&story);
                println!("seed {seed}: {broken}\nreplay it: cargo xtask sim --replay --seed {seed}\n");
            }
            Err(_) => failed = true,
        }
    }
    println!(
        "{} histories, {} requests, {:.1} s",
        arguments.histories,
        all.steps,
        started.elapsed().as_secs_f32()
    );
    println!("deeds {:?}\nfates {:?}\nheard {:?}", all.deeds, all.fates, all.heard);
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// What happened, a line each.
fn tell(story: &[String]) {
    for line in story {
        println!("  {line}");
    }
}

/// Whether a history catches every bug, and which is the first that does.
fn catch_all(seed: u64, histories: u64) -> ExitCode {
    let mut missed = 0_u32;
    for bug in Bug::ALL {
        let caught = (0..histories).find_map(|number| {
            let ended = history::run_with(seed.wrapping_add(number), Some(bug));
            ended.broken.map(|(broken, _)| (number, broken))
        });
        if let Some((number, broken)) = caught {
            println!("{:<40} caught by history {number}: {broken}", bug.name());
        } else {
            missed += 1;
            println!("{:<40} not caught", bug.name());
        }
    }
    println!("{} bugs, {missed} not caught", Bug::ALL.len());
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
