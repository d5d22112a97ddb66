//! Phone numbers, as people type them.

use openbuilder::{NotAPhone, PhoneNumber};
use serde_json::json;

use crate::payload_with;

#[test]
fn one_number_has_many_spellings() {
    let spellings = [
        "01012345678",
        "010-1234-5678",
        "010.1234.5678",
        "010 1234 5678",
        "(010) 1234-5678",
        " 010-1234-5678\n",
        "０１０－１２３４－５６７８",
        "010–1234—5678",
        "+82 10-1234-5678",
        "+82 (0)10-1234-5678",
        "+82 010 1234 5678",
        "＋８２ 10 1234 5678",
        "821012345678",
        "82-10-1234-5678",
        "0082 10 1234 5678",
        "(+82) 10-1234-5678",
    ];
    for spelling in spellings {
        let phone = PhoneNumber::parse(spelling).map(|phone| phone.as_str().to_owned());
        assert_eq!(phone.as_deref(), Ok("01012345678"), "{spelling}");
    }
}

#[test]
fn older_operators_have_seven_or_eight_digits() {
    for number in ["0111234567", "01112345678", "0161234567", "0171234567", "0181234567", "0191234567"] {
        assert!(PhoneNumber::parse(number).is_ok(), "{number}");
    }
    assert_eq!(PhoneNumber::parse("011-123-4567").unwrap().masked(), "011-***-4567");
}

#[test]
fn everything_else_is_refused() {
    let others = [
        "",
        " ",
        "010",
        "0101234567",
        "010123456789",
        "011123456",
        "011123456789",
        "02-123-4567",
        "0121234567",
        "0131234567",
        "070-1234-5678",
        "+1 010 1234 5678",
        "+82 2 123 4567",
        "+82+82 10 1234 5678",
        "01O12345678",
        "010-1234-5678 내선 1",
        "010_1234_5678",
        "010/1234/5678",
        "٠١٠١٢٣٤٥٦٧٨",
        "1012345678",
        r#"{"otp":"https://talk-plugin.kakao.com/otp/1/profile"}"#,
    ];
    for other in others {
        assert_eq!(PhoneNumber::parse(other), Err(NotAPhone), "{other}");
    }
}

#[test]
fn it_shows_itself_only_when_asked() {
    let phone: PhoneNumber = "010-1234-5678".parse().unwrap();
    assert_eq!(phone.as_str(), "01012345678");
    assert_eq!(phone.e164(), "+821012345678");
    assert_eq!(phone.masked(), "010-****-5678");
    assert_eq!(format!("{phone:?}"), "PhoneNumber(010-****-5678)");
    assert_eq!(NotAPhone.to_string(), "not a Korean mobile number (such as 010-1234-5678)");
}

#[test]
fn a_parameter_becomes_a_phone_number() {
    let phone = |value| payload_with(&value).param("p").unwrap().phone().map(|phone| phone.e164());
    assert_eq!(phone(json!("010-1234-5678")).as_deref(), Ok("+821012345678"));
    assert_eq!(phone(json!(821_012_345_678_u64)).as_deref(), Ok("+821012345678"));
    // The leading zero is lost, and nobody can say that it was one.
    assert_eq!(phone(json!(1_012_345_678)), Err(NotAPhone));
    assert_eq!(phone(json!({ "number": "010-1234-5678" })), Err(NotAPhone));
}
