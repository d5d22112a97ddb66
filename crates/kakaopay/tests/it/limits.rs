//! What is refused before it is sent.

use kakaopay::approve::Approve;
use kakaopay::cancel::Cancel;
use kakaopay::order::Order;
use kakaopay::ready::{Ready, ReadyOptions};
use kakaopay::subscription::{Sid, Subscription};
use kakaopay::{Api, BadRequest, Call};

use crate::{TID, account, ready};

/// What is wrong with it, in words.
fn refused(call: &impl Call) -> String {
    let in_open = call.request(&account(Api::Open)).unwrap_err();
    let in_legacy = call.request(&account(Api::Legacy)).unwrap_err();
    assert_eq!(in_open, in_legacy);
    assert!(in_open.to_string().starts_with(in_open.field()));
    in_open.to_string()
}

fn accepted(call: &impl Call) {
    call.request(&account(Api::Open)).unwrap();
}

fn with(change: impl FnOnce(&mut Ready)) -> Ready {
    let mut ready = ready();
    change(&mut ready);
    ready
}

fn with_options(change: impl FnOnce(&mut ReadyOptions)) -> Ready {
    with(|ready| change(&mut ready.options))
}

fn cancel(cancel_amount: u32) -> Cancel {
    Cancel {
        tid: TID.to_owned(),
        cancel_amount,
        cancel_tax_free_amount: 0,
        cancel_vat_amount: None,
        cancel_available_amount: Some(4_500),
        payload: None,
    }
}

fn subscription() -> Subscription {
    Subscription {
        cid: None,
        sid: Sid("S6a7f0c7c41e2b9d0001".to_owned()),
        partner_order_id: "o-01J9Z1".to_owned(),
        partner_user_id: "u-7f3a".to_owned(),
        item_name: None,
        item_code: None,
        quantity: 1,
        total_amount: 1,
        tax_free_amount: 0,
        vat_amount: None,
        payload: None,
    }
}

/// A way to set one text of a [`Ready`].
type SetText = fn(&mut Ready, String);

#[test]
fn texts_have_a_length_in_characters() {
    let cases: [(&str, usize, SetText); 7] = [
        ("partner_order_id", 100, |ready, text| ready.partner_order_id = text),
        ("partner_user_id", 100, |ready, text| ready.partner_user_id = text),
        ("item_name", 100, |ready, text| ready.item_name = text),
        ("item_code", 100, |ready, text| ready.options.item_code = Some(text)),
        ("approval_url", 255, |ready, text| ready.approval_url = text),
        ("cancel_url", 255, |ready, text| ready.cancel_url = text),
        ("fail_url", 255, |ready, text| ready.fail_url = text),
    ];
    for (field, max, set) in cases {
        accepted(&with(|ready| set(ready, "글".repeat(max))));
        let error = with(|ready| set(ready, "글".repeat(max + 1))).request(&account(Api::Open)).unwrap_err();
        assert_eq!(error, BadRequest::TooLong { field, chars: max + 1, max });
    }
}

#[test]
fn payloads_have_a_length() {
    let mut approve = Approve {
        tid: TID.to_owned(),
        partner_order_id: "o-01J9Z0".to_owned(),
        partner_user_id: "u-7f3a".to_owned(),
        pg_token: "9f0e".to_owned(),
        payload: Some("글".repeat(200)),
        total_amount: None,
    };
    accepted(&approve);
    approve.payload = Some("글".repeat(201));
    assert_eq!(refused(&approve), "payload has 201 characters, more than 200");
    let payload = approve.payload;
    assert_eq!(
        refused(&Cancel { payload: payload.clone(), ..cancel(1) }),
        "payload has 201 characters, more than 200"
    );
    assert_eq!(
        refused(&Subscription { payload, ..subscription() }),
        "payload has 201 characters, more than 200"
    );
}

#[test]
fn mandatory_texts_are_not_empty() {
    assert_eq!(refused(&with(|ready| ready.partner_order_id.clear())), "partner_order_id is empty");
    assert_eq!(refused(&with(|ready| ready.fail_url.clear())), "fail_url is empty");
    assert_eq!(refused(&Order { tid: String::new() }), "tid is empty");
    assert_eq!(refused(&Subscription { sid: Sid(String::new()), ..subscription() }), "sid is empty");
}

#[test]
fn a_longer_tid_than_documented_can_still_be_asked_about() {
    accepted(&Order { tid: "T".repeat(40) });
}

#[test]
fn another_merchant_code_has_a_length() {
    let cid = Some("TCSUBSCRIPT".to_owned());
    assert_eq!(refused(&Subscription { cid, ..subscription() }), "cid has 11 characters, more than 10");
    assert_eq!(refused(&Subscription { cid: Some(String::new()), ..subscription() }), "cid is empty");
}

#[test]
fn instalments_take_up_to_a_year() {
    accepted(&with_options(|options| options.install_month = Some(0)));
    accepted(&with_options(|options| options.install_month = Some(12)));
    let year_and_more = with_options(|options| options.install_month = Some(13));
    assert_eq!(refused(&year_and_more), "install_month is 13, not 0 to 12");
}

#[test]
fn a_part_is_not_more_than_the_whole() {
    assert_eq!(refused(&with(|ready| ready.quantity = 0)), "quantity is 0, not 1 to 4294967295");
    accepted(&with(|ready| ready.tax_free_amount = 4_500));
    let tax_free = with(|ready| ready.tax_free_amount = 4_501);
    assert_eq!(refused(&tax_free), "tax_free_amount is 4501, not 0 to 4500");
    let vat = with(|ready| {
        ready.tax_free_amount = 4_000;
        ready.options.vat_amount = Some(501);
    });
    assert_eq!(refused(&vat), "vat_amount is 501, not 0 to 500");
    let deposit = with_options(|options| options.green_deposit = Some(4_501));
    assert_eq!(refused(&deposit), "green_deposit is 4501, not 0 to 4500");
}

#[test]
fn a_refund_is_something_and_not_more_than_is_left() {
    accepted(&cancel(4_500));
    assert_eq!(refused(&cancel(0)), "cancel_amount is 0, not 1 to 4500");
    assert_eq!(refused(&cancel(4_501)), "cancel_amount is 4501, not 1 to 4500");
    let tax_free = Cancel { cancel_tax_free_amount: 11, ..cancel(10) };
    assert_eq!(refused(&tax_free), "cancel_tax_free_amount is 11, not 0 to 10");
    let vat = Cancel { cancel_tax_free_amount: 9, cancel_vat_amount: Some(2), ..cancel(10) };
    assert_eq!(refused(&vat), "cancel_vat_amount is 2, not 0 to 1");
}

#[test]
fn a_subscription_charges_something() {
    accepted(&subscription());
    let nothing = Subscription { total_amount: 0, ..subscription() };
    assert_eq!(refused(&nothing), "total_amount is 0, not 1 to 4294967295");
    let tax_free = Subscription { tax_free_amount: 2, ..subscription() };
    assert_eq!(refused(&tax_free), "tax_free_amount is 2, not 0 to 1");
    let vat = Subscription { vat_amount: Some(2), ..subscription() };
    assert_eq!(refused(&vat), "vat_amount is 2, not 0 to 1");
}
