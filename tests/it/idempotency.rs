//! A request with a key, carried out once: twice, at once, cut off in the middle, and with answers lost, on the
//! embedded DynamoDB.

use std::sync::Mutex;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use idempotency::{Begun, Guard, GuardError, Run};

use crate::cafe::at_once;
use crate::store::{Fault, Line};

const TABLE: &str = "requests";
const DAY_MS: i64 = 86_400_000;
const NOW_MS: i64 = 1_795_257_845_123;

/// As long as one run can be alive.
const RUN_MS: i64 = 30_000;

async fn table(client: &Client) -> Guard {
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build().unwrap();
    let id = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S);
    let making = client.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
    making.key_schema(key).attribute_definitions(id.build().unwrap()).send().await.unwrap();
    Guard::new(client.clone(), TABLE)
}

async fn guard() -> Guard {
    table(&Line::new().client()).await
}

fn run(name: &str, after_ms: i64) -> Run {
    Run { name: name.to_owned(), now_ms: NOW_MS + after_ms, until_ms: NOW_MS + after_ms + RUN_MS }
}

fn done(answer: &str) -> Begun {
    Begun::Done { answer: answer.to_owned() }
}

#[tokio::test]
async fn a_repeat_is_answered_as_the_first_was_until_its_time_is_over() {
    let guard = guard().await;
    let one = run("one", 0);
    assert_eq!(guard.begin("k", "refund 100", &one).await.unwrap(), Begun::First);
    assert_eq!(guard.finish("k", &one, "done", NOW_MS + DAY_MS).await.unwrap().as_deref(), Some("done"));
    assert_eq!(guard.begin("k", "refund 100", &run("two", 1)).await.unwrap(), done("done"));
    assert_eq!(guard.begin("k", "refund 100", &run("two", RUN_MS + 1)).await.unwrap(), done("done"));
    assert_eq!(guard.begin("k", "refund 999", &run("two", 1)).await.unwrap(), Begun::Differs);
    assert_eq!(guard.begin("other", "refund 999", &run("two", 1)).await.unwrap(), Begun::First);
    // DynamoDB may keep an item for days after its time; nobody is answered with it.
    assert_eq!(guard.begin("k", "refund 999", &run("late", DAY_MS)).await.unwrap(), Begun::First);
}

#[tokio::test]
async fn whoever_comes_while_somebody_is_at_it_waits_and_nobody_else_s_answer_is_kept() {
    let guard = guard().await;
    let one = run("one", 0);
    guard.begin("k", "r", &one).await.unwrap();
    let running = Begun::Running { until_ms: one.until_ms };
    assert_eq!(guard.begin("k", "r", &run("two", RUN_MS - 1)).await.unwrap(), running);
    assert_eq!(guard.begin("k", "other", &run("two", RUN_MS)).await.unwrap(), Begun::Differs);
    assert_eq!(guard.finish("k", &run("two", 1), "stolen", NOW_MS + DAY_MS).await.unwrap(), None);
    guard.give_up("k", &run("two", 1), &running).await.unwrap();
    assert_eq!(guard.begin("k", "r", &run("two", 2)).await.unwrap(), running);
}

#[tokio::test]
async fn a_run_that_was_cut_off_is_taken_over_by_one_that_knows_it_is_not_the_first() {
    let guard = guard().await;
    let (dead, next) = (run("dead", 0), run("next", RUN_MS));
    guard.begin("k", "r", &dead).await.unwrap();
    assert_eq!(guard.begin("k", "r", &next).await.unwrap(), Begun::Again);
    // The dead one was alive after all, and is told whose answer counts.
    assert_eq!(guard.finish("k", &dead, "too late", NOW_MS + DAY_MS).await.unwrap(), None);
    assert_eq!(
        guard.finish("k", &next, "looked up", NOW_MS + DAY_MS).await.unwrap().as_deref(),
        Some("looked up")
    );
    assert_eq!(
        guard.finish("k", &dead, "too late", NOW_MS + DAY_MS).await.unwrap().as_deref(),
        Some("looked up")
    );
    assert_eq!(guard.begin("k", "r", &run("third", RUN_MS)).await.unwrap(), done("looked up"));
}

#[tokio::test]
async fn what_was_given_up_is_begun_as_if_nobody_had_come() {
    let guard = guard().await;
    let one = run("one", 0);
    guard.begin("k", "r", &one).await.unwrap();
    guard.give_up("k", &one, &Begun::First).await.unwrap();
    assert_eq!(guard.begin("k", "another", &run("two", 0)).await.unwrap(), Begun::First);
    // And an answer stays, whoever would give it up.
    guard.finish("k", &run("two", 0), "done", NOW_MS + DAY_MS).await.unwrap();
    guard.give_up("k", &run("two", 0), &Begun::First).await.unwrap();
    assert_eq!(guard.begin("k", "another", &run("three", 1)).await.unwrap(), done("done"));
}

#[tokio::test]
async fn whoever_took_over_and_gives_up_leaves_what_the_one_before_has_done_to_be_looked_up() {
    let guard = guard().await;
    let (dead, next) = (run("dead", 0), run("next", RUN_MS));
    assert_eq!(guard.begin("k", "r", &dead).await.unwrap(), Begun::First);
    let begun = guard.begin("k", "r", &next).await.unwrap();
    assert_eq!(begun, Begun::Again);
    guard.give_up("k", &next, &begun).await.unwrap();
    assert_eq!(guard.begin("k", "r", &run("third", RUN_MS)).await.unwrap(), Begun::Again);
}

#[tokio::test]
async fn what_was_given_up_is_no_riddle_to_a_clock_that_is_behind() {
    let guard = guard().await;
    let one = run("one", 5_000);
    guard.begin("k", "r", &one).await.unwrap();
    guard.give_up("k", &one, &Begun::First).await.unwrap();
    let behind = guard.begin("k", "r", &run("two", 0)).await.unwrap();
    assert!(matches!(behind, Begun::Running { until_ms } if until_ms <= NOW_MS + 5_000), "{behind:?}");
}

#[tokio::test]
async fn of_many_who_come_at_once_one_does_it_and_all_are_answered_alike() {
    let guard = &guard().await;
    let (effects, answers) = (&Mutex::new(0), &Mutex::new(Vec::new()));
    at_once((0..20).map(|number| async move {
        let run = run(&format!("run {number}"), 0);
        let answer = loop {
            match guard.begin("k", "r", &run).await.unwrap() {
                Begun::First => {
                    *effects.lock().unwrap() += 1;
                    tokio::task::yield_now().await;
                    break guard.finish("k", &run, &run.name, NOW_MS + DAY_MS).await.unwrap().unwrap();
                }
                Begun::Done { answer } => break answer,
                Begun::Running { .. } => tokio::task::yield_now().await,
                begun @ (Begun::Again | Begun::Differs) => panic!("{begun:?}"),
            }
        };
        answers.lock().unwrap().push(answer);
    }))
    .await;
    let answers = answers.lock().unwrap();
    assert_eq!((*effects.lock().unwrap(), answers.len()), (1, 20));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_known_as_our_own() {
    for lost in 1..=4 {
        let line = Line::new();
        let guard = table(&line.client()).await;
        let one = run("one", 0);
        line.next(Fault::AnswerLost, lost);
        let begun = until_answered(async || guard.begin("k", "r", &one).await).await;
        // It was the first; but who came before could not be told any more, had there been somebody.
        assert_eq!(begun, Begun::Again, "{lost} answers lost");
        line.next(Fault::AnswerLost, lost);
        let kept = until_answered(async || guard.finish("k", &one, "done", NOW_MS + DAY_MS).await).await;
        assert_eq!(kept.as_deref(), Some("done"), "{lost} answers lost");
        assert_eq!(guard.begin("k", "r", &run("two", 1)).await.unwrap(), done("done"));
        assert_eq!(line.left(), 0);
    }
}

async fn until_answered<T>(ask: impl AsyncFn() -> Result<T, GuardError>) -> T {
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(GuardError::Unavailable(_)) => {}
            Err(error @ GuardError::Unreadable) => panic!("{error:?}"),
        }
    }
}
