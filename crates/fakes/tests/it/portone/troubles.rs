//! What goes wrong on command, in both dialects.

use fakes::portone::Endpoint;
use fakes::{Reply, Trouble};
use serde_json::{Value, json};

use super::shop::{Shop, answer, charge, v2_request};

/// A refund of 400 won of a paid payment of V2, under a trouble; and how much was given back in truth.
fn refund(trouble: Trouble) -> (Reply, i64) {
    let shop = Shop::new();
    let card = json!({ "card": { "credential": { "number": "1234123412345678" } } });
    assert_eq!(shop.v2("POST", "/payments/o-1/instant", &charge(&card)).status, 200);
    shop.fake.inject(Endpoint::Cancel, trouble);
    let body = json!({ "amount": 400, "currentCancellableAmount": 4400, "reason": "x" });
    let reply = shop.fake.answer(&v2_request("POST", "/payments/o-1/cancel", &body));
    let cancelled = shop.fake.payment("o-1").unwrap().cancelled;
    // It was for one call only.
    let left = json!({ "currentCancellableAmount": 4400 - cancelled, "reason": "x" });
    assert_eq!(shop.v2("POST", "/payments/o-1/cancel", &left).status, 200);
    (reply, cancelled)
}

#[test]
fn an_answer_is_lost_after_the_effect_and_a_connection_before() {
    assert!(matches!(refund(Trouble::AnswerLost), (Reply::Lost, 400)));
    assert!(matches!(refund(Trouble::Reset), (Reply::Reset, 0)));
}

#[test]
fn a_no_may_come_with_or_without_the_effect() {
    for (effect, cancelled) in [(false, 0), (true, 400)] {
        let (reply, really) = refund(Trouble::Refused { effect });
        let refused = answer(reply);
        assert_eq!((refused.status, refused.text("/type"), really), (502, "PG_PROVIDER", cancelled));
        let (reply, really) = refund(Trouble::Failed { effect });
        assert_eq!((answer(reply).status, really), (500, cancelled));
    }
}

#[test]
fn rubbish_may_come_with_or_without_the_effect() {
    for (effect, cancelled) in [(false, 0), (true, 400)] {
        let (reply, really) = refund(Trouble::Html502 { effect });
        let page = answer(reply);
        assert_eq!((page.status, page.body, really), (502, Value::Null, cancelled));
        let (reply, really) = refund(Trouble::Garbage { effect });
        let garbage = answer(reply);
        assert_eq!((garbage.status, garbage.body, really), (200, Value::Null, cancelled));
    }
}

#[test]
fn an_answer_may_be_slow_and_true_or_slow_and_nothing() {
    for (effect, status, cancelled) in [(true, 200, 400), (false, 504, 0)] {
        let (reply, really) = refund(Trouble::Slow { wait_ms: 12_000, effect });
        assert_eq!(reply.wait().as_secs(), 12);
        assert_eq!((answer(reply).status, really), (status, cancelled));
    }
}

#[test]
fn unknown_fields_stand_beside_the_true_ones() {
    let (reply, really) = refund(Trouble::UnknownFields);
    let strange = answer(reply);
    assert_eq!((strange.text("/cancellation/status"), really), ("SUCCEEDED", 400));
    assert!(strange.body["cancellation"]["not_yet_documented"].is_object());
}

#[test]
fn v1_has_the_same_troubles_in_its_own_words() {
    let shop = Shop::new();
    shop.fake.inject(Endpoint::Charge, Trouble::named("declined").unwrap());
    let onetime = json!({
        "merchant_uid": "o-1", "amount": 4400, "name": "x", "card_number": "1234-1234-1234-5678",
        "expiry": "2028-12", "birth": "900101",
    });
    let declined = shop.v1("POST", "/subscribe/payments/onetime", &onetime);
    assert_eq!((&declined.body["code"], shop.fake.payments().len()), (&json!(-1), 0));
    for named in Trouble::catalogue() {
        assert_eq!(Trouble::named(named.name), Some(named.trouble));
    }
    shop.fake.inject(Endpoint::Charge, Trouble::Reset);
    shop.fake.clear_troubles();
    shop.v1_paid();
}
