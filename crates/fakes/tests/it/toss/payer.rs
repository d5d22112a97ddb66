//! The payer's page, and where its buttons lead.

use fakes::tosspayments::{PayerError, Status};
use serde_json::json;

use super::shop::{Shop, confirm_fields, window_fields, with};

fn opened(shop: &Shop, method: &str) -> (String, String) {
    let made = shop.post("/v1/payments", &with(window_fields("order-1"), json!({ "method": method })));
    let key = made.text("paymentKey").to_owned();
    let page = shop.fake.payment(&key).unwrap().page_path.unwrap();
    (key, page)
}

#[test]
fn who_agrees_is_sent_back_with_key_order_and_amount() {
    for shop in Shop::both() {
        let (key, page) = opened(&shop, "CARD");
        let (status, text, _) = shop.see(&page);
        assert_eq!(status, 200);
        for said in [
            "아이스아메리카노",
            "4,400원",
            "order-1",
            "10:30까지",
            "카드로 결제하기",
            "실제 결제가 아닙니다",
            "가짜 토스페이먼츠",
        ] {
            assert!(text.contains(said), "{said} is not on the page");
        }
        let (status, _, next) = shop.press(&page, "action=pay");
        let expected = format!(
            "https://cafe.example/pay/o/ok?a=b&paymentType=NORMAL&paymentKey={key}&orderId=order-1&amount=4400"
        );
        assert_eq!((status, next), (302, Some(expected)));
        assert_eq!(shop.look(&key).text("status"), "IN_PROGRESS");
        assert_eq!(shop.see(&page).0, 400, "a window opens once");
        assert_eq!(shop.press(&page, "action=pay").0, 400);
    }
}

#[test]
fn who_cancels_or_fails_is_sent_to_the_other_address() {
    for shop in Shop::both() {
        let (key, page) = opened(&shop, "CARD");
        let (_, _, cancelled) = shop.press(&page, "action=cancel");
        let cancelled = cancelled.unwrap();
        assert!(
            cancelled.starts_with("https://cafe.example/pay/o/fail?code=PAY_PROCESS_CANCELED&message="),
            "{cancelled}"
        );
        assert!(!cancelled.contains("orderId"), "the order is left out");
        assert_eq!(shop.look(&key).text("status"), "READY", "and may still be paid");
        let (_, _, failed) = shop.press(&page, "action=fail");
        assert!(failed.unwrap().ends_with("&orderId=order-1"));
        assert_eq!(shop.look(&key).text("status"), "ABORTED");

        let (late, page) = opened(&shop, "CARD");
        let (_, _, next) = shop.press(&page, "action=time-out");
        assert!(next.unwrap().contains("code=PAY_PROCESS_ABORTED"));
        assert_eq!(shop.fake.payment(&late).unwrap().status, Status::Expired);
    }
}

#[test]
fn a_virtual_account_is_chosen_confirmed_and_paid_into() {
    for shop in Shop::both() {
        let (key, page) = opened(&shop, "VIRTUAL_ACCOUNT");
        assert!(shop.see(&page).1.contains("가상계좌로 결제하기"));
        shop.press(&page, "action=deposit");
        assert!(shop.fake.deposit(&key).is_err(), "not before it is confirmed");
        let confirmed = shop.confirm(&key);
        assert_eq!(
            (confirmed.text("status"), &confirmed.body["approvedAt"]),
            ("WAITING_FOR_DEPOSIT", &json!(null))
        );
        shop.fake.deposit(&key).unwrap();
        assert_eq!(shop.look(&key).text("status"), "DONE");
        assert_eq!(shop.fake.deposit(&key), Err(PayerError::Finished(Status::Done)));
        shop.fake.reverse_deposit(&key).unwrap();
        assert_eq!(
            (shop.look(&key).text("status"), shop.fake.payment(&key).unwrap().collected),
            ("WAITING_FOR_DEPOSIT", 0)
        );
    }
    let shop = Shop::today();
    let (key, page) = opened(&shop, "CARD");
    assert_eq!(shop.press(&page, "action=deposit").0, 400);
    assert_eq!(shop.fake.choose_virtual_account(&key), Err(PayerError::OtherMethod));
}

#[test]
fn a_fault_chosen_on_the_page_is_for_that_payment_only() {
    for shop in Shop::both() {
        let (key, page) = opened(&shop, "CARD");
        shop.press(&page, "action=pay&fault=declined");
        let other = shop.post("/v1/payments", &window_fields("order-2")).text("paymentKey").to_owned();
        shop.fake.pay(&other).unwrap();
        let confirm = |key: &str, order: &str| {
            shop.post("/v1/payments/confirm", &with(confirm_fields(key), json!({ "orderId": order })))
        };
        assert_eq!(confirm(&other, "order-2").code(), "");
        assert_eq!(confirm(&key, "order-1").code(), "REJECT_CARD_PAYMENT");
        assert_eq!(confirm(&key, "order-1").code(), "", "and only once");
    }
}

#[test]
fn a_page_is_only_found_by_its_own_address() {
    for shop in Shop::both() {
        assert_eq!(shop.see("/toss/v1/payments/nothing/checkout").0, 404);
        let (_, page) = opened(&shop, "CARD");
        assert_eq!(shop.press(&page, "action=dance").0, 400);
        assert_eq!(shop.fake.pay("nothing"), Err(PayerError::NoSuchPayment));
    }
}

#[test]
fn the_script_for_browsers_opens_a_window_with_the_public_key() {
    let shop = Shop::today();
    let (status, script, _) = shop.see("/toss/v2/standard");
    assert_eq!((status, script.contains("window.TossPayments")), (200, true));

    let fields = "method=CARD&amount=4400&orderId=order-1&orderName=x&successUrl=https%3A%2F%2Fcafe.example%2Fok&failUrl=https%3A%2F%2Fcafe.example%2Fno";
    let window = |key: &str, frame: &str| format!("/toss/v2/window?clientKey={key}&{fields}{frame}");
    for wrong in ["", "test_sk_fake00000000000000000000", "test_ck_nobody"] {
        assert_eq!(shop.see(&window(wrong, "")).0, 404, "{wrong}");
    }
    assert_eq!(shop.see("/toss/v2/window?clientKey=test_ck_fake00000000000000000000").0, 404);
    assert!(shop.fake.payments().is_empty());

    let opened = |frame: &str| {
        let (status, _, location) = shop.see(&window("test_ck_fake00000000000000000000", frame));
        assert_eq!(status, 302);
        location.unwrap().replace("http://127.0.0.1:3001", "")
    };
    let (status, _, back) = shop.press(&opened(""), "action=pay");
    assert_eq!((status, back.unwrap().starts_with("https://cafe.example/ok?")), (302, true));
    let (status, told, location) = shop.press(&opened("&frame=https%3A%2F%2Fshop.example"), "action=cancel");
    assert_eq!((status, location), (200, None));
    assert!(told.contains("postMessage(\"https://cafe.example/no?code=PAY_PROCESS_CANCELED"), "{told}");
    assert!(told.contains("\"https://shop.example\")"), "{told}");
    assert_eq!(shop.fake.payments().len(), 2);
}
