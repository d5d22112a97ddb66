//! Runs of very many histories, and of every story with everything that can go wrong in it, on all cores.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::audit::Broken;
use crate::choices::Choices;
use crate::fate::{Asks, Fate};
use crate::plan::{Plan, Turns};
use crate::reached::Reached;
use crate::scene::{Ended, Scene, Told};

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
pub fn histories<S: Scene>(seed: u64, count: u64) -> Result<Reached<S>, Box<Failure>> {
    on_all_cores(count, |number| {
        let seed = seed.wrapping_add(number);
        let ended = S::live(seed, Choices::of_seed(seed), None, false);
        if ended.broken.is_none() { Ok(ended.reached) } else { Err(Box::new(failure(seed, ended))) }
    })
}

/// A history that did not add up, made short.
fn failure<S: Scene>(seed: u64, ended: Ended<S>) -> Failure {
    let short = shrink(seed, ended, None, SHRINK_FOR);
    let broken = short.broken.unwrap_or_default();
    Failure { broken, story: short.story, again: format!("--scene {} --seed {seed}", S::NAME) }
}

/// Makes a history that does not add up shorter, and tells it: whole deeds go, and then one thing after the
/// other becomes dull, as long as anything still does not add up.
#[must_use]
pub fn shrink<S: Scene>(seed: u64, ended: Ended<S>, bug: Option<S::Bug>, time: Duration) -> Ended<S> {
    let started = Instant::now();
    let broken = |taken: Vec<u32>| {
        let ended = S::live(seed, Choices::again(taken), bug, false);
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
            return S::live(seed, Choices::again(best.taken.0), bug, true);
        }
    }
}

/// Tells every story with every single fault of every request, or with every pair of crashes.
///
/// # Errors
/// The first that does not add up.
pub fn stories<S: Scene>(pairs: bool) -> Result<Reached<S>, Box<Failure>> {
    let scenes = scenes::<S>();
    let mut all = on_all_cores(scenes.len() as u64, |number| {
        let (story, plan) = &scenes[index(number)];
        tell_with_each_fault::<S>(story, plan, None, |_| true)
    })?;
    if pairs {
        let crashes = first_crashes::<S>();
        let more = on_all_cores(crashes.len() as u64, |number| {
            let (story, plan) = &crashes[index(number)];
            tell_with_each_later_crash::<S>(story, plan)
        })?;
        all.add(&more);
    }
    Ok(all)
}

/// The story, or history, that catches a bug. What is quickly told is tried first: every scene as it is, the
/// plain ones with each fault, and only then the others.
#[must_use]
pub fn catch<S: Scene>(bug: S::Bug, histories: u64) -> Option<String> {
    let is_plain = |plan: &Plan| S::is_tried_first(plan);
    let mut scenes = scenes::<S>();
    scenes.sort_by_key(|(_, plan)| (!is_plain(plan), !plan.patient, plan.slow, plan.turns != Turns::Oldest));
    let plain = scenes.iter().filter(|(_, plan)| is_plain(plan)).count();
    let told = |scenes: &[(&'static S::Story, Plan)], faulty: fn(Asks) -> bool| {
        scenes.iter().find_map(|(story, plan)| {
            let failure = tell_with_each_fault::<S>(story, plan, Some(bug), faulty).err()?;
            Some(format!("{}: {}", failure.again, failure.broken))
        })
    };
    let by_history = || {
        (0..histories).find_map(|seed| {
            let broken = S::live(seed, Choices::of_seed(seed), Some(bug), false).broken?;
            Some(format!("--seed {seed}: {broken}"))
        })
    };
    told(&scenes, |_| false)
        .or_else(|| told(&scenes[..plain], |_| true))
        .or_else(by_history)
        .or_else(|| told(&scenes[plain..], |_| true))
}

/// Every story in every manner, with nothing going wrong yet.
fn scenes<S: Scene>() -> Vec<(&'static S::Story, Plan)> {
    const ALONE: &[Turns] = &[Turns::Oldest];
    const PLAINEST: &[(bool, bool)] = &[(true, false), (false, true)];
    let mut scenes = Vec::new();
    for story in S::STORIES {
        for turns in if S::has_turns(story) { S::TURNS } else { ALONE } {
            for (number, at) in S::GATEWAYS.iter().enumerate() {
                // What is the same at all gateways is told of one in every manner, and of each in the plainest.
                let manners = if number == 0 { S::MANNERS } else { PLAINEST };
                for (patient, slow) in manners.iter().copied() {
                    scenes.push((story, Plan { turns: *turns, patient, slow, at: *at, ..Plan::QUIET }));
                }
            }
        }
    }
    scenes
}

/// Tells a story once, and then with each fault of the requests that shall be `faulty`; after one that leaves
/// money in doubt, also with each fault of each look-up.
fn tell_with_each_fault<S: Scene>(
    story: &S::Story,
    plan: &Plan,
    bug: Option<S::Bug>,
    faulty: impl Fn(Asks) -> bool,
) -> Result<Reached<S>, Box<Failure>> {
    let (mut reached, asked) = tell::<S>(story, plan, bug)?;
    for (number, asks) in awaited(&asked, 0).filter(|(_, asks)| faulty(*asks)) {
        for fate in asks.faults() {
            // Only what is on its way and waited for by nobody can be slow.
            if plan.slow && !matches!(fate, Fate::Late | Fate::CrashDuring) {
                continue;
            }
            let plan = plan.with(number, *fate);
            let (more, asked) = tell::<S>(story, &plan, bug)?;
            reached.add(&more);
            // A look-up is what gets out of a doubt about money, so it goes wrong as well.
            if plan.turns == Turns::Oldest && matches!(asks, Asks::Approve | Asks::Cancel) {
                for (later, asks) in awaited(&asked, number + 1).filter(|(_, asks)| *asks == Asks::LookUp) {
                    for fate in asks.faults() {
                        reached.add(&tell::<S>(story, &plan.with(later, *fate), bug)?.0);
                    }
                }
            }
        }
    }
    Ok(reached)
}

/// Every way in which somebody dies for the first time in a story.
fn first_crashes<S: Scene>() -> Vec<(&'static S::Story, Plan)> {
    let mut crashes = Vec::new();
    for (story, plan) in scenes::<S>() {
        // Whoever gives up and whatever is slow is told once a story: the turns are many enough.
        if plan.turns != Turns::Oldest || plan.patient == plan.slow {
            continue;
        }
        let asked = S::tell(story, &plan, None, false).asked;
        for (number, asks) in awaited(&asked, 0) {
            crashes.extend(deaths(asks).iter().map(|death| (story, plan.with(number, *death))));
        }
    }
    crashes
}

fn tell_with_each_later_crash<S: Scene>(story: &S::Story, plan: &Plan) -> Result<Reached<S>, Box<Failure>> {
    let first = plan.faults.last().map_or(0, |(number, _)| *number);
    let (mut reached, asked) = tell::<S>(story, plan, None)?;
    for (number, asks) in awaited(&asked, first + 1) {
        for death in deaths(asks) {
            reached.add(&tell::<S>(story, &plan.with(number, *death), None)?.0);
        }
    }
    Ok(reached)
}

/// How one can die beside a request. A read changes nothing, so there is only one way.
fn deaths(asks: Asks) -> &'static [Fate] {
    match asks {
        Asks::Get | Asks::Query | Asks::LookUp | Asks::Token => &[Fate::CrashBefore],
        Asks::Put
        | Asks::Update
        | Asks::Transact
        | Asks::Ready
        | Asks::Approve
        | Asks::Cancel
        | Asks::Tell => &Fate::CRASHES,
        Asks::Sleep => &[],
    }
}

/// The requests from that number on whose answers somebody waited for.
fn awaited(asked: &[Option<Asks>], from: usize) -> impl Iterator<Item = (usize, Asks)> {
    asked.iter().enumerate().skip(from).filter_map(|(number, asks)| Some((number, (*asks)?)))
}

/// What a telling reached, and what its requests asked for.
type Asking<S> = (Reached<S>, Vec<Option<Asks>>);

fn tell<S: Scene>(story: &S::Story, plan: &Plan, bug: Option<S::Bug>) -> Result<Asking<S>, Box<Failure>> {
    let Told { reached, broken, asked, .. } = S::tell(story, plan, bug, false);
    let Some(broken) = broken else { return Ok((reached, asked)) };
    let again = format!("--scene {} --story {} --plan '{plan}'", S::NAME, S::name_of(story));
    Err(Box::new(Failure { broken, story: S::tell(story, plan, bug, true).story, again }))
}

/// Does pieces of work on all cores, and adds up what they reached.
fn on_all_cores<S: Scene>(
    pieces: u64,
    work: impl Fn(u64) -> Result<Reached<S>, Box<Failure>> + Sync,
) -> Result<Reached<S>, Box<Failure>> {
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
