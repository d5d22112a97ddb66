//! The binary, as an owner runs it.

use std::process::{Command, Output};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::shop::{SECRETS, Shop, id, member};

/// A shop whose DynamoDB answers over HTTP.
struct Served {
    shop: Shop,
    url: String,
}

impl Served {
    async fn of(shop: Shop) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let embedded = shop.embedded.clone();
        tokio::spawn(async move { embedded.serve(listener, std::future::pending()).await });
        Served { shop, url }
    }

    /// Runs `cafe`, and gives its code and what it said.
    async fn cafe(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = cafe(arguments);
        command.env("AWS_ENDPOINT_URL_DYNAMODB", &self.url);
        run(command).await
    }
}

/// `cafe` in an environment that says nothing, so that no machine's own settings count.
fn cafe(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cafe"));
    command.env_clear().args(arguments);
    command
}

async fn run(mut command: Command) -> (i32, String, String) {
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap();
    let Output { status, stdout, stderr } = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

#[tokio::test]
async fn books_that_add_up_are_told_in_one_line_and_end_with_0() {
    let served = Served::of(Shop::busy().await).await;
    let told = "2 members, 18 ledger lines, 11 orders: all adds up\n".to_owned();
    assert_eq!(served.cafe(&["audit"]).await, (0, told, String::new()));
    let (code, json, _) = served.cafe(&["audit", "--json"]).await;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &json["members"], &json["discrepancies"]), (0, &2.into(), &Value::Array(vec![])));
}

#[tokio::test]
async fn what_does_not_add_up_is_named_and_ends_with_1() {
    let served = Served::of(Shop::busy().await).await;
    let (shop, key) = (&served.shop, member(2));
    let value = AttributeValue::N("7".to_owned());
    shop.harm(&shop.tables.members, &[("id", key.as_str())], "SET balance = :value", value).await;
    let (code, told, _) = served.cafe(&["audit"]).await;
    let sentence = format!("member {key} has a balance of 7, and their ledger adds up to 0");
    assert_eq!(told.lines().last(), Some(&*format!("- {sentence}")));
    assert_eq!(code, 1);
    let (code, json, _) = served.cafe(&["audit", "--json"]).await;
    let json: Value = serde_json::from_str(&json).unwrap();
    let expected = serde_json::json!([{"what": "balance", "sentence": sentence, "member": key.as_str()}]);
    assert_eq!((code, &json["discrepancies"]), (1, &expected));
}

#[tokio::test]
async fn what_cannot_be_done_says_why_and_ends_with_2() {
    let served = Served::of(Shop::empty().await).await;
    let (code, told, why) = served.cafe(&["audit", "--ledger", "nowhere"]).await;
    assert_eq!((code, &*told), (2, ""));
    assert!(why.contains("the table nowhere could not be read"), "{why}");
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (code, _, why) = served.cafe(&["audit", "--endpoint-url", &format!("http://{closed}")]).await;
    assert!(code == 2 && why.contains("cafe-members"), "{why}");
    let (code, _, why) = run(cafe(&["audit", "--endpoint-url", "http://dynamodb.example"])).await;
    assert!(code == 2 && why.contains("https"), "{why}");
    let (code, _, why) = served.cafe(&["orders", "show", &id(1).to_string()]).await;
    assert!(code == 2 && why.contains("there is no order"), "{why}");
    for arguments in [&["audit", "--jsom"][..], &["orders", "show", "1"], &[]] {
        assert_eq!(served.cafe(arguments).await.0, 2, "{arguments:?}");
    }
}

#[tokio::test]
async fn orders_in_review_are_listed_with_their_evidence() {
    let served = Served::of(Shop::busy().await).await;
    let (code, told, _) = served.cafe(&["orders", "review"]).await;
    let expected = format!(
        "{}  approving  in review since 2026-09-21T14:18:20Z  4,200원\n    \
         2026-09-21T14:15:20Z  pending, 2 times until 2026-09-21T14:16:20Z\n    \
         2026-09-21T14:17:20Z  unrecognised NEW WORD\n",
        id(3)
    );
    assert_eq!((code, told), (0, expected));
    let served = Served::of(Shop::empty().await).await;
    assert_eq!(served.cafe(&["orders", "review"]).await.1, "no order waits for a person\n");
}

#[tokio::test]
async fn an_order_is_shown_without_what_could_be_used_in_its_customers_name() {
    let served = Served::of(Shop::busy().await).await;
    let mut all = String::new();
    for number in 1..=11 {
        let (code, told, why) = served.cafe(&["orders", "show", &id(number).to_string()]).await;
        assert_eq!((code, &*why), (0, ""));
        all += &told;
    }
    for secret in SECRETS {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    let (_, told, _) = served.cafe(&["orders", "show", &id(6).to_string()]).await;
    let expected = format!(
        "order      {}\nstage      paid, 2026-09-21T14:14:21Z\nitem       아이스 아메리카노, 1\n\
         total      4,500원: 700P to spend and 3,800원 to pay\nearns      0P\nmember     {}\n\
         quoted     2026-09-21T14:13:21Z\nwatched    no\ncollected  3,800원 by kakaopay, card\n\
         refund     r1, 1,000원, 184P returned, 0P reversed, 0P forgiven, 2026-09-21T14:15:01Z: 식은 커피\n\
         refund     r2, 2,800원, 516P returned, 0P reversed, 0P forgiven, 2026-09-21T14:15:01Z: 식은 커피\n",
        id(6),
        member(1)
    );
    assert_eq!(told, expected);
}
