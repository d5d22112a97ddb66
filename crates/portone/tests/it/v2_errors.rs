//! What V2 refuses, and what nobody can read.

use portone::BadAnswer;
use portone::v2::cancel::CancelAll;
use portone::v2::{Call, Error, Kind, Meaning, Refusal};

use crate::response;

const REFUSED: &str = include_str!("../../testdata/v2_error.json");

fn error(status: u16, body: &'static str) -> Error {
    CancelAll::answer(&response(status, body)).unwrap_err()
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
fn the_gateway_behind_says_no_in_its_own_words() {
    let refusal = refusal(502, REFUSED);
    assert_eq!((&refusal.kind, refusal.meaning()), (&Kind::PgProvider, Meaning::Gateway));
    assert_eq!(
        (refusal.pg_code.as_deref(), refusal.pg_message.as_deref()),
        (Some("2013"), Some("한도 초과"))
    );
    assert_eq!(refusal.message, "the gateway refused");
}

#[test]
fn a_refusal_needs_no_more_than_its_type() {
    let refusal = refusal(404, r#"{"type":"PAYMENT_NOT_FOUND"}"#);
    assert_eq!((refusal.message.as_str(), refusal.pg_code.as_deref()), ("", None));
    assert_eq!(refusal.meaning(), Meaning::NotFound);
}

#[test]
fn an_unknown_type_is_kept_and_decides_nothing() {
    let refusal = refusal(418, r#"{"type":"ON_THE_MOON"}"#);
    assert_eq!((refusal.kind.as_str(), refusal.meaning()), ("ON_THE_MOON", Meaning::Unrecognised));
}

#[test]
fn a_server_in_trouble_is_not_believed_whatever_it_says() {
    assert_eq!(refusal(500, r#"{"type":"PAYMENT_NOT_FOUND"}"#).meaning(), Meaning::Internal);
    assert_eq!(refusal(503, r#"{"type":"INVALID_REQUEST"}"#).meaning(), Meaning::Internal);
}

#[test]
fn what_has_no_type_is_nobodys_word() {
    assert_eq!(unreadable(502, "<html><body>Bad Gateway</body></html>"), BadAnswer::NotAnObject);
    assert_eq!(unreadable(504, ""), BadAnswer::NotAnObject);
    assert_eq!(unreadable(404, "{}"), BadAnswer::NotAnError);
    assert_eq!(unreadable(404, r#"{"message":"no route"}"#), BadAnswer::NotAnError);
    assert_eq!(unreadable(400, r#"{"type":{"a":1}}"#), BadAnswer::NotAnError);
    assert_eq!(unreadable(302, ""), BadAnswer::NotAnObject);
}

#[test]
fn a_200_is_never_a_refusal() {
    assert_eq!(unreadable(200, REFUSED), BadAnswer::Field("cancellation"));
    let paid = include_str!("../../testdata/v2_payment_paid.json");
    assert_eq!(unreadable(500, paid), BadAnswer::NotAnError);
}

#[test]
fn errors_do_not_repeat_what_was_sent() {
    assert_eq!(error(502, REFUSED).to_string(), "PortOne V2 refused with PG_PROVIDER (HTTP 502)");
    let unreadable = error(200, r#"{"cancellation":{"id":"홍길동"}}"#);
    assert_eq!(unreadable.to_string(), "PortOne's answer (HTTP 200) cannot be read");
    assert!(!format!("{unreadable:?}").contains("홍길동"));
}
