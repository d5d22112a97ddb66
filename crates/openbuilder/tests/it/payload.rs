//! Payloads as Kakao, the skill tester and nobody in particular send them.

use openbuilder::payload::{BadPayload, Trigger};
use openbuilder::{NotANumber, Payload};
use serde_json::json;

const POINT_PAYMENT: &str = include_str!("../../testdata/point-payment.json");
const BUTTON_WITH_EXTRA: &str = include_str!("../../testdata/button-with-extra.json");
const KNOWLEDGE: &str = include_str!("../../testdata/knowledge.json");
const SKILL_TEST: &str = include_str!("../../testdata/skill-test.json");
const WRONG_TYPES: &str = include_str!("../../testdata/wrong-types.json");

fn read(body: &str) -> Payload {
    Payload::parse(body.as_bytes()).unwrap()
}

fn text(payload: &Payload, name: &str) -> Option<String> {
    payload.param(name)?.text()
}

#[test]
fn every_field_of_a_full_payload_is_read() {
    let payload = read(POINT_PAYMENT);
    let key = "b7c1e0d2a9f84453c6aa01f2e3d4c5b6978899aabbccddeeff001122334455667";

    assert_eq!(payload.bot().id, Some("65f0a1b2c3d4e5f6a7b8c9d0!"));
    assert_eq!(payload.bot().name, Some("한모금카페"));
    assert!(payload.bot().is_dev_channel());
    assert_eq!(payload.intent().id, Some("65f0a1b2c3d4e5f6a7b8c9e1"));
    assert_eq!(payload.intent().name, Some("포인트 결제"));
    assert_eq!((payload.intent().reason.code, payload.intent().reason.message), (Some(1), Some("OK")));
    assert_eq!(payload.action_id(), Some("65f0a1b2c3d4e5f6a7b8c9f2"));
    assert_eq!(payload.action_name(), Some("point_payment_preprocess"));
    assert_eq!(payload.client_extra(), None);
    assert_eq!(payload.timezone(), Some("Asia/Seoul"));
    assert_eq!(payload.lang(), Some("ko"));
    assert_eq!(payload.utterance(), Some("500"));
    assert_eq!(payload.surface(), Some("Kakaotalk.plusfriend"));
    assert_eq!((payload.block().id, payload.block().name), (payload.intent().id, Some("포인트 결제")));
    assert_eq!(payload.user_id(), Some(key));
    assert_eq!(payload.user().kind, Some("botUserKey"));
    assert_eq!(payload.user().bot_user_key, Some(key));
    assert_eq!(payload.plusfriend_user_key(), Some("AbCdEfGhIjKl"));
    assert!(payload.is_friend());
    assert_eq!(payload.callback_url(), None);
    assert_eq!(payload.flow().trigger, Some(Trigger::TextInput));
    assert_eq!(payload.flow().referrer_block.name, Some("주문하기"));
    assert_eq!(payload.flow().last_block.id, Some("65f0a1b2c3d4e5f6a7b8c9a3"));

    let context = payload.contexts().next().unwrap();
    assert_eq!((context.name, context.life_span, context.ttl_seconds), (Some("order"), Some(3), Some(600)));
    assert_eq!(context.param("menu").unwrap().text().as_deref(), Some("아이스아메리카노"));

    let menu = payload.detail_param("menu").unwrap();
    assert_eq!((menu.origin, menu.group_name), (Some("아아"), None));
    assert_eq!(menu.value.unwrap().text().as_deref(), Some("아이스아메리카노"));
    assert_eq!(payload.detail_params().count(), 4);
    assert_eq!(payload.params().count(), 4);
    assert!(payload.raw().contains_key("flow"));
}

#[test]
fn its_parameters_are_read_as_what_they_mean() {
    let payload = read(POINT_PAYMENT);
    assert_eq!(text(&payload, "menu").as_deref(), Some("아이스아메리카노"));
    assert_eq!(payload.param("num").unwrap().integer(), Ok(2));
    assert_eq!(payload.param("paypoint").unwrap().integer(), Ok(500));
    assert_eq!(payload.param("phone").unwrap().phone().unwrap().as_str(), "01012345678");
    assert_eq!(payload.param("menu").unwrap().integer(), Err(NotANumber::Unreadable));
    assert!(payload.param("menu").unwrap().phone().is_err());
}

#[test]
fn a_parameter_is_looked_up_in_params_then_extra_then_contexts() {
    let payload = read(BUTTON_WITH_EXTRA);
    // `menu` is null and `num` blank in the parameters; the pressed button brought both.
    assert_eq!(text(&payload, "menu").as_deref(), Some("카페라떼"));
    assert_eq!(payload.param("num").unwrap().integer(), Ok(3));
    // Blank in the parameters and in the first context, resolved in the second.
    assert_eq!(text(&payload, "phone").as_deref(), Some("01012345678"));
    assert_eq!(payload.param("paypoint"), None);

    let both = json!({ "action": { "params": { "a": "1" }, "clientExtra": { "a": "2", "b": "3" } },
                       "contexts": [{ "params": { "b": "4", "c": { "value": "5" } } }] });
    let both = read(&both.to_string());
    let values = ["a", "b", "c"].map(|name| text(&both, name).unwrap());
    assert_eq!(values, ["1", "3", "5"]);
}

#[test]
fn both_spellings_of_a_users_keys_are_read() {
    let payload = read(BUTTON_WITH_EXTRA);
    assert_eq!(payload.user_id(), Some("b7c1e0"));
    assert_eq!(payload.plusfriend_user_key(), Some("AbCdEf"));
    assert_eq!(payload.user().app_user_id, Some("708203191"));
    assert_eq!(payload.user().app_user_status, Some("REGISTERED"));
    assert!(!payload.is_friend());
    assert!(!payload.bot().is_dev_channel());
    assert!(payload.callback_url().unwrap().starts_with("https://bot-api.kakao.com/"));
    assert_eq!(payload.flow().trigger, Some(Trigger::CardButtonBlock));
    assert_eq!(payload.contexts().nth(1).unwrap().life_span, Some(3));
}

#[test]
fn knowledge_answers_are_read_and_odd_ones_passed_over() {
    let payload = read(KNOWLEDGE);
    assert_eq!(payload.intent().knowledge_response_type, Some("skill"));
    let answers: Vec<_> = payload.knowledge().collect();
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0].answer, Some("8시에 엽니다."));
    assert_eq!(answers[0].categories, ["매장", "시간"]);
    assert_eq!(answers[0].landing_url, Some("https://cafe.example/hours"));
    assert_eq!(answers[0].image_url, Some("https://cafe.example/door.png"));
    assert_eq!((answers[1].question, answers[1].answer), (Some("어디에 있나요?"), None));
}

#[test]
fn the_skill_testers_payload_lacks_the_user_and_still_reads() {
    let payload = read(SKILL_TEST);
    assert_eq!((payload.user_id(), payload.utterance(), payload.surface()), (None, None, None));
    assert_eq!(payload.action_name(), Some("point_lookup"));
}

#[test]
fn a_wrong_type_loses_nothing_else() {
    let payload = read(WRONG_TYPES);
    assert_eq!(payload.bot().id, None);
    assert_eq!((payload.intent().id, payload.intent().name), (None, Some("주문")));
    assert_eq!(payload.param("num").unwrap().integer(), Ok(2));
    assert_eq!(text(&payload, "menu"), None);
    assert_eq!(payload.detail_params().count(), 0);
    assert_eq!(payload.user_id(), Some("b7c1e0"));
    assert_eq!(payload.contexts().count(), 0);
    assert_eq!(payload.flow().trigger, None);
    assert_eq!(payload.flow().last_block.name, Some("주문하기"));
}

#[test]
fn removing_any_field_or_making_it_null_loses_nothing_else() {
    let full: serde_json::Value = serde_json::from_str(POINT_PAYMENT).unwrap();
    for section in ["bot", "intent", "userRequest", "contexts", "flow"] {
        let mut null = full.clone();
        null[section] = serde_json::Value::Null;
        let mut gone = full.clone();
        gone.as_object_mut().unwrap().remove(section);
        for payload in [null, gone] {
            let payload = read(&payload.to_string());
            assert_eq!(payload.param("num").unwrap().integer(), Ok(2), "without {section}");
        }
    }
}

#[test]
fn every_trigger_has_a_name_and_new_ones_come_through() {
    let trigger = |kind: &str| {
        let payload = read(&json!({ "flow": { "trigger": { "type": kind } } }).to_string());
        format!("{:?}", payload.flow().trigger.unwrap())
    };
    let known = [
        "TEXT_INPUT",
        "CARD_BUTTON_MESSAGE",
        "CARD_BUTTON_BLOCK",
        "LIST_ITEM_MESSAGE",
        "LIST_ITEM_BLOCK",
        "LISTMENU_MESSAGE",
        "LISTMENU_BLOCK",
        "QUICKREPLY_BUTTON_MESSAGE",
        "QUICKREPLY_BUTTON_BLOCK",
    ];
    for kind in known {
        assert!(!trigger(kind).starts_with("Other"), "{kind}");
    }
    assert_eq!(trigger("SHAKE"), r#"Other("SHAKE")"#);
}

#[test]
fn what_is_no_object_is_no_payload() {
    assert!(matches!(Payload::parse(b""), Err(BadPayload::NotJson(_))));
    assert!(matches!(Payload::parse(b"menu=1"), Err(BadPayload::NotJson(_))));
    assert!(matches!(Payload::parse(b"{\"a\":\"\xff\"}"), Err(BadPayload::NotJson(_))));
    assert!(matches!(Payload::parse(b"[]"), Err(BadPayload::NotAnObject)));
    assert!(matches!(Payload::parse("[".repeat(100_000).as_bytes()), Err(BadPayload::NotJson(_))));
    assert!(Payload::parse(b"{}").is_ok());
}

#[test]
fn debug_says_nothing_of_what_the_customer_said() {
    let payload = read(POINT_PAYMENT);
    let debug = format!(
        "{payload:?} {:?} {:?} {:?}",
        payload.param("phone"),
        payload.detail_param("phone"),
        payload.contexts().collect::<Vec<_>>()
    );
    assert!(!debug.contains("5678") && !debug.contains("아이스"), "{debug}");
    assert!(debug.contains("Param(a text)") && debug.contains("phone"), "{debug}");
}
