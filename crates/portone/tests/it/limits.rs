//! What is refused before it is sent.

use portone::v1::cancel::{Cancel, CancelAll, CancelAmount};
use portone::v1::charges::{Charge, PayAgain};
use portone::v1::prepare::Prepare;
use portone::v1::vbanks::{ChangePlace, ChangeVbank};
use portone::v2::pre_register::PreRegister;
use portone::{BadRequest, v1, v2};

use crate::{token, v1_account, v1_requests, v2_account, v2_requests};

fn v1_refused(call: &impl v1::Call) -> String {
    call.request(&v1_account(), &token()).unwrap_err().to_string()
}

fn v2_refused(call: &impl v2::Call) -> String {
    call.request(&v2_account()).unwrap_err().to_string()
}

/// A way to set one text of a [`Charge`].
type SetText = fn(&mut Charge, String);

#[test]
fn texts_have_a_length_in_characters() {
    let cases: [(&str, usize, SetText); 7] = [
        ("merchant_uid", 40, |charge, text| charge.merchant_uid = text),
        ("name", 40, |charge, text| charge.name = text),
        ("buyer_name", 16, |charge, text| charge.buyer.name = Some(text)),
        ("buyer_email", 64, |charge, text| charge.buyer.email = Some(text)),
        ("buyer_tel", 16, |charge, text| charge.buyer.tel = Some(text)),
        ("buyer_addr", 128, |charge, text| charge.buyer.address = Some(text)),
        ("buyer_postcode", 8, |charge, text| charge.buyer.postcode = Some(text)),
    ];
    for (field, max, set) in cases {
        let request = |chars| {
            let mut charge = v1_requests::charge();
            set(&mut charge, "글".repeat(chars));
            let call = PayAgain { customer_uid: "card-7f3a".to_owned(), charge };
            v1::Call::request(&call, &v1_account(), &token())
        };
        assert!(request(max).is_ok(), "{field}");
        assert_eq!(request(max + 1).err(), Some(BadRequest::TooLong { field, chars: max + 1, max }));
    }
}

#[test]
fn a_uuid_fits_as_an_order_number() {
    let merchant_uid = "4b2f0a5e-6a3e-4c4e-9d52-0f3d8c1f7a21".to_owned();
    let prepare = Prepare { merchant_uid, amount: 1 };
    v1::Call::request(&prepare, &v1_account(), &token()).unwrap();
}

#[test]
fn a_longer_id_than_documented_can_still_be_refunded() {
    let long = Cancel { merchant_uid: "o".repeat(100), ..v1_requests::cancel() };
    v1::Call::request(&CancelAll { cancel: long }, &v1_account(), &token()).unwrap();
}

#[test]
fn no_sum_of_nothing_is_ever_sent() {
    let nothing = |amount| CancelAmount { cancel: v1_requests::cancel(), amount, tax_free: 0 };
    assert_eq!(v1_refused(&nothing(0)), "amount is 0, not 1 to 4500");
    assert_eq!(v1_refused(&nothing(4_501)), "amount is 4501, not 1 to 4500");
    let empty = Cancel { checksum: 0, ..v1_requests::cancel() };
    assert_eq!(v1_refused(&CancelAll { cancel: empty }), "checksum is 0, not 1 to 4294967295");
    let tax_free = CancelAmount { tax_free: 11, ..nothing(10) };
    assert_eq!(v1_refused(&tax_free), "tax_free is 11, not 0 to 10");
    let free = Charge { amount: 0, ..v1_requests::charge() };
    assert_eq!(
        v1_refused(&PayAgain { customer_uid: "card".to_owned(), charge: free }),
        "amount is 0, not 1 to 4294967295"
    );
    let change =
        ChangeVbank { imp_uid: "imp_1".to_owned(), amount: Some(0), due_at: None, place: ChangePlace::Path };
    assert_eq!(v1_refused(&change), "amount is 0, not 1 to 4294967295");

    let nothing = |amount| v2_requests::part(amount, 0, None);
    assert_eq!(v2_refused(&nothing(0)), "amount is 0, not 1 to 4500");
    assert_eq!(v2_refused(&nothing(4_501)), "amount is 4501, not 1 to 4500");
    assert_eq!(v2_refused(&v2_requests::part(10, 11, None)), "taxFreeAmount is 11, not 0 to 10");
    assert_eq!(v2_refused(&v2_requests::part(10, 9, Some(2))), "vatAmount is 2, not 0 to 1");
    let empty = v2::cancel::Cancel { current_cancellable_amount: 0, ..v2_requests::cancel() };
    assert_eq!(
        v2_refused(&v2::cancel::CancelAll { cancel: empty }),
        "currentCancellableAmount is 0, not 1 to 4294967295"
    );
    let register = PreRegister { payment_id: "o-1".to_owned(), total_amount: 0, tax_free_amount: None };
    assert_eq!(v2_refused(&register), "totalAmount is 0, not 1 to 4294967295");
}

#[test]
fn mandatory_texts_are_not_empty() {
    let silent = Cancel { reason: String::new(), ..v1_requests::cancel() };
    assert_eq!(v1_refused(&CancelAll { cancel: silent }), "reason is empty");
    let nameless = Cancel { merchant_uid: String::new(), ..v1_requests::cancel() };
    assert_eq!(v1_refused(&CancelAll { cancel: nameless }), "merchant_uid is empty");
    let silent = v2::cancel::Cancel { reason: String::new(), ..v2_requests::cancel() };
    assert_eq!(v2_refused(&v2::cancel::CancelAll { cancel: silent }), "reason is empty");
}
