//! `cargo xtask sim`: runs histories, each from its seed, and tells the first that does not add up.
#![expect(clippy::print_stdout, reason = "what a person reads")]

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use sim::choices::Choices;
use sim::coverage::Reached;
use sim::runs::{self, Failure};
use sim::story::{Plan, Story};
use sim::zoo::Bug;
use sim::{history, story};

/// A third of a history is making and dropping small things.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// From how many histories on everything must have been reached.
const ENOUGH: u64 = 20_000;

/// Runs histories of the cafe over a simulated DynamoDB and gateway, and tells every story with everything
/// that can go wrong in it.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask sim")]
struct Arguments {
    /// How many histories.
    #[arg(long, default_value_t = 100_000)]
    histories: u64,
    /// The seed of the first; the others follow it.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Has every story crash twice, at every pair of its requests.
    #[arg(long)]
    pairs: bool,
    /// Lets stories and histories loose on each broken cafe of the zoo instead; all must be caught.
    #[arg(long)]
    zoo: bool,
    /// Tells what happens in one history, that of the seed, or in one story.
    #[arg(long)]
    replay: bool,
    /// Which story to replay.
    #[arg(long, value_parser = named)]
    story: Option<&'static Story>,
    /// What goes wrong in it: `oldest patient slow 3=Lost`.
    #[arg(long, default_value_t = Plan::QUIET)]
    plan: Plan,
}

fn named(name: &str) -> Result<&'static Story, String> {
    let names = || story::STORIES.iter().map(|story| story.name).collect::<Vec<_>>().join(", ");
    Story::named(name).ok_or_else(|| format!("there are {}", names()))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.replay {
        return replay(&arguments);
    }
    if arguments.zoo {
        return catch_all(arguments.histories);
    }
    let mut all = Reached::default();
    let mut failed = false;
    for (what, run) in [
        ("histories", &(|| runs::histories(arguments.seed, arguments.histories)) as &dyn Fn() -> _),
        ("stories", &|| runs::stories(arguments.pairs)),
    ] {
        let started = Instant::now();
        match run() {
            Ok::<Reached, Box<Failure>>(reached) => {
                let seconds = started.elapsed().as_secs_f32();
                println!("{} {what}, {} requests, {seconds:.1} s", reached.runs, reached.requests);
                all.add(&reached);
            }
            Err(failure) => {
                failed = true;
                let Failure { broken, story, again } = *failure;
                tell(&story);
                println!("{broken}\nreplay it: cargo xtask sim --replay {again}\n");
            }
        }
    }
    println!("{all}");
    let missing = if arguments.histories < ENOUGH { Vec::new() } else { all.missing() };
    for missing in &missing {
        println!("not reached: {missing}");
    }
    if failed || !missing.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Tells one story, or one history and then the shortest that ends as badly.
fn replay(arguments: &Arguments) -> ExitCode {
    let seed = arguments.seed;
    let broken = if let Some(story) = arguments.story {
        let told = story.tell(&arguments.plan, None, true);
        tell(&told.story);
        told.broken
    } else {
        let ended = history::live(seed, Choices::of_seed(seed), None, true);
        tell(&ended.story);
        println!("trace {:016x}", ended.trace_hash);
        ended.broken
    };
    let Some(broken) = broken else { return ExitCode::SUCCESS };
    println!("{broken}");
    if arguments.story.is_none()
        && let Err(failure) = runs::histories(seed, 1)
    {
        println!("\nin short:");
        tell(&failure.story);
        println!("{}", failure.broken);
    }
    ExitCode::FAILURE
}

/// What happened, a line each.
fn tell(story: &[String]) {
    for line in story {
        println!("  {line}");
    }
}

/// Whether something catches every bug, and which is the first that does.
fn catch_all(histories: u64) -> ExitCode {
    let mut missed = 0_u32;
    for bug in Bug::ALL {
        let started = Instant::now();
        let caught = runs::catch(*bug, histories);
        let seconds = started.elapsed().as_secs_f32();
        missed += u32::from(caught.is_none());
        println!("{:<40} {seconds:>5.2} s  {}", bug.name(), caught.as_deref().unwrap_or("not caught"));
    }
    println!("{} bugs, {missed} not caught", Bug::ALL.len());
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
