//! A meter before the embedded DynamoDB: what each request consumes, in the units that DynamoDB charges by.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use cafe_core::payment::BoxError;
use devserver::dynamodb::{Embedded, client_over};
use dynoxide::types::{Item, item_size};
use serde_json::{Map, Value, json};

/// What was asked of DynamoDB.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// How many requests, by operation.
    pub requests: BTreeMap<String, u64>,
    /// Write request units: 1 KB written each, twice that in a transaction, and what the index takes.
    pub writes: u64,
    /// Halves of read request units: one for 4 KB read eventually consistently, two for 4 KB consistently.
    pub half_reads: u64,
    /// Bytes of the requests' bodies and of their answers'.
    pub bytes: u64,
}

impl Asked {
    /// How many requests of all operations.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.requests.values().sum()
    }

    /// What is left without what `other` asked, too.
    #[must_use]
    pub fn without(&self, other: &Asked) -> Asked {
        let left = |operation: &String, count: &u64| count - other.requests.get(operation).unwrap_or(&0);
        let requests =
            self.requests.iter().map(|(operation, count)| (operation.clone(), left(operation, count)));
        Asked {
            requests: requests.filter(|(_, count)| *count > 0).collect(),
            writes: self.writes - other.writes,
            half_reads: self.half_reads - other.half_reads,
            bytes: self.bytes - other.bytes,
        }
    }
}

/// The embedded DynamoDB behind a meter. Its clones are the same meter.
#[derive(Clone, Debug)]
pub struct Meter {
    embedded: Embedded,
    asked: Arc<Mutex<Asked>>,
}

impl Meter {
    /// Meters what is asked of `embedded` through [`client`](Meter::client), and of nobody else's requests.
    #[must_use]
    pub fn before(embedded: Embedded) -> Meter {
        Meter { embedded, asked: Arc::default() }
    }

    /// A client whose requests are metered.
    #[must_use]
    pub fn client(&self) -> Client {
        client_over(self.clone())
    }

    /// What was asked since the last time.
    #[must_use]
    pub fn take(&self) -> Asked {
        std::mem::take(&mut *self.asked())
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, operation: &str, halves: u64, bytes: usize) {
        let mut asked = self.asked();
        *asked.requests.entry(operation.to_owned()).or_default() += 1;
        if reads(operation) {
            asked.half_reads += halves;
        } else {
            asked.writes += halves / 2;
        }
        asked.bytes += bytes as u64;
    }

    async fn answer(self, operation: String, request: HttpRequest) -> Result<HttpResponse, BoxError> {
        let sent = request.body().bytes().unwrap_or_default().len();
        let mut response = self.embedded.call(asking_for_its_price(request)?).await?;
        let mut answer: Map<String, Value> =
            serde_json::from_slice(response.body().bytes().unwrap_or_default())?;
        let halves = match answer.remove("ConsumedCapacity") {
            Some(consumed) => consumed_halves(&consumed),
            None => refused_halves(&operation, &answer),
        };
        let body = serde_json::to_vec(&answer)?;
        self.add(&operation, halves, sent + body.len());
        *response.body_mut() = SdkBody::from(body);
        Ok(response)
    }
}

impl HttpConnector for Meter {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let answering = self.clone().answer(operation, request);
        HttpConnectorFuture::new(async {
            answering.await.map_err(|error| ConnectorError::other(error, None))
        })
    }
}

fn reads(operation: &str) -> bool {
    matches!(operation, "BatchGetItem" | "GetItem" | "Query" | "Scan" | "TransactGetItems")
}

/// The same request, which has DynamoDB say what it consumes.
fn asking_for_its_price(mut request: HttpRequest) -> Result<HttpRequest, BoxError> {
    let mut body: Map<String, Value> = serde_json::from_slice(request.body().bytes().unwrap_or_default())?;
    body.insert("ReturnConsumedCapacity".to_owned(), json!("TOTAL"));
    *request.body_mut() = SdkBody::from(serde_json::to_vec(&body)?);
    Ok(request)
}

/// Halves of the units that an answer says were consumed: of one table, or of several.
fn consumed_halves(consumed: &Value) -> u64 {
    let tables = consumed.as_array().map_or(std::slice::from_ref(consumed), Vec::as_slice);
    tables.iter().map(|table| halves(&table["CapacityUnits"])).sum()
}

/// Units in halves, without floating point: `0.5` is one.
fn halves(units: &Value) -> u64 {
    let units = units.to_string();
    let (whole, part) = units.split_once('.').unwrap_or((&units, "0"));
    2 * whole.parse::<u64>().unwrap_or_default() + u64::from(part.starts_with('5'))
}

/// Halves of the units that a refusal consumes, of which DynamoDB says nothing: a write whose condition fails is
/// charged by the item that stands there, and by 1 KB where none does.
fn refused_halves(operation: &str, answer: &Map<String, Value>) -> u64 {
    let kind = answer.get("__type").and_then(Value::as_str).unwrap_or_default();
    if kind.ends_with("TransactionCanceledException") {
        let reasons = answer.get("CancellationReasons").and_then(Value::as_array).into_iter().flatten();
        return reasons.map(|reason| 4 * kilobytes(reason.get("Item"))).sum();
    }
    let charged = kind.ends_with("ConditionalCheckFailedException") && !reads(operation);
    if charged { 2 * kilobytes(answer.get("Item")) } else { 0 }
}

/// What an item weighs, in whole KB.
fn kilobytes(item: Option<&Value>) -> u64 {
    let item = item.and_then(|item| serde_json::from_value::<Item>(item.clone()).ok());
    item.map_or(1, |item| item_size(&item).div_ceil(1024).max(1) as u64)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::{
        AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, Put,
        ReturnValuesOnConditionCheckFailure, ScalarAttributeType, TransactWriteItem,
    };

    use super::*;

    const TABLE: &str = "cups";

    fn text(text: impl Into<String>) -> AttributeValue {
        AttributeValue::S(text.into())
    }

    /// A metered client with one table, and the meter at zero.
    async fn metered() -> (Client, Meter) {
        let meter = Meter::before(Embedded::in_memory());
        let client = meter.client();
        let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
        let id = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S);
        let made = meter.embedded.client().create_table().table_name(TABLE).key_schema(key.build().unwrap());
        let made = made.attribute_definitions(id.build().unwrap()).billing_mode(BillingMode::PayPerRequest);
        made.send().await.unwrap();
        (client, meter)
    }

    async fn put(client: &Client, id: &str, bytes: usize) -> bool {
        let put =
            client.put_item().table_name(TABLE).item("id", text(id)).item("fill", text("x".repeat(bytes)));
        let put = put.condition_expression("attribute_not_exists(id)");
        let put = put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        put.send().await.is_ok()
    }

    fn units(asked: &Asked) -> (u64, u64) {
        (asked.writes, asked.half_reads)
    }

    #[tokio::test]
    async fn a_write_costs_by_the_kilobyte_and_so_does_a_refused_one() {
        let (client, meter) = metered().await;
        // `id`, `fill` and `a` are 7 bytes.
        assert!(put(&client, "a", 1024 - 7).await);
        assert_eq!(units(&meter.take()), (1, 0));
        assert!(put(&client, "b", 1024 - 6).await);
        assert_eq!(units(&meter.take()), (2, 0));
        assert!(!put(&client, "b", 1).await);
        let refused = meter.take();
        assert_eq!((units(&refused), refused.count()), ((2, 0), 1));
    }

    #[tokio::test]
    async fn a_read_costs_by_four_kilobytes_and_half_of_that_where_it_may_be_stale() {
        let (client, meter) = metered().await;
        put(&client, "a", 4096).await;
        let _written = meter.take();
        for (consistent, halves) in [(true, 4), (false, 2)] {
            let get = client.get_item().table_name(TABLE).key("id", text("a")).consistent_read(consistent);
            get.send().await.unwrap();
            assert_eq!(units(&meter.take()), (0, halves));
        }
        client.get_item().table_name(TABLE).key("id", text("nobody")).send().await.unwrap();
        assert_eq!(units(&meter.take()), (0, 1));
    }

    #[tokio::test]
    async fn a_transaction_costs_twice_and_so_does_a_refused_one() {
        let (client, meter) = metered().await;
        let transact = async |ids: [&str; 2]| {
            let puts = ids.map(|id| {
                let put = Put::builder().table_name(TABLE).item("id", text(id));
                let put = put.condition_expression("attribute_not_exists(id)").build().unwrap();
                TransactWriteItem::builder().put(put).build()
            });
            client.transact_write_items().set_transact_items(Some(puts.into())).send().await.is_ok()
        };
        assert!(transact(["a", "b"]).await);
        assert_eq!(units(&meter.take()), (4, 0));
        assert!(!transact(["a", "c"]).await);
        assert_eq!(units(&meter.take()), (4, 0));
    }

    #[test]
    fn halves_are_read_without_floating_point() {
        assert_eq!(
            [json!(0.5), json!(1.0), json!(12.5), json!(3)].map(|units| halves(&units)),
            [1, 2, 25, 6]
        );
    }
}
