//! Every fault: what is heard, and what has really happened.

use std::time::Duration;

use fakes::Reply;
use fakes::tosspayments::{Endpoint, Fault};
use jiff::SignedDuration;
use serde_json::json;

use super::shop::{Shop, answer, confirm_fields};

/// Confirms an agreed payment under a fault: the reply, and what was collected.
fn confirm_under(shop: &Shop, fault: Fault) -> (Reply, i64) {
    let key = shop.agreed();
    shop.fake.inject(Endpoint::Confirm, fault);
    let reply = shop.send("POST", "/v1/payments/confirm", &confirm_fields(&key));
    (reply, shop.fake.payment(&key).unwrap().collected)
}

fn collected(effect: bool) -> i64 {
    if effect { 4_400 } else { 0 }
}

#[test]
fn a_lost_answer_has_collected_and_a_reset_has_not() {
    for shop in Shop::both() {
        assert!(matches!(confirm_under(&shop, Fault::AnswerLost), (Reply::Lost, 4_400)));
    }
    for shop in Shop::both() {
        assert!(matches!(confirm_under(&shop, Fault::Reset), (Reply::Reset, 0)));
        assert_eq!(shop.fake.calls(Endpoint::Confirm), 1, "though it was asked");
    }
}

#[test]
fn an_effect_may_come_when_nobody_expects_it() {
    for shop in Shop::both() {
        let (reply, now) = confirm_under(&shop, Fault::LateEffect { after_s: 60 });
        assert!(matches!((reply, now), (Reply::Reset, 0)));
        shop.clock.advance(SignedDuration::from_secs(59));
        assert_eq!(shop.fake.payments()[0].collected, 0);
        shop.clock.advance(SignedDuration::from_secs(1));
        assert_eq!((shop.fake.payments()[0].collected, shop.fake.payments()[0].approvals), (4_400, 1));
    }
    let shop = Shop::today();
    confirm_under(&shop, Fault::LateEffect { after_s: 3_600 });
    shop.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(shop.fake.payments()[0].collected, 4_400, "it was under way when its time was up");
}

#[test]
fn a_server_in_between_speaks_html() {
    for effect in [false, true] {
        for http_status in [500, 502, 503] {
            for shop in Shop::both() {
                let (reply, sum) = confirm_under(&shop, Fault::ServerErrorHtml { http_status, effect });
                let response = reply.answer().unwrap();
                assert_eq!((response.status().as_u16(), sum), (http_status, collected(effect)));
                assert!(response.body().starts_with(b"<html>"));
            }
        }
    }
}

#[test]
fn garbage_is_a_success_that_nobody_can_read() {
    for effect in [false, true] {
        for shop in Shop::both() {
            let (reply, sum) = confirm_under(&shop, Fault::Garbage { effect });
            let response = reply.answer().unwrap();
            assert_eq!((response.status().as_u16(), sum), (200, collected(effect)));
            assert!(serde_json::from_slice::<serde_json::Value>(response.body()).is_err());
        }
    }
}

#[test]
fn any_refusal_can_be_asked_for_with_and_without_its_effect() {
    for effect in [false, true] {
        for shop in Shop::both() {
            let fault = Fault::Refused { code: "PROVIDER_ERROR".into(), http_status: 400, effect };
            let (reply, sum) = confirm_under(&shop, fault);
            let heard = answer(reply);
            assert_eq!((heard.status, heard.code(), sum), (400, "PROVIDER_ERROR", collected(effect)));
        }
    }
    for shop in Shop::both() {
        let (reply, sum) = confirm_under(&shop, Fault::InProgress);
        let heard = answer(reply);
        assert_eq!((heard.status, heard.code(), sum), (409, "IDEMPOTENT_REQUEST_PROCESSING", 0));
    }
}

#[test]
fn a_slow_answer_says_how_slow_it_is() {
    let wait = Duration::from_secs(12);
    for effect in [false, true] {
        for shop in Shop::both() {
            let (reply, sum) = confirm_under(&shop, Fault::Slow { wait, effect });
            assert_eq!((reply.wait(), sum), (wait, collected(effect)));
            assert_eq!(reply.answer().unwrap().status().is_success(), effect);
        }
    }
}

#[test]
fn answers_may_look_odd_and_still_be_right() {
    for shop in Shop::both() {
        let (reply, sum) = confirm_under(&shop, Fault::FractionalNumbers);
        assert_eq!((answer(reply).body["totalAmount"].to_string(), sum), ("4400.0".to_owned(), 4_400));
    }
    for shop in Shop::both() {
        let (reply, sum) = confirm_under(&shop, Fault::UnknownFields);
        let heard = answer(reply);
        assert_eq!((&heard.body["totalAmount"], sum), (&json!(4_400), 4_400));
        assert!(heard.body["card"]["not_yet_documented"].is_object(), "inside, too");
    }
}

#[test]
fn a_fault_may_wait_for_one_payment_or_one_order() {
    for shop in Shop::both() {
        let [first, second] = [shop.window(), shop.window()];
        let broken = Fault::named("html_503").unwrap();
        shop.fake.inject_for(&second, Endpoint::LookUp, broken.clone());
        let look = |key: &str| {
            shop.send("GET", &format!("/v1/payments/{key}"), &json!(null)).answer().unwrap().status()
        };
        assert_eq!([&first, &second, &second].map(|key| look(key).as_u16()), [200, 503, 200]);
        shop.fake.inject_for("order-1", Endpoint::Confirm, broken);
        assert_eq!(
            shop.send("POST", "/v1/payments/confirm", &confirm_fields(&first)).answer().unwrap().status(),
            503
        );
        shop.fake.inject(Endpoint::LookUp, Fault::Reset);
        shop.fake.clear_faults();
        assert_eq!(look(&first), 200);
    }
}

#[test]
fn every_named_fault_can_be_spelled_and_read_again() {
    for named in Fault::catalogue() {
        let spelled = serde_json::to_value(&named.fault).unwrap();
        assert_eq!(serde_json::from_value::<Fault>(spelled).unwrap(), named.fault);
        assert_eq!(Fault::named(named.name), Some(named.fault));
    }
    assert_eq!(Fault::named("earthquake"), None);
}

#[test]
fn banks_act_by_themselves() {
    for shop in Shop::both() {
        let (captured, given_up) = (shop.agreed(), shop.agreed());
        shop.fake.capture(&captured, Some(4_399)).unwrap();
        assert_eq!(shop.look(&captured).body["totalAmount"], 4399);
        assert!(shop.fake.capture(&captured, None).is_err());
        shop.fake.give_up(&given_up).unwrap();
        assert_eq!(shop.look(&given_up).text("status"), "ABORTED");
        assert!(shop.fake.give_up(&captured).is_err());
        shop.fake.rename(&captured, "order-9").unwrap();
        assert_eq!(shop.look(&captured).text("orderId"), "order-9");
        shop.fake.show_status(&captured, Some("PAUSED")).unwrap();
        assert_eq!(shop.look(&captured).text("status"), "PAUSED");
        assert_eq!(shop.fake.rename("nothing", "order-9").unwrap_err().to_string(), "no such payment");
    }
}
