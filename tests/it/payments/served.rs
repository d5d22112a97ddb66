//! The payments service as `cargo dev` serves it: real HTTP all the way, from a backend to the gateway's fake, back by the
//! gateway's webhook, and on to the backend by the table's stream.

use aws_smithy_types::base64;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, ORIGIN,
};
use http::{HeaderMap, Method};
use ring::hmac;
use serde_json::{Value, json};

use super::backend::{Backend, PASSWORD, Told};
use crate::cafe::{Cafe, http_client};

/// The message of a notice, once its seal and its signature have been found good.
fn verified(backend: &Backend, told: &Told) -> Value {
    let header = |name: &str| told.headers[name].to_str().unwrap();
    let signed = format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), told.body);
    let key = base64::decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let signature = base64::decode(header("webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes(), &signature).unwrap();
    let message: Value = serde_json::from_str(&backend.pair.open(told.body.as_bytes()).unwrap()).unwrap();
    assert_eq!(message["id"], header("webhook-id"));
    message
}

#[tokio::test]
async fn a_backend_is_told_of_a_deposit_at_once_sealed_and_signed_and_once_more_when_it_asks() {
    let cafe = Cafe::opens(&[]).await;
    let backend = Backend::of(&cafe).await;
    let order = backend.order();
    let uid = backend.awaited(&order, 1_000);
    let creation = backend.creation(&uid, &order, 1_000);
    let (status, before) = backend.ask("POST /payments/histories", &creation).await;
    assert_eq!((status, &before["paid_at"]), (201, &Value::Null), "{before}");

    backend.deposit(&uid).await;
    let message = verified(&backend, &backend.hears().await);
    assert_eq!((&message["previous"], &message["source"]), (&before, &before["source"]));
    let by_id = format!("PATCH /payments/histories/{}", before["id"].as_str().unwrap());
    let (status, after) = backend.ask(&by_id, &json!({ "password": PASSWORD })).await;
    assert_eq!((status, &after), (200, &message["current"]));
    assert!(after["paid_at"].is_string());

    let invocations = "_dev/lambda/2015-03-31/functions/payments-dispatch/invocations";
    let again = json!({ "history": before["id"], "notice": message["id"] }).to_string();
    let report =
        http_client().post(format!("{}/{invocations}", cafe.api_url())).body(again).send().await.unwrap();
    assert_eq!(report.headers().get("x-amz-function-error"), None);
    let report: Value = serde_json::from_str(&report.text().await.unwrap()).unwrap();
    assert_eq!(report, json!({ "told": 1, "finished": 0, "given_up": 0, "pending": 0 }));
    assert_eq!(verified(&backend, &backend.hears().await), message);
}

#[tokio::test]
async fn every_part_of_a_refund_is_told_in_its_order() {
    let cafe = Cafe::opens(&[]).await;
    let backend = Backend::of(&cafe).await;
    let order = backend.order();
    let creation = backend.creation(&backend.agreed(&order, 1_000), &order, 1_000);
    let (status, history) = backend.ask("POST /payments/histories", &creation).await;
    assert_eq!(status, 201, "{history}");
    for part in 1..=5 {
        let cancellation = json!({
            "source": history["source"], "password": PASSWORD, "price": 200, "reason": "spilt", "account": null,
        });
        let (status, history) = backend.ask("PUT /payments/histories/cancel", &cancellation).await;
        assert_eq!((status, &history["refund"]), (200, &json!(200 * part)), "{history}");
    }
    for part in 1..=5 {
        let message = verified(&backend, &backend.hears().await);
        assert_eq!(message["current"]["refund"], 200 * part, "{message}");
    }
}

/// What comes back of a request without a body.
async fn answered(
    cafe: &Cafe,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> (u16, HeaderMap, String) {
    let mut request = http_client().request(method, format!("{}{path}", cafe.api_url()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.headers().clone(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_page_of_another_site_may_ask_as_it_may_the_reference() {
    let cafe = Cafe::opens(&[]).await;
    let page = (ORIGIN.as_str(), "https://shop.example");
    let asks = (ACCESS_CONTROL_REQUEST_METHOD.as_str(), "PATCH");
    let (status, headers, body) =
        answered(&cafe, Method::OPTIONS, "/payments/histories/get", &[page, asks]).await;
    assert_eq!((status, &*body), (204, ""));
    assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert_eq!(headers[ACCESS_CONTROL_ALLOW_METHODS], "GET,HEAD,PUT,PATCH,POST,DELETE");
    assert_eq!(headers[ACCESS_CONTROL_ALLOW_HEADERS], "*");
    let (status, headers, _) = answered(&cafe, Method::GET, "/monitors/health", &[page]).await;
    assert_eq!((status, &headers[ACCESS_CONTROL_ALLOW_ORIGIN]), (200, &"*".parse().unwrap()));
    let (_, headers, _) = answered(&cafe, Method::GET, "/monitors/health", &[]).await;
    assert_eq!(headers.get(ACCESS_CONTROL_ALLOW_ORIGIN), None);
}

#[tokio::test]
async fn monitors_tell_whoever_knows_the_pair() {
    let cafe = Cafe::opens(&[]).await;
    let backend = Backend::of(&cafe).await;
    for (path, field) in [("/monitors/performance", "cpu"), ("/monitors/system", "commit")] {
        let (status, headers, body) = answered(&cafe, Method::GET, path, &[]).await;
        assert_eq!((status, &headers[CONTENT_TYPE]), (200, &"text/plain; charset=utf-8".parse().unwrap()));
        let told: Value = serde_json::from_str(&backend.pair.open(body.as_bytes()).unwrap()).unwrap();
        assert!(told[field].is_object(), "{told}");
    }
}
