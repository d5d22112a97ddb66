//! What goes over the wire to V1.

use insta::assert_snapshot;
use portone::v1::cancel::{Cancel, CancelAll, CancelAmount, RefundAccount};
use portone::v1::certifications::{Carrier, ConfirmOtp, DeleteCertification, GetCertification, RequestOtp};
use portone::v1::charges::{Charge, PayAgain, PayOnetime};
use portone::v1::customers::{CardDetails, DeleteCustomer, GetCustomer, RegisterCustomer};
use portone::v1::payments::{FindPayment, FindPayments, GetPayment};
use portone::v1::prepare::Prepare;
use portone::v1::receipts::{CancelReceipt, GetReceipt, IdentifierType, IssueReceipt, ReceiptType};
use portone::v1::vbanks::{ChangePlace, ChangeVbank, CloseVbank, IssueVbank};
use portone::v1::{Buyer, Call, Status};
use secrecy::SecretString;

use crate::{shown, ten, token, v1_account};

fn sent(call: &impl Call) -> String {
    shown(&call.request(&v1_account(), &token()).unwrap())
}

pub(crate) fn cancel() -> Cancel {
    Cancel {
        imp_uid: Some("imp_448280090638".to_owned()),
        merchant_uid: "o-01J9Z0".to_owned(),
        checksum: 4_500,
        reason: "잘못 주문".to_owned(),
        refund: None,
        enable_webhook: false,
    }
}

fn refund_account() -> RefundAccount {
    RefundAccount {
        holder: "홍길동".to_owned(),
        bank: "088".to_owned(),
        account: "110111222333".to_owned(),
        tel: Some("01012345678".to_owned()),
    }
}

fn card() -> CardDetails {
    CardDetails {
        number: SecretString::from("1234-1234-1234-1234"),
        expiry: SecretString::from("2028-12"),
        birth: SecretString::from("900101"),
        pwd_2digit: Some(SecretString::from("00")),
        cvc: None,
    }
}

fn buyer() -> Buyer {
    Buyer { name: Some("홍길동".to_owned()), tel: Some("010-1234-5678".to_owned()), ..Buyer::default() }
}

pub(crate) fn charge() -> Charge {
    Charge {
        merchant_uid: "o-01J9Z0".to_owned(),
        amount: 9_900,
        name: "커피 구독".to_owned(),
        tax_free: Some(0),
        card_quota: None,
        buyer: buyer(),
        custom_data: Some("table 4".to_owned()),
        notice_url: Some("https://cafe.example/payments/webhooks/iamport".to_owned()),
    }
}

#[test]
fn payments_are_asked_for_by_either_name() {
    let get = |extension| GetPayment { imp_uid: "imp_448280090638".to_owned(), extension };
    assert_snapshot!(sent(&get(false)), @r"
    GET https://api.iamport.kr/payments/imp_448280090638
    authorization: [redacted]
    ");
    assert_snapshot!(sent(&get(true)), @r"
    GET https://api.iamport.kr/payments/imp_448280090638?extension=true
    authorization: [redacted]
    ");
    let find = |status| FindPayment { merchant_uid: "o-01J9Z0".to_owned(), status };
    assert_snapshot!(sent(&find(None)), @r"
    GET https://api.iamport.kr/payments/find/o-01J9Z0
    authorization: [redacted]
    ");
    assert_snapshot!(sent(&find(Some(Status::Paid))), @r"
    GET https://api.iamport.kr/payments/find/o-01J9Z0/paid
    authorization: [redacted]
    ");
    assert_snapshot!(sent(&FindPayments { merchant_uid: "o-01J9Z0".to_owned() }), @r"
    GET https://api.iamport.kr/payments/findAll/o-01J9Z0
    authorization: [redacted]
    ");
}

#[test]
fn an_order_is_registered_beforehand() {
    assert_snapshot!(sent(&Prepare { merchant_uid: "o-01J9Z0".to_owned(), amount: 4_500 }), @r#"
    POST https://api.iamport.kr/payments/prepare
    content-type: application/json
    authorization: [redacted]

    {"merchant_uid":"o-01J9Z0",
    "amount":4500}
    "#);
}

#[test]
fn cancelling_all_names_no_sum_and_the_balance() {
    assert_snapshot!(sent(&CancelAll { cancel: cancel() }), @r#"
    POST https://api.iamport.kr/payments/cancel
    content-type: application/json
    authorization: [redacted]

    {"imp_uid":"imp_448280090638",
    "merchant_uid":"o-01J9Z0",
    "checksum":4500,
    "reason":"잘못 주문"}
    "#);
    let by_order = Cancel { imp_uid: None, enable_webhook: true, ..cancel() };
    assert_snapshot!(sent(&CancelAll { cancel: by_order }), @r#"
    POST https://api.iamport.kr/payments/cancel
    content-type: application/json
    authorization: [redacted]

    {"merchant_uid":"o-01J9Z0",
    "checksum":4500,
    "reason":"잘못 주문",
    "enable_webhook":true}
    "#);
}

#[test]
fn cancelling_a_part_names_the_sum_and_the_balance() {
    assert_snapshot!(sent(&CancelAmount { cancel: cancel(), amount: 2_800, tax_free: 0 }), @r#"
    POST https://api.iamport.kr/payments/cancel
    content-type: application/json
    authorization: [redacted]

    {"imp_uid":"imp_448280090638",
    "merchant_uid":"o-01J9Z0",
    "amount":2800,
    "tax_free":0,
    "checksum":4500,
    "reason":"잘못 주문"}
    "#);
    let deposit = Cancel { refund: Some(refund_account()), ..cancel() };
    assert_snapshot!(sent(&CancelAmount { cancel: deposit, amount: 4_500, tax_free: 500 }), @r#"
    POST https://api.iamport.kr/payments/cancel
    content-type: application/json
    authorization: [redacted]

    {"imp_uid":"imp_448280090638",
    "merchant_uid":"o-01J9Z0",
    "amount":4500,
    "tax_free":500,
    "checksum":4500,
    "reason":"잘못 주문",
    "refund_holder":"홍길동",
    "refund_bank":"088",
    "refund_account":"110111222333",
    "refund_tel":"01012345678"}
    "#);
}

#[test]
fn cards_are_stored_read_and_forgotten() {
    let customer_uid = "card-7f3a".to_owned();
    assert_snapshot!(sent(&RegisterCustomer { customer_uid: customer_uid.clone(), card: card(), owner: buyer() }), @r#"
    POST https://api.iamport.kr/subscribe/customers/card-7f3a
    content-type: application/json
    authorization: [redacted]

    {"customer_uid":"card-7f3a",
    "card_number":"1234-1234-1234-1234",
    "expiry":"2028-12",
    "birth":"900101",
    "pwd_2digit":"00",
    "customer_name":"홍길동",
    "customer_tel":"010-1234-5678"}
    "#);
    assert_snapshot!(sent(&GetCustomer { customer_uid: customer_uid.clone() }), @r"
    GET https://api.iamport.kr/subscribe/customers/card-7f3a
    authorization: [redacted]
    ");
    assert_snapshot!(sent(&DeleteCustomer { customer_uid }), @r"
    DELETE https://api.iamport.kr/subscribe/customers/card-7f3a
    authorization: [redacted]
    ");
}

#[test]
fn cards_are_charged_by_their_digits_or_their_key() {
    let onetime = PayOnetime { card: card(), customer_uid: Some("card-7f3a".to_owned()), charge: charge() };
    assert_snapshot!(sent(&onetime), @r#"
    POST https://api.iamport.kr/subscribe/payments/onetime
    content-type: application/json
    authorization: [redacted]

    {"merchant_uid":"o-01J9Z0",
    "amount":9900,
    "name":"커피 구독",
    "currency":"KRW",
    "tax_free":0,
    "buyer_name":"홍길동",
    "buyer_tel":"010-1234-5678",
    "custom_data":"table 4",
    "notice_url":"https://cafe.example/payments/webhooks/iamport",
    "card_number":"1234-1234-1234-1234",
    "expiry":"2028-12",
    "birth":"900101",
    "pwd_2digit":"00",
    "customer_uid":"card-7f3a"}
    "#);
    assert_snapshot!(sent(&PayAgain { customer_uid: "card-7f3a".to_owned(), charge: charge() }), @r#"
    POST https://api.iamport.kr/subscribe/payments/again
    content-type: application/json
    authorization: [redacted]

    {"customer_uid":"card-7f3a",
    "merchant_uid":"o-01J9Z0",
    "amount":9900,
    "name":"커피 구독",
    "currency":"KRW",
    "tax_free":0,
    "buyer_name":"홍길동",
    "buyer_tel":"010-1234-5678",
    "custom_data":"table 4",
    "notice_url":"https://cafe.example/payments/webhooks/iamport"}
    "#);
}

#[test]
fn virtual_accounts_are_issued_changed_and_closed() {
    let issue = IssueVbank {
        merchant_uid: "o-01J9Z0".to_owned(),
        amount: 40_000,
        vbank_code: "088".to_owned(),
        due_at: ten(),
        vbank_holder: "카페".to_owned(),
        name: Some("원두".to_owned()),
        buyer: Buyer::default(),
        pg: None,
        custom_data: None,
        notice_url: None,
    };
    assert_snapshot!(sent(&issue), @r#"
    POST https://api.iamport.kr/vbanks
    content-type: application/json
    authorization: [redacted]

    {"merchant_uid":"o-01J9Z0",
    "amount":40000,
    "vbank_code":"088",
    "vbank_due":1795222800,
    "vbank_holder":"카페",
    "name":"원두"}
    "#);
    let change = |place| ChangeVbank {
        imp_uid: "imp_448280090640".to_owned(),
        amount: Some(50_000),
        due_at: Some(ten()),
        place,
    };
    assert_snapshot!(sent(&change(ChangePlace::Path)), @r#"
    PUT https://api.iamport.kr/vbanks/imp_448280090640
    content-type: application/json
    authorization: [redacted]

    {"amount":50000,
    "vbank_due":1795222800}
    "#);
    assert_snapshot!(sent(&change(ChangePlace::Body)), @r#"
    PUT https://api.iamport.kr/vbanks
    content-type: application/json
    authorization: [redacted]

    {"imp_uid":"imp_448280090640",
    "amount":50000,
    "vbank_due":1795222800}
    "#);
    assert_snapshot!(sent(&CloseVbank { imp_uid: "imp_448280090640".to_owned() }), @r"
    DELETE https://api.iamport.kr/vbanks/imp_448280090640
    authorization: [redacted]
    ");
}

#[test]
fn receipts_are_issued_read_and_cancelled() {
    let imp_uid = "imp_448280090640".to_owned();
    let issue = IssueReceipt {
        imp_uid: imp_uid.clone(),
        identifier: "01012345678".to_owned(),
        identifier_type: Some(IdentifierType::Phone),
        receipt_type: Some(ReceiptType::Person),
        buyer: Buyer { address: Some("서울".to_owned()), ..buyer() },
        tax_free: None,
    };
    assert_snapshot!(sent(&issue), @r#"
    POST https://api.iamport.kr/receipts/imp_448280090640
    content-type: application/json
    authorization: [redacted]

    {"imp_uid":"imp_448280090640",
    "identifier":"01012345678",
    "identifier_type":"phone",
    "type":"person",
    "buyer_name":"홍길동",
    "buyer_tel":"010-1234-5678"}
    "#);
    assert_snapshot!(sent(&GetReceipt { imp_uid: imp_uid.clone() }), @r"
    GET https://api.iamport.kr/receipts/imp_448280090640
    authorization: [redacted]
    ");
    assert_snapshot!(sent(&CancelReceipt { imp_uid }), @r"
    DELETE https://api.iamport.kr/receipts/imp_448280090640
    authorization: [redacted]
    ");
}

#[test]
fn persons_are_certified_by_a_code() {
    let request = RequestOtp {
        name: "홍길동".to_owned(),
        phone: SecretString::from("010-1234-5678"),
        birth: SecretString::from("900101"),
        gender_digit: "1".to_owned(),
        carrier: Carrier::Skt,
        is_mvno: Some(false),
        merchant_uid: None,
        pg: None,
    };
    let imp_uid = "imp_cert_1".to_owned();
    assert_snapshot!(sent(&request), @r#"
    POST https://api.iamport.kr/certifications/otp/request
    content-type: application/json
    authorization: [redacted]

    {"name":"홍길동",
    "phone":"010-1234-5678",
    "birth":"900101",
    "gender_digit":"1",
    "carrier":"SKT",
    "is_mvno":false}
    "#);
    assert_snapshot!(sent(&ConfirmOtp { imp_uid: imp_uid.clone(), otp: SecretString::from("123456") }), @r#"
    POST https://api.iamport.kr/certifications/otp/confirm/imp_cert_1
    content-type: application/json
    authorization: [redacted]

    {"otp":"123456"}
    "#);
    assert_snapshot!(sent(&GetCertification { imp_uid: imp_uid.clone() }), @r"
    GET https://api.iamport.kr/certifications/imp_cert_1
    authorization: [redacted]
    ");
    assert_snapshot!(sent(&DeleteCertification { imp_uid }), @r"
    DELETE https://api.iamport.kr/certifications/imp_cert_1
    authorization: [redacted]
    ");
}

#[test]
fn debug_shows_no_card_no_account_and_no_person() {
    let cancel = CancelAll { cancel: Cancel { refund: Some(refund_account()), ..cancel() } };
    let pay = PayOnetime { card: card(), customer_uid: None, charge: charge() };
    let text = format!("{cancel:?} {pay:?}");
    for secret in ["홍길동", "110111222333", "1234-1234", "900101", "5678"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(text.contains("o-01J9Z0"), "{text}");
}
