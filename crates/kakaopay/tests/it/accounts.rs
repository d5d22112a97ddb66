//! Who asks, and where.

use kakaopay::order::Order;
use kakaopay::{Account, Api, BadAccount, Call, TEST_CID};
use secrecy::SecretString;

use crate::{KEY, TID, account, shown};

fn url_of(account: &Account) -> String {
    Order { tid: TID.to_owned() }.request(account).unwrap().uri().to_string()
}

#[test]
fn the_base_url_can_be_anywhere() {
    for (base, url) in [
        ("http://127.0.0.1:3001", "http://127.0.0.1:3001/online/v1/payment/order"),
        ("http://127.0.0.1:3001/", "http://127.0.0.1:3001/online/v1/payment/order"),
        ("http://[::1]:3001/kakaopay", "http://[::1]:3001/kakaopay/online/v1/payment/order"),
        ("HTTPS://Pay.Example/a/b//", "https://pay.example/a/b/online/v1/payment/order"),
        ("https://카페.example", "https://xn--ob7b27g.example/online/v1/payment/order"),
    ] {
        assert_eq!(url_of(&account(Api::Open).with_base_url(base).unwrap()), url);
    }
    let legacy = account(Api::Legacy).with_base_url("http://localhost:3001").unwrap();
    assert_eq!(url_of(&legacy), "http://localhost:3001/v1/payment/order");
}

#[test]
fn a_base_url_that_cannot_be_asked_is_refused() {
    let long = format!("https://pay.example/{}", "a".repeat(3_000));
    for base in [
        "",
        "pay.example",
        "/online",
        "ftp://pay.example",
        "https://user@pay.example",
        "https://:secret@pay.example",
        "https://pay.example/?a=b",
        "https://pay.example/#top",
        "https://",
        &long,
    ] {
        let refused = account(Api::Open).with_base_url(base);
        assert_eq!(refused.err(), Some(BadAccount::BaseUrl), "{base}");
    }
}

#[test]
fn the_longest_base_url_makes_a_request() {
    let base = format!("https://pay.example/{}", "a".repeat(2_000 - "https://pay.example/".len()));
    assert!(url_of(&account(Api::Open).with_base_url(&base).unwrap()).ends_with("/online/v1/payment/order"));
}

#[test]
fn the_key_prefix_can_be_another() {
    let account = account(Api::Open).with_key_prefix("DEV_SECRET_KEY").unwrap();
    let request = Order { tid: TID.to_owned() }.request(&account).unwrap();
    assert!(shown(&request).contains("authorization: DEV_SECRET_KEY [redacted]\n"));
    assert!(request.headers()["authorization"].is_sensitive());
}

#[test]
fn what_no_header_can_carry_is_refused() {
    for key in ["", " ", "a b", "a\r\nx: y", "열쇠", "a\u{7f}"] {
        let refused = Account::new(Api::Open, &SecretString::from(key), TEST_CID);
        assert_eq!(refused.err(), Some(BadAccount::Key), "{key:?}");
        let refused = account(Api::Open).with_key_prefix(key);
        assert_eq!(refused.err(), Some(BadAccount::KeyPrefix), "{key:?}");
    }
}

#[test]
fn what_is_no_merchant_code_is_refused() {
    for cid in ["", "TC0ONETIME1", "TC 0", "가맹점"] {
        let refused = Account::new(Api::Open, &SecretString::from(KEY), cid);
        assert_eq!(refused.err(), Some(BadAccount::Cid), "{cid:?}");
        assert_eq!(account(Api::Open).with_cid(cid).err(), Some(BadAccount::Cid), "{cid:?}");
    }
    for secret in ["", "0a1b2c3d4e5f6a7b8c9d0e1f2", "0a-1b"] {
        let refused = account(Api::Open).with_cid_secret(&SecretString::from(secret));
        assert_eq!(refused.err(), Some(BadAccount::CidSecret), "{secret:?}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let secret = "0a1b2c3d4e5f6a7b8c9d0e1f";
    let account = account(Api::Open).with_cid_secret(&SecretString::from(secret)).unwrap();
    let text = format!("{account:?}");
    assert!(text.contains(TEST_CID) && !text.contains(KEY) && !text.contains(secret), "{text}");
    assert_eq!((account.api(), account.cid()), (Api::Open, TEST_CID));
}
