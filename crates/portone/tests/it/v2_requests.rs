//! What goes over the wire to V2.

use insta::assert_snapshot;
use portone::v2::billing_keys::{DeleteBillingKey, GetBillingKey, IssueBillingKey};
use portone::v2::cancel::{Cancel, CancelAll, CancelAmount, RefundAccount};
use portone::v2::cash_receipts::{CancelCashReceipt, GetCashReceipt};
use portone::v2::charges::{CardCredential, Charge, InstantMethod, PayInstantly, PayWithBillingKey};
use portone::v2::identity_verifications::GetIdentityVerification;
use portone::v2::payments::GetPayment;
use portone::v2::pre_register::PreRegister;
use portone::v2::resend_webhook::ResendWebhook;
use portone::v2::virtual_accounts::CloseVirtualAccount;
use portone::v2::{Call, Customer};
use secrecy::SecretString;

use crate::{shown, ten, v2_account};

fn sent(call: &impl Call) -> String {
    shown(&call.request(&v2_account()).unwrap())
}

fn payment_id() -> String {
    "o-01J9Z0".to_owned()
}

pub(crate) fn cancel() -> Cancel {
    Cancel {
        payment_id: payment_id(),
        current_cancellable_amount: 4_500,
        reason: "잘못 주문".to_owned(),
        refund_account: None,
    }
}

pub(crate) fn part(amount: u32, tax_free_amount: u32, vat_amount: Option<u32>) -> CancelAmount {
    CancelAmount { cancel: cancel(), amount, tax_free_amount, vat_amount }
}

fn refund_account() -> RefundAccount {
    RefundAccount {
        bank: "SHINHAN".to_owned(),
        number: "110111222333".to_owned(),
        holder_name: "홍길동".to_owned(),
        holder_phone_number: None,
    }
}

fn credential() -> CardCredential {
    CardCredential {
        number: SecretString::from("1234123412341234"),
        expiry_year: SecretString::from("28"),
        expiry_month: SecretString::from("12"),
        birth_or_business_registration_number: Some(SecretString::from("900101")),
        password_two_digits: Some(SecretString::from("00")),
    }
}

fn charge() -> Charge {
    Charge {
        payment_id: payment_id(),
        order_name: "커피 구독".to_owned(),
        total: 9_900,
        tax_free: None,
        customer: Customer {
            id: Some("u-7f3a".to_owned()),
            full_name: Some("홍길동".to_owned()),
            ..Customer::default()
        },
        custom_data: None,
        notice_urls: vec!["https://cafe.example/payments/webhooks/portone".to_owned()],
    }
}

#[test]
fn a_payment_is_asked_for_by_the_merchants_name() {
    assert_snapshot!(sent(&GetPayment { payment_id: payment_id() }), @r"
    GET https://api.portone.io/payments/o-01J9Z0?storeId=store-4f6d
    authorization: PortOne [redacted]
    ");
}

#[test]
fn a_payment_is_registered_beforehand() {
    let register = PreRegister { payment_id: payment_id(), total_amount: 4_500, tax_free_amount: None };
    assert_snapshot!(sent(&register), @r#"
    POST https://api.portone.io/payments/o-01J9Z0/pre-register
    authorization: PortOne [redacted]
    content-type: application/json

    {"storeId":"store-4f6d",
    "totalAmount":4500,
    "currency":"KRW"}
    "#);
}

#[test]
fn cancelling_all_names_no_sum_and_the_balance() {
    assert_snapshot!(sent(&CancelAll { cancel: cancel() }), @r#"
    POST https://api.portone.io/payments/o-01J9Z0/cancel
    authorization: PortOne [redacted]
    content-type: application/json

    {"storeId":"store-4f6d",
    "reason":"잘못 주문",
    "currentCancellableAmount":4500}
    "#);
}

#[test]
fn cancelling_a_part_names_the_sum_and_the_balance() {
    assert_snapshot!(sent(&part(2_800, 0, Some(255))), @r#"
    POST https://api.portone.io/payments/o-01J9Z0/cancel
    authorization: PortOne [redacted]
    content-type: application/json

    {"storeId":"store-4f6d",
    "amount":2800,
    "taxFreeAmount":0,
    "vatAmount":255,
    "reason":"잘못 주문",
    "currentCancellableAmount":4500}
    "#);
    let deposit = Cancel { refund_account: Some(refund_account()), ..cancel() };
    assert_snapshot!(sent(&CancelAmount { cancel: deposit, ..part(4_500, 500, None) }), @r#"
    POST https://api.portone.io/payments/o-01J9Z0/cancel
    authorization: PortOne [redacted]
    content-type: application/json

    {"storeId":"store-4f6d",
    "amount":4500,
    "taxFreeAmount":500,
    "reason":"잘못 주문",
    "currentCancellableAmount":4500,
    "refundAccount":{"bank":"SHINHAN",
    "holderName":"홍길동",
    "number":"110111222333"}}
    "#);
}

#[test]
fn cards_accounts_and_keys_are_charged_without_a_window() {
    let instant = |method| PayInstantly { channel_key: "channel-key-1".to_owned(), method, charge: charge() };
    let card = InstantMethod::Card { credential: credential(), installment_month: Some(3) };
    assert_snapshot!(sent(&instant(card)), @r#"
    POST https://api.portone.io/payments/o-01J9Z0/instant
    authorization: PortOne [redacted]
    content-type: application/json

    {"storeId":"store-4f6d",
    "channelKey":"channel-key-1",
    "method":{"card":{"credential":{"birthOrBusinessRegistrationNumber":"900101",
    "expiryMonth":"12",
    "expiryYear":"28",
    "number":"1234123412341234",
    "passwordTwoDigits":"00"},
    "installmentMonth":3}},
    "orderName":"커피 구독",
    "customer":{"id":"u-7f3a",
    "name":{"full":"홍길동"}},
    "amount":{"total":9900},
    "currency":"KRW",
    "noticeUrls":["https://cafe.example/payments/webhooks/portone"]}
    "#);
    let account = InstantMethod::VirtualAccount {
        bank: "SHINHAN".to_owned(),
        due_date: ten(),
        remittee_name: Some("카페".to_owned()),
    };
    assert_snapshot!(sent(&instant(account)), @r#"
    POST https://api.portone.io/payments/o-01J9Z0/instant
    authorization: PortOne [redacted]
    content-type: application/json

    {"storeId":"store-4f6d",
    "channelKey":"channel-key-1",
    "method":{"virtualAccount":{"bank":"SHINHAN",
    "expiry":{"dueDate":"2026-11-21T01:00:00Z"},
    "option":{"type":"NORMAL"},
    "remitteeName":"카페"}},
    "orderName":"커피 구독",
    "customer":{"id":"u-7f3a",
    "name":{"full":"홍길동"}},
    "amount":{"total":9900},
    "currency":"KRW",
    "noticeUrls":["https://cafe.example/payments/webhooks/portone"]}
    "#);
    let key = PayWithBillingKey {
        billing_key: SecretString::from("billing-key-1"),
        channel_key: None,
        installment_month: None,
        charge: Charge { notice_urls: Vec::new(), tax_free: Some(900), ..charge() },
    };
    assert_snapshot!(sent(&key), @r#"
    POST https://api.portone.io/payments/o-01J9Z0/billing-key
    authorization: PortOne [redacted]
    content-type: application/json

    {"storeId":"store-4f6d",
    "billingKey":"billing-key-1",
    "orderName":"커피 구독",
    "customer":{"id":"u-7f3a",
    "name":{"full":"홍길동"}},
    "amount":{"taxFree":900,
    "total":9900},
    "currency":"KRW"}
    "#);
}

#[test]
fn billing_keys_are_issued_read_and_deleted() {
    let issue = IssueBillingKey {
        channel_key: "channel-key-1".to_owned(),
        credential: credential(),
        customer: Customer::default(),
        custom_data: None,
    };
    assert_snapshot!(sent(&issue), @r#"
    POST https://api.portone.io/billing-keys
    authorization: PortOne [redacted]
    content-type: application/json

    {"storeId":"store-4f6d",
    "channelKey":"channel-key-1",
    "method":{"card":{"credential":{"birthOrBusinessRegistrationNumber":"900101",
    "expiryMonth":"12",
    "expiryYear":"28",
    "number":"1234123412341234",
    "passwordTwoDigits":"00"}}}}
    "#);
    let billing_key = SecretString::from("billing-key/1");
    assert_snapshot!(sent(&GetBillingKey { billing_key: billing_key.clone() }), @r"
    GET https://api.portone.io/billing-keys/billing-key%2F1?storeId=store-4f6d
    authorization: PortOne [redacted]
    ");
    let reason = Some("탈퇴 & 끝".to_owned());
    assert_snapshot!(sent(&DeleteBillingKey { billing_key, reason }), @r"
    DELETE https://api.portone.io/billing-keys/billing-key%2F1?storeId=store-4f6d&reason=%ED%83%88%ED%87%B4+%26+%EB%81%9D
    authorization: PortOne [redacted]
    ");
}

#[test]
fn the_rest_is_asked_for_below_the_payment() {
    assert_snapshot!(sent(&CloseVirtualAccount { payment_id: payment_id() }), @r"
    POST https://api.portone.io/payments/o-01J9Z0/virtual-account/close?storeId=store-4f6d
    authorization: PortOne [redacted]
    ");
    assert_snapshot!(sent(&GetCashReceipt { payment_id: payment_id() }), @r"
    GET https://api.portone.io/payments/o-01J9Z0/cash-receipt?storeId=store-4f6d
    authorization: PortOne [redacted]
    ");
    assert_snapshot!(sent(&CancelCashReceipt { payment_id: payment_id() }), @r"
    POST https://api.portone.io/payments/o-01J9Z0/cash-receipt/cancel?storeId=store-4f6d
    authorization: PortOne [redacted]
    ");
    assert_snapshot!(sent(&ResendWebhook { payment_id: payment_id(), webhook_id: None }), @r#"
    POST https://api.portone.io/payments/o-01J9Z0/resend-webhook
    authorization: PortOne [redacted]
    content-type: application/json

    {"storeId":"store-4f6d"}
    "#);
    let webhook_id = Some("wh-1".to_owned());
    assert_snapshot!(sent(&ResendWebhook { payment_id: payment_id(), webhook_id }), @r#"
    POST https://api.portone.io/payments/o-01J9Z0/resend-webhook
    authorization: PortOne [redacted]
    content-type: application/json

    {"storeId":"store-4f6d",
    "webhookId":"wh-1"}
    "#);
    let identity = GetIdentityVerification { identity_verification_id: "iv-1".to_owned() };
    assert_snapshot!(sent(&identity), @r"
    GET https://api.portone.io/identity-verifications/iv-1?storeId=store-4f6d
    authorization: PortOne [redacted]
    ");
}

#[test]
fn debug_shows_no_card_no_account_no_key_and_no_person() {
    let cancel = CancelAll { cancel: Cancel { refund_account: Some(refund_account()), ..cancel() } };
    let key = SecretString::from("billing-key-1");
    let pay =
        PayWithBillingKey { billing_key: key, channel_key: None, installment_month: None, charge: charge() };
    let text = format!("{cancel:?} {pay:?} {:?}", credential());
    for secret in ["홍길동", "110111222333", "12341234", "900101", "billing-key-1"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(text.contains("o-01J9Z0"), "{text}");
}
