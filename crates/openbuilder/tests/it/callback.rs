//! Late answers: the promise, the request, the receipt.

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use openbuilder::LimitError;
use openbuilder::callback::{BadCallbackUrl, BadReceipt, CallbackUrl, Promise, Receipt, TaskStatus};
use openbuilder::response::{SimpleText, SkillResponse};
use url::Url;

const ADDRESS: &str = "https://bot-api.kakao.com/v1/bots/b1/callback/t0ken";

#[test]
fn a_promise_says_that_more_will_come() {
    let body = |promise: Promise| String::from_utf8(promise.to_bytes()).unwrap();
    assert_eq!(body(Promise::new()), r#"{"version":"2.0","useCallback":true}"#);
    assert_eq!(
        body(Promise::new().data("text", "잠시만요")),
        r#"{"version":"2.0","useCallback":true,"data":{"text":"잠시만요"}}"#
    );
    assert!(openbuilder::check::response_bytes(&Promise::new().to_bytes()).is_empty());
}

#[test]
fn the_real_answer_is_a_post_of_a_whole_response() {
    let answer = SkillResponse::new().output(SimpleText::new("다 됐어요!").unwrap()).unwrap();
    let request = CallbackUrl::parse(ADDRESS).unwrap().request(&answer).unwrap();
    assert_eq!((request.method(), request.uri().to_string().as_str()), (&Method::POST, ADDRESS));
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(request.body(), &answer.to_bytes().unwrap());

    let empty = CallbackUrl::parse(ADDRESS).unwrap().request(&SkillResponse::new());
    assert_eq!(empty.unwrap_err(), LimitError::Empty { field: "template.outputs" });
}

#[test]
fn only_kakao_gets_an_answer() {
    for address in [
        "http://bot-api.kakao.com/v1/x",
        "https://bot-api.kakao.com.evil.example/x",
        "https://evilkakao.com/x",
        "https://kakao.com@evil.example/x",
        "https://user:pw@bot-api.kakao.com/x",
        "https://bot-api.kakao.com:8443/x",
        "https://169.254.169.254/latest/meta-data",
    ] {
        assert_eq!(CallbackUrl::parse(address), Err(BadCallbackUrl::NotKakao), "{address}");
    }
    for address in ["", "/v1/bots", "bot-api.kakao.com/x", "data:text/plain,x"] {
        assert_eq!(CallbackUrl::parse(address), Err(BadCallbackUrl::NotAnAddress), "{address}");
    }
    let own = Url::parse("http://127.0.0.1:3001/callback").unwrap();
    assert!(CallbackUrl::trusted(&own).is_ok());
    assert!(CallbackUrl::trusted(&Url::parse("file:///etc/passwd").unwrap()).is_err());
}

#[test]
fn the_token_is_not_printed() {
    let url = CallbackUrl::parse(ADDRESS).unwrap();
    assert_eq!(format!("{url:?}"), "CallbackUrl(bot-api.kakao.com)");
}

fn answered(status: u16, body: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_owned()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

#[test]
fn receipts_are_read_whatever_the_http_status() {
    let taken = answered(200, r#"{"taskId":"t1","status":"SUCCESS","message":"","timestamp":1718000000000}"#);
    let taken = Receipt::read(&taken).unwrap();
    assert!(taken.is_success());
    assert_eq!((taken.task_id.as_deref(), taken.timestamp), (Some("t1"), Some(1_718_000_000_000)));

    let refused = answered(400, r#"{"taskId":"t1","status":"FAIL","message":"invalid callback token"}"#);
    let refused = Receipt::read(&refused).unwrap();
    assert_eq!(
        (refused.status, refused.message.as_deref()),
        (TaskStatus::Fail, Some("invalid callback token"))
    );

    let status =
        |status: &str| Receipt::read(&answered(200, &format!(r#"{{"status":"{status}"}}"#))).unwrap().status;
    assert_eq!(status("ERROR"), TaskStatus::Error);
    assert_eq!(status("ALL SUCCESS"), TaskStatus::Other("ALL SUCCESS".to_owned()));
}

#[test]
fn an_unreadable_receipt_is_an_error_of_its_own() {
    assert!(matches!(Receipt::read(&answered(502, "<html>")), Err(BadReceipt::NotJson { .. })));
    assert!(matches!(Receipt::read(&answered(200, "{}")), Err(BadReceipt::NoStatus { .. })));
    assert!(matches!(Receipt::read(&answered(200, "[]")), Err(BadReceipt::NoStatus { .. })));
}
