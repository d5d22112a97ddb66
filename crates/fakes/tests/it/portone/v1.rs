//! V1: what it lets in, what it answers, and what moves money.

use fakes::portone::{Endpoint, Standing};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::shop::{Shop, request};

const NONE: Value = Value::Null;

#[test]
fn a_token_lasts_half_an_hour_and_is_prolonged_in_its_last_minute() {
    let shop = Shop::new();
    let life = |answer: &Value| answer["expired_at"].as_i64().unwrap() - answer["now"].as_i64().unwrap();
    let again = |shop: &Shop| shop.get_token().response().clone();
    assert_eq!(life(&again(&shop)), 1_800);
    shop.clock.advance(SignedDuration::from_mins(28));
    assert_eq!((again(&shop)["access_token"].as_str(), life(&again(&shop))), (Some(&*shop.token), 120));
    shop.clock.advance(SignedDuration::from_secs(61));
    assert_eq!((again(&shop)["access_token"].as_str(), life(&again(&shop))), (Some(&*shop.token), 359));
    shop.clock.advance(SignedDuration::from_mins(6));
    assert_eq!(shop.v1("GET", "/payments/imp_0", &NONE).status, 401, "over");
    assert_ne!(again(&shop)["access_token"].as_str(), Some(&*shop.token));
}

#[test]
fn without_a_token_nothing_is_answered() {
    let shop = Shop::new();
    for token in ["", "Bearer x", "Bearer", "x"] {
        let reply = shop.fake.answer(&request("GET", "/portone/v1/payments/imp_0", token, &NONE));
        assert_eq!(reply.answer().unwrap().status(), 401, "{token:?}");
    }
    let wrong = json!({ "imp_key": "test_imp_key", "imp_secret": "wrong" });
    assert_eq!(shop.v1("POST", "/users/getToken", &wrong).status, 401);
    let bearer = format!("Bearer {}", shop.token);
    let reply = shop.fake.answer(&request("GET", "/portone/v1/payments/imp_0", &bearer, &NONE));
    assert_eq!(reply.answer().unwrap().status(), 404, "it is let in");
}

#[test]
fn refusals_are_envelopes() {
    let shop = Shop::new();
    let refused = shop.v1("GET", "/payments/imp_0", &NONE);
    assert_eq!((refused.status, &refused.body["code"], &refused.body["response"]), (404, &json!(-1), &NONE));
    assert_eq!(refused.body["statusCode"], 404);
    assert_eq!(shop.v1("GET", "/nowhere", &NONE).status, 404);
    assert_eq!(shop.v1("POST", "/vbanks", &json!({ "merchant_uid": "o" })).status, 400);
}

#[test]
fn a_charged_card_is_paid_at_once_and_found_by_both_names() {
    let shop = Shop::new();
    let imp_uid = shop.v1_paid();
    let payment = shop.v1("GET", &format!("/payments/{imp_uid}"), &NONE).response().clone();
    assert_eq!((&payment["status"], &payment["amount"]), (&json!("paid"), &json!(4_400)));
    assert_eq!((&payment["paid_at"], &payment["failed_at"]), (&json!(1_795_222_800), &json!(0)));
    assert_eq!(payment["card_number"], "0000-0000-0000-5678");
    assert_eq!(shop.v1("GET", "/payments/find/o-1", &NONE).response(), &payment);
    assert_eq!(shop.v1("GET", "/payments/find/o-1/paid", &NONE).response(), &payment);
    assert_eq!(shop.v1("GET", "/payments/find/o-1/ready", &NONE).status, 404);
    assert_eq!(shop.v1("GET", "/payments/findAll/o-1", &NONE).response()["list"], json!([payment]));
    assert_eq!(shop.v1("GET", "/payments/findAll/o-9", &NONE).response()["list"], json!([]));
}

#[test]
fn an_order_is_paid_once() {
    let shop = Shop::new();
    let imp_uid = shop.v1_paid();
    let charge = json!({ "customer_uid": "c", "merchant_uid": "o-1", "amount": 1, "name": "x" });
    assert_eq!(shop.v1("POST", "/subscribe/payments/again", &charge).status, 404, "no such card");
    let card = json!({ "customer_uid": "c", "card_number": "1234-1234-1234-1234", "expiry": "2028-12", "birth": "900101" });
    shop.v1("POST", "/subscribe/customers/c", &card).response();
    assert_eq!(shop.v1("POST", "/subscribe/payments/again", &charge).status, 409);
    assert_eq!(shop.v1("POST", "/payments/prepare", &charge).status, 409);
    let whole = json!({ "imp_uid": imp_uid, "reason": "x" });
    shop.v1("POST", "/payments/cancel", &whole).response();
    assert_eq!(
        shop.v1("POST", "/subscribe/payments/again", &charge).status,
        409,
        "not even when it was given back"
    );
}

#[test]
fn a_stored_card_can_be_charged_until_it_is_forgotten() {
    let shop = Shop::new();
    let onetime = json!({
        "merchant_uid": "o-1", "amount": 4400, "name": "라떼", "card_number": "1234-1234-1234-5678",
        "expiry": "2028-12", "birth": "900101", "customer_uid": "c", "customer_name": "홍길동",
    });
    shop.v1("POST", "/subscribe/payments/onetime", &onetime).response();
    let stored = shop.v1("GET", "/subscribe/customers/c", &NONE).response().clone();
    assert_eq!(
        (&stored["card_number"], &stored["customer_name"]),
        (&json!("0000-0000-0000-5678"), &json!("홍길동"))
    );
    let again =
        |order: &str| json!({ "customer_uid": "c", "merchant_uid": order, "amount": 9900, "name": "구독" });
    let paid = shop.v1("POST", "/subscribe/payments/again", &again("o-2"));
    assert_eq!((paid.status, &paid.response()["customer_uid"]), (201, &json!("c")));
    assert_eq!(shop.v1("DELETE", "/subscribe/customers/c", &NONE).response(), &stored);
    assert_eq!(shop.v1("GET", "/subscribe/customers/c", &NONE).status, 404);
    assert_eq!(shop.v1("POST", "/subscribe/payments/again", &again("o-3")).status, 404);
}

#[test]
fn a_refund_goes_by_parts_and_never_beyond_what_is_left() {
    let shop = Shop::new();
    let imp_uid = shop.v1_paid();
    let cancel = |amount: i64, checksum: Option<i64>| {
        let body = json!({ "imp_uid": imp_uid, "amount": amount, "checksum": checksum, "reason": "x" });
        shop.v1("POST", "/payments/cancel", &body)
    };
    assert_eq!(cancel(4_401, None).status, 422);
    assert_eq!(cancel(400, Some(4_300)).status, 422, "the balance is another one");
    let part = cancel(400, Some(4_400));
    assert_eq!(
        (&part.response()["cancel_amount"], &part.response()["status"]),
        (&json!(400), &json!("cancelled"))
    );
    assert_eq!(cancel(400, Some(4_400)).status, 422, "a repeat is stopped by its balance");
    assert_eq!(shop.fake.payment(&imp_uid).unwrap().standing, Standing::PartlyRefunded);
    assert_eq!(cancel(4_000, Some(4_000)).response()["cancel_history"].as_array().unwrap().len(), 2);
    assert_eq!(cancel(1, None).status, 422, "nothing is left");
    let payment = shop.fake.payment(&imp_uid).unwrap();
    assert_eq!((payment.cancelled, payment.cancellations, payment.standing), (4_400, 2, Standing::Refunded));
}

#[test]
fn no_sum_and_a_sum_of_nothing_mean_everything_as_with_the_real_one() {
    for body in [json!({ "merchant_uid": "o-1" }), json!({ "merchant_uid": "o-1", "amount": 0 })] {
        let shop = Shop::new();
        let imp_uid = shop.v1_paid();
        shop.v1("POST", "/payments/cancel", &body).response();
        assert_eq!(shop.fake.payment(&imp_uid).unwrap().cancelled, 4_400);
    }
}

#[test]
fn a_virtual_account_waits_is_paid_into_and_needs_an_account_to_go_back_to() {
    let shop = Shop::new();
    let imp_uid = shop.v1_issued();
    let payment = |shop: &Shop| shop.v1("GET", &format!("/payments/{imp_uid}"), &NONE).response().clone();
    assert_eq!((&payment(&shop)["status"], &payment(&shop)["paid_at"]), (&json!("ready"), &json!(0)));
    assert_eq!(shop.v1("PUT", &format!("/internal/deposit/{imp_uid}"), &NONE).status, 200);
    assert_eq!(
        (&payment(&shop)["status"], &payment(&shop)["paid_at"]),
        (&json!("paid"), &json!(1_795_222_800))
    );
    assert_eq!(shop.v1("PUT", &format!("/internal/deposit/{imp_uid}"), &NONE).status, 422);

    let bare = json!({ "imp_uid": imp_uid, "reason": "x" });
    assert_eq!(shop.v1("POST", "/payments/cancel", &bare).status, 422);
    let to = json!({
        "imp_uid": imp_uid, "reason": "x", "refund_holder": "홍길동", "refund_bank": "020", "refund_account": "1",
    });
    assert_eq!(shop.v1("POST", "/payments/cancel", &to).response()["cancel_amount"], 40_000);
    let card = shop.v1_paid();
    assert_eq!(shop.v1("PUT", &format!("/internal/deposit/{card}"), &NONE).status, 422);
    assert_eq!(shop.v1("PUT", "/internal/deposit/imp_0", &NONE).status, 404);
}

#[test]
fn a_virtual_account_is_over_when_its_time_is() {
    let shop = Shop::new();
    let imp_uid = shop.v1_issued();
    shop.clock.advance(SignedDuration::from_secs(601));
    assert_eq!(shop.v1("PUT", &format!("/internal/deposit/{imp_uid}"), &NONE).status, 422);
    let later = json!({ "imp_uid": imp_uid, "vbank_due": 1_795_230_000.5, "amount": 50_000 });
    let changed = shop.v1("PUT", "/vbanks", &later);
    assert_eq!(
        (&changed.response()["amount"], &changed.response()["vbank_date"]),
        (&json!(50_000), &json!(1_795_230_000))
    );
    shop.v1("PUT", &format!("/vbanks/{imp_uid}"), &json!({ "amount": 60_000 })).response();
    shop.v1("PUT", &format!("/internal/deposit/{imp_uid}"), &NONE).response();
    assert_eq!(shop.fake.payment(&imp_uid).unwrap().collected, 60_000);

    let shop = Shop::new();
    let closed = shop.v1_issued();
    shop.v1("DELETE", &format!("/vbanks/{closed}"), &NONE).response();
    assert_eq!(shop.v1("PUT", &format!("/internal/deposit/{closed}"), &NONE).status, 422);
    assert_eq!(shop.fake.payment(&closed).unwrap().standing, Standing::Closed);
}

#[test]
fn a_cash_receipt_is_issued_once_and_cancelled_once() {
    let shop = Shop::new();
    let path = format!("/receipts/{}", shop.v1_paid());
    let issue = json!({ "imp_uid": "-", "identifier": "01012345678" });
    assert_eq!(shop.v1("GET", &path, &NONE).status, 404);
    assert_eq!(shop.v1("POST", &path, &issue).response()["vat"], 400);
    assert_eq!(shop.v1("POST", &path, &issue).status, 422);
    assert_eq!(shop.v1("DELETE", &path, &NONE).response()["cancelled_at"], 1_795_222_800);
    assert_eq!(shop.v1("DELETE", &path, &NONE).status, 422);
    assert_eq!(shop.v1("POST", &path, &issue).status, 201, "and anew");
}

#[test]
fn a_person_is_certified_by_the_code_and_forgotten() {
    let shop = Shop::new();
    let ask = |birth: &str| {
        let body = json!({ "name": "홍길동", "phone": "010-1234-5678", "birth": birth, "gender_digit": "1", "carrier": "SKT" });
        shop.v1("POST", "/certifications/otp/request", &body)
    };
    for (birth, birthday) in [("900102", "19900102"), ("1990-01-02", "19900102")] {
        let imp_uid = ask(birth).response()["imp_uid"].as_str().unwrap().to_owned();
        let path = format!("/certifications/{imp_uid}");
        let person = shop.v1("GET", &path, &NONE).response().clone();
        assert_eq!((&person["certified"], &person["birthday"]), (&json!(false), &json!(birthday)));
        let confirm = format!("/certifications/otp/confirm/{imp_uid}");
        assert_eq!(shop.v1("POST", &confirm, &json!({ "otp": "x" })).status, 422);
        let otp = json!({ "otp": person["__otp"] });
        assert_eq!(shop.v1("POST", &confirm, &otp).response()["certified"], true);
        assert_eq!(shop.v1("POST", &confirm, &otp).status, 422);
        let verified = shop.v2("GET", &format!("/identity-verifications/{imp_uid}"), &NONE);
        assert_eq!(
            (verified.text("/status"), verified.text("/verifiedCustomer/birthDate")),
            ("VERIFIED", "1990-01-02")
        );
        assert_eq!(shop.v1("DELETE", &path, &NONE).status, 200);
        assert_eq!(shop.v1("GET", &path, &NONE).status, 404);
    }
    assert_eq!(ask("90").status, 400);
}

#[test]
fn every_call_is_counted_and_what_is_remembered_is_gone_on_with() {
    let shop = Shop::new();
    let imp_uid = shop.v1_paid();
    shop.v1("GET", "/payments/imp_0", &NONE);
    let calls =
        [Endpoint::Token, Endpoint::Charge, Endpoint::Payment].map(|endpoint| shop.fake.calls(endpoint));
    assert_eq!(calls, [1, 1, 1]);
    let (options, clock) = (fakes::portone::Options::default(), shop.clock.clone());
    let restored = fakes::portone::PortOne::restore(options, clock, &shop.fake.snapshot()).unwrap();
    assert_eq!(restored.payment(&imp_uid), shop.fake.payment(&imp_uid));
    assert_eq!(restored.take_webhooks().len(), 1, "what was not sent is not forgotten");
    let nonsense = fakes::portone::PortOne::restore(
        fakes::portone::Options::default(),
        shop.clock.clone(),
        &json!({ "a": 1 }),
    );
    assert!(nonsense.is_err());
}
