//! The functions as Lambda runs them: processes under cargo-lambda's Runtime API, in the environment that
//! `template.yaml` gives them, one event at a time and frozen between events, over AWS's DynamoDB Local.

use std::collections::BTreeMap;

use cafe_core::cafe::flow::{Cup, order_by_link};
use cafe_core::payment::OrderId;
use fakes::kakaopay::{Endpoint, Fault};
use reqwest::StatusCode;
use sealed::{PUBLIC_IV, PUBLIC_KEY, Pair};
use serde_json::{Value, json};

use crate::cafe::{Cafe, JUN, MINA, without_ids};
use crate::events::{self, ANSWERS, Answer, ORDER, TOKEN, function_of};
use crate::lambda::{self, Deployed, Emulator, Kind, Platform, answered_headers};

/// A cafe with every function under an emulator of its own.
async fn deployed(kind: Kind) -> Deployed {
    lambda::build();
    let cafe = Cafe::opens_on_dynamodb_local().await;
    Deployed::opens(cafe, kind, Platform::CargoLambdas(Emulator::starts().await)).await
}

impl Answer {
    /// What a function answers to API Gateway, of either kind.
    fn by(answer: &Value) -> Answer {
        let text = answer["body"].as_str().unwrap_or_default();
        let body = if answer["isBase64Encoded"] == json!(true) {
            String::from_utf8_lossy(&aws_smithy_types::base64::decode(text).unwrap()).into_owned()
        } else {
            text.to_owned()
        };
        let status = answer["statusCode"].as_u64().unwrap().try_into().unwrap();
        let mut headers = answered_headers(answer);
        let pair = Pair::new(PUBLIC_KEY, PUBLIC_IV).unwrap();
        let is_text = headers.get("content-type").is_some_and(|kind| kind.starts_with("text/plain"));
        // What goes to whoever knows the pair.
        match pair.open(body.as_bytes()) {
            Ok(body) if is_text => {
                headers.remove("content-length");
                Answer { status, headers, body }
            }
            Ok(_) | Err(_) => Answer { status, headers, body },
        }
    }

    /// All of it but what differs from run to run, to be compared.
    fn without_chance(&self) -> String {
        without_ids(&format!("{:?}", self.plain()))
    }
}

impl Deployed {
    /// Has everything happen that must happen before a sample event, and hands it over.
    async fn plays(&self, name: &str) -> Result<Value, Value> {
        self.empties_the_tables().await;
        let (function, mut event) = (function_of(name), events::text(name));
        let kakaopay = self.cafe.kakaopay();
        match function {
            "payment-ready" => self.is_quoted().await,
            "payment-approve" => {
                let back = kakaopay.pay(&self.is_opened().await).unwrap();
                event = event.replace(TOKEN, back.split_once("pg_token=").unwrap().1);
            }
            "payment-close" => {
                kakaopay.cancel_payment(&self.is_opened().await).unwrap();
            }
            "point-lookup" | "general-payment-preprocess" | "point-payment-preprocess" => {
                self.handles("sign-up", events::text("sign-up.v2")).await.unwrap();
            }
            // CloudFormation's own address is not to be had.
            "preflight" if name.contains("resource") => {
                let mut changed = events::value(name);
                changed["ResponseURL"] = json!(format!("{}/answer", self.way(function).await));
                event = changed.to_string();
            }
            _ => {}
        }
        self.handles(function, event).await
    }

    async fn is_quoted(&self) {
        let (parts, now) = (self.cafe.parts(), self.cafe.now());
        let cup = Cup { drink: "아이스아메리카노".to_owned(), cups: 2 };
        let id = OrderId::parse(ORDER).unwrap();
        order_by_link(&*parts.store, &*parts.menus.now(now).await, &cup, None, (id, now)).await.unwrap();
    }

    /// Gives what KakaoPay calls the payment.
    async fn is_opened(&self) -> String {
        self.is_quoted().await;
        let opened = self.handles("payment-ready", events::text("payment-ready.v2")).await.unwrap();
        assert_eq!(opened["statusCode"], 301, "{opened}");
        self.cafe.kakaopay().payments().last().unwrap().tid.clone()
    }
}

#[tokio::test]
async fn every_sample_event_is_answered_the_same_cold_and_warm_whichever_api_it_came_by() {
    let cafe = deployed(Kind::Http).await;
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for name in events::names() {
        let function = function_of(&name);
        cafe.runs_anew(function).await;
        let cold = cafe.plays(&name).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let warm = cafe.plays(&name).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let requests = events::requests();
        let Some((request, _)) = requests.iter().find(|(_, versions)| versions.contains(&name)) else {
            assert_eq!(cold, warm, "{name}");
            continue;
        };
        let (_, status, told) = ANSWERS.iter().find(|(known, ..)| known == request).unwrap();
        for answer in [cold, warm].iter().map(Answer::by) {
            assert_eq!(answer.status, *status, "{name}: {answer:#?}");
            // A process tells since when it runs, which was another time in that test.
            assert!(answer.tells(told) || request == "monitors.system", "{name}: {answer:#?}");
            // What a process tells of itself is true of no other.
            if function != "monitors" {
                let (plain, expected) = (answer.without_chance(), first.entry(request.clone()));
                assert_eq!(expected.or_insert_with(|| plain.clone()), &plain, "{name}");
            }
        }
    }
    cafe.ends().await;
}

/// From joining to the last won that is given back, through every function.
async fn the_whole_story(kind: Kind) {
    let deployed = deployed(kind).await;
    let cafe = &deployed.cafe;
    let mina = ("mina", MINA);

    assert!(cafe.joins("mina", MINA).await.to_string().contains("100P"));
    assert_eq!(cafe.points("mina", MINA).await, "010-****-5678님의 포인트는 100P입니다.");

    let full = cafe.orders("mina", MINA, 2, "아이스아메리카노").await;
    assert!(full.link().starts_with(&format!("{}/pay/", cafe.url())), "{}", full.link());
    let page = cafe.opens_link(full.link()).await;
    assert_eq!(cafe.opens_link(full.link()).await, page);
    let back = cafe.pays(&page).await;
    let receipt = cafe.returns(&back).await;
    assert!(receipt.status == StatusCode::OK && receipt.body.contains("4,400원"), "{receipt}");
    for link in [&back, full.link(), &format!("{}/cancel", full.link())] {
        assert_eq!(cafe.returns(link).await.body, receipt.body);
    }
    assert_eq!(cafe.points_of(MINA).await, (540, 0));

    let partly = cafe.orders_with_points(mina, (1, "에스프레소"), 300).await;
    let page = cafe.opens_link(partly.link()).await;
    assert_eq!(cafe.points_of(MINA).await, (240, 300));
    let back = cafe.pays(&page).await;
    // KakaoPay collects, and nobody hears of it.
    cafe.kakaopay().inject(Endpoint::Approve, Fault::AnswerLost);
    cafe.kakaopay().inject(Endpoint::Order, Fault::Unavailable503);
    assert_eq!(cafe.returns(&back).await.status, StatusCode::ACCEPTED);
    assert_eq!(deployed.looks_at(partly.order()).await, "settled");
    assert_eq!(cafe.returns(&back).await.status, StatusCode::OK);
    assert_eq!((cafe.collected(partly.order()), cafe.points_of(MINA).await), (1_200, (240, 0)));

    let left = cafe.orders_with_points(mina, (1, "에스프레소"), 240).await;
    let page = cafe.opens_link(left.link()).await;
    let closed = cafe.returns(&cafe.cancels(&page).await).await;
    assert!(closed.status == StatusCode::OK && closed.denies_payment(), "{closed}");
    assert_eq!(cafe.points_of(MINA).await, (240, 0));

    let forgotten = cafe.orders("jun", JUN, 1, "에스프레소").await;
    cafe.opens_link(forgotten.link()).await;
    deployed.grows_older(forgotten.order(), 17).await;
    assert_eq!(deployed.invokes("reconcile", &events::value("reconcile")).await["closed"], 1);
    assert_eq!(cafe.returns(forgotten.link()).await.status, StatusCode::GONE);

    let refunded = deployed.refunds(full.order(), Some(1_100), "r1").await;
    assert_eq!((&refunded["outcome"], &refunded["left"]), (&json!("refunded"), &json!(3_300)), "{refunded}");
    assert_eq!(deployed.refunds(full.order(), Some(1_100), "r1").await, refunded);
    // The points that come back first are there to be taken back afterwards.
    for (order, request) in [(partly.order(), "r1"), (full.order(), "r2")] {
        let refunded = deployed.refunds(order, None, request).await;
        assert_eq!((&refunded["outcome"], &refunded["left"]), (&json!("refunded"), &json!(0)), "{refunded}");
        assert_eq!(cafe.collected(order), 0);
    }
    assert_eq!(cafe.points_of(MINA).await, (100, 0));

    let audited = cafe.audits_the_tables().await;
    assert!(audited.discrepancies.is_empty() && audited.unsettled.is_empty(), "{audited:?}");
    cafe.audit().await;
    let logs = deployed.ends().await;
    assert_eq!(logs.keys().cloned().collect::<Vec<_>>(), deployed.names().into_iter().collect::<Vec<_>>());
    for phone in [MINA, JUN] {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        assert!(!format!("{logs:?}").contains(&digits), "{logs:?}");
    }
}

#[tokio::test]
async fn the_whole_story_is_true_behind_an_http_api() {
    Box::pin(the_whole_story(Kind::Http)).await;
}

#[tokio::test]
async fn the_whole_story_is_true_behind_a_rest_api() {
    Box::pin(the_whole_story(Kind::Rest)).await;
}

/// What no function should ever be handed.
fn poisoned() -> Vec<Vec<u8>> {
    let with = |name: &str, change: fn(&mut Value)| {
        let mut event = events::value(name);
        change(&mut event);
        event.to_string()
    };
    let texts = [
        String::new(),
        "not JSON".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        "\"x\"".to_owned(),
        r#"{"requestContext":{}}"#.to_owned(),
        r#"{"version":"2.0","requestContext":{"http":{"method":"G T","path":"no path"}}}"#.to_owned(),
        "[".repeat(100_000),
        // As much as Lambda takes.
        json!({ "order": "x".repeat(6 << 20) }).to_string(),
        with("sign-up.v2", |event| event["body"] = json!("x".repeat(5 << 20))),
        with("sign-up.v1", |event| event["multiValueHeaders"] = json!("none")),
        with("payment-ready.v2", |event| event["rawPath"] = json!("/pay/%FF%00")),
        with("payment-approve.v1", |event| event["isBase64Encoded"] = json!("perhaps")),
        with("refund", |event| event["amount"] = json!(-1)),
        with("refund", |event| event["order"] = json!({})),
    ];
    // No text, in whatever a function reads.
    let bytes =
        [b"\xff\xfe{}".to_vec(), b"{\"order\":\"\xed\xa0\x80\",\"history\":\"\xed\xa0\x80\"}".to_vec()];
    texts.into_iter().map(String::into_bytes).chain(bytes).collect()
}

#[tokio::test]
async fn a_poisoned_event_does_not_hurt_the_next_one() {
    let cafe = deployed(Kind::Http).await;
    for function in cafe.names() {
        let names = events::names();
        let name = names.iter().find(|name| function_of(name) == function && !name.contains(".v1")).unwrap();
        // Whoever has joined once is told so from then on.
        let plain = |answer: Value| match answer.get("statusCode") {
            Some(_) => Answer::by(&answer).without_chance(),
            None => answer.to_string(),
        };
        cafe.handles(&function, events::text(name)).await.unwrap();
        let before = plain(cafe.handles(&function, events::text(name)).await.unwrap());
        for poison in poisoned() {
            let shown = String::from_utf8_lossy(&poison[..poison.len().min(60)]).into_owned();
            let is_json = serde_json::from_slice::<Value>(&poison).is_ok();
            let told = cafe.handles(&function, poison).await;
            assert!(is_json || told.is_err(), "{function} makes sense of {shown}: {told:?}");
            let after = plain(cafe.handles(&function, events::text(name)).await.unwrap());
            assert_eq!(after, before, "{function} after {shown}");
        }
    }
    // Nobody has died meanwhile.
    cafe.ends().await;
}
