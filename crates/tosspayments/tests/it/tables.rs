//! Every documented word and code, one by one.

use tosspayments::{Code, Meaning, Method, Status, WindowMethod};

#[test]
fn words_are_spelled_as_documented() {
    for word in [
        "READY",
        "IN_PROGRESS",
        "WAITING_FOR_DEPOSIT",
        "DONE",
        "CANCELED",
        "PARTIAL_CANCELED",
        "ABORTED",
        "EXPIRED",
    ] {
        let status = Status::from(word);
        assert!(!matches!(status, Status::Other(_)), "{word}");
        assert_eq!((status.as_str(), status.to_string().as_str()), (word, word));
    }
    assert_eq!(Status::from("done"), Status::Other("done".to_owned()));
    for (korean, english) in [
        ("카드", "CARD"),
        ("가상계좌", "VIRTUAL_ACCOUNT"),
        ("간편결제", "EASY_PAY"),
        ("휴대폰", "MOBILE_PHONE"),
        ("계좌이체", "TRANSFER"),
        ("문화상품권", "CULTURE_GIFT_CERTIFICATE"),
        ("도서문화상품권", "BOOK_GIFT_CERTIFICATE"),
        ("게임문화상품권", "GAME_GIFT_CERTIFICATE"),
    ] {
        assert_eq!(Method::from(korean), Method::from(english));
        assert_eq!(Method::from(english).as_str(), korean);
    }
    for word in ["CARD", "TRANSFER", "VIRTUAL_ACCOUNT", "MOBILE_PHONE"] {
        assert_eq!(WindowMethod::from(word).as_str(), word);
    }
}

#[test]
fn every_documented_code_means_something() {
    for (codes, meaning) in [
        (&["UNAUTHORIZED_KEY", "INVALID_API_KEY", "INCORRECT_BASIC_AUTH_FORMAT"][..], Meaning::BadKey),
        (&["FORBIDDEN_REQUEST", "NOT_REGISTERED_BUSINESS", "NOT_FOUND_TERMINAL_ID"], Meaning::NotPermitted),
        (&["INVALID_REQUEST", "INVALID_IDEMPOTENCY_KEY", "UNAPPROVED_ORDER_ID"], Meaning::BadParameter),
        (&["ALREADY_PROCESSED_PAYMENT", "DUPLICATED_ORDER_ID"], Meaning::AlreadyProcessed),
        (&["ALREADY_CANCELED_PAYMENT", "ALREADY_REFUND_PAYMENT"], Meaning::AlreadyCancelled),
        (&["IDEMPOTENT_REQUEST_PROCESSING", "FORBIDDEN_CONSECUTIVE_REQUEST"], Meaning::InProgress),
        (&["NOT_FOUND_PAYMENT_SESSION"], Meaning::NoSession),
        (&["NOT_FOUND_PAYMENT"], Meaning::NoSuchPayment),
        (
            &[
                "PROVIDER_ERROR",
                "COMMON_ERROR",
                "CARD_PROCESSING_ERROR",
                "UNKNOWN_PAYMENT_ERROR",
                "FAILED_INTERNAL_SYSTEM_PROCESSING",
                "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING",
                "FAILED_METHOD_HANDLING_CANCEL",
                "FAILED_PARTIAL_REFUND",
                "FAILED_REFUND_PROCESS",
            ],
            Meaning::Internal,
        ),
        (&["NOT_AVAILABLE_BANK", "NOT_AVAILABLE_PAYMENT"], Meaning::Unavailable),
        (
            &[
                "REJECT_CARD_PAYMENT",
                "REJECT_CARD_COMPANY",
                "REJECT_ACCOUNT_PAYMENT",
                "INVALID_REJECT_CARD",
                "INVALID_STOPPED_CARD",
                "INVALID_CARD_LOST_OR_STOLEN",
                "EXCEED_MAX_AUTH_COUNT",
                "EXCEED_MAX_DAILY_PAYMENT_COUNT",
                "FDS_ERROR",
            ],
            Meaning::Rejected,
        ),
        (&["BELOW_MINIMUM_AMOUNT", "EXCEED_MAX_AMOUNT"], Meaning::AmountOutsideLimits),
        (
            &[
                "NOT_CANCELABLE_PAYMENT",
                "EXCEED_MAX_REFUND_DUE",
                "NOT_ALLOWED_PARTIAL_REFUND",
                "REFUND_REJECTED",
            ],
            Meaning::NotCancellable,
        ),
        (&["NOT_CANCELABLE_AMOUNT"], Meaning::RefundTooLarge),
        (&["NOT_MATCHES_REFUNDABLE_AMOUNT"], Meaning::BalanceDiffers),
        (&["INVALID_REFUND_ACCOUNT_NUMBER", "INVALID_BANK"], Meaning::BadRefundAccount),
        (&["NOT_MATCHES_CUSTOMER_KEY"], Meaning::WrongCustomer),
        (&["INVALID_BILL_KEY_REQUEST"], Meaning::NoSuchBillingKey),
        (&["PAY_PROCESS_CANCELED"], Meaning::PayerCancelled),
        (&["PAY_PROCESS_ABORTED"], Meaning::WindowAborted),
        (&["EXPIRED_PAYMENT"], Meaning::Expired),
        (&["SOMETHING_NEW", "X"], Meaning::Unrecognised),
    ] {
        for &code in codes {
            assert_eq!(Code::parse(code).unwrap().meaning(), meaning, "{code}");
        }
    }
    for text in ["", "not a code", "소문자", "a", &"A".repeat(101)] {
        assert_eq!(Code::parse(text), None, "{text}");
    }
}
