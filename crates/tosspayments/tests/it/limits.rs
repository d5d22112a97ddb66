//! What is refused before it is sent.

use tosspayments::billing::{self, BillingKey};
use tosspayments::cancel::{CancelAmount, RefundAccount};
use tosspayments::cash_receipt::IssueCashReceipt;
use tosspayments::confirm::Confirm;
use tosspayments::key_in::{CardNumber, KeyIn};
use tosspayments::look_up::{ByKey, ByOrder};
use tosspayments::virtual_account::{Due, IssueVirtualAccount};
use tosspayments::window::OpenWindow;
use tosspayments::{Api, Call};

use crate::account;
use crate::requests::{
    billing_pay, cancel_amount, card, cash_receipt, confirm, key_in, refund_account, virtual_account, window,
};

/// What is wrong with it, in words.
fn refused(call: &impl Call) -> String {
    let in_current = call.request(&account(Api::Current)).unwrap_err();
    let in_legacy = call.request(&account(Api::Legacy)).unwrap_err();
    assert_eq!(in_current, in_legacy);
    assert!(in_current.to_string().starts_with(in_current.field()));
    in_current.to_string()
}

fn accepted(call: &impl Call) {
    call.request(&account(Api::Current)).unwrap();
}

#[test]
fn an_order_number_has_six_to_sixty_four_plain_characters() {
    for order_id in
        ["123456", "01JD7Q8W9E0R1T2Y3U4I5O6P7A", "550e8400-e29b-41d4-a716-446655440000", &"a".repeat(64)]
    {
        accepted(&Confirm { order_id: order_id.to_owned(), ..confirm() });
        accepted(&ByOrder { order_id: order_id.to_owned() });
    }
    for (order_id, why) in [
        ("", "orderId is empty"),
        ("12345", "orderId has 5 characters, not 6 to 64"),
        (&*"a".repeat(65), "orderId has 65 characters, not 6 to 64"),
        ("주문번호-001", "orderId may only have letters, digits, - and _"),
        ("../../x", "orderId may only have letters, digits, - and _"),
    ] {
        assert_eq!(refused(&Confirm { order_id: order_id.to_owned(), ..confirm() }), why);
        assert_eq!(refused(&ByOrder { order_id: order_id.to_owned() }), why);
    }
}

#[test]
fn a_key_in_a_path_cannot_climb_out_of_it() {
    for key in [".", ".."] {
        assert_eq!(
            refused(&ByKey { payment_key: key.to_owned() }),
            "paymentKey may only have more than dots"
        );
    }
    assert_eq!(refused(&ByKey { payment_key: String::new() }), "paymentKey is empty");
    accepted(&ByKey { payment_key: "k".repeat(400) });
    let path = ByKey { payment_key: "../confirm?x#y".to_owned() }.request(&account(Api::Current)).unwrap();
    assert_eq!(path.uri().path(), "/v1/payments/..%2Fconfirm%3Fx%23y");
}

#[test]
fn nothing_is_not_asked_for() {
    let why = "amount is 0, not 1 to 4294967295";
    assert_eq!(refused(&Confirm { amount: 0, ..confirm() }), why);
    assert_eq!(refused(&OpenWindow { amount: 0, ..window() }), why);
    assert_eq!(refused(&KeyIn { amount: 0, ..key_in() }), why);
    assert_eq!(refused(&billing::Pay { amount: 0, ..billing_pay() }), why);
    assert_eq!(refused(&IssueVirtualAccount { amount: 0, ..virtual_account() }), why);
    assert_eq!(refused(&IssueCashReceipt { amount: 0, ..cash_receipt() }), why);
}

#[test]
fn a_part_is_not_more_than_the_whole() {
    accepted(&cancel_amount(4_500));
    assert_eq!(refused(&cancel_amount(4_501)), "cancelAmount is 4501, not 1 to 4500");
    accepted(&CancelAmount { refundable_amount: None, ..cancel_amount(4_501) });
    let tax_free = CancelAmount { tax_free_amount: Some(11), ..cancel_amount(10) };
    assert_eq!(refused(&tax_free), "taxFreeAmount is 11, not 0 to 10");
    assert_eq!(
        refused(&OpenWindow { tax_free_amount: Some(4_501), ..window() }),
        "taxFreeAmount is 4501, not 0 to 4500"
    );
    assert_eq!(
        refused(&KeyIn { card_installment_plan: Some(13), ..key_in() }),
        "cardInstallmentPlan is 13, not 0 to 12"
    );
}

#[test]
fn texts_have_a_length_in_characters() {
    accepted(&OpenWindow { order_name: "글".repeat(100), ..window() });
    let long = OpenWindow { order_name: "글".repeat(101), ..window() };
    assert_eq!(refused(&long), "orderName has 101 characters, not 0 to 100");
    assert_eq!(refused(&OpenWindow { order_name: String::new(), ..window() }), "orderName is empty");
    assert_eq!(refused(&OpenWindow { fail_url: String::new(), ..window() }), "failUrl is empty");
    let long = CancelAmount { cancel_reason: "글".repeat(201), ..cancel_amount(1) };
    assert_eq!(refused(&long), "cancelReason has 201 characters, not 0 to 200");
    assert_eq!(
        refused(&CancelAmount { cancel_reason: String::new(), ..cancel_amount(1) }),
        "cancelReason is empty"
    );
}

#[test]
fn a_customer_key_has_plain_characters() {
    let with = |key: &str| OpenWindow { customer_key: Some(key.to_owned()), ..window() };
    for key in ["u1", "a-_=.@Z9", &"k".repeat(300)] {
        accepted(&with(key));
    }
    assert_eq!(refused(&with("k")), "customerKey has 1 characters, not 2 to 300");
    assert_eq!(refused(&with("미나입니다")), "customerKey may only have letters, digits, -, _, =, . and @");
}

#[test]
fn a_refund_goes_to_an_account_of_digits() {
    let with = |account: RefundAccount| CancelAmount { refund_account: Some(account), ..cancel_amount(1) };
    accepted(&with(refund_account()));
    let dashed = RefundAccount { account_number: "1000-12".to_owned(), ..refund_account() };
    assert_eq!(refused(&with(dashed)), "accountNumber may only have digits");
    let long = RefundAccount { account_number: "1".repeat(21), ..refund_account() };
    assert_eq!(refused(&with(long)), "accountNumber has 21 characters, not 1 to 20");
    let nobody = RefundAccount { holder_name: String::new(), ..refund_account() };
    assert_eq!(refused(&with(nobody)), "holderName is empty");
}

#[test]
fn a_card_is_digits() {
    let with = |card: CardNumber| KeyIn { card, ..key_in() };
    accepted(&with(card()));
    let dashed = CardNumber { number: "4330-1234-1234-1234".to_owned(), ..card() };
    assert_eq!(refused(&with(dashed)), "cardNumber may only have digits");
    let year = CardNumber { expiration_year: "2028".to_owned(), ..card() };
    assert_eq!(refused(&with(year)), "cardExpirationYear has 4 characters, not 2 to 2");
    let owner = CardNumber { owner_number: Some("1".to_owned()), ..card() };
    assert_eq!(refused(&with(owner)), "customerBirthday has 1 characters, not 6 to 10");
}

#[test]
fn a_virtual_account_lasts_up_to_ninety_days() {
    let with = |hours| IssueVirtualAccount { due: Some(Due::Hours(hours)), ..virtual_account() };
    accepted(&with(1));
    accepted(&with(2_160));
    assert_eq!(refused(&with(0)), "validHours is 0, not 1 to 2160");
    assert_eq!(refused(&with(2_161)), "validHours is 2161, not 1 to 2160");
}

#[test]
fn a_billing_key_is_not_empty() {
    let nothing = BillingKey(String::new());
    assert_eq!(
        refused(&billing::Pay { billing_key: nothing.clone(), ..billing_pay() }),
        "billingKey is empty"
    );
    assert_eq!(refused(&billing::Delete { billing_key: nothing }), "billingKey is empty");
}
