//! Who asks, and where.

use http::header::AUTHORIZATION;
use portone::v1::payments::FindPayment;
use portone::v2::payments::GetPayment;
use portone::{BadBaseUrl, v1, v2};
use secrecy::SecretString;

use crate::{KEY, SECRET, STORE, TOKEN, shown, token, v1_account, v2_account};

fn v1_url(account: &v1::Account, merchant_uid: &str) -> String {
    let call = FindPayment { merchant_uid: merchant_uid.to_owned(), status: None };
    v1::Call::request(&call, account, &token()).unwrap().uri().to_string()
}

fn v2_url(account: &v2::Account, payment_id: &str) -> String {
    let call = GetPayment { payment_id: payment_id.to_owned() };
    v2::Call::request(&call, account).unwrap().uri().to_string()
}

#[test]
fn the_base_url_can_be_anywhere() {
    for (base, start) in [
        ("http://127.0.0.1:3001", "http://127.0.0.1:3001"),
        ("http://127.0.0.1:3001/portone/v1/", "http://127.0.0.1:3001/portone/v1"),
        ("HTTPS://Pay.Example/a/b//", "https://pay.example/a/b"),
    ] {
        let account = v1_account().with_base_url(base).unwrap();
        assert_eq!(v1_url(&account, "o-1"), format!("{start}/payments/find/o-1"));
        let account = v2_account().with_base_url(base).unwrap();
        assert_eq!(v2_url(&account, "o-1"), format!("{start}/payments/o-1?storeId={STORE}"));
    }
}

#[test]
fn a_base_url_that_cannot_be_asked_is_refused() {
    let long = format!("https://pay.example/{}", "a".repeat(3_000));
    for base in ["", "pay.example", "ftp://pay.example", "https://:secret@pay.example", "https://a/?b", &long]
    {
        assert_eq!(v1_account().with_base_url(base).err(), Some(BadBaseUrl), "{base}");
        assert_eq!(v2_account().with_base_url(base).err(), Some(BadBaseUrl), "{base}");
    }
}

#[test]
fn an_id_stays_one_step_of_the_path() {
    for (id, step) in [
        ("o/1?a=b#c", "o%2F1%3Fa%3Db%23c"),
        ("주문", "%EC%A3%BC%EB%AC%B8"),
        ("a b%2F", "a%20b%252F"),
        ("...", "..."),
    ] {
        assert_eq!(v1_url(&v1_account(), id), format!("https://api.iamport.kr/payments/find/{step}"));
        let store = format!("?storeId={STORE}");
        assert_eq!(v2_url(&v2_account(), id), format!("https://api.portone.io/payments/{step}{store}"));
    }
    for (id, why) in [
        ("", "paymentId is empty"),
        (".", "paymentId cannot stand in a path"),
        ("..", "paymentId cannot stand in a path"),
    ] {
        let refused =
            v2::Call::request(&GetPayment { payment_id: id.to_owned() }, &v2_account()).unwrap_err();
        assert_eq!((refused.to_string().as_str(), refused.field()), (why, "paymentId"));
    }
}

#[test]
fn without_a_store_none_is_named() {
    let account = v2::Account::new(&SecretString::from(SECRET)).unwrap();
    assert_eq!(v2_url(&account, "o-1"), "https://api.portone.io/payments/o-1");
    assert_eq!((account.store_id(), v2_account().store_id()), (None, Some(STORE)));
}

#[test]
fn what_no_header_can_carry_is_refused() {
    let good = SecretString::from("x");
    for bad in ["", " ", "a b", "a\r\nx: y", "열쇠", "a\u{7f}"] {
        let bad = SecretString::from(bad);
        assert_eq!(v1::Account::new(&bad, &good).err(), Some(v1::BadAccount::Key));
        assert_eq!(v1::Account::new(&good, &bad).err(), Some(v1::BadAccount::Secret));
        assert_eq!(v2::Account::new(&bad).err(), Some(v2::BadAccount::Secret));
    }
    assert_eq!(v2_account().with_store_id("a b").err(), Some(v2::BadAccount::StoreId));
}

#[test]
fn debug_and_marked_headers_show_no_secret() {
    let text = format!("{:?} {:?} {:?}", v1_account(), v2_account(), token());
    for secret in [KEY, SECRET, TOKEN] {
        assert!(!text.contains(secret), "{text}");
    }
    let call = FindPayment { merchant_uid: "o-1".to_owned(), status: None };
    let v1_request = v1::Call::request(&call, &v1_account(), &token()).unwrap();
    let v2_request = v2::Call::request(&GetPayment { payment_id: "o-1".to_owned() }, &v2_account()).unwrap();
    for request in [v1_request, v2_request] {
        assert!(request.headers()[AUTHORIZATION].is_sensitive());
        assert!(shown(&request).contains("[redacted]"));
        let text = format!("{request:?}");
        assert!(!text.contains(SECRET) && !text.contains(TOKEN));
    }
}
