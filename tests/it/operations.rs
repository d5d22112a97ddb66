//! What functions tell of their work: real processes, whose log and metrics are read as CloudWatch reads them.

use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::panic::catch_unwind;
use std::process::Command;

use ::store::{DynamoStore, Tables};
use cafe_core::cafe::flow::{Cup, order_by_link};
use cafe_core::cafe::{Capture, CloseReason, Collected, Paid, RefundId, Tender};
use cafe_core::payment::{Approval, OrderId, Pages, Provider, Session};
use devserver::dynamodb::Embedded;
use fakes::kakaopay::{Endpoint, Fault};
use functions::Function;
use functions::doubts::Doubts;
use functions::metrics::Metrics;
use functions::parts::SharedStore;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cafe::Cafe;
use crate::events;
use crate::lambda::{Instance, Running, build};

/// What Lambda and API Gateway call the first request that an instance is given.
const REQUEST: &str = "8f1c6c1e-0000-4000-8000-000000000001";
const API_REQUEST: &str = "JKJaXmPLvHcESHA=";

/// By name, and by what a metric is kept apart by besides the stack: the sum, or of latencies how many there are.
fn sums(lines: &[Value]) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for line in lines {
        for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
            assert_eq!(directive["Namespace"], "Cafe");
            for set in directive["Dimensions"].as_array().unwrap() {
                let set: Vec<_> = set.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
                assert_eq!((set[0], &line["stack"]), ("stack", &json!("local")));
                let apart: Vec<_> = set[1..].iter().map(|name| line[name].as_str().unwrap()).collect();
                for metric in directive["Metrics"].as_array().unwrap() {
                    let name = metric["Name"].as_str().unwrap();
                    let values = match &line[name] {
                        Value::Array(values) => values.clone(),
                        value @ (Value::Null
                        | Value::Bool(_)
                        | Value::Number(_)
                        | Value::String(_)
                        | Value::Object(_)) => vec![value.clone()],
                    };
                    let values = values.iter().map(|value| value.as_u64().unwrap());
                    let sum: u64 =
                        if metric["Unit"] == "Milliseconds" { values.count() as u64 } else { values.sum() };
                    *sums.entry([&[name], &apart[..]].concat().join(" ")).or_default() += sum;
                }
            }
        }
    }
    sums
}

/// Starts a function of a cafe, has it answer one event, and gives what it told: its log, and its metrics.
async fn tells(cafe: &Cafe, function: &str, event: String) -> (Vec<Value>, BTreeMap<String, u64>) {
    let mut instance = Instance::starts(function, cafe.environment(), Running::default()).await;
    instance.handles(event).await.unwrap();
    let (log, metrics) = instance.ends_measured();
    (log, sums(&metrics))
}

fn expected(sums: &[(&str, u64)]) -> BTreeMap<String, u64> {
    sums.iter().map(|(name, sum)| ((*name).to_owned(), *sum)).collect()
}

/// A cafe that opens when the functions are built: its schedule comes every minute, and is not to come in between.
async fn opened() -> Cafe {
    build();
    Cafe::opens(&[]).await
}

/// An order that events speak of.
async fn quoted(cafe: &Cafe) {
    let (parts, now) = (cafe.parts(), cafe.now());
    let cup = Cup { drink: "아이스아메리카노".to_owned(), cups: 2 };
    let id = OrderId::parse(events::ORDER).unwrap();
    order_by_link(&*parts.store, &*parts.menus.now(now).await, &cup, None, (id, now)).await.unwrap();
}

/// The event that comes back from KakaoPay once the only payment there is was agreed to.
fn back(cafe: &Cafe) -> String {
    let back = cafe.kakaopay().pay(&cafe.kakaopay().payments()[0].tid).unwrap();
    events::text("payment-approve.v2").replace(events::TOKEN, back.split_once("pg_token=").unwrap().1)
}

#[tokio::test]
async fn an_order_is_measured_at_every_step_once() {
    let cafe = &opened().await;
    let (_, joined) = tells(cafe, "sign-up", events::text("sign-up.v2")).await;
    let of_skill = |name: &str, more: &[(&str, u64)]| {
        let mut sums = expected(&[("ColdStarts", 1), ("SkillLatency", 1)]);
        sums.extend([(format!("ColdStarts {name}"), 1), (format!("SkillLatency {name}"), 1)]);
        sums.extend(expected(more));
        sums
    };
    assert_eq!(joined, of_skill("sign-up", &[("Points", 100), ("Points bonus", 100)]));

    let general = "general-payment-preprocess";
    let (_, taken) = tells(cafe, general, events::text(&format!("{general}.v2"))).await;
    assert_eq!(taken, of_skill(general, &[("Orders", 1), ("Orders quoted", 1)]));

    quoted(cafe).await;
    let of_function = |name: &str, more: &[(&str, u64)]| {
        let mut sums = expected(&[("ColdStarts", 1)]);
        sums.insert(format!("ColdStarts {name}"), 1);
        sums.extend(expected(more));
        sums
    };
    let (_, ready_told) = tells(cafe, "payment-ready", events::text("payment-ready.v2")).await;
    let ready = [("Orders", 1), ("Orders opened", 1), ("GatewayLatency", 1), ("GatewayLatency open", 1)];
    assert_eq!(ready_told, of_function("payment-ready", &ready));

    let back = back(cafe);
    let (_, paid) = tells(cafe, "payment-approve", back.clone()).await;
    let approve = [
        ("Orders", 2),
        ("Orders approving", 1),
        ("Orders paid", 1),
        ("WonCollected", 4_400),
        ("GatewayLatency", 1),
        ("GatewayLatency approve", 1),
    ];
    assert_eq!(paid, of_function("payment-approve", &approve));
    // Whoever reloads the receipt pays nothing.
    assert_eq!(tells(cafe, "payment-approve", back).await.1, of_function("payment-approve", &[]));

    let (_, refunded) = tells(cafe, "refund", events::text("refund")).await;
    let refund = [
        ("Orders", 1),
        ("Orders refunded", 1),
        ("WonRefunded", 1_100),
        ("GatewayLatency", 1),
        ("GatewayLatency cancel", 1),
    ];
    assert_eq!(refunded, of_function("refund", &refund));
    assert_eq!(tells(cafe, "refund", events::text("refund")).await.1, of_function("refund", &[]));
}

#[tokio::test]
async fn a_doubt_is_counted_until_it_ends_and_every_line_says_whose_it_was() {
    let cafe = &opened().await;
    quoted(cafe).await;
    tells(cafe, "payment-ready", events::text("payment-ready.v2")).await;
    let nothing = json!({});
    let (_, counted) = tells(cafe, "reconcile", nothing.to_string()).await;
    let doubts = |counted: &BTreeMap<String, u64>| (counted["OrdersInDoubt"], counted["OrdersInReview"]);
    assert_eq!((doubts(&counted), counted["OldestDoubtSeconds"]), ((0, 0), 0));

    let back = back(cafe);
    for endpoint in [Endpoint::Approve, Endpoint::Order] {
        cafe.kakaopay().inject(endpoint, Fault::ServerErrorHtml500 { effect: true });
    }
    let (log, measured) = tells(cafe, "payment-approve", back).await;
    let span =
        json!({ "name": "event", "requestId": REQUEST, "apiRequestId": API_REQUEST, "order": events::ORDER });
    assert!(!log.is_empty() && log.iter().all(|line| line["span"] == span), "{log:#?}");
    assert_eq!((measured["GatewayErrors unknown"], measured["GatewayLatency lookup"]), (2, 1));

    let (log, counted) = tells(cafe, "reconcile", nothing.to_string()).await;
    assert_eq!(log.iter().map(|line| &line["span"]["requestId"]).collect::<Vec<_>>(), [&json!(REQUEST)]);
    assert_eq!(doubts(&counted), (1, 0));
    assert!(counted["OldestDoubtSeconds"] < 60, "{counted:?}");

    // Somebody has it looked up, and it was paid all along.
    let (log, settled) = tells(cafe, "reconcile", json!({ "order": events::ORDER }).to_string()).await;
    assert!(log.iter().all(|line| line["span"]["order"] == events::ORDER), "{log:#?}");
    assert_eq!((settled["Orders paid"], settled["WonCollected"], doubts(&settled)), (1, 4_400, (0, 0)));
    assert_eq!(settled["OldestDoubtSeconds"], 0);

    let (log, _) =
        tells(cafe, "refund", json!({ "order": events::ORDER, "amount": 9_999, "reason": "x" }).to_string())
            .await;
    assert!(log.iter().all(|line| line["span"]["refund"].as_str().unwrap().starts_with("auto-")), "{log:#?}");
}

#[tokio::test]
async fn how_long_an_order_has_been_in_doubt_is_counted_from_when_somebody_first_looked() {
    let cafe = &opened().await;
    quoted(cafe).await;
    tells(cafe, "payment-ready", events::text("payment-ready.v2")).await;
    let (parts, id) = (cafe.parts(), OrderId::parse(events::ORDER).unwrap());
    parts.store.begin(id, &parts.world.turn(), None).await.unwrap();
    let at = async |minutes| {
        cafe.later(minutes);
        Doubts::at(&*parts.store, cafe.now()).await.unwrap()
    };
    assert_eq!(at(0).await, Doubts::default(), "somebody is at it");
    let after = at(3).await;
    assert_eq!((after.orders, after.in_review), (1, 0));
    assert!((149..=151).contains(&after.oldest_seconds), "{after:?}");
    cafe.requests();
    at(4).await;
    assert_eq!(cafe.requests(), [("Query".to_owned(), 2), ("GetItem".to_owned(), 1)].into());
}

#[tokio::test]
async fn what_cannot_be_written_after_the_gateway_moved_money_is_counted_and_nothing_else() {
    let cafe = &opened().await;
    let (now, id) = (cafe.now(), OrderId::parse(events::ORDER).unwrap());
    let menu = cafe.parts().menus.now(now).await;
    let cup = Cup { drink: "아이스아메리카노".to_owned(), cups: 2 };
    let quoted = order_by_link(&*cafe.parts().store, &menu, &cup, None, (id, now)).await.unwrap();
    let session = Session { provider: Provider::KakaoPay, key: "T1".to_owned() };
    let pages = Pages { desktop: String::new(), mobile: String::new() };
    let opened = quoted.open(Tender::Gateway { session: session.clone(), pages }, now);
    let approval = Approval { amount: opened.quote.due, number: None, method: None, at: None };
    let paid = opened.clone().settle(Collected::Gateway { session, approval }, now).unwrap();
    let returning = opened.clone().close_late(CloseReason::Mismatched, now, Capture::Returning);

    // It has no tables, so nothing can be written.
    let dynamodb = Embedded::in_memory().client();
    let metrics = Metrics::of("local");
    let store = SharedStore::new(DynamoStore::new(dynamodb, Tables::default())).metered(metrics.clone());
    let failures = |metrics: &Metrics| {
        let lines = metrics.take(now);
        let lines: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        sums(&lines)
    };
    store.open(&opened).await.unwrap_err();
    store.close(&opened.close(CloseReason::Cancelled, now), None).await.unwrap_err();
    let by_points = Paid { collected: Collected::Points, ..paid.clone() };
    store.settle(&by_points).await.unwrap_err();
    assert_eq!(failures(&metrics), expected(&[]));

    store.settle(&paid).await.unwrap_err();
    assert_eq!(failures(&metrics), expected(&[("SettleFailures", 1)]));
    store.close(&returning, None).await.unwrap_err();
    store.follow_up(&returning).await.unwrap_err();
    assert_eq!(failures(&metrics), expected(&[("SettleFailures", 2)]));
    store.settle_refund(&paid, &RefundId::parse("r1").unwrap()).await.unwrap_err();
    assert_eq!(failures(&metrics), expected(&[("SettleFailures", 1)]));
}

/// What a panic is made of here, and must not be told.
const CANARY: &str = "010-9753-1864";

#[test]
fn a_panic_is_one_line_and_one_metric_and_tells_nothing_that_it_was_made_of() {
    const NAME: &str = "operations::a_panic_is_one_line_and_one_metric_and_tells_nothing_that_it_was_made_of";
    if std::env::var_os("PANICS_HERE").is_some() {
        // In a process of its own, as a hook is for all threads.
        let _function = Function::begins("sign-up");
        for panics in [
            || panic!("words of the program"),
            || panic!("{CANARY}"),
            || assert_eq!("x".parse::<u32>().map_err(|_| CANARY).unwrap(), 0),
        ] {
            assert!(catch_unwind(panics).is_err());
        }
        return;
    }
    let mut child = Command::new(std::env::current_exe().unwrap());
    let output = child.args([NAME, "--exact", "--nocapture"]).env("PANICS_HERE", "1").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!told.contains(CANARY), "{told}");
    let lines = told.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let (metrics, log): (Vec<_>, Vec<_>) = lines.partition(|line| line.get("_aws").is_some());
    assert_eq!(sums(&metrics), expected(&[("Panics", 3), ("Panics sign-up", 3)]));
    let words: Vec<_> = log.iter().map(|line| line["words"].clone()).collect();
    assert_eq!(words, [json!("words of the program"), Value::Null, Value::Null]);
    for line in &log {
        assert!(line["place"].as_str().unwrap().contains("operations.rs:"), "{line}");
        assert_eq!((&line["message"], &line["level"]), (&json!("the function panicked"), &json!("ERROR")));
    }
}

/// Who listens where X-Ray's daemon would.
struct Daemon(UdpSocket);

impl Daemon {
    fn listens() -> Daemon {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        socket.set_nonblocking(true).unwrap();
        Daemon(socket)
    }

    /// What has come by now, each document under the header that the daemon wants before it.
    fn heard(&self) -> Vec<Value> {
        let mut buffer = [0; 4_096];
        let mut heard = Vec::new();
        while let Ok(length) = self.0.recv(&mut buffer) {
            let text = std::str::from_utf8(&buffer[..length]).unwrap();
            let (header, document) = text.split_once('\n').unwrap();
            assert_eq!(header, r#"{"format":"json","version":1}"#);
            heard.push(serde_json::from_str(document).unwrap());
        }
        heard
    }
}

#[tokio::test]
async fn each_call_to_dynamodb_and_kakaopay_is_a_subsegment_that_names_no_one_and_none_is_told_when_off() {
    let cafe = &opened().await;
    quoted(cafe).await;
    let daemon = Daemon::listens();
    let address = daemon.0.local_addr().unwrap().to_string();
    let started = async |traces: &str| {
        let mut environment = cafe.environment();
        environment.extend([("TRACES", traces.to_owned()), ("AWS_XRAY_DAEMON_ADDRESS", address.clone())]);
        Instance::starts("payment-ready", environment, Running::default()).await
    };
    let sampled = "Root=1-6b0175f5-3c1f0e2b9d84453c6aa01f2e;Parent=53995c3f42cd8ad8;Sampled=1";
    let ready = || events::text("payment-ready.v2");

    let mut off = started("off").await;
    off.is_traced_by(sampled);
    off.handles(ready()).await.unwrap();
    let mut on = started("xray").await;
    on.handles(ready()).await.unwrap();
    assert_eq!(daemon.heard(), [Value::Null; 0], "switched off, or not among those that are traced");

    // Opened before, so it is only read; then the tables' own answer to a look, and KakaoPay's.
    on.is_traced_by(sampled);
    on.handles(ready()).await.unwrap();
    on.handles(events::text("payment-ready.item.v2")).await.unwrap();
    let heard = daemon.heard();
    let calls: Vec<_> = heard
        .iter()
        .map(|one| (one["name"].as_str().unwrap(), [&one["aws"]["operation"], &one["annotations"]["call"]]))
        .map(|(name, called)| format!("{name} {}", called.into_iter().find_map(Value::as_str).unwrap()))
        .collect();
    assert_eq!(calls, ["DynamoDB GetItem", "DynamoDB PutItem", "kakaopay open", "DynamoDB UpdateItem"]);
    for one in &heard {
        assert_eq!(
            (&one["trace_id"], &one["parent_id"]),
            (&json!("1-6b0175f5-3c1f0e2b9d84453c6aa01f2e"), &json!("53995c3f42cd8ad8"))
        );
        assert_eq!((&one["type"], one["id"].as_str().unwrap().len()), (&json!("subsegment"), 16));
        let (start, end) = (one["start_time"].as_f64().unwrap(), one["end_time"].as_f64().unwrap());
        let now = Timestamp::now().as_duration().as_secs_f64();
        assert!(start <= end && end <= now && start > 1_700_000_000.0, "{one}");
        let remote = one["name"] == "kakaopay";
        assert_eq!(one["namespace"], if remote { "remote" } else { "aws" });
        assert_eq!(one["http"]["response"]["status"], if remote { Value::Null } else { json!(200) });
        assert!(one.get("fault").is_none() && one.get("error").is_none(), "{one}");
        let text = one.to_string();
        assert!(!text.contains("://") && !text.contains(events::ORDER) && !text.contains("cafe"), "{text}");
    }

    cafe.kakaopay().inject(Endpoint::Ready, Fault::ServerErrorHtml500 { effect: false });
    on.handles(events::text("payment-ready.item.v2")).await.unwrap();
    let heard = daemon.heard();
    let [put, open] = &heard[..] else { panic!("{heard:#?}") };
    assert_eq!((put.get("fault"), &open["fault"], &open["name"]), (None, &json!(true), &json!("kakaopay")));
    assert_eq!((off.ends().len(), on.ends().len()), (0, 1));
}
