//! Runs of very many histories, and of every story with everything that can go wrong in it, on all cores.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::audit::Broken;
use crate::choices::Choices;
use crate::coverage::Reached;
use crate::fate::{Asks, Fate};
use crate::history::{self, Ended};
use crate::story::{Plan, STORIES, Story, Turns};
use crate::zoo::Bug;

/// How long a failure is made shorter at most.
const SHRINK_FOR: Duration = Duration::from_secs(10);

/// Something that did not add up, in as few words as possible.
#[derive(Debug)]
pub struct Failure {
    /// What did not add up.
    pub broken: Broken,
    /// What had happened until then.
    pub story: Vec<String>,
    /// What replays it, behind `cargo xtask sim --replay`.
    pub again: String,
}

/// Runs the histories of so many seeds.
///
/// # Errors
/// The first that does not add up.
pub fn histories(seed: u64, count: u64) -> Result<Reached, Box<Failure>> {
    on_all_cores(count, |number| {
        let seed = seed.wrapping_add(number);
        let ended = history::run(seed);
        if ended.broken.is_none() { Ok(ended.reached) } else { Err(Box::new(failure(seed, ended))) }
    })
}

/// A history that did not add up, made short.
fn failure(seed: u64, ended: Ended) -> Failure {
    let short = shrink(seed, ended, None, SHRINK_FOR);
    let broken = short.broken.unwrap_or_default();
    Failure { broken, story: short.story, again: format!("--seed {seed}") }
}

/// Makes a history that does not add up shorter, and tells it: whole deeds go, and then one thing after the
/// other becomes dull, as long as anything still does not add up.
#[must_use]
pub fn shrink(seed: u64, ended: Ended, bug: Option<Bug>, time: Duration) -> Ended {
    let started = Instant::now();
    let broken = |taken: Vec<u32>| {
        let ended = history::live(seed, Choices::again(taken), bug, false);
        ended.broken.is_some().then_some(ended)
    };
    let mut best = ended;
    loop {
        let before = best.taken.0.clone();
        for deed in (0..best.taken.1.len().saturating_sub(1)).rev() {
            let (mut taken, deeds) = best.taken.clone();
            let Some([from, to]) = deeds.get(deed..deed + 2) else { continue };
            taken.drain(*from..(*to).min(taken.len()));
            best = broken(taken).unwrap_or(best);
        }
        for at in (0..best.taken.0.len()).rev() {
            if best.taken.0.get(at).is_some_and(|choice| *choice != 0) {
                let mut taken = best.taken.0.clone();
                taken[at] = 0;
                best = broken(taken).unwrap_or(best);
            }
        }
        if best.taken.0 == before || started.elapsed() > time {
            return history::live(seed, Choices::again(best.taken.0), bug, true);
        }
    }
}

/// Tells every story with every single fault of every request, or with every pair of crashes.
///
/// # Errors
/// The first that does not add up.
pub fn stories(pairs: bool) -> Result<Reached, Box<Failure>> {
    let scenes = scenes();
    let mut all = on_all_cores(scenes.len() as u64, |number| {
        let (story, plan) = &scenes[index(number)];
        tell_with_each_fault(story, plan, None, |_| true)
    })?;
    if pairs {
        let crashes = first_crashes();
        let more = on_all_cores(crashes.len() as u64, |number| {
            let (story, plan) = &crashes[index(number)];
            tell_with_each_later_crash(story, plan)
        })?;
        all.add(&more);
    }
    Ok(all)
}

/// The story, or history, that catches a bug. What is quickly told is tried first: every scene as it is, the
/// plain ones with each fault, and only then the others.
#[must_use]
pub fn catch(bug: Bug, histories: u64) -> Option<String> {
    let is_plain = |plan: &Plan| plan.turns == Turns::Oldest && !plan.slow;
    let mut scenes = scenes();
    scenes.sort_by_key(|(_, plan)| (!is_plain(plan), !plan.patient, plan.slow, plan.turns != Turns::Oldest));
    let plain = scenes.iter().filter(|(_, plan)| is_plain(plan)).count();
    let told = |scenes: &[(&'static Story, Plan)], faulty: fn(Asks) -> bool| {
        scenes.iter().find_map(|(story, plan)| {
            let failure = tell_with_each_fault(story, plan, Some(bug), faulty).err()?;
            Some(format!("{}: {}", failure.again, failure.broken))
        })
    };
    let by_history = || {
        (0..histories).find_map(|seed| {
            let broken = history::live(seed, Choices::of_seed(seed), Some(bug), false).broken?;
            Some(format!("--seed {seed}: {broken}"))
        })
    };
    told(&scenes, |_| false)
        .or_else(|| told(&scenes[..plain], |_| true))
        .or_else(by_history)
        .or_else(|| told(&scenes[plain..], |_| true))
}

/// Every story in every manner, with nothing going wrong yet.
fn scenes() -> Vec<(&'static Story, Plan)> {
    const ALONE: &[Turns] = &[Turns::Oldest];
    const TOGETHER: &[Turns] = &[Turns::Oldest, Turns::Newest, Turns::Shuffled(1), Turns::Shuffled(2)];
    let mut scenes = Vec::new();
    for story in STORIES {
        for turns in if story.has_turns() { TOGETHER } else { ALONE } {
            for (patient, slow) in [(true, false), (false, false), (true, true), (false, true)] {
                scenes.push((story, Plan { turns: *turns, patient, slow, faults: Vec::new() }));
            }
        }
    }
    scenes
}

/// Tells a story once, and then with each fault of the requests that shall be `faulty`; after one that leaves
/// money in doubt, also with each fault of each look-up.
fn tell_with_each_fault(
    story: &Story,
    plan: &Plan,
    bug: Option<Bug>,
    faulty: impl Fn(Asks) -> bool,
) -> Result<Reached, Box<Failure>> {
    let (mut reached, asked) = tell(story, plan, bug)?;
    for (number, asks) in awaited(&asked, 0).filter(|(_, asks)| faulty(*asks)) {
        for fate in asks.faults() {
            // Only what is on its way and waited for by nobody can be slow.
            if plan.slow && !matches!(fate, Fate::Late | Fate::CrashDuring) {
                continue;
            }
            let plan = plan.with(number, *fate);
            let (more, asked) = tell(story, &plan, bug)?;
            reached.add(&more);
            // A look-up is what gets out of a doubt about money, so it goes wrong as well.
            if plan.turns == Turns::Oldest && matches!(asks, Asks::Approve | Asks::Cancel) {
                for (later, asks) in awaited(&asked, number + 1).filter(|(_, asks)| *asks == Asks::LookUp) {
                    for fate in asks.faults() {
                        reached.add(&tell(story, &plan.with(later, *fate), bug)?.0);
                    }
                }
            }
        }
    }
    Ok(reached)
}

/// Every way in which somebody dies for the first time in a story.
fn first_crashes() -> Vec<(&'static Story, Plan)> {
    let mut crashes = Vec::new();
    for (story, plan) in scenes() {
        // Whoever gives up and whatever is slow is told once a story: the turns are many enough.
        if plan.turns != Turns::Oldest || plan.patient == plan.slow {
            continue;
        }
        let asked = story.tell(&plan, None, false).asked;
        for (number, asks) in awaited(&asked, 0) {
            crashes.extend(deaths(asks).iter().map(|death| (story, plan.with(number, *death))));
        }
    }
    crashes
}

fn tell_with_each_later_crash(story: &Story, plan: &Plan) -> Result<Reached, Box<Failure>> {
    let first = plan.faults.last().map_or(0, |(number, _)| *number);
    let (mut reached, asked) = tell(story, plan, None)?;
    for (number, asks) in awaited(&asked, first + 1) {
        for death in deaths(asks) {
            reached.add(&tell(story, &plan.with(number, *death), None)?.0);
        }
    }
    Ok(reached)
}

/// How one can die beside a request. A read changes nothing, so there is only one way.
fn deaths(asks: Asks) -> &'static [Fate] {
    match asks {
        Asks::Get | Asks::Query | Asks::LookUp => &[Fate::CrashBefore],
        Asks::Put | Asks::Update | Asks::Transact | Asks::Ready | Asks::Approve | Asks::Cancel => {
            &Fate::CRASHES
        }
        Asks::Sleep => &[],
    }
}

/// The requests from that number on whose answers somebody waited for.
fn awaited(asked: &[Option<Asks>], from: usize) -> impl Iterator<Item = (usize, Asks)> {
    asked.iter().enumerate().skip(from).filter_map(|(number, asks)| Some((number, (*asks)?)))
}

fn tell(story: &Story, plan: &Plan, bug: Option<Bug>) -> Result<(Reached, Vec<Option<Asks>>), Box<Failure>> {
    let told = story.tell(plan, bug, false);
    let Some(broken) = told.broken else { return Ok((told.reached, told.asked)) };
    let again = format!("--story {} --plan '{plan}'", story.name);
    Err(Box::new(Failure { broken, story: story.tell(plan, bug, true).story, again }))
}

/// Does pieces of work on all cores, and adds up what they reached.
fn on_all_cores(
    pieces: u64,
    work: impl Fn(u64) -> Result<Reached, Box<Failure>> + Sync,
) -> Result<Reached, Box<Failure>> {
    let (next, all) = (AtomicU64::new(0), Mutex::new(Ok(Reached::default())));
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let mut ours = Ok(Reached::default());
                while let Ok(reached) = &mut ours {
                    let piece = next.fetch_add(1, Ordering::Relaxed);
                    if piece >= pieces {
                        break;
                    }
                    match work(piece) {
                        Ok(more) => reached.add(&more),
                        Err(failure) => {
                            // The others need not go on.
                            next.store(pieces, Ordering::Relaxed);
                            ours = Err(failure);
                        }
                    }
                }
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                match (&mut *all, ours) {
                    (Ok(all), Ok(ours)) => all.add(&ours),
                    (all @ Ok(_), Err(failure)) => *all = Err(failure),
                    (Err(_), _) => {}
                }
            });
        }
    });
    all.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
