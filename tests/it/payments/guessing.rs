//! What a backend hears that guesses passwords, over real HTTP: ten times that it is wrong, and then when to come again.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::counter::{Counter, PASSWORD, accessor, cancellation, source};
use super::description;
use super::front::Front;

const GUESSES: usize = 10;

fn with_password(mut body: Value, password: &str) -> Value {
    body["password"] = json!(password);
    body
}

/// A stored card, taken on.
async fn stored(counter: &Counter, front: &Front) -> (String, Value) {
    let order = counter.order();
    let uid = counter.toss_billing_key(&order);
    let asked = json!({
        "vendor": { "code": "toss.payments", "store_id": "shop", "uid": uid },
        "source": source(&order),
        "title": "the usual card",
        "password": PASSWORD,
    });
    let made = front.ask("POST /payments/reservations", &asked).await;
    assert_eq!(made.status, 201, "{}", made.told);
    (order, made.told)
}

#[tokio::test]
async fn wherever_a_password_is_asked_for_ten_may_be_wrong_and_then_none_is_compared_for_ten_minutes() {
    let counter = Counter::open().await;
    let front = Front::of(counter.routes(), &counter.pair).await;

    let mut doors = Vec::new();
    for call in ["PATCH /payments/histories/get", "PATCH /payments/histories/{id}"] {
        let order = counter.order();
        let history = counter.history("toss.payments", &order, 1_000).await;
        let call = call.replace("{id}", history["id"].as_str().unwrap());
        let body = if call.ends_with("get") { accessor(&order, PASSWORD) } else { json!({}) };
        doors.push((call, body));
    }
    let order = counter.order();
    counter.history("iamport", &order, 1_000).await;
    doors.push(("PUT /payments/histories/cancel".to_owned(), cancellation(&order, 100)));
    for call in ["PATCH /payments/reservations/get", "PATCH /payments/reservations/{id}"] {
        let (order, made) = stored(&counter, &front).await;
        let call = call.replace("{id}", made["id"].as_str().unwrap());
        let body = if call.ends_with("get") { accessor(&order, PASSWORD) } else { json!({}) };
        doors.push((call, body));
    }

    for (call, body) in &doors {
        let ask = async |password| front.ask(call, &with_password(body.clone(), password)).await;
        for _ in 0..GUESSES {
            let wrong = ask("another").await;
            let told = json!({ "message": "Wrong password.", "error": "Forbidden", "statusCode": 403 });
            assert_eq!((wrong.status, wrong.retry_after_s, wrong.told), (403, None, told), "{call}");
        }
        counter.clock.advance(SignedDuration::from_secs(90));
        for password in ["another", PASSWORD] {
            let refused = ask(password).await;
            let told = json!({
                "message": "Wrong passwords were tried too often. Try again in 510 seconds.",
                "error": "Too Many Requests",
                "statusCode": 429,
            });
            assert_eq!(
                (refused.status, refused.retry_after_s, refused.told),
                (429, Some(510), told),
                "{call}"
            );
        }
        counter.clock.advance(SignedDuration::from_secs(510));
        let opened = ask(PASSWORD).await;
        assert_eq!(opened.status, 200, "{call}: {}", opened.told);
        let wrong = ask("another").await;
        assert_eq!(wrong.status, 403, "{call}: guesses are counted anew");
    }

    // One that is being taken on, whose request is sent again.
    let order = counter.order();
    let uid = counter.toss_agreed(&order, 1_000);
    let creation = counter.creation("toss.payments", &uid, &order, 1_000);
    counter.toss.inject(fakes::tosspayments::Endpoint::Confirm, fakes::tosspayments::Fault::AnswerLost);
    counter.toss.inject(fakes::tosspayments::Endpoint::LookUp, fakes::tosspayments::Fault::AnswerLost);
    let ask = async |password| {
        front.ask("POST /payments/histories", &with_password(creation.clone(), password)).await
    };
    assert_eq!(ask(PASSWORD).await.status, 503);
    counter.clock.advance(SignedDuration::from_secs(60));
    for _ in 0..GUESSES {
        assert_eq!(ask("another").await.status, 409, "registered, which is all that is told");
    }
    for password in ["another", PASSWORD] {
        let refused = ask(password).await;
        assert_eq!((refused.status, refused.retry_after_s), (429, Some(600)), "{}", refused.told);
    }
    counter.clock.advance(SignedDuration::from_mins(10));
    let made = ask(PASSWORD).await;
    assert_eq!((made.status, counter.holds(&uid)), (201, 1_000), "{}", made.told);

    assert_eq!(front.answered(429).await, description::answering("429"));
}

#[tokio::test]
async fn those_who_guess_at_once_hear_no_more_than_ten_wrongs() {
    let counter = Counter::open().await;
    let front = Front::of(counter.routes(), &counter.pair).await;
    let order = counter.order();
    counter.history("toss.payments", &order, 1_000).await;
    let wrong = accessor(&order, "another");
    let guesses = (0..3 * GUESSES).map(|_| front.ask("PATCH /payments/histories/get", &wrong));
    let heard: Vec<u16> =
        crate::cafe::at_once(guesses).await.into_iter().map(|answer| answer.status).collect();
    let how_many = |status| heard.iter().filter(|heard| **heard == status).count();
    assert_eq!((how_many(403), how_many(429)), (GUESSES, 2 * GUESSES), "{heard:?}");
    let statuses: BTreeSet<_> = heard.iter().collect();
    assert_eq!(statuses.len(), 2, "{heard:?}");
}
