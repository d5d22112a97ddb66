//! Passwords that are guessed: counted on the record's own item, one after the other or at once, and refused for a while.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::payment::flow::{CreateError, UnlockError, cancel, create, unlock};
use cafe_core::payment::{
    Counted, Document, GUESSES, GUESSES_WITHIN, Guesses, History, Locked, PasswordHash, Payment, RecordId,
    RecordName, Records, Reservation, Standing,
};
use devserver::dynamodb::Embedded;
use store::{Moved, Moving};

use super::bank::Fault;
use super::cut_off::cuts;
use super::office::{Office, at, fits, refund};
use crate::cafe::at_once;

on_every_dynamodb! {
    ten_wrong_passwords_are_heard_and_then_not_even_a_right_one_for_a_while
    however_many_guess_at_once_no_more_are_heard
    once_on_guard_no_more_than_ten_are_even_compared
    a_right_password_leaves_the_record_as_it_is
    right_passwords_at_once_are_no_guesses
    a_stored_way_to_pay_is_guessed_no_more_than_a_payment
    whoever_sends_a_left_behind_request_again_guesses_no_more_than_others
    a_kept_payment_says_nothing_of_its_password_to_whoever_registers_it_again
    guesses_outlive_changes_and_change_nothing_else
    a_guess_that_cannot_be_counted_is_answered_with_nothing
    whose_record_is_gone_has_guessed_nothing
    what_another_version_has_added_to_a_record_is_read_over_and_stays
}

const OVER: i64 = GUESSES_WITHIN.as_secs();

async fn paid(office: &Office) -> History {
    let uid = format!("pay-{}", office.id());
    let request = office.request(&uid, 500);
    office.bank.opens(&uid, &request.source.id, 500, Standing::Collectable);
    create(&office.records, &office.bank, request, fits, &office.turn(0)).await.unwrap()
}

async fn locked(office: &Office, id: RecordId) -> Locked<Payment> {
    office.records.payment(id).await.unwrap().unwrap()
}

/// Tries a password at that second, and says what came of it.
async fn tries(office: &Office, id: RecordId, is_right: bool, second: i64) -> &'static str {
    let locked = locked(office, id).await;
    word(&unlock(&office.records, locked, |_| is_right, at(second)).await)
}

fn word<T>(unlocked: &Result<T, UnlockError>) -> &'static str {
    match unlocked {
        Ok(_) => "open",
        Err(UnlockError::Wrong(_)) => "wrong",
        Err(UnlockError::TooOften(_)) => "too often",
        Err(UnlockError::Store(_)) => "no answer",
    }
}

/// A record's own item, as it stands.
async fn item(office: &Office, id: RecordId) -> Vec<(String, AttributeValue)> {
    let key = |text: &str| AttributeValue::S(text.to_owned());
    let get = office.client.get_item().table_name(&office.table);
    let got = get.key("id", key(&format!("payment#{id}"))).key("part", key("record")).consistent_read(true);
    let mut item: Vec<_> = got.send().await.unwrap().item.unwrap().into_iter().collect();
    item.sort_by(|one, other| one.0.cmp(&other.0));
    item
}

async fn ten_wrong_passwords_are_heard_and_then_not_even_a_right_one_for_a_while(office: &Office) {
    let (history, other) = (paid(office).await, paid(office).await);
    for second in 0..i64::from(GUESSES) {
        assert_eq!(tries(office, history.id, false, second).await, "wrong");
    }
    let before = item(office, history.id).await;
    for second in [10, OVER - 1] {
        let locked = locked(office, history.id).await;
        let compared = |_: &PasswordHash| panic!("it is not compared");
        let refused = unlock(&office.records, locked, compared, at(second)).await;
        let Err(UnlockError::TooOften(too_often)) = refused else { panic!("{refused:?}") };
        assert_eq!(too_often.wait_s(), OVER - second);
    }
    assert_eq!(item(office, history.id).await, before, "whoever is refused writes nothing");
    assert_eq!(tries(office, other.id, true, 10).await, "open", "no other record is refused");

    assert_eq!(tries(office, history.id, true, OVER).await, "open");
    assert_eq!(item(office, history.id).await, before, "a right one clears nothing");
    for _ in 0..GUESSES {
        assert_eq!(tries(office, history.id, false, OVER).await, "wrong");
    }
    assert_eq!(tries(office, history.id, true, OVER + 1).await, "too often");
}

async fn however_many_guess_at_once_no_more_are_heard(office: &Office) {
    let history = paid(office).await;
    let locked = locked(office, history.id).await;
    let guesses = (0..3 * GUESSES).map(|_| unlock(&office.records, locked.clone(), |_| false, at(0)));
    let heard: Vec<_> = at_once(guesses).await.iter().map(word).collect();
    let how_many = |word| heard.iter().filter(|heard| **heard == word).count();
    assert_eq!((how_many("wrong"), how_many("too often")), (10, 20), "{heard:?}");
}

async fn once_on_guard_no_more_than_ten_are_even_compared(office: &Office) {
    let history = paid(office).await;
    assert_eq!(tries(office, history.id, false, 0).await, "wrong");
    // Long after its ten minutes, and within the day.
    let locked = locked(office, history.id).await;
    let compared = AtomicU32::new(0);
    let guesses = (0..3 * GUESSES).map(|_| {
        let fits = |_: &PasswordHash| {
            compared.fetch_add(1, Ordering::Relaxed);
            false
        };
        unlock(&office.records, locked.clone(), fits, at(OVER * 50))
    });
    let heard: Vec<_> = at_once(guesses).await.iter().map(word).collect();
    assert_eq!(compared.into_inner(), GUESSES, "{heard:?}");
}

async fn a_right_password_leaves_the_record_as_it_is(office: &Office) {
    let history = paid(office).await;
    let untried = item(office, history.id).await;
    assert_eq!(tries(office, history.id, true, 0).await, "open");
    assert_eq!(item(office, history.id).await, untried);
    assert_eq!(tries(office, history.id, false, 0).await, "wrong");
    let tried = item(office, history.id).await;
    assert_ne!(tried, untried);
    for second in [1, OVER, 24 * 60 * 60] {
        for _ in 0..2 * GUESSES {
            assert_eq!(tries(office, history.id, true, second).await, "open");
        }
        assert_eq!(item(office, history.id).await, tried, "{second}");
    }
}

async fn right_passwords_at_once_are_no_guesses(office: &Office) {
    let history = paid(office).await;
    assert_eq!(tries(office, history.id, false, 0).await, "wrong");
    let before = locked(office, history.id).await;
    for second in [1, OVER] {
        let stands = locked(office, history.id).await;
        let right = (0..5).map(|_| unlock(&office.records, stands.clone(), |_| true, at(second)));
        let heard: Vec<_> = at_once(right).await.iter().map(word).collect();
        assert_eq!(heard, ["open"; 5]);
    }
    let after = locked(office, history.id).await;
    let times = |locked: &Locked<Payment>| locked.lock().guesses.map_or(0, |guesses| guesses.times);
    assert!(times(&after) <= times(&before), "{after:?}");
}

async fn a_stored_way_to_pay_is_guessed_no_more_than_a_payment(office: &Office) {
    let request = office.request("card-1", 0);
    let reservation = Reservation {
        id: office.id(),
        vendor: request.vendor,
        source: request.source,
        title: "Mina's card".to_owned(),
        data: Document("{}".to_owned()),
        created_at: at(0),
    };
    let (records, moving) = (&office.records, Moving::Reservation(&reservation));
    assert_eq!(records.move_in(moving, &request.password).await.unwrap(), Moved::Now);
    let locked = async || records.reservation_of(&reservation.source).await.unwrap().unwrap();
    for _ in 0..GUESSES {
        assert_eq!(word(&unlock(records, locked().await, |_| false, at(0)).await), "wrong");
    }
    assert_eq!(word(&unlock(records, locked().await, fits, at(1)).await), "too often");
    assert_eq!(unlock(records, locked().await, fits, at(OVER)).await.unwrap(), reservation);
    // What is guessed of it makes it no other, to whoever moves it once more.
    assert_eq!(records.move_in(moving, &request.password).await.unwrap(), Moved::Before);
}

async fn whoever_sends_a_left_behind_request_again_guesses_no_more_than_others(office: &Office) {
    let request = office.request("pay-1", 500);
    office.bank.opens("pay-1", &request.source.id, 500, Standing::Collectable);
    office.bank.fails(Fault::Lost);
    let again = async |is_right: bool, second| {
        let fits = move |_: &PasswordHash| is_right;
        create(&office.records, &office.bank, request.clone(), fits, &office.turn(second)).await
    };
    assert!(matches!(again(true, 0).await, Err(CreateError::Pending(_))));
    for _ in 0..GUESSES {
        assert!(matches!(again(false, 31).await, Err(CreateError::Taken)));
    }
    for is_right in [false, true] {
        assert!(matches!(again(is_right, 32).await, Err(CreateError::TooOften(_))));
    }
    assert_eq!(office.bank.holds("pay-1"), 0);
    again(true, 31 + OVER).await.unwrap();
    assert_eq!(office.bank.holds("pay-1"), 500);
}

async fn a_kept_payment_says_nothing_of_its_password_to_whoever_registers_it_again(office: &Office) {
    let request = office.request("pay-1", 500);
    office.bank.opens("pay-1", &request.source.id, 500, Standing::Collectable);
    let history =
        create(&office.records, &office.bank, request.clone(), fits, &office.turn(0)).await.unwrap();
    let before = item(office, history.id).await;
    for _ in 0..=GUESSES {
        let compared = |_: &PasswordHash| panic!("it is not compared");
        let again = create(&office.records, &office.bank, request.clone(), compared, &office.turn(60)).await;
        assert!(matches!(again, Err(CreateError::Taken)), "{again:?}");
    }
    assert_eq!(item(office, history.id).await, before);
}

async fn guesses_outlive_changes_and_change_nothing_else(office: &Office) {
    let history = paid(office).await;
    for _ in 0..GUESSES {
        assert_eq!(tries(office, history.id, false, 0).await, "wrong");
    }
    assert_eq!(office.history(history.id).await, history);
    let cancelled =
        cancel(&office.records, &office.bank, history.clone(), refund(100), &office.turn(1)).await.unwrap();
    assert_eq!(office.history(history.id).await, cancelled);
    assert_eq!(tries(office, history.id, true, 2).await, "too often");
}

async fn a_guess_that_cannot_be_counted_is_answered_with_nothing(office: &Office) {
    for cut in cuts(&office.records).take(2) {
        let history = paid(office).await;
        let untried = locked(office, history.id).await;
        assert_eq!(word(&unlock(&cut, untried.clone(), |_| false, at(0)).await), "no answer");
        // A right one asks nothing.
        assert_eq!(word(&unlock(&cut, untried, |_| true, at(0)).await), "open");
    }
    // One that is right is open, whether or not that it is no guess can be written.
    for cut in cuts(&office.records).skip(2).take(2) {
        let history = paid(office).await;
        assert_eq!(tries(office, history.id, false, 0).await, "wrong");
        let tried = locked(office, history.id).await;
        assert_eq!(word(&unlock(&cut, tried, |_| true, at(1)).await), "open");
        assert!(matches!(tries(office, history.id, true, 2).await, "open"));
    }
}

async fn whose_record_is_gone_has_guessed_nothing(office: &Office) {
    let (history, items) = (paid(office).await, office.items().await);
    for name in [RecordName::Payment(office.id()), RecordName::Reservation(history.id)] {
        let one = Some(Guesses { since: at(0), times: 1 });
        for before in [None, one] {
            assert_eq!(office.records.count_guess(name, before, one).await.unwrap(), Counted::Gone);
        }
    }
    assert_eq!(office.items().await, items);
}

async fn what_another_version_has_added_to_a_record_is_read_over_and_stays(office: &Office) {
    let history = paid(office).await;
    let key = |text: &str| AttributeValue::S(text.to_owned());
    let update = office.client.update_item().table_name(&office.table);
    let update = update.key("id", key(&format!("payment#{}", history.id))).key("part", key("record"));
    let update =
        update.update_expression("SET later = :later").expression_attribute_values(":later", key("x"));
    update.send().await.unwrap();
    assert_eq!(office.history(history.id).await, history);
    cancel(&office.records, &office.bank, history.clone(), refund(100), &office.turn(1)).await.unwrap();
    assert_eq!(tries(office, history.id, false, 2).await, "wrong");
    assert!(item(office, history.id).await.contains(&("later".to_owned(), key("x"))));
}

#[tokio::test]
async fn only_who_guesses_costs_the_store_more() {
    let embedded = Embedded::in_memory();
    let office = Office::on(embedded.client()).await;
    let (history, counts) = (paid(&office).await, embedded.counts());
    let mut lines = Vec::new();
    for (what, is_right, second, guesses) in [
        ("right", true, 0, 1),
        ("wrong, once", false, 1, 1),
        ("right, on guard", true, 2, 1),
        ("wrong, nine times more", false, 3, 9),
        ("refused", false, 4, 1),
        ("right, a day later", true, 100_000, 1),
    ] {
        let _before = counts.take();
        for _ in 0..guesses {
            tries(&office, history.id, is_right, second).await;
        }
        let counted = counts.take().into_iter().map(|(operation, count)| format!("{count} {operation}"));
        lines.push(format!("{what}: {}", counted.collect::<Vec<_>>().join(", ")));
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    right: 1 GetItem
    wrong, once: 1 GetItem, 1 UpdateItem
    right, on guard: 1 GetItem, 2 UpdateItem
    wrong, nine times more: 9 GetItem, 9 UpdateItem
    refused: 1 GetItem
    right, a day later: 1 GetItem
    ");
}
