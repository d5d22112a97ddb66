//! `cargo xtask sim`: runs histories, each from its seed, and tells the first that does not add up.
#![expect(clippy::print_stdout, reason = "what a person reads")]

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use sim::cafe::TheCafe;
use sim::choices::Choices;
use sim::plan::Plan;
use sim::reached::Reached;
use sim::runs::{self, Failure};
use sim::scene::Scene;
use sim::service::TheService;

/// A third of a history is making and dropping small things.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// From how many histories on everything must have been reached.
const ENOUGH: u64 = 20_000;

/// Runs histories of the cafe and of the payments service over a simulated DynamoDB and gateways, and tells every
/// story with everything that can go wrong in it.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask sim")]
struct Arguments {
    /// How many histories of each.
    #[arg(long, default_value_t = 100_000)]
    histories: u64,
    /// The seed of the first; the others follow it.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Has every story crash twice, at every pair of its requests.
    #[arg(long)]
    pairs: bool,
    /// Lets stories and histories loose on each broken one of the zoo instead; all must be caught.
    #[arg(long)]
    zoo: bool,
    /// Only the cafe, or only the service.
    #[arg(long, value_parser = [TheCafe::NAME, TheService::NAME])]
    scene: Option<String>,
    /// Tells what happens in one history, that of the seed, or in one story.
    #[arg(long, requires = "scene")]
    replay: bool,
    /// Which story to replay.
    #[arg(long)]
    story: Option<String>,
    /// What goes wrong in it: `oldest patient slow 3=Lost`.
    #[arg(long, default_value_t = Plan::QUIET)]
    plan: Plan,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let cafe = is_wanted::<TheCafe>(&arguments).then(|| all_is_well::<TheCafe>(&arguments));
    let service = is_wanted::<TheService>(&arguments).then(|| all_is_well::<TheService>(&arguments));
    if cafe.into_iter().chain(service).all(|well| well) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn is_wanted<S: Scene>(arguments: &Arguments) -> bool {
    arguments.scene.as_deref().is_none_or(|scene| scene == S::NAME)
}

fn all_is_well<S: Scene>(arguments: &Arguments) -> bool {
    if arguments.replay {
        return replay::<S>(arguments);
    }
    if arguments.zoo {
        return catch_all::<S>(arguments.histories);
    }
    let mut all = Reached::<S>::default();
    let mut well = true;
    for (what, run) in [
        ("histories", &(|| runs::histories(arguments.seed, arguments.histories)) as &dyn Fn() -> _),
        ("stories", &|| runs::stories(arguments.pairs)),
    ] {
        let started = Instant::now();
        match run() {
            Ok::<Reached<S>, Box<Failure>>(reached) => {
                let seconds = started.elapsed().as_secs_f32();
                let (runs, requests) = (reached.runs, reached.requests);
                println!("{}: {runs} {what}, {requests} requests, {seconds:.1} s", S::NAME);
                all.add(&reached);
            }
            Err(failure) => {
                well = false;
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
    well && missing.is_empty()
}

/// Tells one story, or one history and then the shortest that ends as badly.
fn replay<S: Scene>(arguments: &Arguments) -> bool {
    let seed = arguments.seed;
    let broken = if let Some(name) = &arguments.story {
        let Some(story) = S::story(name) else {
            let names: Vec<_> = S::STORIES.iter().map(S::name_of).collect();
            println!("there are {}", names.join(", "));
            return false;
        };
        let told = S::tell(story, &arguments.plan, None, true);
        tell(&told.story);
        told.broken
    } else {
        let ended = S::live(seed, Choices::of_seed(seed), None, true);
        tell(&ended.story);
        println!("trace {:016x}", ended.trace_hash);
        ended.broken
    };
    let Some(broken) = broken else { return true };
    println!("{broken}");
    if arguments.story.is_none()
        && let Err(failure) = runs::histories::<S>(seed, 1)
    {
        println!("\nin short:");
        tell(&failure.story);
        println!("{}", failure.broken);
    }
    false
}

/// What happened, a line each.
fn tell(story: &[String]) {
    for line in story {
        println!("  {line}");
    }
}

/// Whether something catches every bug, and which is the first that does.
fn catch_all<S: Scene>(histories: u64) -> bool {
    let mut missed = 0_u32;
    for bug in S::BUGS {
        let started = Instant::now();
        let caught = runs::catch::<S>(*bug, histories);
        let seconds = started.elapsed().as_secs_f32();
        missed += u32::from(caught.is_none());
        println!(
            "{:<40} {seconds:>5.2} s  {}",
            format!("{bug:?}"),
            caught.as_deref().unwrap_or("not caught")
        );
    }
    println!("{}: {} bugs, {missed} not caught", S::NAME, S::BUGS.len());
    missed == 0
}
