//! The payer: what they see, what their buttons do, and where their browser ends up.

use fakes::kakaopay::{Endpoint, PayerError, Status};
use jiff::SignedDuration;
use serde_json::json;

use crate::shop::{Shop, approve_fields, path, ready_fields, token, with};

/// Prepares a payment: its tid, and the path of the page on a phone.
fn prepared(shop: &Shop) -> (String, String) {
    let ready = shop.ask("ready", &ready_fields());
    (ready.text("tid").to_owned(), path(ready.text("next_redirect_mobile_url")).to_owned())
}

fn status(shop: &Shop, tid: &str) -> Status {
    shop.fake.payment(tid).unwrap().status
}

#[test]
fn the_page_says_what_is_paid_and_that_it_is_a_fake() {
    for shop in Shop::both() {
        let (tid, page) = prepared(&shop);
        let (_, text, _) = shop.get(&page);
        for said in ["아이스아메리카노", "4,400원", "결제하기", "취소", "실패", "시간 초과", "10:15까지"]
        {
            assert!(text.contains(said), "{said} is not on the page");
        }
        assert!(text.contains("가짜 카카오페이 – 실제 결제가 아닙니다"));
        assert_eq!(status(&shop, &tid), Status::OpenPayment);
    }
}

#[test]
fn what_the_shop_says_is_escaped() {
    for shop in Shop::both() {
        let ready = shop.ask("ready", &with(ready_fields(), json!({ "item_name": "<b>\"라떼\"&" })));
        let (_, text, _) = shop.get(path(ready.text("next_redirect_pc_url")));
        assert!(!text.contains("<b>"), "{text}");
    }
}

#[test]
fn paying_sends_the_browser_back_with_a_token() {
    for shop in Shop::both() {
        let (tid, page) = prepared(&shop);
        let (status_code, _, location) = shop.press(&page, "action=pay");
        let location = location.unwrap();
        assert_eq!(status_code, 302);
        assert!(location.starts_with("https://cafe.example/pay/o-01J9Z0/ok?pg_token="), "{location}");
        assert!(token(&location).len() >= 20);
        assert_eq!(status(&shop, &tid), Status::AuthPassword);
        assert_eq!(shop.fake.payment(&tid).unwrap().collected, 0, "only the approval collects");
        assert_eq!(shop.ask("approve", &approve_fields(&tid, &token(&location))).code(), 0);
    }
}

#[test]
fn a_query_of_the_shop_survives() {
    for shop in Shop::both() {
        let fields = with(ready_fields(), json!({ "approval_url": "https://cafe.example/ok?order=1&x=y" }));
        let tid = shop.ask("ready", &fields).text("tid").to_owned();
        let back = shop.fake.pay(&tid).unwrap();
        assert!(back.starts_with("https://cafe.example/ok?order=1&x=y&pg_token="), "{back}");
    }
}

#[test]
fn an_address_in_korean_is_sent_as_a_header_can_carry_it() {
    for shop in Shop::both() {
        let ready =
            shop.ask("ready", &with(ready_fields(), json!({ "approval_url": "https://cafe.example/주문" })));
        let (status, _, location) = shop.press(path(ready.text("next_redirect_mobile_url")), "action=pay");
        assert_eq!(status, 302);
        assert!(location.unwrap().starts_with("https://cafe.example/%EC%A3%BC%EB%AC%B8?pg_token="));
    }
}

#[test]
fn every_other_button_sends_the_browser_back_without_one() {
    for (button, end, expected) in [
        ("action=cancel", "cancel", Status::QuitPayment),
        ("action=fail", "fail", Status::FailPayment),
        ("action=time-out", "fail", Status::FailPayment),
    ] {
        for shop in Shop::both() {
            let (tid, page) = prepared(&shop);
            let (_, _, location) = shop.press(&page, button);
            assert_eq!(location.unwrap(), format!("https://cafe.example/pay/o-01J9Z0/{end}"));
            assert_eq!(status(&shop, &tid), expected);
        }
    }
}

#[test]
fn a_second_look_at_a_finished_payment_is_a_duplicate() {
    for button in ["action=pay", "action=cancel", "action=fail", "action=time-out"] {
        for shop in Shop::both() {
            let (tid, page) = prepared(&shop);
            assert_eq!(shop.get(&page).0, 200);
            assert_eq!(shop.get(&page).0, 200, "as long as nothing was pressed, it is no second time");
            shop.press(&page, button);
            let before = status(&shop, &tid);
            for (status_code, text, location) in [shop.get(&page), shop.press(&page, "action=pay")] {
                assert_eq!((status_code, location), (400, None));
                assert!(text.contains("이미 처리된 거래"), "{text}");
            }
            assert_eq!(status(&shop, &tid), before);
        }
    }
}

#[test]
fn after_fifteen_minutes_the_page_leads_to_the_fail_url() {
    for shop in Shop::both() {
        let [(tid, page), (late, _), (unopened, _)] = [prepared(&shop), prepared(&shop), prepared(&shop)];
        shop.clock.advance(SignedDuration::from_mins(15));
        assert_eq!(shop.get(&page).0, 200);
        shop.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(status(&shop, &tid), Status::OpenPayment, "time alone changes nothing");

        let fail_url = "https://cafe.example/pay/o-01J9Z0/fail";
        let (status_code, _, location) = shop.get(&page);
        assert_eq!((status_code, location.as_deref()), (302, Some(fail_url)));
        assert_eq!(shop.fake.pay(&late).unwrap(), fail_url);
        assert_eq!(shop.fake.open(&unopened), Err(PayerError::TimedOut { fail_url: fail_url.into() }));
        assert_eq!([&tid, &late, &unopened].map(|tid| status(&shop, tid)), [Status::FailPayment; 3]);
    }
}

#[test]
fn a_payer_needs_no_browser() {
    for shop in Shop::both() {
        let [paid, cancelled, failed, timed_out] = [shop.ready(), shop.ready(), shop.ready(), shop.ready()];
        assert_eq!(shop.fake.open(&paid), Ok(()));
        assert_eq!(status(&shop, &paid), Status::OpenPayment);
        assert!(shop.fake.pay(&paid).unwrap().contains("/ok?pg_token="));
        assert!(shop.fake.cancel_payment(&cancelled).unwrap().ends_with("/cancel"));
        assert!(shop.fake.fail_payment(&failed).unwrap().ends_with("/fail"));
        assert!(shop.fake.time_out_payment(&timed_out).unwrap().ends_with("/fail"));
        assert_eq!(shop.fake.pay(&paid), Err(PayerError::Finished(Status::AuthPassword)));
        assert_eq!(shop.fake.pay("T"), Err(PayerError::NoSuchPayment));
    }
}

#[test]
fn a_fault_chosen_on_the_page_is_for_that_payment_only() {
    for shop in Shop::both() {
        let (tid, page) = prepared(&shop);
        let (_, _, location) = shop.press(&page, "action=pay&fault=user_locked");
        let (other, other_token) = shop.agreed();
        assert_eq!(shop.ask("approve", &approve_fields(&other, &other_token)).code(), 0);
        let approve = approve_fields(&tid, &token(&location.unwrap()));
        assert_eq!(shop.ask("approve", &approve).code(), -780);
        assert_eq!(shop.ask("approve", &approve).code(), 0, "and only once");
        assert_eq!(shop.fake.calls(Endpoint::Approve), 3);

        let (_, page) = prepared(&shop);
        shop.press(&page, "action=cancel&fault=user_locked");
        assert_eq!(shop.fake.snapshot()["faults"], json!([]), "and only for one that will be approved");
    }
}

#[test]
fn a_page_is_only_found_by_its_own_address() {
    for shop in Shop::both() {
        let (tid, page) = prepared(&shop);
        let (start, _) = page.rsplit_once('/').unwrap();
        assert_eq!(shop.get(&format!("{start}/nowhere")).0, 404);
        assert_eq!(shop.get(&format!("/mockup/v1/{tid}/info")).0, 404);
        assert_eq!(shop.get(&format!("/mockup/bridge/watch/pg/one-time/payment/{tid}")).0, 404);
        assert_eq!(shop.get("/").0, 404);
        assert_eq!(shop.press(&page, "action=dance").0, 400);
    }
}
