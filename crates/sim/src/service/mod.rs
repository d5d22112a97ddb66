//! The payments service in the simulated world: histories of other backends' payments, at two gateways.
//!
//! It shares the network, the schedule, fates, choices, plans and the DynamoDB in memory with the cafe, and has its own
//! people (`office`), books (`audit`), stories and zoo.

mod audit;
mod clerk;
mod coverage;
mod heard;
pub mod history;
mod office;
pub mod story;
mod world;
pub mod zoo;

use self::history::Deed;
use self::story::{STORIES, Story};
pub use self::world::Function;
use self::zoo::Bug;
use crate::choices::Choices;
use crate::fate::Asks;
use crate::plan::{Plan, Turns};
use crate::scene::{Edge, Ended, Scene, Told};

/// The payments service, as runs know it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TheService;

impl Scene for TheService {
    type Function = Function;
    type Deed = Deed;
    type Bug = Bug;
    type Story = Story;

    const NAME: &'static str = "service";
    const ASKS: &'static [Asks] = &Asks::OF_THE_SERVICE;
    const DEEDS: &'static [Deed] = &Deed::ALL;
    const SAID: &'static [(Function, &'static [&'static str])] = coverage::SAID;
    const DRAWN: &'static [Edge<Function>] = coverage::DRAWN;
    const RARE: &'static [Edge<Function>] = coverage::RARE;
    const STORIES: &'static [Story] = STORIES;
    // A step of it takes several times as long as one of the cafe's, as all is sealed.
    const TURNS: &'static [Turns] = &[Turns::Oldest, Turns::Shuffled(1)];
    const MANNERS: &'static [(bool, bool)] = &[(true, false), (false, true)];
    const BUGS: &'static [Bug] = Bug::ALL;

    fn name_of(story: &Story) -> &'static str {
        story.name
    }

    fn has_turns(story: &Story) -> bool {
        story.has_turns()
    }

    fn tell(story: &Story, plan: &Plan, bug: Option<Bug>, told: bool) -> Told<TheService> {
        story.tell(plan, bug, told)
    }

    /// What is slow has few faults, and shows most.
    fn is_tried_first(plan: &Plan) -> bool {
        plan.turns == Turns::Oldest && plan.slow
    }

    fn live(seed: u64, choices: Choices, bug: Option<Bug>, told: bool) -> Ended<TheService> {
        history::live(seed, choices, bug, told)
    }
}
