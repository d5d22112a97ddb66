//! The payments service adds up, whatever goes wrong; and broken ones are caught, each by its name.
#![expect(clippy::print_stdout, reason = "the figures of a run belong in its log")]

use std::time::Instant;

use sim::choices::Choices;
use sim::plan::Plan;
use sim::runs;
use sim::scene::Scene as _;
use sim::service::zoo::Bug;
use sim::service::{TheService, history, story};

/// How many histories a bug is given that no story shows.
const HISTORIES: u64 = 1_000;

#[test]
fn every_story_of_the_service_ends_as_it_should_when_nothing_goes_wrong() {
    for story in story::STORIES {
        let told = story.tell(&Plan::QUIET, None, true);
        assert_eq!(told.broken, None, "{}\n{}", story.name, told.story.join("\n"));
    }
}

/// In one test, so that both add up to what must have been reached.
#[test]
fn histories_of_the_service_and_every_fault_of_its_stories_add_up_and_reach_everything() {
    let started = Instant::now();
    let told = |failure: Box<runs::Failure>| {
        panic!("{}\n{}\n{}", failure.story.join("\n"), failure.broken, failure.again)
    };
    let mut all = runs::stories::<TheService>(false).unwrap_or_else(told);
    println!("{} stories, {:.1} s", all.runs, started.elapsed().as_secs_f32());
    all.add(&runs::histories(0, 10_000).unwrap_or_else(told));
    println!("{} in all, {} requests, {:.1} s", all.runs, all.requests, started.elapsed().as_secs_f32());
    println!("{all}");
    assert_eq!(all.missing(), Vec::<String>::new());
}

#[test]
fn the_same_seed_is_the_same_history_of_the_service() {
    let run = |seed| history::live(seed, Choices::of_seed(seed), None, false);
    for seed in 0..20 {
        let (ended, other) = (run(seed), run(seed));
        assert_eq!(ended.trace_hash, other.trace_hash, "seed {seed}");
        let again = history::live(seed, Choices::again(ended.taken.0), None, true);
        assert_eq!(ended.trace_hash, again.trace_hash, "seed {seed}");
    }
    assert_ne!(run(0).trace_hash, run(1).trace_hash);
}

macro_rules! caught {
    ($($test:ident $bug:ident,)*) => {
        $(
            #[test]
            fn $test() {
                let caught = runs::catch::<TheService>(Bug::$bug, HISTORIES);
                assert!(caught.is_some(), "nothing shows that this service is broken");
            }
        )*

        const TESTS: &[(&str, Bug)] = &[$((stringify!($test), Bug::$bug),)*];
    };
}

caught! {
    asks_before_claiming AsksBeforeClaiming,
    claims_what_is_taken ClaimsWhatIsTaken,
    completes_whatever_the_run CompletesWhateverTheRun,
    releases_whatever_the_run ReleasesWhateverTheRun,
    changes_whatever_the_version ChangesWhateverTheVersion,
    claims_without_the_sources_key ClaimsWithoutTheSourcesKey,
    claims_without_the_payments_key ClaimsWithoutThePaymentsKey,
    releases_without_the_keys ReleasesWithoutTheKeys,
    claims_unwatched ClaimsUnwatched,
    refunds_unwatched RefundsUnwatched,
    tells_unwatched TellsUnwatched,
    puts_off_for_ever PutsOffForEver,
    writes_the_notice_outside_the_transaction WritesTheNoticeOutsideTheTransaction,
    forgets_the_notice ForgetsTheNotice,
    forgets_the_refunds_name ForgetsTheRefundsName,
    keeps_the_refund_running KeepsTheRefundRunning,
    forgets_what_was_given_back ForgetsWhatWasGivenBack,
    tells_the_latest_first TellsTheLatestFirst,
    takes_not_told_for_told TakesNotToldForTold,
    tells_of_nothing_before TellsOfNothingBefore,
    key_without_the_payment KeyWithoutThePayment,
    key_without_the_record KeyWithoutTheRecord,
    key_without_the_refund KeyWithoutTheRefund,
    returns_without_the_balance ReturnsWithoutTheBalance,
    returns_all_for_a_part ReturnsAllForAPart,
    believes_the_webhooks_body BelievesTheWebhooksBody,
    takes_no_answer_for_paid TakesNoAnswerForPaid,
    takes_a_refusal_for_paid TakesARefusalForPaid,
    takes_an_answer_about_another_for_ours TakesAnAnswerAboutAnotherForOurs,
    takes_any_sum_for_the_price TakesAnySumForThePrice,
    takes_any_order_for_ours TakesAnyOrderForOurs,
    takes_awaited_for_paid TakesAwaitedForPaid,
    takes_a_failed_look_up_for_failed TakesAFailedLookUpForFailed,
    looks_nothing_up_after_a_refusal LooksNothingUpAfterARefusal,
    takes_a_refused_refund_for_done TakesARefusedRefundForDone,
    takes_no_answer_to_a_refund_for_done TakesNoAnswerToARefundForDone,
    returns_a_wrong_sum_in_part ReturnsAWrongSumInPart,
    returns_a_wrong_sum_in_words_alone ReturnsAWrongSumInWordsAlone,
}

#[test]
fn no_bug_of_the_service_is_forgotten() {
    let bugs: Vec<Bug> = TESTS.iter().map(|(_, bug)| *bug).collect();
    assert_eq!(bugs, TheService::BUGS);
    for (test, bug) in TESTS {
        assert_eq!(test.replace('_', ""), bug.name().to_ascii_lowercase());
    }
}

/// A gateway that has just collected may not know that everywhere yet.
#[test]
fn what_a_gateway_denies_once_after_no_answer_is_not_let_go() {
    let told = |name: &str, plan: &str| {
        let story = TheService::story(name).expect("a story of that name");
        story.tell(&plan.parse().expect("a plan"), None, true)
    };
    for (name, plan) in [
        ("toss", "oldest 1=AnswerLost 2=NotFound"),
        ("toss", "oldest patient 1=AnswerLost 2=NotFound"),
        ("left-behind", "oldest 1=CrashAfter 5=NotFound"),
    ] {
        let told = told(name, plan);
        assert_eq!(told.broken, None, "{name}, {plan}\n{}", told.story.join("\n"));
        let denied = told.story.iter().any(|line| line.ends_with("LookUp NotFound"));
        assert!(denied, "{name}, {plan}\n{}", told.story.join("\n"));
        assert!(told.story.iter().any(|line| line.ends_with("said: shown")), "{}", told.story.join("\n"));
    }
}
