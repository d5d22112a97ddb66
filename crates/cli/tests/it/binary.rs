//! The binary, as an owner runs it.

use std::process::{Command, Output};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::shop::{SECRETS, Shop, id, member};

/// A shop whose DynamoDB answers over HTTP.
pub(crate) struct Served {
    pub(crate) shop: Shop,
    pub(crate) url: String,
}

impl Served {
    pub(crate) async fn of(shop: Shop) -> Served {
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

    /// What it says to a program, in which nothing may stand that could be used in a customer's name.
    async fn json(&self, arguments: &[&str]) -> Value {
        let (code, told, why) = self.cafe(&[arguments, &["--json"]].concat()).await;
        assert_eq!((code, &*why), (0, ""));
        for secret in SECRETS {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
        serde_json::from_str(&told).unwrap()
    }
}

/// `cafe` in an environment that says nothing, so that no machine's own settings count.
pub(crate) fn cafe(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cafe"));
    command.env_clear().args(arguments);
    command
}

pub(crate) async fn run(mut command: Command) -> (i32, String, String) {
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

#[tokio::test]
async fn the_newest_orders_are_listed_newest_first() {
    let served = Served::of(Shop::busy().await).await;
    let (code, told, why) = served.cafe(&["orders", "list"]).await;
    assert_eq!((code, &*why), (0, ""));
    insta::assert_snapshot!(told, @r#"
    order                       quoted                stage      item                  total    points  refunded  watched
    01M3250WEW000000000000000B  2026-09-21T14:13:21Z  opened     아이스 아메리카노, 1  4,500원  400P              yes
    01M3250WEW000000000000000A  2026-09-21T14:13:21Z  paid       아이스 아메리카노, 1  4,500원  4,500P
    01M3250WEW0000000000000009  2026-09-21T14:13:21Z  paid       아이스 아메리카노, 1  4,500원                    yes
    01M3250WEW0000000000000008  2026-09-21T14:13:21Z  paid       아이스 아메리카노, 1  4,500원
    01M3250WEW0000000000000007  2026-09-21T14:13:21Z  paid       아이스 아메리카노, 1  4,500원          4,500원
    01M3250WEW0000000000000006  2026-09-21T14:13:21Z  paid       아이스 아메리카노, 1  4,500원  700P    3,800원
    01M3250WEW0000000000000005  2026-09-21T14:13:21Z  closed     아이스 아메리카노, 1  4,500원  500P              yes
    01M3250WEW0000000000000004  2026-09-21T14:13:21Z  closed     아이스 아메리카노, 1  4,500원  400P
    01M3250WEW0000000000000003  2026-09-21T14:13:21Z  approving  아이스 아메리카노, 1  4,500원  300P              in review
    01M3250WEW0000000000000002  2026-09-21T14:13:21Z  opened     아이스 아메리카노, 1  4,500원  200P              yes
    01M3250WEW0000000000000001  2026-09-21T14:13:21Z  quoted     아이스 아메리카노, 1  4,500원  100P
    "#);
    let newest = |told: &str| told.lines().nth(1).unwrap().split("  ").next().unwrap().to_owned();
    let (_, told, _) = served.cafe(&["orders", "list", "--stage", "paid", "--most", "2"]).await;
    assert_eq!((told.lines().count(), newest(&told)), (3, id(10).to_string()));
    for (since, lines) in [
        ("2026-09-21", 12),
        ("2026-09-22", 1),
        ("2026-09-21T14:13:21Z", 12),
        ("2026-09-21T23:13:22+09:00", 1),
    ] {
        let (code, told, _) = served.cafe(&["orders", "list", "--since", since]).await;
        assert_eq!((code, told.lines().count()), (0, lines), "{since}");
    }
    for wrong in [["--stage", "lost"], ["--since", "yesterday"], ["--most", "-1"]] {
        assert_eq!(served.cafe(&[&["orders", "list"], &wrong[..]].concat()).await.0, 2, "{wrong:?}");
    }
}

#[tokio::test]
async fn programs_read_orders_as_json_without_what_could_be_used_in_a_customers_name() {
    let served = Served::of(Shop::busy().await).await;
    let list = served.json(&["orders", "list"]).await;
    assert_eq!((list["orders"].as_array().unwrap().len(), &list["unreadable"]), (11, &serde_json::json!([])));
    let shown = served.json(&["orders", "show", &id(6).to_string()]).await;
    assert_eq!(shown, list["orders"][5]);
    insta::assert_snapshot!(format!("{shown:#}"), @r#"
    {
      "collected": {
        "amount": 3800,
        "by": "kakaopay",
        "method": "card"
      },
      "due": 3800,
      "earn": 0,
      "item": "아이스 아메리카노",
      "left": 0,
      "looks": [],
      "member": "00000000000000000000000000000001",
      "order": "01M3250WEW0000000000000006",
      "paid_at": "2026-09-21T14:14:21.5Z",
      "quantity": 1,
      "quoted_at": "2026-09-21T14:13:21.5Z",
      "refunded": 3800,
      "refunding": null,
      "refunds": [
        {
          "amount": 1000,
          "points_forgiven": 0,
          "points_returned": 184,
          "points_reversed": 0,
          "reason": "식은 커피",
          "refunded_at": "2026-09-21T14:15:01.5Z",
          "request": "r1"
        },
        {
          "amount": 2800,
          "points_forgiven": 0,
          "points_returned": 516,
          "points_reversed": 0,
          "reason": "식은 커피",
          "refunded_at": "2026-09-21T14:15:01.5Z",
          "request": "r2"
        }
      ],
      "spend": 700,
      "stage": "paid",
      "total": 4500,
      "watch": null
    }
    "#);
    for (number, part, expected) in [
        (1, "expires_at", serde_json::json!("2026-09-21T15:13:21.5Z")),
        (5, "late", serde_json::json!({ "payment": "possible" })),
        (9, "refunding", list["orders"][2]["refunding"].clone()),
        (10, "collected", Value::Null),
    ] {
        assert_eq!(
            served.json(&["orders", "show", &id(number).to_string()]).await[part],
            expected,
            "{number}"
        );
    }
}

#[tokio::test]
async fn programs_read_what_waits_for_a_person() {
    let served = Served::of(Shop::busy().await).await;
    let review = served.json(&["orders", "review"]).await;
    insta::assert_snapshot!(format!("{review:#}"), @r#"
    [
      {
        "attempt_until": "2026-09-21T14:14:20.5Z",
        "due": 4200,
        "earn": 0,
        "item": "아이스 아메리카노",
        "looks": [
          {
            "first": "2026-09-21T14:15:20.5Z",
            "last": "2026-09-21T14:16:20.5Z",
            "saw": "pending",
            "times": 2
          },
          {
            "first": "2026-09-21T14:17:20.5Z",
            "last": "2026-09-21T14:17:20.5Z",
            "saw": "unrecognised NEW WORD",
            "times": 1
          }
        ],
        "member": "00000000000000000000000000000001",
        "opened_at": "2026-09-21T14:13:22.5Z",
        "order": "01M3250WEW0000000000000003",
        "quantity": 1,
        "quoted_at": "2026-09-21T14:13:21.5Z",
        "spend": 300,
        "stage": "approving",
        "total": 4500,
        "watch": {
          "in_review_since": "2026-09-21T14:18:20Z"
        }
      }
    ]
    "#);
}

/// A Lambda that lists functions, in two pages, and has none of them when it is asked to invoke one.
async fn lambda_with(functions: [Value; 2]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = vec![0; 8_192];
            let read = stream.read(&mut asked).await.unwrap();
            let asked = String::from_utf8_lossy(&asked[..read]).into_owned();
            if asked.starts_with("POST") {
                let head = "HTTP/1.1 404 Not Found\r\nx-amzn-errortype: ResourceNotFoundException\r\n\
                            connection: close\r\ncontent-length: 2\r\n\r\n{}";
                stream.write_all(head.as_bytes()).await.unwrap();
                continue;
            }
            let page = usize::from(asked.contains("Marker=more"));
            let next = if page == 0 { Value::from("more") } else { Value::Null };
            let body = serde_json::json!({ "Functions": [functions[page]], "NextMarker": next }).to_string();
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length:";
            stream.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
        }
    });
    url
}

#[tokio::test]
async fn a_stacks_functions_say_what_its_tables_are_called() {
    let served = Served::of(Shop::empty().await).await;
    let function = |name: &str, variables: Value| serde_json::json!({ "FunctionName": name, "Environment": { "Variables": variables } });
    let url = lambda_with([
        function("other-RefundFunction-Zz9", serde_json::json!({ "ORDERS_TABLE": "others" })),
        function("cafe-SignUpFunction-Ab1", serde_json::json!({ "MEMBERS_TABLE": "of-the-stack" })),
    ])
    .await;
    let (code, _, why) = served.cafe(&["audit", "--stack", "cafe", "--lambda-url", &url]).await;
    assert_eq!(code, 2);
    assert!(why.contains("the table of-the-stack could not be read"), "{why}");
    let (code, _, why) = served.cafe(&["audit", "--stack", "cafes", "--lambda-url", &url]).await;
    assert!(code == 2 && why.starts_with("no function of a stack cafes is in this region"), "{why}");
    let (code, _, _) = served.cafe(&["audit", "--stack", "cafe", "--dev"]).await;
    assert_eq!(code, 2);
}

#[tokio::test]
async fn a_stacks_function_is_invoked_by_the_version_that_customers_meet() {
    let served = Served::of(Shop::busy().await).await;
    let function = |name: &str| serde_json::json!({ "FunctionName": name });
    let url =
        lambda_with([function("cafe-RefundFunction-Ab1"), function("cafe-two-RefundFunction-Zz9")]).await;
    let order = id(8).to_string();
    let asked = ["refund", &order, "--reason", "x", "--yes", "--stack", "cafe", "--lambda-url", &url];
    let (code, _, why) = served.cafe(&asked).await;
    assert_eq!(code, 2);
    assert!(why.contains("there is no function cafe-RefundFunction-Ab1:live"), "{why}");
}
