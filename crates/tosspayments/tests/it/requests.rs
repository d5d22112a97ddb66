//! What goes over the wire.

use std::num::NonZeroU32;

use insta::assert_snapshot;
use jiff::civil::date;
use tosspayments::billing::{self, BillingKey};
use tosspayments::cancel::{CancelAll, CancelAmount, RefundAccount};
use tosspayments::cash_receipt::{self, IssueCashReceipt, Purpose};
use tosspayments::confirm::Confirm;
use tosspayments::key_in::{CardNumber, KeyIn};
use tosspayments::look_up::{ByKey, ByOrder};
use tosspayments::virtual_account::{Due, IssueVirtualAccount};
use tosspayments::window::OpenWindow;
use tosspayments::{Api, BadIdempotencyKey, Call, IdempotencyKey, Post, WindowMethod};

use crate::{PAYMENT_KEY, account, shown};

fn sent(call: &impl Call) -> String {
    shown(&call.request(&account(Api::Current)).unwrap())
}

pub(crate) fn confirm() -> Confirm {
    Confirm { payment_key: PAYMENT_KEY.to_owned(), order_id: "o-01J9Z0".to_owned(), amount: 4_500 }
}

pub(crate) fn window() -> OpenWindow {
    OpenWindow {
        method: WindowMethod::Card,
        order_id: "o-01J9Z0".to_owned(),
        order_name: "아이스 아메리카노".to_owned(),
        amount: 4_500,
        tax_free_amount: None,
        customer_key: None,
        success_url: "https://cafe.example/pay/o-01J9Z0/approve".to_owned(),
        fail_url: "https://cafe.example/pay/o-01J9Z0/fail".to_owned(),
    }
}

pub(crate) fn cancel_amount(amount: u32) -> CancelAmount {
    CancelAmount {
        payment_key: PAYMENT_KEY.to_owned(),
        cancel_reason: "식은 커피".to_owned(),
        cancel_amount: NonZeroU32::new(amount).unwrap(),
        tax_free_amount: None,
        refundable_amount: NonZeroU32::new(4_500),
        refund_account: None,
    }
}

pub(crate) fn refund_account() -> RefundAccount {
    RefundAccount {
        bank: "20".to_owned(),
        account_number: "1000123456789".to_owned(),
        holder_name: "김미나".to_owned(),
    }
}

pub(crate) fn card() -> CardNumber {
    CardNumber {
        number: "4330123412341234".to_owned(),
        expiration_year: "28".to_owned(),
        expiration_month: "07".to_owned(),
        password: Some("12".to_owned()),
        owner_number: Some("990101".to_owned()),
    }
}

pub(crate) fn key_in() -> KeyIn {
    KeyIn {
        order_id: "o-01J9Z0".to_owned(),
        order_name: "원두".to_owned(),
        amount: 60_000,
        tax_free_amount: Some(5_000),
        card: card(),
        card_installment_plan: Some(3),
    }
}

pub(crate) fn billing_pay() -> billing::Pay {
    billing::Pay {
        billing_key: BillingKey("Z_t5vOvQ+/=".to_owned()),
        customer_key: "u-7f3a".to_owned(),
        order_id: "o-01J9Z1".to_owned(),
        order_name: "커피 구독".to_owned(),
        amount: 9_900,
        tax_free_amount: None,
    }
}

pub(crate) fn virtual_account() -> IssueVirtualAccount {
    IssueVirtualAccount {
        order_id: "o-01J9Z1".to_owned(),
        order_name: "원두 1kg".to_owned(),
        amount: 30_000,
        tax_free_amount: None,
        bank: "20".to_owned(),
        customer_name: "김미나".to_owned(),
        due: None,
    }
}

pub(crate) fn cash_receipt() -> IssueCashReceipt {
    IssueCashReceipt {
        order_id: "o-01J9Z1".to_owned(),
        order_name: "원두 1kg".to_owned(),
        amount: 30_000,
        tax_free_amount: None,
        purpose: Purpose::Income,
        registration_number: "01012345678".to_owned(),
        payment_key: Some("k1".to_owned()),
    }
}

#[test]
fn a_window_says_what_is_bought_and_where_to_come_back() {
    assert_snapshot!(sent(&window()), @r#"
    POST https://api.tosspayments.com/v1/payments
    authorization: Basic [redacted]
    content-type: application/json

    {"method":"CARD",
    "orderId":"o-01J9Z0",
    "orderName":"아이스 아메리카노",
    "amount":4500,
    "successUrl":"https://cafe.example/pay/o-01J9Z0/approve",
    "failUrl":"https://cafe.example/pay/o-01J9Z0/fail"}
    "#);
    let all = OpenWindow {
        method: WindowMethod::VirtualAccount,
        tax_free_amount: Some(500),
        customer_key: Some("u-7f3a".to_owned()),
        ..window()
    };
    assert_snapshot!(sent(&all), @r#"
    POST https://api.tosspayments.com/v1/payments
    authorization: Basic [redacted]
    content-type: application/json

    {"method":"VIRTUAL_ACCOUNT",
    "orderId":"o-01J9Z0",
    "orderName":"아이스 아메리카노",
    "amount":4500,
    "taxFreeAmount":500,
    "customerKey":"u-7f3a",
    "successUrl":"https://cafe.example/pay/o-01J9Z0/approve",
    "failUrl":"https://cafe.example/pay/o-01J9Z0/fail"}
    "#);
}

#[test]
fn confirm_names_the_payment_in_its_body_or_in_its_path() {
    assert_snapshot!(sent(&confirm()), @r#"
    POST https://api.tosspayments.com/v1/payments/confirm
    authorization: Basic [redacted]
    content-type: application/json

    {"paymentKey":"5zJ4xY7m0kODnyRpQWGrN2xqGlNvLrKwv1M9ENjbeoPaZdL6",
    "orderId":"o-01J9Z0",
    "amount":4500}
    "#);
    assert_snapshot!(shown(&confirm().request(&account(Api::Legacy)).unwrap()), @r#"
    POST https://api.tosspayments.com/v1/payments/5zJ4xY7m0kODnyRpQWGrN2xqGlNvLrKwv1M9ENjbeoPaZdL6
    authorization: Basic [redacted]
    content-type: application/json

    {"orderId":"o-01J9Z0",
    "amount":4500}
    "#);
}

#[test]
fn the_dialects_differ_in_nothing_else() {
    fn same(call: &impl Call) {
        let [current, legacy] =
            [Api::Current, Api::Legacy].map(|api| shown(&call.request(&account(api)).unwrap()));
        assert_eq!(current, legacy);
    }
    same(&window());
    same(&cancel_amount(1));
    same(&key_in());
    same(&billing_pay());
    same(&virtual_account());
    same(&cash_receipt());
    same(&ByOrder { order_id: "o-01J9Z0".to_owned() });
}

#[test]
fn a_payment_is_looked_up_by_key_or_by_order() {
    assert_snapshot!(sent(&ByKey { payment_key: "a/b c?키".to_owned() }), @r"
    GET https://api.tosspayments.com/v1/payments/a%2Fb%20c%3F%ED%82%A4
    authorization: Basic [redacted]
    ");
    assert_snapshot!(sent(&ByOrder { order_id: "o-01J9Z0".to_owned() }), @r"
    GET https://api.tosspayments.com/v1/payments/orders/o-01J9Z0
    authorization: Basic [redacted]
    ");
}

#[test]
fn cancel_says_how_much_should_be_left() {
    assert_snapshot!(sent(&cancel_amount(2_800)), @r#"
    POST https://api.tosspayments.com/v1/payments/5zJ4xY7m0kODnyRpQWGrN2xqGlNvLrKwv1M9ENjbeoPaZdL6/cancel
    authorization: Basic [redacted]
    content-type: application/json

    {"cancelReason":"식은 커피",
    "cancelAmount":2800,
    "refundableAmount":4500}
    "#);
    let all = CancelAll {
        payment_key: PAYMENT_KEY.to_owned(),
        cancel_reason: "식은 커피".to_owned(),
        refundable_amount: NonZeroU32::new(4_500),
        refund_account: Some(refund_account()),
    };
    assert_snapshot!(sent(&all), @r#"
    POST https://api.tosspayments.com/v1/payments/5zJ4xY7m0kODnyRpQWGrN2xqGlNvLrKwv1M9ENjbeoPaZdL6/cancel
    authorization: Basic [redacted]
    content-type: application/json

    {"cancelReason":"식은 커피",
    "refundableAmount":4500,
    "refundReceiveAccount":{"accountNumber":"1000123456789",
    "bank":"20",
    "holderName":"김미나"}}
    "#);
}

#[test]
fn a_part_always_says_how_much() {
    for cancel in
        [cancel_amount(1), cancel_amount(4_500), CancelAmount { refundable_amount: None, ..cancel_amount(9) }]
    {
        let body = cancel.request(&account(Api::Current)).unwrap().into_body();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["cancelAmount"], cancel.cancel_amount.get());
    }
}

#[test]
fn a_card_can_be_typed_in() {
    assert_snapshot!(sent(&key_in()), @r#"
    POST https://api.tosspayments.com/v1/payments/key-in
    authorization: Basic [redacted]
    content-type: application/json

    {"orderId":"o-01J9Z0",
    "orderName":"원두",
    "amount":60000,
    "taxFreeAmount":5000,
    "cardNumber":"4330123412341234",
    "cardExpirationYear":"28",
    "cardExpirationMonth":"07",
    "cardPassword":"12",
    "customerBirthday":"990101",
    "customerIdentityNumber":"990101",
    "cardInstallmentPlan":3}
    "#);
}

#[test]
fn a_billing_key_is_made_read_charged_and_ended() {
    let issue = billing::Issue { auth_key: "bln_1".to_owned(), customer_key: "u-7f3a".to_owned() };
    assert_snapshot!(sent(&issue), @r#"
    POST https://api.tosspayments.com/v1/billing/authorizations/issue
    authorization: Basic [redacted]
    content-type: application/json

    {"authKey":"bln_1",
    "customerKey":"u-7f3a"}
    "#);
    let register = billing::Register {
        customer_key: "u-7f3a".to_owned(),
        card: CardNumber { password: None, owner_number: None, ..card() },
        customer_name: Some("김미나".to_owned()),
        customer_email: None,
    };
    assert_snapshot!(sent(&register), @r#"
    POST https://api.tosspayments.com/v1/billing/authorizations/card
    authorization: Basic [redacted]
    content-type: application/json

    {"customerKey":"u-7f3a",
    "cardNumber":"4330123412341234",
    "cardExpirationYear":"28",
    "cardExpirationMonth":"07",
    "customerName":"김미나"}
    "#);
    let key = billing_pay().billing_key;
    let look_up = billing::LookUp { billing_key: key.clone(), customer_key: "u-7f3a".to_owned() };
    assert_snapshot!(sent(&look_up), @r#"
    POST https://api.tosspayments.com/v1/billing/authorizations/Z_t5vOvQ%2B%2F%3D
    authorization: Basic [redacted]
    content-type: application/json

    {"customerKey":"u-7f3a"}
    "#);
    assert_snapshot!(sent(&billing_pay()), @r#"
    POST https://api.tosspayments.com/v1/billing/Z_t5vOvQ%2B%2F%3D
    authorization: Basic [redacted]
    content-type: application/json

    {"customerKey":"u-7f3a",
    "orderId":"o-01J9Z1",
    "orderName":"커피 구독",
    "amount":9900}
    "#);
    assert_snapshot!(sent(&billing::Delete { billing_key: key }), @r"
    DELETE https://api.tosspayments.com/v1/billing/Z_t5vOvQ%2B%2F%3D
    authorization: Basic [redacted]
    ");
}

#[test]
fn a_virtual_account_lasts_for_hours_or_until_a_time() {
    assert_snapshot!(sent(&virtual_account()), @r#"
    POST https://api.tosspayments.com/v1/virtual-accounts
    authorization: Basic [redacted]
    content-type: application/json

    {"orderId":"o-01J9Z1",
    "orderName":"원두 1kg",
    "amount":30000,
    "bank":"20",
    "customerName":"김미나"}
    "#);
    let hours = IssueVirtualAccount { due: Some(Due::Hours(24)), ..virtual_account() };
    assert!(sent(&hours).ends_with("\"validHours\":24}"));
    let at = Due::At(date(2026, 11, 24).at(23, 59, 59, 999_000_000));
    let at = IssueVirtualAccount { due: Some(at), ..virtual_account() };
    assert!(sent(&at).ends_with("\"dueDate\":\"2026-11-24T23:59:59\"}"));
}

#[test]
fn a_cash_receipt_is_issued_and_taken_back_whole_or_in_part() {
    assert_snapshot!(sent(&cash_receipt()), @r#"
    POST https://api.tosspayments.com/v1/cash-receipts
    authorization: Basic [redacted]
    content-type: application/json

    {"paymentKey":"k1",
    "orderId":"o-01J9Z1",
    "orderName":"원두 1kg",
    "amount":30000,
    "type":"소득공제",
    "registrationNumber":"01012345678",
    "customerIdentityNumber":"01012345678"}
    "#);
    let key = "r1".to_owned();
    assert_snapshot!(sent(&cash_receipt::CancelAll { receipt_key: key.clone() }), @r"
    POST https://api.tosspayments.com/v1/cash-receipts/r1/cancel
    authorization: Basic [redacted]
    content-type: application/json

    {}
    ");
    let part = cash_receipt::CancelAmount { receipt_key: key, amount: NonZeroU32::new(500).unwrap() };
    assert!(sent(&part).ends_with("\n{\"amount\":500}"));
}

#[test]
fn a_key_goes_along_in_a_header() {
    let key = IdempotencyKey::new("confirm-o-01J9Z0-5zJ4xY7m0kOD").unwrap();
    assert_snapshot!(sent(&confirm().keyed(key.clone())), @r#"
    POST https://api.tosspayments.com/v1/payments/confirm
    authorization: Basic [redacted]
    content-type: application/json
    idempotency-key: confirm-o-01J9Z0-5zJ4xY7m0kOD

    {"paymentKey":"5zJ4xY7m0kODnyRpQWGrN2xqGlNvLrKwv1M9ENjbeoPaZdL6",
    "orderId":"o-01J9Z0",
    "amount":4500}
    "#);
    assert!(Confirm { amount: 0, ..confirm() }.keyed(key).request(&account(Api::Current)).is_err());
    assert!(IdempotencyKey::new("k".repeat(300)).is_ok());
    for wrong in ["", "a b", "열쇠", "a\r\nb", &"k".repeat(301)] {
        assert_eq!(IdempotencyKey::new(wrong), Err(BadIdempotencyKey), "{wrong:?}");
    }
}

#[test]
fn debug_does_not_show_cards_accounts_and_keys() {
    let all = CancelAll {
        payment_key: "k1".to_owned(),
        cancel_reason: "r".to_owned(),
        refundable_amount: None,
        refund_account: Some(refund_account()),
    };
    let issue = billing::Issue { auth_key: "bln_1".to_owned(), customer_key: "u-7f3a".to_owned() };
    let text = format!("{:?} {:?} {all:?} {issue:?} {:?}", key_in(), billing_pay(), cash_receipt());
    assert!(text.contains("60000") && text.contains("u-7f3a"));
    for secret in
        ["4330123412341234", "990101", "Z_t5vOvQ", "1000123456789", "김미나", "bln_1", "01012345678"]
    {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
