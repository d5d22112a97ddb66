//! Histories add up, the same seed is the same history, and what does not add up is told in short.
#![expect(clippy::print_stdout, reason = "the figures of a run belong in its log")]

use std::time::{Duration, Instant};

use sim::cafe::TheCafe;
use sim::choices::Choices;
use sim::history;
use sim::runs;
use sim::zoo::Bug;

/// In one test, so that both add up to what must have been reached.
#[test]
fn a_hundred_thousand_histories_and_every_fault_of_every_story_add_up_and_reach_everything() {
    let started = Instant::now();
    let told = |failure: Box<runs::Failure>| panic!("{}\n{}", failure.story.join("\n"), failure.broken);
    let mut all = runs::stories::<TheCafe>(false).unwrap_or_else(told);
    println!("{} stories, {:.1} s", all.runs, started.elapsed().as_secs_f32());
    all.add(&runs::histories(0, 100_000).unwrap_or_else(told));
    println!("{} in all, {} requests, {:.1} s", all.runs, all.requests, started.elapsed().as_secs_f32());
    println!("{all}");
    assert_eq!(all.missing(), Vec::<String>::new());
}

#[test]
fn the_same_seed_is_the_same_history_whatever_went_before() {
    let run = |seed| (history::run(seed).trace_hash, history::run(seed).reached);
    let before: Vec<_> = [3, 17, 250].map(run).into();
    assert_ne!(before[0], before[1]);
    for seed in 1_000..1_400 {
        let _ = history::run(seed);
    }
    assert_eq!(before, [3, 17, 250].map(run));
}

#[test]
fn choices_taken_again_are_the_same_history() {
    for seed in 0..20 {
        let ended = history::run(seed);
        let again = history::live(seed, Choices::again(ended.taken.0), None, true);
        assert_eq!(ended.trace_hash, again.trace_hash, "seed {seed}");
    }
}

/// A bug that it takes an order, a payment and a lost answer to see. What is left of a history may be needed only for what
/// comes after it to mean the same, so one of a few must be short, and the others shorter than they were.
#[test]
fn what_does_not_add_up_is_told_in_short() {
    let bug = Some(Bug::TakesPaidForPending);
    let broken = |seed| {
        let ended = history::live(seed, Choices::of_seed(seed), bug, false);
        (ended.broken.is_some() && ended.reached.deeds() > 9).then_some((seed, ended))
    };
    let mut left = Vec::new();
    for (seed, ended) in (0..50_000).filter_map(broken).take(4) {
        let before = ended.reached.deeds();
        let short = runs::shrink(seed, ended, bug, Duration::from_secs(10));
        println!("{}\n{:?}", short.story.join("\n"), short.broken);
        assert!(short.broken.is_some());
        assert!(short.reached.deeds() < before, "{} of {before} deeds are left", short.reached.deeds());
        left.push((short.reached.deeds(), short.reached.faults()));
    }
    assert_eq!(left.len(), 4, "some histories show it");
    assert!(left.iter().any(|(deeds, faults)| *deeds <= 5 && *faults <= 2), "deeds and faults: {left:?}");
}
