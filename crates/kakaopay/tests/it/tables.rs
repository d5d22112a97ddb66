//! Every documented word and code, one by one.

use kakaopay::{CardIssuer, Code, Meaning, PaymentMethod, Progress, Status};

#[test]
fn every_documented_status_means_something() {
    for (word, status, progress) in [
        ("READY", Status::Ready, Progress::Pending),
        ("SEND_TMS", Status::SendTms, Progress::Pending),
        ("OPEN_PAYMENT", Status::OpenPayment, Progress::Pending),
        ("SELECT_METHOD", Status::SelectMethod, Progress::Pending),
        ("ARS_WAITING", Status::ArsWaiting, Progress::Pending),
        ("AUTH_PASSWORD", Status::AuthPassword, Progress::Pending),
        ("ISSUED_SID", Status::IssuedSid, Progress::SubscriptionIssued),
        ("SUCCESS_PAYMENT", Status::SuccessPayment, Progress::Paid),
        ("PART_CANCEL_PAYMENT", Status::PartCancelPayment, Progress::PartlyRefunded),
        ("CANCEL_PAYMENT", Status::CancelPayment, Progress::Refunded),
        ("FAIL_AUTH_PASSWORD", Status::FailAuthPassword, Progress::Failed),
        ("QUIT_PAYMENT", Status::QuitPayment, Progress::Failed),
        ("FAIL_PAYMENT", Status::FailPayment, Progress::Failed),
        ("success_payment", Status::Other("success_payment".to_owned()), Progress::Unrecognised),
    ] {
        assert_eq!(Status::from(word), status);
        assert_eq!((status.as_str(), status.to_string().as_str()), (word, word));
        assert_eq!(status.progress(), progress, "{word}");
    }
}

#[test]
fn every_documented_code_means_something() {
    for (codes, meaning) in [
        (&[-400, -8][..], Meaning::BadHeader),
        (&[-401], Meaning::BadKey),
        (&[-403, -3, -5, -6], Meaning::NotPermitted),
        (&[-404], Meaning::NoSuchUrl),
        (&[-2], Meaning::BadParameter),
        (&[-9], Meaning::ApiEnded),
        (&[-429, -10], Meaning::QuotaExceeded),
        (&[-500, -1], Meaning::Internal),
        (&[-503, -7, -9798], Meaning::Maintenance),
        (&[-701], Meaning::NotAuthenticated),
        (&[-702], Meaning::AlreadyApproved),
        (&[-703, -704], Meaning::SourceAmountMismatch),
        (&[-705], Meaning::MethodNotSupported),
        (&[-706, -707], Meaning::PartnerMismatch),
        (&[-708], Meaning::WrongToken),
        (&[-710, -711], Meaning::RefundTooLarge),
        (&[-721], Meaning::NoSuchPayment),
        (&[-722, -724, -725, -726], Meaning::AmountMismatch),
        (&[-723], Meaning::Expired),
        (&[-730, -731, -732, -733], Meaning::BadMerchant),
        (&[-750], Meaning::NoSuchSubscription),
        (&[-751], Meaning::SubscriptionEnded),
        (&[-752], Meaning::SubscriptionLimit),
        (&[-753], Meaning::SubscriptionOfAnother),
        (&[-761], Meaning::NotKakaoTalkUser),
        (&[-780], Meaning::ApproveFailed),
        (&[-781], Meaning::CancelFailed),
        (&[-782], Meaning::ChargeFailed),
        (&[-783, -784], Meaning::WrongState),
        (&[-785], Meaning::InProgress),
        (&[-797], Meaning::AboveLimit),
        (&[-798], Meaning::AddressNotAllowed),
        (&[-799], Meaning::DomainMismatch),
        (&[0, 1, -4, -700, -709, -727, -734, -786, 702, i32::MIN, i32::MAX], Meaning::Unrecognised),
    ] {
        for &code in codes {
            assert_eq!(Code(code).meaning(), meaning, "{code}");
        }
    }
}

#[test]
fn words_are_spelled_as_documented() {
    let issuers = [
        "SHINHAN",
        "KB",
        "HYUNDAI",
        "LOTTE",
        "SAMSUNG",
        "NH",
        "BC",
        "HANA",
        "CITI",
        "KAKAOBANK",
        "KAKAOPAY",
        "WOORI",
        "GWANGJU",
        "SUHYUP",
        "SHINHYUP",
        "JEONBUK",
        "JEJU",
        "SC",
    ];
    for word in issuers {
        let issuer = CardIssuer::from(word);
        assert!(!matches!(issuer, CardIssuer::Other(_)), "{word}");
        assert_eq!(issuer.as_str(), word);
    }
    assert_eq!(PaymentMethod::from("CARD"), PaymentMethod::Card);
    assert_eq!(PaymentMethod::from("MONEY"), PaymentMethod::Money);
    assert_eq!(PaymentMethod::from("GIFT"), PaymentMethod::Other("GIFT".to_owned()));
}
