//! What is simulated: the cafe, or the payments service. Runs, counts and plans are the same for both.

use std::fmt::Debug;
use std::hash::Hash;

use cafe_core::payment::Provider;

use crate::audit::Broken;
use crate::choices::Choices;
use crate::fate::Asks;
use crate::plan::{Plan, Turns};
use crate::reached::Reached;

/// An edge: from what something looks like, by which function, to what it looks like.
pub type Edge<F> = (&'static str, F, &'static str);

/// What is simulated, as runs know it.
pub trait Scene: Copy + Debug + Default + PartialEq + Eq + Send + Sync + 'static {
    /// What can be at work.
    type Function: Copy + Debug + Ord + Hash + Send + Sync + 'static;
    /// What somebody can do.
    type Deed: Copy + Debug + Ord + Hash + Send + Sync + 'static;
    /// What can be wrong with it.
    type Bug: Copy + Debug + PartialEq + Send + Sync + 'static;
    /// What is told of it.
    type Story: Debug + Sync + 'static;

    /// How the command line calls it.
    const NAME: &'static str;
    /// What its requests ask for.
    const ASKS: &'static [Asks];
    /// Every deed.
    const DEEDS: &'static [Self::Deed];
    /// What each function must say at least once.
    const SAID: &'static [(Self::Function, &'static [&'static str])];
    /// The edges that must be taken.
    const DRAWN: &'static [Edge<Self::Function>];
    /// Edges that may be taken, but so rarely that nobody insists on it.
    const RARE: &'static [Edge<Self::Function>];
    /// Every story.
    const STORIES: &'static [Self::Story];
    /// In whose turns stories are told in which things happen at once.
    const TURNS: &'static [Turns];
    /// Whether people are patient, and what nobody waits for is slow, in each telling of a story.
    const MANNERS: &'static [(bool, bool)];
    /// Every bug.
    const BUGS: &'static [Self::Bug];

    /// At whom its stories are told that everybody pays: the first in every manner, the others in the plainest.
    const GATEWAYS: &'static [Provider] = &[Provider::KakaoPay];

    /// What a story is called.
    fn name_of(story: &Self::Story) -> &'static str;

    /// Whether anything happens at once in a story, so that the turns matter.
    fn has_turns(story: &Self::Story) -> bool;

    /// Tells a story with what the plan makes of it, to its end or to the first thing that does not add up.
    fn tell(story: &Self::Story, plan: &Plan, bug: Option<Self::Bug>, told: bool) -> Told<Self>;

    /// Runs a history: `seed` gives the ids, and `choices` all that is left to chance.
    fn live(seed: u64, choices: Choices, bug: Option<Self::Bug>, told: bool) -> Ended<Self>;

    /// Whether what catches bugs quickly is told so: of these tellings each fault is tried before histories are.
    #[must_use]
    fn is_tried_first(plan: &Plan) -> bool {
        plan.turns == Turns::Oldest && !plan.slow
    }

    /// The story of that name.
    fn story(name: &str) -> Option<&'static Self::Story> {
        Self::STORIES.iter().find(|story| Self::name_of(story) == name)
    }
}

/// How a telling of a story ended.
#[derive(Debug)]
pub struct Told<S: Scene> {
    /// What it went through.
    pub reached: Reached<S>,
    /// What did not add up, if anything did not.
    pub broken: Option<Broken>,
    /// What happened, if it was to be told.
    pub story: Vec<String>,
    /// What each request asked for; none where nobody waited for the answer.
    pub asked: Vec<Option<Asks>>,
}

/// How a history ended.
#[derive(Debug)]
pub struct Ended<S: Scene> {
    /// What it went through.
    pub reached: Reached<S>,
    /// A hash of every decision and of all that came of it: the same seed gives the same one.
    pub trace_hash: u64,
    /// What did not add up, if anything did not.
    pub broken: Option<Broken>,
    /// What happened, if it was to be told.
    pub story: Vec<String>,
    /// What was left to chance, and where among it each deed began.
    pub taken: (Vec<u32>, Vec<usize>),
}
