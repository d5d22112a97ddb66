//! Reads: of one item, and of a partition in pages.

use std::cmp::Ordering;
use std::sync::Arc;

use serde::Serialize;

use super::bound::{Bound, Placeholders};
use super::expression::{self, Comparator, Condition, Operand};
use super::failure::{Answer, Failure};
use super::request::{Get, Query, read};
use super::shape::{KeyPart, KeyShape, Projection};
use super::table::{BadKey, Key, KeyValue, Place, Table};
use super::value::{Item, Name, Value};
use super::{Database, Done};

/// What a page may hold.
const PAGE_BYTES: usize = 1024 * 1024;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Got<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<&'a Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    items: Vec<Item>,
    count: usize,
    scanned_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_evaluated_key: Option<Item>,
}

/// What the range attribute must be.
enum Wanted {
    Any,
    Compared(Comparator, KeyValue),
    Between(KeyValue, KeyValue),
    BeginningWith(KeyValue),
}

impl Database {
    pub(crate) fn get(&self, body: &[u8]) -> Done {
        let request = read::<Get<'_>>(body)?;
        let table = &self.tables[self.table_number(&request.table_name)?];
        let key = table.key(&request.key).map_err(|bad| match bad {
            BadKey::Wrong(message) | BadKey::Empty(message) => Failure::Invalid(message),
        })?;
        let lag = if request.consistent_read { 0 } else { self.read_lag };
        Ok(Answer::done(&Got { item: table.get_behind(&key, lag) }))
    }

    pub(crate) fn query(&self, body: &[u8]) -> Done {
        let request = read::<Query<'_>>(body)?;
        let invalid =
            |problem: String| Failure::Invalid(format!("Invalid KeyConditionExpression: {problem}"));
        let mut placeholders = Placeholders::new(
            request.expression_attribute_names.as_ref(),
            request.expression_attribute_values.as_ref(),
        );
        let condition = expression::condition(&request.key_condition_expression)
            .and_then(|parsed| placeholders.condition(parsed))
            .map_err(invalid)?;
        let invalid_filter =
            |problem: String| Failure::Invalid(format!("Invalid FilterExpression: {problem}"));
        let filter = match &request.filter_expression {
            None => None,
            Some(text) => Some(
                expression::condition(text)
                    .and_then(|parsed| placeholders.condition(parsed))
                    .map_err(invalid_filter)?,
            ),
        };
        placeholders.finish().map_err(Failure::Invalid)?;
        if request.limit == Some(0) {
            return Err(Failure::Invalid("Member must have value greater than or equal to 1".to_owned()));
        }

        let table = &self.tables[self.table_number(&request.table_name)?];
        let index = match request.index_name.as_deref() {
            None => None,
            Some(name) => match table.shape.indexes.iter().position(|index| index.name == name) {
                Some(_) if request.consistent_read => {
                    let message = "Consistent reads are not supported on global secondary indexes";
                    return Err(Failure::Invalid(message.to_owned()));
                }
                Some(index) => Some(index),
                None => {
                    let message = format!("The table does not have the specified index: {name}");
                    return Err(Failure::Invalid(message));
                }
            },
        };
        let shape = index.map_or(&table.shape.key, |index| &table.shape.indexes[index].key);
        let (hash, wanted) = wanted(&condition, shape).map_err(invalid)?;
        if let Some(name) =
            filter.as_ref().and_then(|filter| filter.tops().find(|name| shape.has(name)).map(str::to_owned))
        {
            let message = "Filter Expression can only contain non-primary key attributes: Primary key \
                           attribute: ";
            return Err(Failure::Invalid(format!("{message}{name}")));
        }
        let lag = match index {
            Some(_) => self.index_lag,
            None if request.consistent_read => 0,
            None => self.read_lag,
        };

        let forward = request.scan_index_forward;
        let start = match &request.exclusive_start_key {
            None => None,
            Some(start) => Some(
                start_place(table, index, start)
                    .filter(|start| start.key.hash == hash && wanted.includes(start.key.range.as_ref()))
                    .ok_or_else(|| Failure::Invalid("The provided starting key is invalid".to_owned()))?,
            ),
        };
        let found: Box<dyn Iterator<Item = (Place, &Item)>> = match (forward, lag) {
            (true, 0) => table.partition(index, &hash),
            (true, _) => Box::new(table.partition_behind(index, &hash, lag).into_iter()),
            (false, _) => Box::new(table.partition_behind(index, &hash, lag).into_iter().rev()),
        };
        let behind = if forward { Ordering::Greater } else { Ordering::Less };
        let found = found
            .filter(|(place, _)| wanted.includes(place.key.range.as_ref()))
            .filter(|(place, _)| start.as_ref().is_none_or(|start| place.cmp(start) == behind));
        Ok(Answer::done(&self.page(table, index, found, request.limit, filter.as_ref())))
    }

    /// The first of what was found, as many as one page holds, and at least one.
    fn page<'t>(
        &self,
        table: &Table,
        index: Option<usize>,
        found: impl Iterator<Item = (Place, &'t Item)>,
        limit: Option<usize>,
        filter: Option<&Bound<'_, Condition>>,
    ) -> Page {
        let most = self.page_items.unwrap_or(usize::MAX).max(1);
        let (mut items, mut last, mut bytes, mut more) = (Vec::new(), None, 0, false);
        let mut scanned = 0;
        for (place, item) in found {
            bytes += item.size();
            more = scanned == most || (bytes > PAGE_BYTES && last.is_some());
            if more {
                break;
            }
            // What is filtered out was read all the same, and counts towards the page.
            scanned += 1;
            if filter.is_none_or(|filter| filter.holds(item)) {
                items.push(projected(table, index, item));
            }
            last = Some(place);
            // At the limit nobody looks whether there is more.
            more = Some(scanned) == limit;
            if more {
                break;
            }
        }
        Page {
            count: items.len(),
            scanned_count: scanned,
            items,
            last_evaluated_key: last.filter(|_| more).map(|place| key_item(table, index, &place)),
        }
    }
}

/// What a key condition wants: the hash, and of the range.
fn wanted(condition: &Bound<'_, Condition>, shape: &KeyShape) -> Result<(KeyValue, Wanted), String> {
    let unlike = || "Query key condition not supported".to_owned();
    let value = |operand: &Operand, part: &KeyPart| match operand {
        Operand::Value(number) => KeyValue::of(condition.value(*number))
            .filter(|value| value.is(part.kind))
            .ok_or_else(|| "Condition parameter type does not match schema type".to_owned()),
        Operand::Path(_) => Err(unlike()),
    };
    let hash = |wanted: &Condition| {
        if let Condition::Compare(Operand::Path(path), Comparator::Equal, right) = wanted
            && condition.top(path) == Some(&shape.hash.name)
        {
            return value(right, &shape.hash).map(Some);
        }
        Ok(None)
    };
    let (one, other) = if let Condition::And(one, other) = condition.tree() {
        (&**one, Some(&**other))
    } else {
        (condition.tree(), None)
    };
    let (hash, range) = match (hash(one)?, other) {
        (Some(value), other) => (value, other),
        (None, Some(other)) => (hash(other)?.ok_or_else(unlike)?, Some(one)),
        (None, None) => {
            return Err(format!("Query condition missed key schema element: {}", shape.hash.name));
        }
    };
    let Some(range) = range else { return Ok((hash, Wanted::Any)) };
    let part = shape.range.as_ref().ok_or_else(unlike)?;
    let (operand, wanted) = match range {
        Condition::Compare(Operand::Path(path), comparator, right) if *comparator != Comparator::Unequal => {
            (path, Wanted::Compared(*comparator, value(right, part)?))
        }
        Condition::Between(Operand::Path(path), lower, upper) => {
            (path, Wanted::Between(value(lower, part)?, value(upper, part)?))
        }
        Condition::BeginsWith(path, prefix) => (path, Wanted::BeginningWith(value(prefix, part)?)),
        Condition::Compare(..)
        | Condition::Between(..)
        | Condition::In(..)
        | Condition::Exists(_)
        | Condition::Missing(_)
        | Condition::Not(_)
        | Condition::And(..)
        | Condition::Or(..) => return Err(unlike()),
    };
    if condition.top(operand) != Some(&part.name) {
        return Err(format!("Query condition missed key schema element: {}", part.name));
    }
    Ok((hash, wanted))
}

impl Wanted {
    fn includes(&self, range: Option<&KeyValue>) -> bool {
        let Some(range) = range else { return matches!(self, Wanted::Any) };
        match self {
            Wanted::Any => true,
            Wanted::Between(lower, upper) => lower <= range && range <= upper,
            Wanted::BeginningWith(prefix) => match (range, prefix) {
                (KeyValue::Text(text), KeyValue::Text(prefix)) => text.starts_with(&**prefix),
                (KeyValue::Bytes(bytes), KeyValue::Bytes(prefix)) => bytes.starts_with(prefix),
                _ => false,
            },
            Wanted::Compared(comparator, value) => match comparator {
                Comparator::Equal => range == value,
                Comparator::Unequal => range != value,
                Comparator::Less => range < value,
                Comparator::LessOrEqual => range <= value,
                Comparator::Greater => range > value,
                Comparator::GreaterOrEqual => range >= value,
            },
        }
    }
}

/// The place that a page ended at, if its key has the attributes that such a key has and no others.
fn start_place(table: &Table, index: Option<usize>, start: &Item) -> Option<Place> {
    let read =
        |part: &KeyPart| start.get(&part.name).and_then(KeyValue::of).filter(|value| value.is(part.kind));
    let key_in = |shape: &KeyShape| {
        let range = match &shape.range {
            Some(part) => Some(read(part)?),
            None => None,
        };
        Some(Key { hash: read(&shape.hash)?, range })
    };
    let own = key_in(&table.shape.key)?;
    let place = match index {
        None => Place { key: own, of: None },
        Some(index) => Place { key: key_in(&table.shape.indexes[index].key)?, of: Some(own) },
    };
    (key_item(table, index, &place).len() == start.len()).then_some(place)
}

/// The attributes of the keys that a place is made of.
fn key_item(table: &Table, index: Option<usize>, place: &Place) -> Item {
    let mut item = Item::default();
    let mut add = |shape: &KeyShape, key: &Key| {
        for (part, value) in shape.parts().zip(std::iter::once(&key.hash).chain(&key.range)) {
            let value = match value {
                KeyValue::Text(text) => Value::Text(Arc::clone(text)),
                KeyValue::Number(number) => Value::Number(*number),
                KeyValue::Bytes(bytes) => Value::Bytes(Arc::clone(bytes)),
            };
            item.insert(&Name::from(&*part.name), value);
        }
    };
    match (index, &place.of) {
        (Some(index), Some(own)) => {
            add(&table.shape.key, own);
            add(&table.shape.indexes[index].key, &place.key);
        }
        _ => add(&table.shape.key, &place.key),
    }
    item
}

fn projected(table: &Table, index: Option<usize>, item: &Item) -> Item {
    let Some(index) = index.map(|index| &table.shape.indexes[index]) else { return item.clone() };
    let in_key = |name: &str| table.shape.key.has(name) || index.key.has(name);
    match &index.projection {
        Projection::All => item.clone(),
        Projection::KeysOnly => item.with_only(in_key),
        Projection::Include(names) => {
            item.with_only(|name| in_key(name) || names.iter().any(|other| other == name))
        }
    }
}
