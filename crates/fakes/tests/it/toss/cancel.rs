//! Giving back: all, parts, and never twice.

use fakes::tosspayments::{Manner, Status};
use serde_json::json;

use super::shop::{Shop, account_fields, part};

#[test]
fn parts_add_up_to_all() {
    for shop in Shop::both() {
        let key = shop.paid();
        let first = shop.cancel(&key, &part(1_400));
        assert_eq!((first.text("status"), &first.body["balanceAmount"]), ("PARTIAL_CANCELED", &json!(3000)));
        assert_eq!(first.body["cancels"][0]["refundableAmount"], 3000, "what is left, and not the total");
        let rest = shop.cancel(&key, &part(3_000));
        assert_eq!((rest.text("status"), &rest.body["balanceAmount"]), ("CANCELED", &json!(0)));
        assert_eq!(rest.body["totalAmount"], 4400);
        assert_eq!(rest.body["cancels"].as_array().unwrap().len(), 2);
        let nothing = shop.cancel(&key, &part(1));
        assert_eq!(nothing.status, if shop.manner == Manner::Current { 400 } else { 422 });
        let payment = shop.fake.payment(&key).unwrap();
        assert_eq!((payment.cancelled, payment.cancellations, payment.available()), (4_400, 2, 0));
    }
}

#[test]
fn without_an_amount_all_that_is_left_goes_back() {
    for shop in Shop::both() {
        let key = shop.paid();
        shop.cancel(&key, &part(400));
        let all = shop.cancel(&key, &json!({ "cancelReason": "다" }));
        assert_eq!((all.text("status"), &all.body["cancels"][1]["cancelAmount"]), ("CANCELED", &json!(4000)));
    }
}

#[test]
fn nothing_never_means_everything() {
    for shop in Shop::both() {
        let key = shop.paid();
        assert_eq!(shop.cancel(&key, &part(0)).status, 400);
        assert_eq!(shop.fake.payment(&key).unwrap().cancelled, 0);
    }
}

#[test]
fn more_than_is_left_is_refused_and_so_is_a_wrong_belief() {
    for shop in Shop::both() {
        let key = shop.paid();
        let refused = [
            (part(4_401), "NOT_CANCELABLE_AMOUNT", 403),
            (
                json!({ "cancelReason": "r", "cancelAmount": 1, "refundableAmount": 4399 }),
                "NOT_MATCHES_REFUNDABLE_AMOUNT",
                400,
            ),
            (json!({ "cancelReason": "r", "refundableAmount": 4399 }), "NOT_MATCHES_REFUNDABLE_AMOUNT", 400),
            (json!({ "cancelAmount": 1 }), "INVALID_REQUEST", 400),
        ];
        for (fields, code, status) in refused {
            let answer = shop.cancel(&key, &fields);
            let reference = if code == "INVALID_REQUEST" { 400 } else { 422 };
            let expected = if shop.manner == Manner::Current { status } else { reference };
            assert_eq!((answer.code(), answer.status), (code, expected));
        }
        let right = json!({ "cancelReason": "r", "cancelAmount": 400, "refundableAmount": 4400 });
        assert_eq!(shop.cancel(&key, &right).code(), "");
        assert_eq!(
            shop.cancel(&key, &right).code(),
            "NOT_MATCHES_REFUNDABLE_AMOUNT",
            "so a repeat returns nothing twice"
        );
        assert_eq!(shop.fake.payment(&key).unwrap().cancelled, 400);
    }
}

#[test]
fn what_was_not_collected_is_not_given_back() {
    for shop in Shop::both() {
        for key in [shop.window(), shop.agreed()] {
            assert_eq!(shop.cancel(&key, &part(1)).code(), "NOT_CANCELABLE_PAYMENT");
        }
        assert_eq!(shop.cancel("nothing", &part(1)).status, 404);
    }
}

#[test]
fn a_virtual_account_is_given_up_whole_or_given_back_to_an_account() {
    let shop = Shop::today();
    let issue =
        |order| shop.post("/v1/virtual-accounts", &account_fields(order)).text("paymentKey").to_owned();
    let given_up = issue("order-1");
    assert_eq!(shop.cancel(&given_up, &part(1)).code(), "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT");
    assert_eq!(shop.cancel(&given_up, &json!({ "cancelReason": "r" })).text("status"), "CANCELED");
    assert_eq!(shop.fake.payment(&given_up).unwrap().cancelled, 0, "no money moved");

    let paid = issue("order-2");
    shop.fake.deposit(&paid).unwrap();
    assert_eq!(shop.cancel(&paid, &part(1)).code(), "INVALID_REFUND_ACCOUNT_INFO");
    let account = json!({ "bank": "20", "accountNumber": "1000123", "holderName": "김미나" });
    let back = json!({ "cancelReason": "r", "cancelAmount": 10_000, "refundReceiveAccount": account });
    let back = shop.cancel(&paid, &back);
    assert_eq!(
        (back.text("status"), &back.body["virtualAccount"]["refundStatus"]),
        ("PARTIAL_CANCELED", &json!("COMPLETED"))
    );
}

#[test]
fn a_person_gives_back_behind_the_merchants_back() {
    for shop in Shop::both() {
        let key = shop.paid();
        shop.fake.give_back(&key, 500).unwrap();
        assert_eq!(shop.look(&key).body["balanceAmount"], 3900);
        shop.fake.give_back(&key, 9_999).unwrap();
        assert_eq!(shop.fake.payment(&key).unwrap().status, Status::Canceled);
        assert!(shop.fake.give_back(&key, 1).is_err());
    }
}
