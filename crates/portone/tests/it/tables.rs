//! Every documented word, one by one.

use portone::v2::webhook::Event;
use portone::v2::{Kind, Meaning, Progress, Status};
use portone::{v1, v2};

#[test]
fn every_documented_status_means_something() {
    for (word, status, progress) in [
        ("READY", Status::Ready, Progress::Pending),
        ("PAY_PENDING", Status::PayPending, Progress::Pending),
        ("VIRTUAL_ACCOUNT_ISSUED", Status::VirtualAccountIssued, Progress::Pending),
        ("PAID", Status::Paid, Progress::Paid),
        ("FAILED", Status::Failed, Progress::Failed),
        ("PARTIAL_CANCELLED", Status::PartialCancelled, Progress::PartlyRefunded),
        ("CANCELLED", Status::Cancelled, Progress::Refunded),
        ("paid", Status::Other("paid".to_owned()), Progress::Unrecognised),
    ] {
        assert_eq!(Status::from(word), status);
        assert_eq!((status.as_str(), status.to_string().as_str()), (word, word));
        assert_eq!(status.progress(), progress, "{word}");
    }
    for word in ["ready", "paid", "cancelled", "failed"] {
        assert!(!matches!(v1::Status::from(word), v1::Status::Other(_)), "{word}");
    }
}

#[test]
fn every_documented_refusal_means_something() {
    for (words, meaning) in [
        (
            &[
                "INVALID_REQUEST",
                "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT",
                "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT",
                "DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT",
                "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT",
                "INFORMATION_MISMATCH",
            ][..],
            Meaning::BadParameter,
        ),
        (&["UNAUTHORIZED", "FORBIDDEN", "CHANNEL_NOT_FOUND"], Meaning::Misconfigured),
        (
            &[
                "PAYMENT_NOT_FOUND",
                "BILLING_KEY_NOT_FOUND",
                "CASH_RECEIPT_NOT_FOUND",
                "IDENTITY_VERIFICATION_NOT_FOUND",
                "WEBHOOK_NOT_FOUND",
            ],
            Meaning::NotFound,
        ),
        (
            &[
                "ALREADY_PAID",
                "ALREADY_PAID_OR_WAITING",
                "PAYMENT_ALREADY_CANCELLED",
                "BILLING_KEY_ALREADY_ISSUED",
                "BILLING_KEY_ALREADY_DELETED",
                "CASH_RECEIPT_ALREADY_ISSUED",
            ],
            Meaning::AlreadyDone,
        ),
        (
            &[
                "PAYMENT_NOT_PAID",
                "PAYMENT_NOT_WAITING_FOR_DEPOSIT",
                "PAYMENT_SCHEDULE_ALREADY_EXISTS",
                "BILLING_KEY_NOT_ISSUED",
                "CASH_RECEIPT_NOT_ISSUED",
            ],
            Meaning::WrongState,
        ),
        (
            &[
                "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN",
                "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT",
                "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT",
                "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT",
            ],
            Meaning::BalanceDiffers,
        ),
        (&["PG_PROVIDER", "CHANNEL_SPECIFIC"], Meaning::Gateway),
        (&["MAX_TRANSACTION_COUNT_REACHED", "MAX_WEBHOOK_RETRY_COUNT_REACHED"], Meaning::TooOften),
        (&["", "already_paid", "PAYMENT_EATEN"], Meaning::Unrecognised),
    ] {
        for word in words {
            let kind = Kind::from(*word);
            assert_eq!((kind.as_str(), kind.meaning()), (*word, meaning));
        }
    }
}

#[test]
fn words_are_spelled_as_documented() {
    for word in [
        "Transaction.Ready",
        "Transaction.Paid",
        "Transaction.VirtualAccountIssued",
        "Transaction.PartialCancelled",
        "Transaction.Cancelled",
        "Transaction.Failed",
        "Transaction.PayPending",
        "Transaction.CancelPending",
        "Transaction.Confirm",
        "Transaction.DisputeCreated",
        "Transaction.DisputeResolved",
        "BillingKey.Ready",
        "BillingKey.Issued",
        "BillingKey.Failed",
        "BillingKey.Deleted",
        "BillingKey.Updated",
    ] {
        let event = Event::from(word);
        assert!(!matches!(event, Event::Other(_)), "{word}");
        assert_eq!(event.as_str(), word);
    }
    for word in [
        "card",
        "trans",
        "vbank",
        "phone",
        "samsung",
        "kpay",
        "kakaopay",
        "payco",
        "lpay",
        "ssgpay",
        "tosspay",
        "cultureland",
        "smartculture",
        "happymoney",
        "booknlife",
        "point",
    ] {
        let method = v1::Method::from(word);
        assert!(!matches!(method, v1::Method::Other(_)), "{word}");
        assert_eq!(method.as_str(), word);
    }
    for word in
        ["Card", "Transfer", "VirtualAccount", "Mobile", "EasyPay", "GiftCertificate", "ConvenienceStore"]
    {
        let word = format!("PaymentMethod{word}");
        assert!(!matches!(v2::MethodType::from(word.as_str()), v2::MethodType::Other(_)), "{word}");
    }
}
