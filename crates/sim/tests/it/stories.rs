//! Stories end as they should, and a plan is read as it is written.

use sim::cafe::TheCafe;
use sim::plan::Plan;
use sim::scene::Scene as _;
use sim::stories::STORIES;

#[test]
fn every_story_ends_as_it_should_when_nothing_goes_wrong() {
    for story in STORIES {
        let told = story.tell(&Plan::QUIET, None, true);
        assert_eq!(told.broken, None, "{}\n{}", story.name, told.story.join("\n"));
    }
}

#[test]
fn every_story_adds_up_whoever_collects() {
    for story in STORIES {
        for at in TheCafe::GATEWAYS {
            let told = story.tell(&Plan { at: *at, ..Plan::QUIET }, None, true);
            assert_eq!(told.broken, None, "{} at {at}\n{}", story.name, told.story.join("\n"));
        }
    }
}

#[test]
fn a_plan_is_read_as_it_is_written() {
    for text in
        ["oldest", "newest patient", "2 slow portone 3=Lost", "oldest patient slow 0=CrashAfter 12=Late"]
    {
        assert_eq!(text.parse::<Plan>().map(|plan| plan.to_string()), Ok(text.to_owned()));
    }
    assert!("oldest 3=Hunger".parse::<Plan>().is_err());
}
