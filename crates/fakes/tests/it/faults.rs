//! Every fault: what is heard, and what has really happened.

use std::time::Duration;

use fakes::Reply;
use fakes::kakaopay::{Endpoint, Extras, Fault};
use serde_json::json;

use crate::shop::{Shop, answer, approve_fields, cancel_fields, ready_fields};

/// Approves an agreed payment under a fault: the reply, and what was collected.
fn approve_under(shop: &Shop, fault: Fault) -> (Reply, i64) {
    let (tid, token) = shop.agreed();
    shop.fake.inject(Endpoint::Approve, fault);
    let reply = shop.send("approve", &approve_fields(&tid, &token));
    (reply, shop.fake.payment(&tid).unwrap().collected)
}

fn collected(effect: bool) -> i64 {
    if effect { 4_400 } else { 0 }
}

#[test]
fn a_lost_answer_has_collected() {
    for shop in Shop::both() {
        assert!(matches!(approve_under(&shop, Fault::AnswerLost), (Reply::Lost, 4_400)));
    }
}

#[test]
fn a_reset_has_not() {
    for shop in Shop::both() {
        assert!(matches!(approve_under(&shop, Fault::Reset), (Reply::Reset, 0)));
        assert_eq!(shop.fake.calls(Endpoint::Approve), 1, "though it was asked");
    }
}

#[test]
fn maintenance_is_said_in_json() {
    let heard = Shop::both().map(|shop| {
        let (reply, collected) = approve_under(&shop, Fault::Unavailable503);
        assert_eq!(collected, 0);
        let answer = answer(reply);
        (answer.status, answer.code())
    });
    assert_eq!(heard, [(503, -503), (503, -9798)]);
}

#[test]
fn a_server_in_between_speaks_html() {
    for effect in [false, true] {
        for (fault, status) in
            [(Fault::ServerErrorHtml500 { effect }, 500), (Fault::ServerErrorHtml502 { effect }, 502)]
        {
            for shop in Shop::both() {
                let (reply, sum) = approve_under(&shop, fault.clone());
                let response = reply.answer().unwrap();
                assert_eq!((response.status().as_u16(), sum), (status, collected(effect)));
                assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
                assert!(response.body().starts_with(b"<html>"));
            }
        }
    }
}

#[test]
fn garbage_is_a_success_that_nobody_can_read() {
    for effect in [false, true] {
        for shop in Shop::both() {
            let (reply, sum) = approve_under(&shop, Fault::Garbage { effect });
            let response = reply.answer().unwrap();
            assert_eq!((response.status().as_u16(), sum), (200, collected(effect)));
            assert!(serde_json::from_slice::<serde_json::Value>(response.body()).is_err());
        }
    }
}

#[test]
fn any_refusal_can_be_asked_for() {
    let extras = Extras { method_result_code: "9999".into(), method_result_message: "no".into() };
    for effect in [false, true] {
        for shop in Shop::both() {
            let fault = Fault::Refused { code: -797, extras: Some(extras.clone()), effect };
            let (reply, sum) = approve_under(&shop, fault);
            let answer = answer(reply);
            assert_eq!((answer.status, answer.code(), sum), (400, -797, collected(effect)));
            let expected = json!({ "method_result_code": "9999", "method_result_message": "no" });
            assert_eq!(answer.body["extras"], expected);
        }
    }
}

#[test]
fn an_unknown_result_may_be_either() {
    for effect in [false, true] {
        for shop in Shop::both() {
            let (reply, sum) = approve_under(&shop, Fault::BankFirmUnknown { effect });
            let heard = answer(reply);
            assert_eq!((heard.code(), sum), (-780, collected(effect)));
            assert_eq!(heard.body["extras"]["method_result_code"], "BANK_FIRM_UNKNOWN");
        }
    }
    for shop in Shop::both() {
        let tid = shop.paid();
        shop.fake.inject(Endpoint::Cancel, Fault::BankFirmUnknown { effect: true });
        assert_eq!(shop.ask("cancel", &cancel_fields(&tid, 400)).code(), -781);
        assert_eq!(shop.fake.payment(&tid).unwrap().cancelled, 400);
        shop.fake.inject(Endpoint::Subscription, Fault::BankFirmUnknown { effect: false });
        assert_eq!(shop.ask("subscription", &json!({})).code(), -782);
    }
}

#[test]
fn a_busy_payer_and_a_busy_payment_collect_nothing() {
    for shop in Shop::both() {
        let (reply, sum) = approve_under(&shop, Fault::UserLocked);
        let heard = answer(reply);
        assert_eq!((heard.code(), sum), (-780, 0));
        assert_eq!(heard.body["extras"]["method_result_code"], "USER_LOCKED");
        let (reply, sum) = approve_under(&shop, Fault::DuplicateRequest785);
        assert_eq!((answer(reply).code(), sum), (-785, 0));
    }
}

#[test]
fn a_slow_answer_says_how_slow_it_is() {
    let wait = Duration::from_secs(12);
    for effect in [false, true] {
        for shop in Shop::both() {
            let (reply, sum) = approve_under(&shop, Fault::Slow { wait, effect });
            assert_eq!((reply.wait(), sum), (wait, collected(effect)));
            assert_eq!(reply.answer().unwrap().status(), if effect { 200 } else { 504 });
        }
    }
}

#[test]
fn numbers_may_come_as_strings() {
    for shop in Shop::both() {
        let (reply, sum) = approve_under(&shop, Fault::NumericStrings);
        let heard = answer(reply);
        assert_eq!((&heard.body["amount"]["total"], sum), (&json!("4400"), 4_400));
        assert_eq!(heard.body["quantity"], "2");
    }
}

#[test]
fn fields_may_come_that_nobody_knows() {
    for shop in Shop::both() {
        let (reply, sum) = approve_under(&shop, Fault::UnknownFields);
        let heard = answer(reply);
        assert_eq!((&heard.body["amount"]["total"], sum), (&json!(4_400), 4_400));
        assert_eq!(heard.body["tms_result"], false);
        assert!(heard.body["amount"]["not_yet_documented"].is_object(), "inside, too");
    }
}

#[test]
fn faults_wait_in_line_for_their_endpoint() {
    for shop in Shop::both() {
        shop.fake.inject(Endpoint::Approve, Fault::UserLocked);
        shop.fake.inject(Endpoint::Approve, Fault::DuplicateRequest785);
        let (tid, token) = shop.agreed();
        let codes = [(); 3].map(|()| shop.ask("approve", &approve_fields(&tid, &token)).code());
        assert_eq!(codes, [-780, -785, 0]);
        shop.fake.inject(Endpoint::Order, Fault::UserLocked);
        shop.fake.clear_faults();
        assert_eq!(shop.order(&tid).code(), 0);
    }
}

#[test]
fn a_fault_may_wait_for_one_payment() {
    for shop in Shop::both() {
        let [first, second] = [shop.ready(), shop.ready()];
        shop.fake.inject_for(&second, Endpoint::Order, Fault::Unavailable503);
        let statuses = [&first, &second, &second].map(|tid| shop.order(tid).status);
        assert_eq!(statuses, [200, 503, 200]);
    }
}

#[test]
fn a_fault_of_ready_leaves_a_payment_that_nobody_knows_of() {
    for shop in Shop::both() {
        shop.fake.inject(Endpoint::Ready, Fault::AnswerLost);
        assert!(shop.send("ready", &ready_fields()).answer().is_none());
        assert_eq!(shop.fake.payments().len(), 1);
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
    let spelled = json!({ "name": "slow", "wait_ms": 1500 });
    let expected = Fault::Slow { wait: Duration::from_millis(1_500), effect: false };
    assert_eq!(serde_json::from_value::<Fault>(spelled).unwrap(), expected);
}
