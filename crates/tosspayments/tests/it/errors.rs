//! What Toss Payments refuses, and what nobody can read.

use std::error::Error as _;

use tosspayments::confirm::Confirm;
use tosspayments::{BadAnswer, Call, Error, Meaning, Refusal};

use crate::response;

const REFUSED: &str = include_str!("../../testdata/error.json");
const PAID: &str = include_str!("../../testdata/payment_card.json");

fn error(status: u16, body: &'static str) -> Error {
    Confirm::answer(&response(status, body)).unwrap_err()
}

fn refusal(status: u16, body: &'static str) -> Refusal {
    match error(status, body) {
        Error::Refused(refusal) => refusal,
        other @ Error::Unreadable { .. } => panic!("{other:?}"),
    }
}

fn unreadable(status: u16, body: &'static str) -> BadAnswer {
    match error(status, body) {
        Error::Unreadable { http_status, source } if http_status == status => source,
        other @ (Error::Refused(_) | Error::Unreadable { .. }) => panic!("{other:?}"),
    }
}

#[test]
fn a_refusal_has_a_code_and_a_message() {
    let refusal = refusal(403, REFUSED);
    assert_eq!((refusal.http_status.as_u16(), refusal.code.as_str()), (403, "REJECT_CARD_PAYMENT"));
    assert_eq!(refusal.code.meaning(), Meaning::Rejected);
    assert!(refusal.message.starts_with("한도초과"));
}

#[test]
fn a_refusal_needs_no_more_than_its_code() {
    assert_eq!(refusal(404, r#"{"code":"NOT_FOUND_PAYMENT"}"#).message, "");
    assert_eq!(refusal(409, r#"{"code":"IDEMPOTENT_REQUEST_PROCESSING","message":null}"#).message, "");
    let unknown = refusal(418, r#"{"code":"TEAPOT_2","message":"?"}"#);
    assert_eq!((unknown.code.as_str(), unknown.code.meaning()), ("TEAPOT_2", Meaning::Unrecognised));
}

#[test]
fn a_proxys_page_is_nobodys_word() {
    assert_eq!(unreadable(502, "<html><body>Bad Gateway</body></html>"), BadAnswer::NotAnObject);
    assert_eq!(unreadable(504, ""), BadAnswer::NotAnObject);
    assert_eq!(unreadable(400, "[]"), BadAnswer::NotAnObject);
    assert_eq!(unreadable(400, r#"{"code":"NOT_"#), BadAnswer::NotAnObject);
    assert_eq!(unreadable(404, "{}"), BadAnswer::NotAnError);
    assert_eq!(unreadable(400, r#"{"code":-1,"message":"not Toss Payments'"}"#), BadAnswer::NotAnError);
    assert_eq!(
        unreadable(422, r#"{"message":"no","error":"Unprocessable Entity","statusCode":422}"#),
        BadAnswer::NotAnError
    );
    assert_eq!(unreadable(302, ""), BadAnswer::NotAnObject);
}

#[test]
fn a_200_is_never_a_refusal_and_a_201_is_as_good() {
    assert_eq!(unreadable(200, REFUSED), BadAnswer::Field("paymentKey"));
    assert_eq!(unreadable(204, ""), BadAnswer::NotAnObject);
    Confirm::answer(&response(201, PAID)).unwrap();
}

#[test]
fn an_answer_in_a_no_is_not_believed() {
    assert_eq!(unreadable(500, PAID), BadAnswer::NotAnError);
}

#[test]
fn errors_do_not_repeat_what_was_sent() {
    let refused = error(403, REFUSED);
    assert_eq!(refused.to_string(), "Toss Payments refused with code REJECT_CARD_PAYMENT (HTTP 403)");
    assert!(refused.source().is_none());

    let unreadable = error(200, r#"{"paymentKey":{"card":"4330"}}"#);
    assert_eq!(unreadable.to_string(), "Toss Payments' answer (HTTP 200) cannot be read");
    assert_eq!(unreadable.source().unwrap().to_string(), "the field paymentKey is missing or wrong");
    assert!(!format!("{unreadable:?}").contains("4330"));
}
