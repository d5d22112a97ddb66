//! What V1 refuses, and what nobody can read.

use portone::BadAnswer;
use portone::v1::cancel::CancelAll;
use portone::v1::{Call, Error, Meaning, Refusal};

use crate::response;

const REFUSED: &str = include_str!("../../testdata/v1_refused.json");
const PAID: &str = include_str!("../../testdata/v1_payment_card.json");

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
fn a_refusal_means_what_its_http_status_says() {
    for (status, meaning) in [
        (400, Meaning::BadParameter),
        (401, Meaning::BadToken),
        (403, Meaning::NotPermitted),
        (404, Meaning::NotFound),
        (429, Meaning::TooManyRequests),
        (200, Meaning::Unclear),
        (409, Meaning::Unclear),
        (422, Meaning::Unclear),
        (500, Meaning::Unclear),
    ] {
        let refusal = refusal(status, REFUSED);
        assert_eq!((refusal.code, refusal.meaning()), (-1, meaning), "{status}");
        assert_eq!(refusal.message, "존재하지 않는 결제정보입니다.");
    }
}

#[test]
fn a_refusal_needs_no_more_than_a_code() {
    assert_eq!(refusal(200, r#"{"code":1}"#).message, "");
    assert_eq!(refusal(200, r#"{"code":"-1","message":null,"response":{"imp_uid":"x"}}"#).code, -1);
}

#[test]
fn only_a_0_under_an_agreeing_status_is_a_yes() {
    assert_eq!(unreadable(500, PAID), BadAnswer::NotAnError);
    assert_eq!(unreadable(200, r#"{"code":0,"message":null,"response":null}"#), BadAnswer::Field("response"));
    assert_eq!(unreadable(200, r#"{"code":0}"#), BadAnswer::Field("response"));
    assert_eq!(unreadable(200, r#"{"response":{}}"#), BadAnswer::Field("code"));
    assert_eq!(unreadable(200, r#"{"code":0.0,"response":{}}"#), BadAnswer::Field("code"));
    assert_eq!(unreadable(200, r#"{"code":0,"response":{}}"#), BadAnswer::Field("imp_uid"));
}

#[test]
fn what_is_no_envelope_is_nobodys_word() {
    assert_eq!(unreadable(502, "<html><body>Bad Gateway</body></html>"), BadAnswer::NotAnObject);
    assert_eq!(unreadable(504, ""), BadAnswer::NotAnObject);
    assert_eq!(unreadable(200, r#"{"code":0,"resp"#), BadAnswer::NotAnObject);
    assert_eq!(unreadable(404, r#"{"statusCode":404,"message":"Not Found"}"#), BadAnswer::NotAnError);
    assert_eq!(unreadable(400, "[]"), BadAnswer::NotAnObject);
}

#[test]
fn errors_do_not_repeat_what_was_sent() {
    assert_eq!(error(404, REFUSED).to_string(), "PortOne V1 refused with code -1 (HTTP 404)");
    let unreadable = error(200, r#"{"code":0,"response":{"imp_uid":{"buyer_name":"홍길동"}}}"#);
    assert_eq!(unreadable.to_string(), "PortOne's answer (HTTP 200) cannot be read");
    assert!(!format!("{unreadable:?}").contains("홍길동"));
}
