//! Broken cafes are caught, each by its name.

use sim::history;
use sim::zoo::Bug;

/// How many histories a bug is given here. `cargo xtask sim --zoo` gives each many more, and must catch all.
const HISTORIES: u64 = 150;

/// The bugs that it takes rarer accidents to see.
const SHY: [Bug; 12] = [
    Bug::HoldsMoreThanThereIs,
    Bug::ClosesWhateverTheStage,
    Bug::PutsOffForEver,
    Bug::TakesNoAnswerForYes,
    Bug::TakesNotSentForYes,
    Bug::TakesAFailedLookUpForFailed,
    Bug::TakesAFailedLookUpForPaid,
    Bug::TakesPaidForPending,
    Bug::TakesARefusedRefundForDone,
    Bug::TakesNoAnswerToARefundForDone,
    Bug::TakesNotSentToARefundForDone,
    Bug::RefundsTwiceAtTheGateway,
];

#[test]
fn a_history_catches_every_bug_that_is_not_shy() {
    for bug in Bug::ALL.into_iter().filter(|bug| !SHY.contains(bug)) {
        let caught = (0..HISTORIES).any(|seed| history::run_with(seed, Some(bug)).broken.is_some());
        assert!(caught, "{} was not caught", bug.name());
    }
}
