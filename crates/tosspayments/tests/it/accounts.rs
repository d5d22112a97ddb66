//! Who asks, and where.

use secrecy::SecretString;
use tosspayments::look_up::ByKey;
use tosspayments::{Account, Api, BadAccount, Call};

use crate::{CREDENTIALS, KEY, PAYMENT_KEY, account, shown};

fn url_of(account: &Account) -> String {
    ByKey { payment_key: "k".to_owned() }.request(account).unwrap().uri().to_string()
}

#[test]
fn the_base_url_can_be_anywhere() {
    for (base, url) in [
        ("http://127.0.0.1:3001/toss", "http://127.0.0.1:3001/toss/v1/payments/k"),
        ("http://127.0.0.1:30771/", "http://127.0.0.1:30771/v1/payments/k"),
        ("http://[::1]:3001", "http://[::1]:3001/v1/payments/k"),
        ("HTTPS://Pay.Example/a/b//", "https://pay.example/a/b/v1/payments/k"),
    ] {
        assert_eq!(url_of(&account(Api::Current).with_base_url(base).unwrap()), url);
    }
}

#[test]
fn a_base_url_that_cannot_be_asked_is_refused() {
    let long = format!("https://pay.example/{}", "a".repeat(3_000));
    for base in [
        "",
        "pay.example",
        "/v1",
        "ftp://pay.example",
        "https://user@pay.example",
        "https://:secret@pay.example",
        "https://pay.example/?a=b",
        "https://pay.example/#top",
        "https://",
        &long,
    ] {
        let refused = account(Api::Current).with_base_url(base);
        assert_eq!(refused.err(), Some(BadAccount::BaseUrl), "{base}");
    }
}

#[test]
fn the_longest_url_makes_a_request() {
    let base = format!("https://pay.example/{}", "a".repeat(2_000 - "https://pay.example/".len()));
    let account = account(Api::Current).with_base_url(&base).unwrap();
    let request = ByKey { payment_key: "키".repeat(500) }.request(&account).unwrap();
    assert!(request.uri().path().ends_with("%ED%82%A4"));
}

#[test]
fn the_key_is_the_user_and_the_password_is_empty() {
    let request = ByKey { payment_key: PAYMENT_KEY.to_owned() }.request(&account(Api::Current)).unwrap();
    assert_eq!(request.headers()["authorization"], format!("Basic {CREDENTIALS}"));
    assert!(request.headers()["authorization"].is_sensitive());
    assert!(!format!("{request:?}").contains(CREDENTIALS));
    assert!(shown(&request).contains("authorization: Basic [redacted]"));
}

#[test]
fn what_cannot_be_a_user_name_is_refused() {
    for key in ["", " ", "a b", "a:b", "a\r\nx: y", "열쇠", "a\u{7f}"] {
        let refused = Account::new(Api::Current, &SecretString::from(key));
        assert_eq!(refused.err(), Some(BadAccount::Key), "{key:?}");
    }
}

#[test]
fn a_test_key_is_told_from_a_live_one() {
    for (key, is_test) in [(KEY, true), ("test_ak_0", true), ("live_sk_0", false), ("0", false)] {
        assert_eq!(Account::new(Api::Legacy, &SecretString::from(key)).unwrap().is_test(), is_test, "{key}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let text = format!("{:?}", account(Api::Legacy));
    assert!(text.contains("Legacy") && !text.contains(KEY) && !text.contains(CREDENTIALS), "{text}");
}
