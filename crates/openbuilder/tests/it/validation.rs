//! The parameter validation API, asked and answered.

use openbuilder::validation::{Answer, Request};

const PHONE: &str = include_str!("../../testdata/validation.json");

#[test]
fn every_field_of_a_request_is_read() {
    let request = Request::parse(PHONE.as_bytes()).unwrap();
    assert_eq!(request.value().unwrap().phone().unwrap().as_str(), "01012345678");
    assert_eq!(request.origin(), Some("010-1234-5678"));
    assert!(request.is_in_slot_filling());
    assert_eq!(request.utterance(), Some("010-1234-5678"));
    assert_eq!((request.user_id(), request.user().plusfriend_user_key), (Some("b7c1e0"), Some("AbCdEf")));
    assert_eq!(request.bot().name, Some("한모금카페"));
    assert_eq!(request.surface(), Some("Kakaotalk.plusfriend"));
    assert_eq!((request.timezone(), request.lang()), (Some("Asia/Seoul"), Some("ko")));
    assert!(!format!("{request:?}").contains("5678"));
}

#[test]
fn without_a_resolved_value_the_typed_one_counts() {
    let request = Request::parse(r#"{"value":{"origin":"2잔","resolved":""}}"#.as_bytes()).unwrap();
    assert_eq!(request.value().unwrap().integer(), Ok(2));
    assert_eq!(request.resolved(), None);
    assert!(Request::parse(b"{}").unwrap().value().is_none());
    assert!(Request::parse(b"null").is_err());
}

#[test]
fn answers_are_written_as_kakao_reads_them() {
    let written = |answer: Answer| String::from_utf8(answer.to_bytes()).unwrap();
    assert_eq!(written(Answer::success("01012345678")), r#"{"status":"SUCCESS","value":"01012345678"}"#);
    assert_eq!(
        written(Answer::fail("다시 적어 주세요.")),
        r#"{"status":"FAIL","message":"다시 적어 주세요."}"#
    );
    assert_eq!(written(Answer::error("점검 중")), r#"{"status":"ERROR","message":"점검 중"}"#);
    assert_eq!(written(Answer::ignore().data("n", 1)), r#"{"status":"IGNORE","data":{"n":1}}"#);
}
