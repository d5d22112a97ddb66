//! What KakaoPay refuses, and what nobody can read.

use std::error::Error as _;

use kakaopay::approve::Approve;
use kakaopay::order::Order;
use kakaopay::{BadAnswer, Call, Code, Error, Meaning, MethodResult, Refusal};

use crate::response;

const OPEN: &str = include_str!("../../testdata/error_open.json");
const LEGACY: &str = include_str!("../../testdata/error_legacy.json");
const GATEWAY: &str = include_str!("../../testdata/error_gateway.json");

fn error(status: u16, body: &'static str) -> Error {
    Approve::answer(&response(status, body)).unwrap_err()
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
fn the_current_api_refuses_with_extras() {
    let refusal = refusal(400, OPEN);
    assert_eq!((refusal.http_status.as_u16(), refusal.code), (400, Code(-780)));
    assert_eq!(refusal.code.meaning(), Meaning::ApproveFailed);
    assert_eq!(refusal.message, "approval failed");
    let result =
        MethodResult { code: "USER_LOCKED".to_owned(), message: "another payment is running".to_owned() };
    assert_eq!(refusal.method_result, Some(result));
}

#[test]
fn the_older_api_refuses_in_its_own_words() {
    let refusal = refusal(400, LEGACY);
    assert_eq!((refusal.code, refusal.code.meaning()), (Code(-706), Meaning::PartnerMismatch));
    assert_eq!((refusal.message.as_str(), refusal.method_result), ("partner order id mismatch", None));
}

#[test]
fn a_gateway_in_between_refuses_too() {
    let refusal = refusal(500, GATEWAY);
    assert_eq!((refusal.code, refusal.code.meaning()), (Code(-1), Meaning::Internal));
    assert_eq!(refusal.message, "upstream unavailable");
}

#[test]
fn a_refusal_needs_no_more_than_its_code() {
    assert_eq!(refusal(400, r#"{"error_code":-702}"#).message, "");
    assert_eq!(refusal(400, r#"{"error_code":"-702","error_message":null}"#).code, Code(-702));
    assert_eq!(refusal(401, r#"{"code":-401,"msg":""}"#).code.meaning(), Meaning::BadKey);
    for extras in ["null", "{}", r#""""#, "[]", "7", r#"{"other":1}"#, r#"{"method_result_code":""}"#] {
        let body = format!(r#"{{"error_code":-780,"extras":{extras}}}"#);
        let Err(Error::Refused(refusal)) = Order::answer(&response(400, body)) else { panic!("{extras}") };
        assert_eq!(refusal.method_result, None);
    }
    let result = refusal(400, r#"{"error_code":-781,"extras":{"method_result_code":6666}}"#).method_result;
    assert_eq!(result, Some(MethodResult { code: "6666".to_owned(), message: String::new() }));
}

#[test]
fn an_unknown_code_is_kept() {
    let refusal = refusal(418, r#"{"error_code":-12345,"error_message":"?"}"#);
    assert_eq!((refusal.code, refusal.code.meaning()), (Code(-12_345), Meaning::Unrecognised));
}

#[test]
fn a_gateways_page_is_nobodys_word() {
    assert_eq!(unreadable(502, "<html><body>Bad Gateway</body></html>"), BadAnswer::NotAnObject);
    assert_eq!(unreadable(504, ""), BadAnswer::NotAnObject);
    assert_eq!(unreadable(400, "[]"), BadAnswer::NotAnObject);
    assert_eq!(unreadable(400, r#"{"error_code":-7"#), BadAnswer::NotAnObject);
    assert_eq!(unreadable(404, "{}"), BadAnswer::NotAnError);
    assert_eq!(unreadable(400, r#"{"code":-706}"#), BadAnswer::NotAnError);
    assert_eq!(unreadable(400, r#"{"code":-706,"message":"not KakaoPay's"}"#), BadAnswer::NotAnError);
    assert_eq!(unreadable(400, r#"{"error_code":"INVALID"}"#), BadAnswer::NotAnError);
    assert_eq!(unreadable(400, r#"{"error_code":-70.6}"#), BadAnswer::NotAnError);
    assert_eq!(unreadable(400, r#"{"error_code":-99999999999}"#), BadAnswer::NotAnError);
    assert_eq!(unreadable(302, ""), BadAnswer::NotAnObject);
}

#[test]
fn a_200_is_never_a_refusal() {
    assert_eq!(unreadable(200, OPEN), BadAnswer::Field("tid"));
    assert_eq!(unreadable(200, LEGACY), BadAnswer::Field("tid"));
    assert_eq!(unreadable(204, ""), BadAnswer::NotAnObject);
    assert_eq!(unreadable(200, "\"T1\""), BadAnswer::NotAnObject);
}

#[test]
fn an_answer_in_a_no_is_not_believed() {
    let paid = include_str!("../../testdata/approve_money.json");
    assert_eq!(unreadable(500, paid), BadAnswer::NotAnError);
}

#[test]
fn errors_do_not_repeat_what_was_sent() {
    let refused = error(400, OPEN);
    assert_eq!(refused.to_string(), "KakaoPay refused with code -780 (HTTP 400)");
    assert!(refused.source().is_none());

    let unreadable = error(200, r#"{"tid":{"pg_token":"9f0e"}}"#);
    assert_eq!(unreadable.to_string(), "KakaoPay's answer (HTTP 200) cannot be read");
    assert_eq!(unreadable.source().unwrap().to_string(), "the field tid is missing or wrong");
    assert!(!format!("{unreadable:?}").contains("9f0e"));
}
