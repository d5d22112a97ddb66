//! What the simulated DynamoDB's operations cost, beside the embedded one's.
#![expect(clippy::print_stdout, reason = "what it measures is for people to read")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use devserver::dynamodb::{Embedded, create_tables};
use devserver::template::Template;
use serde_json::{Value, json};
use sim::dynamodb::Database;

/// How many orders are in a database: about as many as in one history of the simulator.
const ORDERS: u32 = 20;

/// Other programs disturb a round, so the fastest one counts.
const ROUNDS: u32 = 500;
const ROUNDS_EMBEDDED: u32 = 20;

/// An operation with its body for the time of that number.
type Operation = (&'static str, &'static str, fn(u32) -> Value);

const OPERATIONS: &[Operation] = &[
    ("quote", "PutItem", quote),
    (
        "look up an order",
        "GetItem",
        |n| json!({"TableName": "orders", "Key": {"id": {"S": id(n)}}, "ConsistentRead": true}),
    ),
    ("open", "UpdateItem", open),
    ("begin to collect", "UpdateItem", begin),
    ("list what is due", "Query", |_| {
        json!({
            "TableName": "orders",
            "IndexName": "watch",
            "KeyConditionExpression": "#watch = :watch AND #look_at <= :now",
            "ExpressionAttributeNames": {"#watch": "watch", "#look_at": "look_at"},
            "ExpressionAttributeValues": {":watch": {"S": "open"}, ":now": {"N": "1790000000"}},
            "Limit": 10,
        })
    }),
    ("settle", "TransactWriteItems", settle),
];

fn id(n: u32) -> String {
    format!("01J8ZQ0000000000000{n:07}")
}

fn quote(n: u32) -> Value {
    json!({
        "TableName": "orders",
        "Item": {
            "id": {"S": id(n)}, "v": {"N": "1"}, "stage": {"S": "quoted"}, "item": {"S": "아이스 아메리카노"},
            "quantity": {"N": "1"}, "total": {"N": "4500"}, "spend": {"N": "0"}, "due": {"N": "4500"},
            "earn": {"N": "450"}, "payer": {"S": "u-7f3a"}, "quoted_at": {"S": "2026-09-21T12:53:20.5Z"},
            "expires_at": {"N": "1790000900"}, "member": {"S": "00000000000000000000000000000001"},
        },
        "ConditionExpression": "attribute_not_exists(#id)",
        "ExpressionAttributeNames": {"#id": "id"},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    })
}

fn open(n: u32) -> Value {
    json!({
        "TableName": "orders",
        "Key": {"id": {"S": id(n)}},
        "UpdateExpression": "SET #stage = :stage, #opened_at = :opened_at, #watch = :watch, #look_at = :look_at, \
            #provider = :provider, #session = :session, #desktop_page = :desktop_page, \
            #mobile_page = :mobile_page REMOVE #expires_at",
        "ConditionExpression": "#stage = :quoted",
        "ExpressionAttributeNames": {
            "#stage": "stage", "#opened_at": "opened_at", "#watch": "watch", "#look_at": "look_at",
            "#provider": "provider", "#session": "session", "#desktop_page": "desktop_page",
            "#mobile_page": "mobile_page", "#expires_at": "expires_at",
        },
        "ExpressionAttributeValues": {
            ":stage": {"S": "opened"}, ":opened_at": {"S": "2026-09-21T12:54:20.5Z"}, ":watch": {"S": "open"},
            ":look_at": {"N": (1_789_999_990 + n).to_string()}, ":provider": {"S": "kakaopay"},
            ":session": {"S": "T6a7f0c2be19d4835af0"},
            ":desktop_page": {"S": "https://pay.example/T6a7f0c2be19d4835af0/pc"},
            ":mobile_page": {"S": "https://pay.example/T6a7f0c2be19d4835af0/mobile"}, ":quoted": {"S": "quoted"},
        },
        "ReturnValues": "ALL_OLD",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    })
}

fn begin(n: u32) -> Value {
    json!({
        "TableName": "orders",
        "Key": {"id": {"S": id(n)}},
        "UpdateExpression": "SET #stage = :stage, #attempt = :attempt, #attempt_until_ms = :attempt_until_ms, \
            #look_at = :look_at",
        "ConditionExpression": "#stage = :opened OR (#stage = :stage AND #attempt_until_ms < :now_ms)",
        "ExpressionAttributeNames": {
            "#stage": "stage", "#attempt": "attempt", "#attempt_until_ms": "attempt_until_ms",
            "#look_at": "look_at",
        },
        "ExpressionAttributeValues": {
            ":stage": {"S": "approving"}, ":attempt": {"S": "01J8ZQ00000000000000000001"},
            ":attempt_until_ms": {"N": "1790000090500"}, ":look_at": {"N": (1_789_999_990 + n).to_string()},
            ":opened": {"S": "opened"}, ":now_ms": {"N": "1790000060500"},
        },
        "ReturnValues": "ALL_OLD",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    })
}

fn settle(n: u32) -> Value {
    let order = json!({
        "TableName": "orders",
        "Key": {"id": {"S": id(n)}},
        "UpdateExpression": "SET #stage = :stage, #paid_at = :paid_at, #refund_count = :refund_count, \
            #collected = :collected REMOVE #watch, #look_at, #attempt, #attempt_until_ms",
        "ConditionExpression": "#stage = :opened OR #stage = :approving",
        "ExpressionAttributeNames": {
            "#stage": "stage", "#paid_at": "paid_at", "#refund_count": "refund_count", "#collected": "collected",
            "#watch": "watch", "#look_at": "look_at", "#attempt": "attempt",
            "#attempt_until_ms": "attempt_until_ms",
        },
        "ExpressionAttributeValues": {
            ":stage": {"S": "paid"}, ":paid_at": {"S": "2026-09-21T12:54:21.5Z"}, ":refund_count": {"N": "0"},
            ":collected": {"N": "4500"}, ":opened": {"S": "opened"}, ":approving": {"S": "approving"},
        },
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    let member = json!({
        "TableName": "members",
        "Item": {"id": {"S": format!("{n:032x}")}, "balance": {"N": "450"}, "held": {"N": "0"}},
    });
    let line = json!({
        "TableName": "ledger",
        "Item": {
            "member": {"S": format!("{n:032x}")}, "entry": {"S": format!("{}#earned", id(n))}, "v": {"N": "1"},
            "kind": {"S": "earned"}, "points": {"N": "450"}, "at": {"S": "2026-09-21T12:54:21.5Z"},
        },
        "ConditionExpression": "attribute_not_exists(#key)",
        "ExpressionAttributeNames": {"#key": "entry"},
    });
    json!({
        "TransactItems": [{"Update": order}, {"Put": member}, {"Put": line}],
        "ClientRequestToken": format!("token-{n}"),
    })
}

fn simulated(database: &mut Database, operation: &str, bodies: &[Vec<u8>]) -> Duration {
    let began = Instant::now();
    for body in bodies {
        let answer = database.answer(operation, body);
        assert_eq!(black_box(answer).status, 200, "{operation}");
    }
    began.elapsed()
}

async fn embedded(embedded: &Embedded, operation: &str, bodies: &[Vec<u8>]) -> Duration {
    let began = Instant::now();
    for body in bodies {
        let mut asked = HttpRequest::new(SdkBody::from(body.clone()));
        asked.headers_mut().insert("x-amz-target", format!("DynamoDB_20120810.{operation}"));
        let answer = embedded.call(asked).await.expect("it is in this process");
        assert!(black_box(answer).status().is_success(), "{operation}");
    }
    began.elapsed()
}

async fn empty() -> Result<Embedded, Box<dyn std::error::Error>> {
    let embedded = Embedded::in_memory();
    let name = |logical_id: &str| logical_id.trim_end_matches("Table").to_ascii_lowercase();
    create_tables(&embedded.client(), &Template::of_this_build()?, name).await?;
    Ok(embedded)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut fastest = vec![(Duration::MAX, Duration::MAX); OPERATIONS.len()];
    let bodies = OPERATIONS
        .iter()
        .map(|(_, _, body)| (0..ORDERS).map(|n| body(n).to_string().into_bytes()).collect::<Vec<_>>());
    let bodies = bodies.collect::<Vec<_>>();
    let mut made = Duration::MAX;
    for round in 0..ROUNDS {
        let began = Instant::now();
        let mut database = Database::new();
        made = made.min(began.elapsed());
        let other = if round < ROUNDS_EMBEDDED { Some(empty().await?) } else { None };
        for (((_, operation, _), bodies), (ours, theirs)) in OPERATIONS.iter().zip(&bodies).zip(&mut fastest)
        {
            *ours = simulated(&mut database, operation, bodies).min(*ours);
            if let Some(other) = &other {
                *theirs = embedded(other, operation, bodies).await.min(*theirs);
            }
        }
    }
    println!("{:>20} {:>10} {:>10} {:>6}", "", "simulated", "embedded", "ratio");
    for ((name, ..), (ours, theirs)) in OPERATIONS.iter().zip(fastest) {
        let ratio = theirs.as_nanos() / ours.as_nanos().max(1);
        println!("{name:>20} {:>10.1?} {:>10.1?} {ratio:>5}x", ours / ORDERS, theirs / ORDERS);
    }
    println!("{:>20} {made:>10.1?}", "a new one");
    Ok(())
}
