//! One table in memory: its items, its indexes, and how its last writes can be looked behind.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::MOST_LAG;
use super::shape::{IndexShape, KeyKind, KeyPart, KeyShape, Shape};
use super::value::{Item, Value};

/// The longest value of a hash attribute and of a range attribute.
const LONGEST_KEY_BYTES: (usize, usize) = (2_048, 1_024);

/// The value of an attribute of a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyValue {
    Text(Arc<str>),
    Number(i128),
    Bytes(Arc<[u8]>),
}

/// An item's key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) hash: KeyValue,
    pub(crate) range: Option<KeyValue>,
}

/// Where an item stands in a partition: by the range attribute, and in an index then by its own key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) key: Key,
    /// The item's own key, where `key` is that of an index.
    pub(crate) of: Option<Key>,
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) shape: Arc<Shape>,
    items: BTreeMap<Key, Item>,
    /// By the number of the index.
    indexes: Vec<BTreeMap<Place, Item>>,
    /// What stood at a key before each of the last writes, the latest last.
    before: VecDeque<(Key, Option<Item>)>,
}

/// What is wrong with a key.
#[derive(Clone, Debug)]
pub(crate) enum BadKey {
    Wrong(String),
    /// A part of it is empty, which is told before anything is done.
    Empty(String),
}

impl KeyValue {
    pub(crate) fn of(value: &Value) -> Option<KeyValue> {
        match value {
            Value::Text(text) => Some(KeyValue::Text(Arc::clone(text))),
            Value::Number(number) => Some(KeyValue::Number(*number)),
            Value::Bytes(bytes) => Some(KeyValue::Bytes(Arc::clone(bytes))),
            Value::Bool(_) | Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    pub(crate) fn is(&self, kind: KeyKind) -> bool {
        matches!(
            (self, kind),
            (KeyValue::Text(_), KeyKind::Text)
                | (KeyValue::Number(_), KeyKind::Number)
                | (KeyValue::Bytes(_), KeyKind::Bytes)
        )
    }

    fn bytes(&self) -> usize {
        match self {
            KeyValue::Text(text) => text.len(),
            KeyValue::Number(_) => 1,
            KeyValue::Bytes(bytes) => bytes.len(),
        }
    }
}

impl Table {
    pub(crate) fn new(shape: Arc<Shape>) -> Table {
        let indexes = vec![BTreeMap::new(); shape.indexes.len()];
        Table { shape, items: BTreeMap::new(), indexes, before: VecDeque::new() }
    }

    pub(crate) fn get(&self, key: &Key) -> Option<&Item> {
        self.items.get(key)
    }

    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    /// The item as it stood so many writes ago.
    pub(crate) fn get_behind(&self, key: &Key, lag: usize) -> Option<&Item> {
        match self.last(lag).find(|(written, _)| written == key) {
            Some((_, before)) => before.as_ref(),
            None => self.get(key),
        }
    }

    /// What stood before each of the last writes, the earliest first.
    fn last(&self, writes: usize) -> impl Iterator<Item = &(Key, Option<Item>)> {
        self.before.range(self.before.len().saturating_sub(writes)..)
    }

    /// All that stands under `hash` in the table, or in one of its indexes, in order.
    pub(crate) fn partition<'t>(
        &'t self,
        index: Option<usize>,
        hash: &KeyValue,
    ) -> Box<dyn Iterator<Item = (Place, &'t Item)> + 't> {
        let (first, hash) = (Key { hash: hash.clone(), range: None }, hash.clone());
        match index {
            None => Box::new(
                self.items
                    .range(first..)
                    .take_while(move |(key, _)| key.hash == hash)
                    .map(|(key, item)| (Place { key: key.clone(), of: None }, item)),
            ),
            Some(index) => Box::new(
                self.indexes[index]
                    .range(Place { key: first, of: None }..)
                    .take_while(move |(place, _)| place.key.hash == hash)
                    .map(|(place, item)| (place.clone(), item)),
            ),
        }
    }

    /// The same as it was so many writes ago.
    pub(crate) fn partition_behind(
        &self,
        index: Option<usize>,
        hash: &KeyValue,
        lag: usize,
    ) -> Vec<(Place, &Item)> {
        let mut earliest = BTreeMap::new();
        for (key, before) in self.last(lag) {
            earliest.entry(key).or_insert(before.as_ref());
        }
        let written = |place: &Place| earliest.contains_key(place.of.as_ref().unwrap_or(&place.key));
        let mut found: Vec<_> = self.partition(index, hash).filter(|(place, _)| !written(place)).collect();
        for (key, before) in earliest {
            let Some(item) = before else { continue };
            let place = match index {
                None => Some(Place { key: key.clone(), of: None }),
                Some(index) => place(&self.shape.indexes[index], key, item),
            };
            found.extend(place.filter(|place| place.key.hash == *hash).map(|place| (place, item)));
        }
        found.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        found
    }

    /// Has `item` stand at `key` from now on, or nothing, and gives what stood there.
    pub(crate) fn write(&mut self, key: Key, item: Option<&Item>) -> Option<Item> {
        let before = match item {
            Some(item) => self.items.insert(key.clone(), item.clone()),
            None => self.items.remove(&key),
        };
        for (shape, entries) in self.shape.indexes.iter().zip(&mut self.indexes) {
            let old = before.as_ref().and_then(|before| place(shape, &key, before));
            let new = item.and_then(|item| Some((place(shape, &key, item)?, item)));
            if let Some(old) = old
                && new.as_ref().is_none_or(|(new, _)| *new != old)
            {
                entries.remove(&old);
            }
            if let Some((new, item)) = new {
                entries.insert(new, item.clone());
            }
        }
        if self.before.len() == MOST_LAG {
            self.before.pop_front();
        }
        self.before.push_back((key, before.clone()));
        before
    }

    /// The key that a request gives, which has the key's attributes and no others.
    pub(crate) fn key(&self, given: &Item) -> Result<Key, BadKey> {
        let shape = &self.shape.key;
        if given.len() != shape.len() {
            return Err(BadKey::Wrong("The number of conditions on the keys is invalid".to_owned()));
        }
        key_in(shape, given, |_, _| "The provided key element does not match the schema".to_owned())
    }

    /// The key of an item that is to be put.
    pub(crate) fn key_of(&self, item: &Item) -> Result<Key, BadKey> {
        key_in(&self.shape.key, item, |part, found| match found {
            None => format!(
                "One or more parameter values were invalid: Missing the key {} in the item",
                part.name
            ),
            Some(found) => format!(
                "One or more parameter values were invalid: Type mismatch for key {} expected: {} actual: {}",
                part.name,
                part.kind.name(),
                found.kind()
            ),
        })
    }

    /// The attributes of its indexes' keys must fit where they are there.
    pub(crate) fn check_index_keys(&self, item: &Item) -> Result<(), BadKey> {
        for index in &self.shape.indexes {
            for part in index.key.parts() {
                let Some(value) = item.get(&part.name) else { continue };
                let IndexShape { name, .. } = index;
                let attribute = &part.name;
                match KeyValue::of(value) {
                    Some(value) if value.is(part.kind) => {
                        if value.bytes() == 0 {
                            return Err(BadKey::Empty(format!(
                                "One or more parameter values are not valid. A value specified for a \
                                 secondary index key is not supported. The AttributeValue for a key \
                                 attribute cannot contain an empty string value. IndexName: {name}, \
                                 IndexKey: {attribute}"
                            )));
                        }
                        check_length(&index.key, part, &value).map_err(BadKey::Wrong)?;
                    }
                    _ => {
                        return Err(BadKey::Wrong(format!(
                            "One or more parameter values were invalid: Type mismatch for Index Key \
                             {attribute} Expected: {} Actual: {} IndexName: {name}",
                            part.kind.name(),
                            value.kind()
                        )));
                    }
                }
            }
        }
        Ok(())
    }
}

fn key_in(
    shape: &KeyShape,
    item: &Item,
    wrong: impl Fn(&KeyPart, Option<&Value>) -> String,
) -> Result<Key, BadKey> {
    let read = |part: &KeyPart| {
        let found = item.get(&part.name);
        let value = found.and_then(KeyValue::of).filter(|value| value.is(part.kind));
        value.ok_or_else(|| BadKey::Wrong(wrong(part, found)))
    };
    let hash = read(&shape.hash)?;
    let range = shape.range.as_ref().map(read).transpose()?;
    for (part, value) in shape.parts().zip(std::iter::once(&hash).chain(&range)) {
        if value.bytes() == 0 {
            return Err(BadKey::Empty(format!(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot \
                 contain an empty string value. Key: {}",
                part.name
            )));
        }
        check_length(shape, part, value).map_err(BadKey::Wrong)?;
    }
    Ok(Key { hash, range })
}

fn check_length(shape: &KeyShape, part: &KeyPart, value: &KeyValue) -> Result<(), String> {
    let (hash, range) = LONGEST_KEY_BYTES;
    let longest = if shape.hash.name == part.name { hash } else { range };
    if value.bytes() > longest {
        return Err(format!(
            "One or more parameter values were invalid: Size of key {} has exceeded the maximum size limit \
             of {longest} bytes",
            part.name
        ));
    }
    Ok(())
}

/// Where an item stands in an index: nowhere, unless it has all attributes of the index's key.
fn place(index: &IndexShape, key: &Key, item: &Item) -> Option<Place> {
    let read = |part: &KeyPart| item.get(&part.name).and_then(KeyValue::of);
    let hash = read(&index.key.hash)?;
    let range = match &index.key.range {
        Some(part) => Some(read(part)?),
        None => None,
    };
    Some(Place { key: Key { hash, range }, of: Some(key.clone()) })
}
