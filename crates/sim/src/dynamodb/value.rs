//! Values and items: in memory, and in DynamoDB's JSON.

use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use aws_smithy_types::base64;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::failure::NOT_SIMULATED;

/// The digits that a number may have.
const DIGITS: usize = 38;

/// A value of an attribute. Its clones are cheap.
///
/// Sets are not simulated, as no item of ours has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `S`.
    Text(Arc<str>),
    /// `N`, of the whole numbers only.
    Number(i128),
    /// `B`.
    Bytes(Arc<[u8]>),
    /// `BOOL`.
    Bool(bool),
    /// `NULL`.
    Null,
    /// `L`.
    List(Arc<[Value]>),
    /// `M`.
    Map(Item),
}

/// An item, or a map within one: attributes in the order of their names. Its clones are cheap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item(Arc<Vec<(Name, Value)>>);

impl Value {
    /// The name of its type, as DynamoDB writes it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "S",
            Value::Number(_) => "N",
            Value::Bytes(_) => "B",
            Value::Bool(_) => "BOOL",
            Value::Null => "NULL",
            Value::List(_) => "L",
            Value::Map(_) => "M",
        }
    }

    /// Which comes first, where these two can be compared at all.
    pub(crate) fn order(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Text(one), Value::Text(other)) => Some(one.cmp(other)),
            (Value::Number(one), Value::Number(other)) => Some(one.cmp(other)),
            (Value::Bytes(one), Value::Bytes(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }

    /// What it takes of the size that DynamoDB allows an item.
    pub(crate) fn size(&self) -> usize {
        match self {
            Value::Text(text) => text.len(),
            Value::Number(number) => {
                let digits = number.unsigned_abs().checked_ilog10().map_or(1, |log| log as usize + 1);
                digits.div_ceil(2) + 1 + usize::from(*number < 0)
            }
            Value::Bytes(bytes) => bytes.len(),
            Value::Bool(_) | Value::Null => 1,
            Value::List(values) => 3 + values.iter().map(|value| 1 + value.size()).sum::<usize>(),
            Value::Map(item) => 3 + item.0.len() + item.size(),
        }
    }

    /// How deep it nests: 1 for what has nothing in it.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Value::List(values) => 1 + values.iter().map(Value::depth).max().unwrap_or(0),
            Value::Map(item) => 1 + item.depth(),
            Value::Text(_) | Value::Number(_) | Value::Bytes(_) | Value::Bool(_) | Value::Null => 1,
        }
    }
}

impl Item {
    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.find(name).ok().map(|at| &self.0[at].1)
    }

    /// The value of an attribute that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        if let Value::Text(text) = self.get(name)? { Some(text) } else { None }
    }

    /// The value of an attribute that is a number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i128> {
        if let Value::Number(number) = self.get(name)? { Some(*number) } else { None }
    }

    /// Its attributes, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// How many attributes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has no attributes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Of its attributes those with such names.
    pub(crate) fn with_only(&self, wanted: impl Fn(&str) -> bool) -> Item {
        Item(Arc::new(self.0.iter().filter(|(name, _)| wanted(name)).cloned().collect()))
    }

    pub(crate) fn insert(&mut self, name: &Name, value: Value) {
        let found = self.find(name);
        let attributes = Arc::make_mut(&mut self.0);
        match found {
            Ok(at) => attributes[at].1 = value,
            Err(at) => attributes.insert(at, (name.clone(), value)),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        if let Ok(at) = self.find(name) {
            Arc::make_mut(&mut self.0).remove(at);
        }
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let at = self.find(name).ok()?;
        Some(&mut Arc::make_mut(&mut self.0)[at].1)
    }

    pub(crate) fn size(&self) -> usize {
        self.0.iter().map(|(name, value)| name.len() + value.size()).sum()
    }

    pub(crate) fn depth(&self) -> usize {
        self.0.iter().map(|(_, value)| value.depth()).max().unwrap_or(0)
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| (**other).cmp(name))
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Value::Text(text) => map.serialize_entry("S", &**text)?,
            Value::Number(number) => map.serialize_entry("N", &AsText(number))?,
            Value::Bytes(bytes) => map.serialize_entry("B", &base64::encode(bytes))?,
            Value::Bool(is) => map.serialize_entry("BOOL", is)?,
            Value::Null => map.serialize_entry("NULL", &true)?,
            Value::List(values) => map.serialize_entry("L", &Values(values))?,
            Value::Map(item) => map.serialize_entry("M", item)?,
        }
        map.end()
    }
}

struct AsText<'a>(&'a i128);

impl Serialize for AsText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

struct Values<'a>(&'a [Value]);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0)
    }
}

/// The types that are simulated; any other is refused by its name.
#[derive(Deserialize)]
enum Kind {
    #[serde(rename = "S")]
    Text,
    #[serde(rename = "N")]
    Number,
    #[serde(rename = "B")]
    Bytes,
    #[serde(rename = "BOOL")]
    Bool,
    #[serde(rename = "NULL")]
    Null,
    #[serde(rename = "L")]
    List,
    #[serde(rename = "M")]
    Map,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        struct Wanted;
        impl<'de> Visitor<'de> for Wanted {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an attribute's value")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let Some(kind) = map.next_key::<Kind>()? else {
                    return Err(Error::custom(
                        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
                    ));
                };
                let value = match kind {
                    Kind::Text => Value::Text(map.next_value_seed(Read(|text: &str| Ok(text.into())))?),
                    Kind::Number => Value::Number(map.next_value_seed(Read(number))?),
                    Kind::Bytes => {
                        let decode = |text: &str| base64::decode(text).map_err(|error| error.to_string());
                        Value::Bytes(map.next_value_seed(Read(decode))?.into())
                    }
                    Kind::Bool => Value::Bool(map.next_value()?),
                    Kind::Null if map.next_value()? => Value::Null,
                    Kind::Null => {
                        return Err(Error::custom("Null attribute value types must have the value of true"));
                    }
                    Kind::List => Value::List(map.next_value::<Vec<Value>>()?.into()),
                    Kind::Map => Value::Map(map.next_value()?),
                };
                if map.next_key::<IgnoredAny>()?.is_some() {
                    return Err(Error::custom(
                        "Supplied AttributeValue has more than one datatypes set, \
                         must contain exactly one of the supported datatypes",
                    ));
                }
                Ok(value)
            }
        }
        deserializer.deserialize_map(Wanted)
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Item, D::Error> {
        Sorted::deserialize(deserializer).map(|sorted| Item(Arc::new(sorted.0)))
    }
}

/// The name of an attribute. Its clones are cheap.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name(Arc<str>);

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(name: &str) -> Name {
        Name(name.into())
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
        text(deserializer, |text| Ok(text.into()))
    }
}

/// Reads a text by what makes something of it, without making a copy before.
fn text<'de, D, T>(deserializer: D, read: impl Fn(&str) -> Result<T, String>) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    struct Wanted<F>(F);
    impl<T, F: Fn(&str) -> Result<T, String>> Visitor<'_> for Wanted<F> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            self.0(text).map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Wanted(read))
}

/// Reads a text as what it stands for.
struct Read<F>(F);

impl<'de, T, F: Fn(&str) -> Result<T, String>> DeserializeSeed<'de> for Read<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        text(deserializer, self.0)
    }
}

fn number(text: &str) -> Result<i128, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("{NOT_SIMULATED}{text:?} is no whole number"));
    }
    if digits.trim_start_matches('0').len() > DIGITS {
        return Err("Attempting to store more than 38 significant digits in a Number".to_owned());
    }
    text.parse().map_err(|error| format!("{text:?} is no number: {error}"))
}

/// Whether a number has no more digits than DynamoDB keeps.
pub(crate) fn fits(number: i128) -> bool {
    number.unsigned_abs() < 10_u128.pow(38)
}

/// The entries of a map in the order of their keys, none of which is empty or there twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sorted<K, V>(pub(crate) Vec<(K, V)>);

impl<K: Deref<Target = str>, V> Sorted<K, V> {
    pub(crate) fn find(&self, key: &str) -> Option<usize> {
        self.0.binary_search_by(|(other, _)| (**other).cmp(key)).ok()
    }
}

impl<'de, K, V> Deserialize<'de> for Sorted<K, V>
where
    K: Deserialize<'de> + Deref<Target = str> + Ord,
    V: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Sorted<K, V>, D::Error> {
        struct Wanted<K, V>(PhantomData<(K, V)>);
        impl<'de, K, V> Visitor<'de> for Wanted<K, V>
        where
            K: Deserialize<'de> + Deref<Target = str> + Ord,
            V: Deserialize<'de>,
        {
            type Value = Sorted<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sorted<K, V>, A::Error> {
                let mut entries = Vec::<(K, V)>::with_capacity(8);
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
                if entries.windows(2).any(|pair| *pair[0].0 == *pair[1].0) {
                    return Err(Error::custom("a name is there twice"));
                }
                if entries.first().is_some_and(|(name, _)| name.is_empty()) {
                    return Err(Error::custom("Empty attribute name"));
                }
                Ok(Sorted(entries))
            }
        }
        deserializer.deserialize_map(Wanted(PhantomData))
    }
}

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Sorted<K, V> {
        Sorted(Vec::new())
    }
}

/// A hash that is the same everywhere and always. It is no defence against somebody who wants two to meet.
pub(crate) struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Fingerprint {
        Fingerprint(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // A product carries upwards only.
        self.0 ^= self.0 >> 29;
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(crate) fn item(&mut self, item: &Item) {
        self.word(item.len() as u64);
        for (name, value) in item.iter() {
            self.text(name);
            self.value(value);
        }
    }

    fn value(&mut self, value: &Value) {
        self.text(value.kind());
        match value {
            Value::Text(text) => self.text(text),
            Value::Number(number) => self.bytes(&number.to_le_bytes()),
            Value::Bytes(bytes) => self.bytes(bytes),
            Value::Bool(is) => self.word(u64::from(*is)),
            Value::Null => {}
            Value::List(values) => {
                self.word(values.len() as u64);
                for value in values.iter() {
                    self.value(value);
                }
            }
            Value::Map(item) => self.item(item),
        }
    }

    pub(crate) fn finish(self) -> u64 {
        self.0
    }
}
