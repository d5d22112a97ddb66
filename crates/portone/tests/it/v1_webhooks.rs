//! V1's nudges.

use portone::BadAnswer;
use portone::v1::Status;
use portone::v1::webhook::Webhook;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

fn webhook() -> Webhook {
    Webhook {
        imp_uid: "imp_448280090638".to_owned(),
        merchant_uid: Some("주문 1".to_owned()),
        status: Some(Status::Paid),
        cancellation_id: None,
    }
}

#[test]
fn a_nudge_comes_as_json_or_as_a_form() {
    let json =
        r#"{"imp_uid":"imp_448280090638","merchant_uid":"주문 1","status":"paid","cancellation_id":null}"#;
    assert_eq!(Webhook::read(JSON, json.as_bytes()), Ok(webhook()));
    assert_eq!(Webhook::read("", json.as_bytes()), Ok(webhook()));
    let form = b"imp_uid=imp_448280090638&merchant_uid=%EC%A3%BC%EB%AC%B8+1&status=paid";
    assert_eq!(Webhook::read(FORM, form), Ok(webhook()));
}

#[test]
fn a_nudge_needs_no_more_than_a_payment() {
    let read = Webhook::read(JSON, br#"{"imp_uid":"imp_1","status":"on_the_moon","new":[1]}"#).unwrap();
    assert_eq!((read.merchant_uid, read.status), (None, Some(Status::Other("on_the_moon".to_owned()))));
    assert_eq!(Webhook::read(FORM, b"imp_uid=imp_1").unwrap().imp_uid, "imp_1");
}

#[test]
fn what_names_no_payment_is_no_nudge() {
    for body in ["", "[]", "\"imp_1\"", "imp_uid=imp_1"] {
        assert_eq!(Webhook::read(JSON, body.as_bytes()), Err(BadAnswer::NotAnObject), "{body}");
    }
    for body in ["{}", r#"{"imp_uid":""}"#, r#"{"imp_uid":null}"#] {
        assert_eq!(Webhook::read(JSON, body.as_bytes()), Err(BadAnswer::Field("imp_uid")), "{body}");
    }
    assert_eq!(Webhook::read(FORM, b"status=paid"), Err(BadAnswer::Field("imp_uid")));
}
