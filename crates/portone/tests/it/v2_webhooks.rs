//! V2's nudges, and whose they are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use portone::BadAnswer;
use portone::v2::webhook::{BadSignature, Event, Webhook, WebhookId, WebhookSecrets};
use proptest::prelude::*;
use ring::hmac;
use secrecy::SecretString;

use crate::ten;

const NEW: &str = "whsec_pzQGE83cSIRKM4/WH5QY+g==";
const OLD: &str = "MDEyMzQ1Njc4OWFiY2RlZg==";
const BODY: &str = r#"{"type":"Transaction.Paid","timestamp":"2026-11-21T01:00:00.000Z","data":{"paymentId":"o-1","storeId":"store-4f6d","transactionId":"tx-1"}}"#;

/// Signs as Standard Webhooks says, without the crate's help.
fn signature(secret: &str, id: &str, seconds: i64, body: &str) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    format!("v1,{}", STANDARD.encode(hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes())))
}

fn headers(id: &str, timestamp: &str, signatures: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in
        [("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signatures)]
    {
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn signed(secret: &str) -> HeaderMap {
    let seconds = ten().as_second();
    headers("wh-1", &seconds.to_string(), &signature(secret, "wh-1", seconds, BODY))
}

fn secrets(secrets: &[&str]) -> WebhookSecrets {
    let secrets: Vec<_> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
    WebhookSecrets::new(&secrets).unwrap()
}

fn verify(secret: &str, headers: &HeaderMap, now: Timestamp) -> Result<WebhookId, BadSignature> {
    secrets(&[secret]).verify(headers, BODY.as_bytes(), now)
}

#[test]
fn a_published_signature_is_good() {
    // The example of the Standard Webhooks specification's own libraries.
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let headers = headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    );
    let now = Timestamp::from_second(1_614_265_330).unwrap();
    let verified = secrets(&[secret]).verify(&headers, br#"{"test": 2432232314}"#, now);
    assert_eq!(verified, Ok(WebhookId("msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned())));
}

#[test]
fn while_a_secret_is_replaced_both_are_good() {
    assert_eq!(verify(NEW, &signed(NEW), ten()), Ok(WebhookId("wh-1".to_owned())));
    assert_eq!(verify(NEW, &signed(OLD), ten()), Err(BadSignature::Signature));
    let both = secrets(&[NEW, OLD]);
    for secret in [NEW, OLD] {
        both.verify(&signed(secret), BODY.as_bytes(), ten()).unwrap();
    }
}

#[test]
fn one_good_signature_among_others_is_enough() {
    let seconds = ten().as_second();
    let good = signature(NEW, "wh-1", seconds, BODY);
    let noise = "v1,AAAA v2,Ceo5 v1a,x nonsense v1,";
    let many = headers("wh-1", &seconds.to_string(), &format!("{noise} {good} v1,Ceo5"));
    verify(NEW, &many, ten()).unwrap();
    let none = headers("wh-1", &seconds.to_string(), &good.replace("v1,", "v2,"));
    assert_eq!(verify(NEW, &none, ten()), Err(BadSignature::Signature));
    let cut = headers("wh-1", &seconds.to_string(), &good[..good.len() - 4]);
    assert_eq!(verify(NEW, &cut, ten()), Err(BadSignature::Signature));
}

#[test]
fn a_recording_is_refused_after_five_minutes() {
    for (seconds, verified) in [(-301, false), (-300, true), (0, true), (300, true), (301, false)] {
        let now = ten() + SignedDuration::from_secs(seconds);
        let expected = if verified { Ok(WebhookId("wh-1".to_owned())) } else { Err(BadSignature::NotNow) };
        assert_eq!(verify(NEW, &signed(NEW), now), expected, "{seconds}");
    }
}

#[test]
fn nothing_of_it_can_be_changed() {
    let good = signed(NEW);
    assert_eq!(secrets(&[NEW]).verify(&good, b"{}", ten()), Err(BadSignature::Signature));
    for (name, value) in [("webhook-id", "wh-2"), ("webhook-timestamp", "1795222801")] {
        let mut changed = good.clone();
        changed.insert(name, HeaderValue::from_static(value));
        assert_eq!(verify(NEW, &changed, ten()), Err(BadSignature::Signature), "{name}");
    }
}

#[test]
fn a_missing_header_is_named() {
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut without = signed(NEW);
        without.remove(name);
        assert_eq!(verify(NEW, &without, ten()), Err(BadSignature::Header(name)));
        without.insert(name, HeaderValue::from_static(""));
        assert_eq!(verify(NEW, &without, ten()), Err(BadSignature::Header(name)));
    }
    for odd in ["hello", "1e9", "99999999999999999999", "-9999999999999"] {
        let mut odd_time = signed(NEW);
        odd_time.insert("webhook-timestamp", HeaderValue::from_static(odd));
        assert_eq!(verify(NEW, &odd_time, ten()), Err(BadSignature::Header("webhook-timestamp")), "{odd}");
    }
}

#[test]
fn what_is_no_secret_is_refused_and_no_secret_is_shown() {
    for bad in [vec![], vec![""], vec!["whsec_"], vec!["not base64!"], vec![NEW, "한"]] {
        let bad: Vec<_> = bad.into_iter().map(SecretString::from).collect();
        assert_eq!(WebhookSecrets::new(&bad).err(), Some(BadSignature::Secret));
    }
    let text = format!("{:?}", secrets(&[NEW]));
    assert_eq!(text, "WebhookSecrets([redacted])");
}

#[test]
fn a_nudge_says_what_has_happened_to_what() {
    let paid = Webhook::read(BODY.as_bytes()).unwrap();
    assert_eq!((paid.event, paid.timestamp), (Event::Paid, Some(ten())));
    assert_eq!((paid.payment_id.as_deref(), paid.store_id.as_deref()), (Some("o-1"), Some("store-4f6d")));
    assert_eq!((paid.transaction_id.as_deref(), paid.cancellation_id), (Some("tx-1"), None));

    let cancelled = br#"{"type":"Transaction.Cancelled","data":{"paymentId":"o-1","cancellationId":"c-1"}}"#;
    let cancelled = Webhook::read(cancelled).unwrap();
    assert_eq!((cancelled.event, cancelled.cancellation_id.as_deref()), (Event::Cancelled, Some("c-1")));

    let issued = Webhook::read(br#"{"type":"BillingKey.Issued","data":{"billingKey":"bk-1"}}"#).unwrap();
    assert_eq!((&issued.event, issued.billing_key.as_deref()), (&Event::BillingKeyIssued, Some("bk-1")));
    assert!(!format!("{issued:?}").contains("bk-1"));
}

#[test]
fn an_unknown_event_is_tolerated() {
    let unknown = Webhook::read(br#"{"type":"Moon.Risen","data":[1],"new":{}}"#).unwrap();
    assert_eq!((unknown.event.as_str(), unknown.payment_id), ("Moon.Risen", None));
    assert_eq!(Webhook::read(b"{}"), Err(BadAnswer::Field("type")));
    assert_eq!(Webhook::read(b"[]"), Err(BadAnswer::NotAnObject));
}

proptest! {
    #[test]
    fn only_what_was_signed_is_good(body: Vec<u8>, id in "[!-~]{1,40}", flip: prop::sample::Index) {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(OLD).unwrap());
        let seconds = ten().as_second();
        let signed = [format!("{id}.{seconds}.").as_bytes(), &body[..]].concat();
        let signature = format!("v1,{}", STANDARD.encode(hmac::sign(&key, &signed)));
        let headers = headers(&id, &seconds.to_string(), &signature);
        prop_assert_eq!(secrets(&[OLD]).verify(&headers, &body, ten()), Ok(WebhookId(id)));
        let mut changed = body.clone();
        changed.push(0);
        let place = flip.index(changed.len());
        changed[place] ^= 1;
        prop_assert_eq!(secrets(&[OLD]).verify(&headers, &changed, ten()), Err(BadSignature::Signature));
    }
}
