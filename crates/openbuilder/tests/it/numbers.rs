//! Numbers, in every form a bot has been seen to send one, and in some that must not pass.

use openbuilder::NotANumber::{self, NotWhole, OutOfRange, Unreadable};
use serde_json::{Value, json};

use crate::payload_with;

fn integer(value: &Value) -> Result<i64, NotANumber> {
    payload_with(value).param("p").unwrap().integer()
}

#[test]
fn whole_numbers_are_read() {
    let cases = [
        (json!(2), 2),
        (json!(0), 0),
        (json!(-3), -3),
        (json!(2.0), 2),
        (json!(-0.0), 0),
        (json!(1e15), 1_000_000_000_000_000),
        (json!(i64::MAX), i64::MAX),
        (json!("2"), 2),
        (json!("２"), 2),
        (json!(" 2\n"), 2),
        (json!("　２　"), 2),
        (json!("+2"), 2),
        (json!("-2"), -2),
        (json!("007"), 7),
        (json!("100"), 100),
        (json!("1,000"), 1_000),
        (json!("1，000"), 1_000),
        (json!("12,345,678"), 12_345_678),
        (json!("2.0"), 2),
        (json!("1,000.00"), 1_000),
        (json!("9223372036854775807"), i64::MAX),
        (json!("-9223372036854775808"), i64::MIN),
        (json!("2잔"), 2),
        (json!("2 잔"), 2),
        (json!("３개"), 3),
        (json!("500포인트"), 500),
        (json!("500P"), 500),
        (json!("500 p"), 500),
        (json!("500Ｐ"), 500),
        (json!("1,500원"), 1_500),
        (json!(r#"{"amount": 2, "unit": null}"#), 2),
        (json!(r#" {"amount": 2, "unit": "잔"}"#), 2),
        (json!(r#"{"amount": 2.0}"#), 2),
        (json!(r#"{"amount": "2"}"#), 2),
        (json!({ "amount": 500, "unit": null }), 500),
        (json!({ "amount": "1,000" }), 1_000),
    ];
    for (value, expected) in cases {
        assert_eq!(integer(&value), Ok(expected), "{value}");
    }
}

#[test]
fn everything_else_says_why_not() {
    let cases = [
        (json!("두 잔"), Unreadable),
        (json!("1e3x"), Unreadable),
        (json!("1e3"), Unreadable),
        (json!("2잔 주세요"), Unreadable),
        (json!("2~3"), Unreadable),
        (json!("2 3"), Unreadable),
        (json!("2-3"), Unreadable),
        (json!("1,00"), Unreadable),
        (json!("1,0000"), Unreadable),
        (json!(",100"), Unreadable),
        (json!("1.000,5"), Unreadable),
        (json!("1.2.3"), Unreadable),
        (json!("2."), Unreadable),
        (json!(".5"), Unreadable),
        (json!("--2"), Unreadable),
        (json!("+-2"), Unreadable),
        (json!("-"), Unreadable),
        (json!("잔"), Unreadable),
        (json!("P500"), Unreadable),
        (json!("1만"), Unreadable),
        (json!("2천원"), Unreadable),
        (json!("NaN"), Unreadable),
        (json!("0x10"), Unreadable),
        (json!("٢"), Unreadable),
        (json!(true), Unreadable),
        (json!([2]), Unreadable),
        (json!({}), Unreadable),
        (json!({ "amount": null }), Unreadable),
        (json!({ "amount": { "amount": 2 } }), Unreadable),
        (json!({ "amount": r#"{"amount": 2}"# }), Unreadable),
        (json!(r#"{"amount": null}"#), Unreadable),
        (json!(r#"{"amount": "#), Unreadable),
        (json!("{}"), Unreadable),
        (json!(2.5), NotWhole),
        (json!(1e-7), NotWhole),
        (json!("2.5"), NotWhole),
        (json!("2.5잔"), NotWhole),
        (json!("-0.1"), NotWhole),
        (json!(r#"{"amount": 2.5}"#), NotWhole),
        (json!({ "amount": 0.5 }), NotWhole),
        (json!(u64::MAX), OutOfRange),
        // Above 2^53 a number with a fraction has lost digits on its way here.
        (json!(1e16), OutOfRange),
        (json!(1e300), OutOfRange),
        (json!("9223372036854775808"), OutOfRange),
        (json!("99999999999999999999999999"), OutOfRange),
        (json!("1".to_owned() + &"0".repeat(1_000)), OutOfRange),
        (json!(r#"{"amount": 1e30}"#), OutOfRange),
    ];
    for (value, expected) in cases {
        assert_eq!(integer(&value), Err(expected), "{value}");
    }
}

#[test]
fn texts_of_other_shapes() {
    let text = |value: Value| payload_with(&value).param("p").unwrap().text();
    assert_eq!(text(json!(" 핫아메리카노 더블\n")).as_deref(), Some("핫아메리카노 더블"));
    assert_eq!(text(json!(2)).as_deref(), Some("2"));
    assert_eq!(text(json!(true)).as_deref(), Some("true"));
    assert_eq!(text(json!({ "amount": 2 })), None);
}
