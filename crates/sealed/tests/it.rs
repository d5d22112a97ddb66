//! The vectors that other implementations agree on, and what is refused.

use proptest::prelude::*;
use sealed::{BadPair, PUBLIC_IV, PUBLIC_KEY, Pair, Unopenable};

fn connection() -> Pair {
    Pair::new(PUBLIC_KEY, PUBLIC_IV).expect("the documented pair")
}

/// A pair, a text, and the text sealed with it: made with Node's crypto, the first also with OpenSSL.
const VECTORS: [(&str, &str, &str, &str); 8] = [
    (
        PUBLIC_KEY,
        PUBLIC_IV,
        r#"{"password":"some-password"}"#,
        "/Lu96CDAgYv09JxV0IsOQy8H7LuG9o4QJ29eZjgYjeI=",
    ),
    (PUBLIC_KEY, PUBLIC_IV, "{}", "CLV48gAaXSHTObg27u/HPQ=="),
    (PUBLIC_KEY, PUBLIC_IV, r#"{"password":"a"}"#, "LD1I01UpdHMhxIA4KZYqSPecxTm9zT7/rBKN0VlQfHI="),
    (PUBLIC_KEY, PUBLIC_IV, r#"{"title":"결제"}"#, "7+BytpV8DRcPyJJqLX4gW4qSlJVd8mplKfwNy3pBvnQ="),
    (PUBLIC_KEY, PUBLIC_IV, "", "bp8N4w+BzXeMbfWPDJIguQ=="),
    (
        "MTlsOESZ6geZTjeaubOdR71tobe0KqE7",
        "7BqAGp1HPY9Ox66w",
        r#"{"status":"DONE"}"#,
        "tqan2xcZzo3KULxVzhtzJDkk7+WjT6vVAOrM+KtyXzI=",
    ),
    (
        "0OrB5XVgkYpoybWeGIUkattMb4lTLQgz",
        "ESgYCYV10Iy6qd1y",
        r#"{"status":"DONE"}"#,
        "yVtgBQJOVBcJIWZfvmAIcCbs8KDWEz19R6Pc2YdGDbA=",
    ),
    (
        "aU3y0PTXraB2SEYj1ACwtTYKxiYBvH4g",
        "fro2JXImhmbDtDNx",
        r#"{"status":"DONE"}"#,
        "9Th7ulaZYry6K7fSLP5shPymqx7wjiv7h+z9wuCqFGU=",
    ),
];

#[test]
fn texts_are_sealed_as_other_implementations_seal_them_and_opened_again() {
    for (key, iv, text, sealed) in VECTORS {
        let pair = Pair::new(key, iv).unwrap();
        assert_eq!(pair.seal(text), sealed);
        assert_eq!(pair.open(sealed.as_bytes()).as_deref(), Ok(text));
        assert_eq!(pair.open(format!("{sealed}\r\n").as_bytes()).as_deref(), Ok(text));
    }
}

#[test]
fn whatever_cannot_be_opened_is_one_error() {
    let other = Pair::new("0OrB5XVgkYpoybWeGIUkattMb4lTLQgz", "ESgYCYV10Iy6qd1y").unwrap();
    let bodies = [
        "",
        "{}",
        "not base64!",
        "결제",
        "CLV48gAaXSHTObg27u/HPQ",   // without its padding
        "CLV48gAaXSHTObg27u/H",     // no whole blocks
        "CLV48gAaXSHTObg27u/HPA==", // changed, so that its padding is none
        "S6OkCS57iEWjuMyQ7j4hjA==", // opens to two bytes that are no UTF-8
        &other.seal("{}"),
    ];
    for body in bodies {
        assert_eq!(connection().open(body.as_bytes()), Err(Unopenable), "{body}");
    }
}

#[test]
fn a_key_has_16_or_32_bytes_and_an_iv_16() {
    assert!(Pair::new("0123456789abcdef", "0123456789abcdef").is_ok());
    for key in ["", "0123456789abcde", "0123456789abcdef01234567", "결제"] {
        assert_eq!(Pair::new(key, PUBLIC_IV).unwrap_err(), BadPair::Key);
    }
    assert_eq!(Pair::new(PUBLIC_KEY, "short").unwrap_err(), BadPair::Iv);
}

#[test]
fn a_pair_is_not_printed() {
    assert_eq!(format!("{:?}", connection()), "Pair([redacted])");
}

proptest! {
    #[test]
    fn every_text_comes_back_and_no_other_pair_opens_it_as_that(text in any::<String>(), small in any::<bool>()) {
        let key = if small { &PUBLIC_KEY[..16] } else { PUBLIC_KEY };
        let pair = Pair::new(key, PUBLIC_IV).unwrap();
        let sealed = pair.seal(&text);
        let opened = pair.open(sealed.as_bytes());
        prop_assert_eq!(opened.as_deref(), Ok(&*text));
        let other = Pair::new(&PUBLIC_KEY[..16], "0123456789abcdef").unwrap();
        prop_assert_ne!(other.open(sealed.as_bytes()), Ok(text));
    }

    #[test]
    fn no_body_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _opened = connection().open(&body);
    }
}
