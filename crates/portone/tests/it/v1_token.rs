//! A token, and when it is asked for anew.

use insta::assert_snapshot;
use jiff::SignedDuration;
use portone::BadAnswer;
use portone::v1::token::GetToken;
use portone::v1::{Error, Meaning};
use serde_json::json;

use crate::{KEY, response, shown, ten, token, v1_account, with};

const TOKEN_SAMPLE: &str = include_str!("../../testdata/v1_token.json");

#[test]
fn a_token_is_asked_for_with_key_and_secret() {
    let request = GetToken.request(&v1_account());
    assert_snapshot!(shown(&request).replace(KEY, "[redacted]"), @r#"
    POST https://api.iamport.kr/users/getToken
    content-type: application/json

    {"imp_key":"[redacted]",
    "imp_secret":"[redacted]"}
    "#);
}

#[test]
fn a_token_lasts_as_long_as_portone_says_whatever_our_clock_shows() {
    // PortOne's clock in the sample is not ours.
    let hour_later = ten() + SignedDuration::from_hours(1);
    let token = GetToken::answer(&response(200, TOKEN_SAMPLE), hour_later).unwrap();
    assert_eq!(token.ends_at(), hour_later + SignedDuration::from_mins(30));
}

#[test]
fn a_token_is_renewed_in_its_last_minute() {
    let at = |seconds| ten() + SignedDuration::from_secs(seconds);
    for (seconds, must) in
        [(0, false), (29 * 60 - 1, false), (29 * 60, true), (31 * 60, true), (1 << 32, true)]
    {
        assert_eq!(token().must_be_renewed(at(seconds)), must, "{seconds}");
    }
}

#[test]
fn a_token_that_ended_before_it_began_is_renewed_at_once() {
    // As the payments SDK's fake server answers: its tokens lie in the past.
    let past = with(TOKEN_SAMPLE, "/response/expired_at", json!(1_795_222_620));
    assert!(GetToken::answer(&response(201, past), ten()).unwrap().must_be_renewed(ten()));
    let never = with(TOKEN_SAMPLE, "/response/expired_at", json!(i64::MIN));
    assert!(GetToken::answer(&response(200, never), ten()).unwrap().must_be_renewed(ten()));
}

#[test]
fn a_token_that_no_header_can_carry_is_none() {
    for (pointer, field) in [
        ("/response/access_token", "access_token"),
        ("/response/now", "now"),
        ("/response/expired_at", "expired_at"),
    ] {
        for value in [json!(null), json!("a\nb"), json!({})] {
            let answer = GetToken::answer(&response(200, with(TOKEN_SAMPLE, pointer, value)), ten());
            let Err(Error::Unreadable { source, .. }) = answer else { panic!("{field} can be read") };
            assert_eq!(source, BadAnswer::Field(field));
        }
    }
}

#[test]
fn a_wrong_secret_is_a_refusal() {
    let refused = r#"{"code":-1,"message":"인증에 실패하였습니다.","response":null}"#;
    let Err(Error::Refused(refusal)) = GetToken::answer(&response(401, refused), ten()) else { panic!() };
    assert_eq!((refusal.code, refusal.meaning()), (-1, Meaning::BadToken));
}
