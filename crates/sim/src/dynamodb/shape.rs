//! What tables look like: their keys and indexes, as `template.yaml` deploys them.

use std::sync::{Arc, LazyLock};

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The table's name in requests.
    pub name: String,
    /// What its items are told apart by.
    pub key: KeyShape,
    /// Its global secondary indexes.
    pub indexes: Vec<IndexShape>,
}

/// The key of a table or an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyShape {
    /// The attribute that items are spread by.
    pub hash: KeyPart,
    /// The attribute that items of one hash are sorted by.
    pub range: Option<KeyPart>,
}

/// An attribute that is part of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPart {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: KeyKind,
}

/// What an attribute of a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Text: `S`.
    Text,
    /// A number: `N`.
    Number,
    /// Bytes: `B`.
    Bytes,
}

/// A global secondary index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexShape {
    /// Its name.
    pub name: String,
    /// What it is sorted by.
    pub key: KeyShape,
    /// What it holds of an item.
    pub projection: Projection,
}

/// What an index holds of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Projection {
    /// Everything.
    All,
    /// The keys of the table and of the index.
    KeysOnly,
    /// The keys and these attributes.
    Include(Vec<String>),
}

/// The cafe's three tables, `members`, `ledger` and `orders`, and that of the payments service, `payments`.
pub(crate) static ALL: LazyLock<[Arc<Shape>; 4]> = LazyLock::new(|| {
    let text = |name: &str| KeyPart { name: name.to_owned(), kind: KeyKind::Text };
    let by = |hash, range| KeyShape { hash, range };
    let watch = IndexShape {
        name: "watch".to_owned(),
        key: by(text("watch"), Some(KeyPart { name: "look_at".to_owned(), kind: KeyKind::Number })),
        projection: Projection::KeysOnly,
    };
    let table = |name: &str, key, indexes| Arc::new(Shape { name: name.to_owned(), key, indexes });
    [
        table("members", by(text("id"), None), Vec::new()),
        table("ledger", by(text("member"), Some(text("entry"))), Vec::new()),
        table("orders", by(text("id"), None), vec![watch.clone()]),
        table(PAYMENTS, by(text("id"), Some(text("part"))), vec![watch]),
    ]
});

/// What the table of the payments service is called here.
pub(crate) const PAYMENTS: &str = "payments";

/// What the cafe's tables are called here, for its store.
#[must_use]
pub fn names() -> store::Tables {
    let [members, ledger, orders, _] = ALL.each_ref().map(|shape| shape.name.clone());
    store::Tables { members, ledger, orders }
}

/// What all tables look like: members, ledger, orders and payments.
#[must_use]
pub fn shapes() -> Vec<Shape> {
    ALL.iter().map(|shape| Shape::clone(shape)).collect()
}

impl KeyShape {
    /// Its attributes, the hash first.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &KeyPart> {
        std::iter::once(&self.hash).chain(&self.range)
    }

    pub(crate) fn has(&self, attribute: &str) -> bool {
        self.parts().any(|part| part.name == attribute)
    }

    pub(crate) fn len(&self) -> usize {
        1 + usize::from(self.range.is_some())
    }
}

impl KeyKind {
    /// As DynamoDB writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            KeyKind::Text => "S",
            KeyKind::Number => "N",
            KeyKind::Bytes => "B",
        }
    }
}
