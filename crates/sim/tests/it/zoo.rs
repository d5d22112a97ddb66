//! Broken cafes are caught, each by its name.

use sim::cafe::TheCafe;
use sim::runs;
use sim::zoo::Bug;

/// How many histories a bug is given that no story shows.
const HISTORIES: u64 = 5_000;

macro_rules! caught {
    ($($test:ident $bug:ident,)*) => {
        $(
            #[test]
            fn $test() {
                let caught = runs::catch::<TheCafe>(Bug::$bug, HISTORIES);
                assert!(caught.is_some(), "nothing shows that this cafe is broken");
            }
        )*

        const TESTS: &[(&str, Bug)] = &[$((stringify!($test), Bug::$bug),)*];
    };
}

caught! {
    opens_whatever_the_stage OpensWhateverTheStage,
    holds_more_than_there_is HoldsMoreThanThereIs,
    begins_whatever_the_stage BeginsWhateverTheStage,
    closes_whatever_the_stage ClosesWhateverTheStage,
    joins_twice JoinsTwice,
    writes_a_ledger_line_twice WritesALedgerLineTwice,
    settles_on_every_repeat SettlesOnEveryRepeat,
    settles_whatever_the_stage SettlesWhateverTheStage,
    opens_without_holding_points OpensWithoutHoldingPoints,
    opens_without_a_ledger_line OpensWithoutALedgerLine,
    settles_without_moving_points SettlesWithoutMovingPoints,
    settles_without_a_ledger_line SettlesWithoutALedgerLine,
    closes_without_releasing_points ClosesWithoutReleasingPoints,
    closes_without_a_ledger_line ClosesWithoutALedgerLine,
    joins_without_a_ledger_line JoinsWithoutALedgerLine,
    refunds_without_moving_points RefundsWithoutMovingPoints,
    tears_transactions_apart TearsTransactionsApart,
    forgets_the_transactions_token ForgetsTheTransactionsToken,
    earns_twice EarnsTwice,
    earns_when_opened EarnsWhenOpened,
    opens_without_ending_the_quote OpensWithoutEndingTheQuote,
    holds_half HoldsHalf,
    releases_twice ReleasesTwice,
    leaves_spent_points_held LeavesSpentPointsHeld,
    opens_unwatched OpensUnwatched,
    begins_unwatched BeginsUnwatched,
    watches_the_paid WatchesThePaid,
    watches_the_closed WatchesTheClosed,
    looks_too_late LooksTooLate,
    puts_off_for_ever PutsOffForEver,
    forgets_what_was_collected ForgetsWhatWasCollected,
    forgets_a_refund ForgetsARefund,
    keeps_the_refund_running KeepsTheRefundRunning,
    forgets_a_late_capture ForgetsALateCapture,
    says_returned_too_early SaysReturnedTooEarly,
    holds_for_whoever_spent_before HoldsForWhoeverSpentBefore,
    tries_a_code_for_ever TriesACodeForEver,
    moves_without_using_the_code_up MovesWithoutUsingTheCodeUp,
    moves_without_unbinding MovesWithoutUnbinding,
    moves_without_binding MovesWithoutBinding,
    renumbers_to_anothers_number RenumbersToAnothersNumber,
    renumbers_without_a_holder RenumbersWithoutAHolder,
    keeps_the_number_before KeepsTheNumberBefore,
    forgets_without_a_ledger_line ForgetsWithoutALedgerLine,
    forgets_whatever_is_held ForgetsWhateverIsHeld,
    forgets_without_unbinding ForgetsWithoutUnbinding,
    gives_a_present_again GivesAPresentAgain,
    takes_no_answer_for_yes TakesNoAnswerForYes,
    takes_not_sent_for_yes TakesNotSentForYes,
    takes_an_error_for_yes TakesAnErrorForYes,
    takes_another_sum TakesAnotherSum,
    takes_a_failed_look_up_for_failed TakesAFailedLookUpForFailed,
    takes_a_failed_look_up_for_paid TakesAFailedLookUpForPaid,
    takes_paid_for_failed TakesPaidForFailed,
    takes_paid_for_pending TakesPaidForPending,
    takes_pending_for_paid TakesPendingForPaid,
    takes_a_refused_refund_for_done TakesARefusedRefundForDone,
    takes_no_answer_to_a_refund_for_done TakesNoAnswerToARefundForDone,
    takes_not_sent_to_a_refund_for_done TakesNotSentToARefundForDone,
    refunds_without_asking_the_gateway RefundsWithoutAskingTheGateway,
    refunds_twice_at_the_gateway RefundsTwiceAtTheGateway,
    approves_again_blindly ApprovesAgainBlindly,
    takes_not_found_for_failed TakesNotFoundForFailed,
    takes_any_sum_for_the_one_due TakesAnySumForTheOneDue,
    takes_anothers_payment_for_ours TakesAnothersPaymentForOurs,
    takes_collected_for_returned TakesCollectedForReturned,
    takes_a_window_for_closed TakesAWindowForClosed,
    forgets_a_window_too_soon ForgetsAWindowTooSoon,
    writes_down_another_gateway WritesDownAnotherGateway,
}

#[test]
fn no_bug_is_forgotten() {
    let bugs: Vec<Bug> = TESTS.iter().map(|(_, bug)| *bug).collect();
    assert_eq!(bugs, Bug::ALL);
    for (test, bug) in TESTS {
        assert_eq!(test.replace('_', ""), bug.name().to_ascii_lowercase());
    }
}
