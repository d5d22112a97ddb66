//! A cafe that has been open for long: tables full of members, ledger lines and orders, in which an order must cost
//! what the first one did.

use cafe_core::payment::BoxError;
use devserver::dynamodb::Embedded;
use serde_json::{Value, json};

use super::cafe::{Cafe, StoredItem, ask_plainly};
use super::page::units;
use super::steps::{Customer, Step, Steps, walk};
use crate::table::number;

/// What a walk came to among that many items.
#[derive(Clone, Debug)]
pub struct Grown {
    /// How many items there were before.
    pub items: u64,
    /// The walk.
    pub steps: Steps,
}

impl Grown {
    /// Whether every step asked for the same, byte for byte.
    #[must_use]
    pub fn is_as(&self, other: &Grown) -> bool {
        self.steps == other.steps
    }

    /// What all steps came to together, in the columns of the page.
    #[must_use]
    pub fn row(&self) -> [String; 5] {
        let sum = |of: fn(&Step) -> u64| self.steps.values().map(of).sum::<u64>();
        [
            number(self.items),
            sum(|step| step.asked.count()).to_string(),
            sum(|step| step.asked.writes).to_string(),
            units(sum(|step| step.asked.half_reads)),
            number(sum(|step| step.asked.bytes)),
        ]
    }
}

/// How many items one request writes at most.
const BATCH: usize = 25;

/// Walks in a cafe that holds that many items of earlier years. Every tenth is a line of the ledger of her who walks.
///
/// # Errors
/// Where the tables cannot be filled, or a step does not end as it should.
pub async fn fill(items: u64) -> Result<Grown, BoxError> {
    let samples = samples().await?;
    let embedded = Embedded::in_memory();
    let mut cafe = Cafe::opens(embedded.clone()).await?;
    let walker = cafe.member(&Customer::number(1))?;
    let mut batches: Vec<Vec<Value>> = samples.iter().map(|_| Vec::new()).collect();
    for number in 0..items {
        let index = usize::try_from(number)?;
        let table = index % samples.len();
        let kind = &samples[table];
        let mut item = kind.items[(index / samples.len()) % kind.items.len()].clone();
        match kind.range {
            Some(range) if index / samples.len() % 10 == 0 => {
                item.insert(kind.key.to_owned(), json!({ "S": walker.as_str() }));
                renumber_front(&mut item, range, number)?;
            }
            _ => renumber(&mut item, kind.key, number)?,
        }
        batches[table].push(json!({ "PutRequest": { "Item": item } }));
        if batches[table].len() == BATCH {
            write(&embedded, &kind.table, std::mem::take(&mut batches[table])).await?;
        }
    }
    for (kind, batch) in samples.iter().zip(batches).filter(|(_, batch)| !batch.is_empty()) {
        write(&embedded, &kind.table, batch).await?;
    }
    Ok(Grown { items, steps: walk(&mut cafe, false).await? })
}

/// Items as a cafe really writes them, of one table.
struct Samples {
    table: String,
    key: &'static str,
    range: Option<&'static str>,
    items: Vec<StoredItem>,
}

/// What a walk leaves behind, without what is still open.
async fn samples() -> Result<Vec<Samples>, BoxError> {
    let mut cafe = Cafe::opens(Embedded::in_memory()).await?;
    walk(&mut cafe, false).await?;
    let tables = cafe.tables().clone();
    let all = cafe.items().await?.into_iter().map(|(table, mut items)| {
        items.retain(|item| !item.contains_key("watch"));
        let (key, range) = if table == tables.ledger { ("member", Some("entry")) } else { ("id", None) };
        Samples { table, key, range, items }
    });
    Ok(all.collect())
}

/// Makes an item another one: the end of its key is a number now, and the key as long as before.
fn renumber(item: &mut StoredItem, key: &str, number: u64) -> Result<(), BoxError> {
    let text = text(item, key)?;
    let digits = format!("{number:09}");
    let kept = text.len().checked_sub(digits.len()).and_then(|kept| text.get(..kept));
    let kept = kept.ok_or("a key is ASCII, and longer than nine bytes")?;
    let renumbered = json!({ "S": format!("{kept}{digits}") });
    item.insert(key.to_owned(), renumbered);
    Ok(())
}

/// The same for a key whose end says what kind of line it is.
fn renumber_front(item: &mut StoredItem, key: &str, number: u64) -> Result<(), BoxError> {
    let text = text(item, key)?;
    let end = text.split_once('#').map_or(text, |(_, end)| end);
    let renumbered = json!({ "S": format!("{number:026}#{end}") });
    item.insert(key.to_owned(), renumbered);
    Ok(())
}

fn text<'i>(item: &'i StoredItem, key: &str) -> Result<&'i str, BoxError> {
    Ok(item.get(key).and_then(|value| value["S"].as_str()).ok_or("a key is text")?)
}

async fn write(embedded: &Embedded, table: &str, batch: Vec<Value>) -> Result<(), BoxError> {
    let batch = json!({ "RequestItems": { table: batch } });
    let written = ask_plainly(embedded, "BatchWriteItem", &batch).await?;
    let left =
        written.get("UnprocessedItems").and_then(Value::as_object).is_some_and(|left| !left.is_empty());
    if left { Err("some items were not written".into()) } else { Ok(()) }
}
