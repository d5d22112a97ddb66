//! The simulated DynamoDB: beside the embedded one, and alone where that has nothing to compare with.

use std::ops::Range;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use devserver::dynamodb::{Embedded, create_tables};
use devserver::template::{self, Template};
use serde_json::{Value, json};
use sim::dynamodb::trial::{self, Other, Reply, Request};
use sim::dynamodb::{
    Answer, Database, IndexShape, KeyKind, KeyPart, KeyShape, MOST_LAG, Projection, Shape, conflict,
    internal_error, names, parts, shapes, throttled, transaction_conflict, transaction_in_progress,
    transaction_throttled,
};

/// The cafe's tables are called otherwise here than in the template.
fn name(logical_id: &str) -> String {
    logical_id.trim_end_matches("Table").to_ascii_lowercase()
}

struct Beside(Embedded);

impl Other for Beside {
    async fn ask(&self, request: &Request) -> Reply {
        let mut asked = HttpRequest::new(SdkBody::from(request.body.to_string()));
        asked.headers_mut().insert("x-amz-target", format!("DynamoDB_20120810.{}", request.operation));
        let answer = self.0.call(asked).await.unwrap();
        let body = serde_json::from_slice(answer.body().bytes().unwrap()).unwrap();
        Reply { status: answer.status().as_u16(), body }
    }

    fn is_wrong_about(&self, request: &Request, ours: &Reply) -> bool {
        let in_transaction = request.operation == "TransactWriteItems";
        // Whether an update's placeholders are defined it finds out as it comes to need them.
        let undefined = || ours.body["message"].as_str().is_some_and(|text| text.contains("is not defined"));
        // It changes keys.
        let changes_key = || {
            let parts = request.body["TransactItems"].as_array();
            let updates =
                parts.into_iter().flatten().filter_map(|part| part["Update"]["UpdateExpression"].as_str());
            updates.clone().any(|update| update.contains(" #id = ") || update.contains(" #entry = "))
        };
        in_transaction && (undefined() || changes_key())
    }

    /// It gives the key of an item that was not there for the item before.
    fn is_known_to_say(&self, request: &Request, ours: &Reply, theirs: &Reply) -> bool {
        request.operation == "UpdateItem"
            && request.body["ReturnValues"] == "ALL_OLD"
            && ours.body == json!({})
            && theirs.body == json!({"Attributes": request.body["Key"]})
    }
}

async fn compare(seeds: Range<u64>) {
    let embedded = Embedded::in_memory();
    create_tables(&embedded.client(), &Template::of_this_build().unwrap(), name).await.unwrap();
    let other = Beside(embedded);
    for seed in seeds {
        if let Err(difference) = trial::compare(&other, seed).await {
            panic!("{difference}");
        }
    }
}

#[tokio::test]
async fn it_answers_as_the_embedded_one_does() {
    compare(0..600).await;
}

#[tokio::test]
async fn it_goes_on_answering_as_the_embedded_one_does() {
    compare(600..1_200).await;
}

#[test]
fn its_tables_are_those_of_the_template() {
    let part = |attribute: &template::Attribute| KeyPart {
        name: attribute.name.clone(),
        kind: match attribute.kind {
            template::AttributeKind::Text => KeyKind::Text,
            template::AttributeKind::Number => KeyKind::Number,
            template::AttributeKind::Bytes => KeyKind::Bytes,
        },
    };
    let key = |key: &template::Key| KeyShape { hash: part(&key.hash), range: key.range.as_ref().map(part) };
    let index = |index: &template::Index| IndexShape {
        name: index.name.clone(),
        key: key(&index.key),
        projection: match &index.projection {
            template::Projection::All => Projection::All,
            template::Projection::KeysOnly => Projection::KeysOnly,
            template::Projection::Include(names) => Projection::Include(names.clone()),
        },
    };
    let tables = Template::of_this_build().unwrap().tables;
    let deployed = tables.iter().map(|table| Shape {
        name: name(&table.logical_id),
        key: key(&table.key),
        indexes: table.indexes.iter().map(index).collect(),
    });
    assert_eq!(shapes(), deployed.collect::<Vec<_>>());
    assert_eq!(names().orders, "orders");
}

fn ask(database: &mut Database, operation: &'static str, body: Value) -> Reply {
    trial::ask(database, &Request { operation, body })
}

/// Does what must succeed.
fn done(database: &mut Database, operation: &'static str, body: Value) -> Value {
    let reply = ask(database, operation, body);
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body
}

/// The type of the error that is answered.
fn refused(database: &mut Database, operation: &'static str, body: Value) -> String {
    let reply = ask(database, operation, body);
    assert_eq!(reply.status, 400, "{}", reply.body);
    reply.body["__type"].as_str().unwrap().split_once('#').unwrap().1.to_owned()
}

fn put_order(id: &str, look_at: u32) -> Value {
    json!({
        "TableName": "orders",
        "Item": {"id": {"S": id}, "watch": {"S": "open"}, "look_at": {"N": look_at.to_string()}},
    })
}

fn put_line(entry: &str) -> Value {
    json!({"TableName": "ledger", "Item": {"member": {"S": "m"}, "entry": {"S": entry}}})
}

/// The orders that an index tells to look at.
fn due(database: &mut Database) -> Vec<String> {
    let query = json!({
        "TableName": "orders",
        "IndexName": "watch",
        "KeyConditionExpression": "#watch = :watch AND #look_at <= :now",
        "ExpressionAttributeNames": {"#watch": "watch", "#look_at": "look_at"},
        "ExpressionAttributeValues": {":watch": {"S": "open"}, ":now": {"N": "100"}},
    });
    let found = done(database, "Query", query);
    let ids = found["Items"].as_array().unwrap().iter().map(|item| item["id"]["S"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

/// How many ledger lines each page holds.
fn pages(database: &mut Database, limit: Option<usize>) -> Vec<u64> {
    let mut query = json!({
        "TableName": "ledger",
        "KeyConditionExpression": "#member = :member",
        "ExpressionAttributeNames": {"#member": "member"},
        "ExpressionAttributeValues": {":member": {"S": "m"}},
        "ConsistentRead": true,
    });
    if let Some(limit) = limit {
        query["Limit"] = json!(limit);
    }
    let mut pages = Vec::new();
    loop {
        let page = done(database, "Query", query.clone());
        pages.push(page["Count"].as_u64().unwrap());
        let Some(last) = page.get("LastEvaluatedKey") else { return pages };
        query["ExclusiveStartKey"] = last.clone();
    }
}

#[test]
fn what_is_not_simulated_is_refused() {
    let mut database = Database::new();
    assert_eq!(refused(&mut database, "Scan", json!({"TableName": "orders"})), "UnknownOperationException");
    let put = |name: &str, value: Value| {
        let mut put = put_order("a", 1);
        put[name] = value;
        put
    };
    let mut update = json!({
        "TableName": "orders",
        "Key": {"id": {"S": "a"}},
        "ExpressionAttributeNames": {"#n": "n"},
        "ExpressionAttributeValues": {":v": {"N": "1"}},
    });
    for body in [
        put("ReturnConsumedCapacity", json!("TOTAL")),
        put("Expected", json!({})),
        put("ConditionExpression", json!("attribute_not_exists(id)")),
        put("Item", json!({"id": {"S": "a"}, "price": {"N": "4.5"}})),
        put("Item", json!({"id": {"S": "a"}, "price": {"N": "1e3"}})),
        put("Item", json!({"id": {"S": "a"}, "price": {"N": "1".repeat(39)}})),
        put("Item", json!({"id": {"S": "a"}, "sizes": {"NS": ["1"]}})),
        put("Item", json!({"id": {"S": "a"}, "size": {"S": "x", "N": "1"}})),
        put("Item", json!({"id": {"S": "a"}, "size": {}})),
        put("Item", json!({"id": {"S": "a"}, "page": {"S": "x".repeat(400 * 1024)}})),
    ] {
        assert_eq!(refused(&mut database, "PutItem", body), "ValidationException");
    }
    for expression in [
        "ADD #n :v",
        "SET #n[0] = :v",
        "SET #n = list_append(#n, :v)",
        "SET n = :v, #n = :v",
        "SET #n = :v SET #m = :v",
        "SET #n = :v, #n = :v",
        "SET #n = (:v + :v)",
    ] {
        update["UpdateExpression"] = json!(expression);
        assert_eq!(
            refused(&mut database, "UpdateItem", update.clone()),
            "ValidationException",
            "{expression}"
        );
    }
    update["UpdateExpression"] = json!("SET #n = :v");
    for expression in
        ["size(#n) > :v", "contains(#n, :v)", "#n = #n", "((#n = :v))", "(#n) = :v", "#n < :v OR"]
    {
        update["ConditionExpression"] = json!(expression);
        assert_eq!(
            refused(&mut database, "UpdateItem", update.clone()),
            "ValidationException",
            "{expression}"
        );
    }
    assert_eq!(database.answer("PutItem", b"{").status, 400);
    assert_eq!(database.fingerprint(), Database::new().fingerprint());
}

#[test]
fn an_update_of_nothing_that_only_takes_away_is_refused_as_nobody_knows_what_it_does() {
    let take = json!({
        "TableName": "orders",
        "Key": {"id": {"S": "a"}},
        "UpdateExpression": "REMOVE #watch",
        "ExpressionAttributeNames": {"#watch": "watch"},
    });
    let mut database = Database::new();
    assert_eq!(refused(&mut database, "UpdateItem", take.clone()), "ValidationException");
    done(&mut database, "PutItem", put_order("a", 1));
    done(&mut database, "UpdateItem", take);
    assert_eq!(due(&mut database), Vec::<String>::new());
}

#[test]
fn numbers_are_whole_and_have_38_digits() {
    let mut database = Database::new();
    let most = "9".repeat(38);
    for (written, kept) in [("007", "7"), ("-0", "0"), ("-12", "-12"), (&most, &most)] {
        let item = json!({"id": {"S": "a"}, "n": {"N": written}});
        done(&mut database, "PutItem", json!({"TableName": "orders", "Item": item}));
        let key = json!({"TableName": "orders", "Key": {"id": {"S": "a"}}});
        assert_eq!(done(&mut database, "GetItem", key)["Item"]["n"]["N"], kept);
    }
    let more = json!({
        "TableName": "orders",
        "Key": {"id": {"S": "a"}},
        "UpdateExpression": "SET #n = #n + :one",
        "ExpressionAttributeNames": {"#n": "n"},
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    });
    assert_eq!(refused(&mut database, "UpdateItem", more), "ValidationException");
}

#[test]
fn an_index_lags_behind_as_many_writes_as_it_is_told() {
    let mut database = Database::new();
    done(&mut database, "PutItem", put_order("a", 1));
    let both = json!({"TransactItems": [{"Put": put_order("b", 3)}, {"Put": put_order("c", 2)}]});
    done(&mut database, "TransactWriteItems", both);
    done(&mut database, "PutItem", put_order("a", 4));
    let delete = json!({"TableName": "orders", "Key": {"id": {"S": "b"}}});
    done(&mut database, "DeleteItem", delete);
    // Writes of other tables do not count.
    done(&mut database, "PutItem", put_line("1"));
    for (lag, seen) in [
        (0, vec!["c", "a"]),
        (1, vec!["c", "b", "a"]),
        (2, vec!["a", "c", "b"]),
        (3, vec!["a", "b"]),
        (4, vec!["a"]),
        (5, vec![]),
        (usize::MAX, vec![]),
        (0, vec!["c", "a"]),
    ] {
        database.set_index_lag(lag);
        assert_eq!(due(&mut database), seen, "{lag} writes ago");
    }
    for write in 0..u32::try_from(MOST_LAG).unwrap() {
        done(&mut database, "PutItem", put_order("d", write));
    }
    database.set_index_lag(usize::MAX);
    assert_eq!(due(&mut database), ["c", "a"], "that is as far as it can be looked back");
}

#[test]
fn only_a_read_that_is_not_consistent_lags_behind() {
    let mut database = Database::new();
    done(&mut database, "PutItem", put_order("a", 1));
    done(&mut database, "PutItem", put_order("a", 2));
    database.set_read_lag(1);
    let mut read = |consistent: bool| {
        let get = json!({"TableName": "orders", "Key": {"id": {"S": "a"}}, "ConsistentRead": consistent});
        done(&mut database, "GetItem", get)["Item"]["look_at"]["N"].as_str().unwrap().to_owned()
    };
    assert_eq!((read(true), read(false)), ("2".to_owned(), "1".to_owned()));
}

#[test]
fn a_page_ends_at_its_limit_at_a_mebibyte_or_as_told() {
    let mut database = Database::new();
    for entry in ["1", "2", "3", "4"] {
        done(&mut database, "PutItem", put_line(entry));
    }
    assert_eq!(pages(&mut database, None), [4]);
    // At the limit nobody looks whether there is more.
    assert_eq!(pages(&mut database, Some(2)), [2, 2, 0]);
    assert_eq!(pages(&mut database, Some(3)), [3, 1]);
    database.set_page_items(Some(2));
    assert_eq!(pages(&mut database, None), [2, 2]);
    assert_eq!(pages(&mut database, Some(3)), [2, 2]);
    database.set_page_items(None);
    for entry in ["1", "2", "3"] {
        let mut line = put_line(entry);
        line["Item"]["note"] = json!({"S": "x".repeat(390 * 1024)});
        done(&mut database, "PutItem", line);
    }
    assert_eq!(pages(&mut database, None), [2, 2]);
}

#[test]
fn a_transaction_has_at_most_100_parts() {
    let mut database = Database::new();
    let transaction = |size: usize| {
        let parts = (0..size).map(|n| json!({"Put": put_order(&n.to_string(), 1)}));
        json!({"TransactItems": parts.collect::<Vec<_>>()})
    };
    for size in [0, 101] {
        assert_eq!(refused(&mut database, "TransactWriteItems", transaction(size)), "ValidationException");
        assert_eq!(database.items("orders").count(), 0);
    }
    done(&mut database, "TransactWriteItems", transaction(100));
    assert_eq!(database.items("orders").count(), 100);
    assert_eq!(parts(transaction(7).to_string().as_bytes()), 7);
    assert_eq!(parts(put_order("a", 1).to_string().as_bytes()), 0);
}

#[test]
fn a_transaction_with_a_token_is_done_once_however_it_is_written() {
    let mut database = Database::new();
    done(&mut database, "PutItem", put_order("a", 1));
    let sent = |names: &str| {
        let text = format!(
            r#"{{"ClientRequestToken": "t", "TransactItems": [{{"Update": {{
                "TableName": "orders", "Key": {{"id": {{"S": "a"}}}},
                "UpdateExpression": "SET #look_at = #look_at + :one, #note = :note",
                "ExpressionAttributeNames": {{{names}}},
                "ExpressionAttributeValues": {{":one": {{"N": "1"}}, ":note": {{"S": "x"}}}}
            }}}}]}}"#
        );
        text.into_bytes()
    };
    let orders =
        [r##""#note": "note", "#look_at": "look_at""##, r##""#look_at": "look_at", "#note": "note""##];
    for names in [orders[0], orders[0], orders[1]] {
        assert_eq!(database.answer("TransactWriteItems", &sent(names)).status, 200);
        assert_eq!(database.items("orders").next().unwrap().number("look_at"), Some(2));
    }
    let other = json!({"ClientRequestToken": "t", "TransactItems": [{"Put": put_order("b", 1)}]});
    let refused = refused(&mut database, "TransactWriteItems", other);
    assert_eq!(refused, "IdempotentParameterMismatchException");
}

#[test]
fn the_token_of_a_transaction_that_was_cancelled_is_free() {
    let mut database = Database::new();
    let mut put = put_order("a", 1);
    put["ConditionExpression"] = json!("attribute_not_exists(#id)");
    put["ExpressionAttributeNames"] = json!({"#id": "id"});
    let transaction = json!({"ClientRequestToken": "t", "TransactItems": [{"Put": put}]});
    done(&mut database, "PutItem", put_order("a", 1));
    let cancelled = refused(&mut database, "TransactWriteItems", transaction.clone());
    assert_eq!(cancelled, "TransactionCanceledException");
    done(&mut database, "DeleteItem", json!({"TableName": "orders", "Key": {"id": {"S": "a"}}}));
    done(&mut database, "TransactWriteItems", transaction);
    assert_eq!(due(&mut database), ["a"]);
}

#[test]
fn the_fingerprint_is_of_what_stands_there_and_not_of_how_it_came_there() {
    let (mut one, mut other) = (Database::new(), Database::new());
    for order in ["a", "b", "c"] {
        done(&mut one, "PutItem", put_order(order, 1));
    }
    for order in ["c", "b", "x", "a"] {
        done(&mut other, "PutItem", put_order(order, 1));
    }
    assert_ne!(one.fingerprint(), other.fingerprint());
    done(&mut other, "DeleteItem", json!({"TableName": "orders", "Key": {"id": {"S": "x"}}}));
    assert_eq!(one.fingerprint(), other.fingerprint());
    let copy = one.clone();
    done(&mut one, "PutItem", put_order("b", 2));
    assert_ne!(one.fingerprint(), other.fingerprint());
    assert_eq!(copy.fingerprint(), other.fingerprint());
    // It is written down, so it must never change but with the tables.
    assert_eq!(copy.fingerprint(), FINGERPRINT);
}

const FINGERPRINT: u64 = 8_668_483_060_918_232_706;

#[test]
fn auditors_look_at_items_without_asking() {
    let mut database = Database::with(&shapes());
    done(&mut database, "PutItem", put_order("b", 2));
    done(&mut database, "PutItem", put_order("a", 1));
    let seen =
        database.items("orders").map(|item| (item.text("id").unwrap(), item.number("look_at").unwrap()));
    assert_eq!(seen.collect::<Vec<_>>(), [("a", 1), ("b", 2)]);
    assert_eq!(database.items("members").count(), 0);
}

/// A DynamoDB that has only this to say.
#[derive(Clone, Debug)]
struct Always(Answer);

impl HttpConnector for Always {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let Answer { status, body } = self.0.clone();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))))
    }
}

/// What the SDK makes of an answer to a write, and then to a transaction.
async fn understood(answer: Answer) -> (String, Vec<String>) {
    let connector = SharedHttpConnector::new(Always(answer));
    let config = Embedded::in_memory().client().config().to_builder();
    let config = config.retry_config(RetryConfig::disabled());
    let client = Client::from_conf(config.http_client(http_client_fn(move |_, _| connector.clone())).build());
    let key = || AttributeValue::S("a".to_owned());
    let failed = client.put_item().table_name("orders").item("id", key()).send().await.unwrap_err();
    let put = Put::builder().table_name("orders").item("id", key()).build().unwrap();
    let part = TransactWriteItem::builder().put(put).build();
    let cancelled = client.transact_write_items().transact_items(part).send().await.unwrap_err();
    let service = cancelled.into_service_error();
    let mut codes = Vec::new();
    if let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(cancelled) = &service {
        codes.extend(cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap().to_owned()));
    }
    (failed.code().unwrap_or_default().to_owned(), codes)
}

#[tokio::test]
async fn the_sdk_understands_the_failures_that_are_ready() {
    for (answer, code) in [
        (throttled(), "ProvisionedThroughputExceededException"),
        (conflict(), "TransactionConflictException"),
        (transaction_in_progress(), "TransactionInProgressException"),
        (internal_error(), "InternalServerError"),
    ] {
        assert_eq!(understood(answer).await, (code.to_owned(), Vec::new()));
    }
    let codes = understood(transaction_conflict(3, 1)).await.1;
    assert_eq!(codes, ["None", "TransactionConflict", "None"]);
    let codes = understood(transaction_throttled(2, 0)).await.1;
    assert_eq!(codes, ["ProvisionedThroughputExceeded", "None"]);
}
