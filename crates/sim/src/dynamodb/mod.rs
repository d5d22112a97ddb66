//! A DynamoDB in memory that is the same every time: no clock, no randomness, no threads, no files.
//!
//! It takes and gives the JSON that goes over the wire, so that our own stores are at work on it. It
//! knows what those use of DynamoDB, and a little more; all else is refused as a
//! `ValidationException`, as a refusal is noticed and a wrong guess is not. What it knows is compared with
//! the embedded DynamoDB and with AWS's DynamoDB Local over random requests.
//!
//! What DynamoDB does by chance does not happen by itself: whoever simulates says how far behind an index
//! is, and gives one of the ready-made failures instead of asking.

mod bound;
mod expression;
mod failure;
mod query;
mod request;
mod shape;
mod table;
pub mod trial;
mod value;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use self::failure::{
    Answer, conflict, internal_error, throttled, transaction_conflict, transaction_in_progress,
    transaction_throttled,
};
pub use self::request::parts;
pub use self::shape::{IndexShape, KeyKind, KeyPart, KeyShape, Projection, Shape, names, shapes};
pub use self::value::{Item, Value};

use self::failure::Failure;
use self::shape::ALL;
pub(crate) use self::shape::PAYMENTS;
use self::table::{Key, KeyValue, Table};
use self::write::Kind;

/// How many writes back a table can be looked at.
pub const MOST_LAG: usize = 64;

/// What answers a request, or why it was not done.
type Done = Result<Answer, Failure>;

/// What one write made of one item.
#[derive(Clone, Debug)]
pub struct Change {
    /// The shape of its table.
    pub of: Arc<Shape>,
    /// The item as it stood, if it did.
    pub before: Option<Item>,
    /// The item as it stands, if it does.
    pub after: Option<Item>,
}

/// A DynamoDB with its tables. A clone goes its own way from there, and costs little.
#[derive(Clone, Debug)]
pub struct Database {
    tables: Vec<Table>,
    /// The transactions that were done, by their `ClientRequestToken`.
    tokens: BTreeMap<Box<str>, Arc<[u8]>>,
    /// What was written since somebody last asked.
    changes: Vec<Change>,
    index_lag: usize,
    read_lag: usize,
    page_items: Option<usize>,
}

impl Database {
    /// All tables, with nothing in them.
    #[must_use]
    pub fn new() -> Database {
        Database::of(ALL.iter().cloned())
    }

    /// Tables of these shapes, with nothing in them.
    #[must_use]
    pub fn with(shapes: &[Shape]) -> Database {
        Database::of(shapes.iter().cloned().map(Arc::new))
    }

    fn of(shapes: impl Iterator<Item = Arc<Shape>>) -> Database {
        Database {
            tables: shapes.map(Table::new).collect(),
            tokens: BTreeMap::new(),
            changes: Vec::new(),
            index_lag: 0,
            read_lag: 0,
            page_items: None,
        }
    }

    /// Answers a request: the operation is what `x-amz-target` names behind its dot.
    pub fn answer(&mut self, operation: &str, body: &[u8]) -> Answer {
        let done = match operation {
            "GetItem" => self.get(body),
            "PutItem" => self.write(Kind::Put, body),
            "UpdateItem" => self.write(Kind::Update, body),
            "DeleteItem" => self.write(Kind::Delete, body),
            "TransactWriteItems" => self.transact(body),
            "Query" => self.query(body),
            _ => Err(Failure::UnknownOperation),
        };
        done.unwrap_or_else(Answer::from)
    }

    /// From now on a query of an index sees its table as it was so many writes ago, at most
    /// [`MOST_LAG`]. Every item that a transaction writes counts: an index may see a transaction in part.
    pub fn set_index_lag(&mut self, writes: usize) {
        self.index_lag = writes;
    }

    /// From now on a read of a table that does not ask for a consistent one sees the table as it was so
    /// many writes ago, at most [`MOST_LAG`].
    pub fn set_read_lag(&mut self, writes: usize) {
        self.read_lag = writes;
    }

    /// From now on a page of a query holds so many items at most, as if these were very large; by itself
    /// a page ends after one mebibyte. One of 0 holds one.
    pub fn set_page_items(&mut self, items: Option<usize>) {
        self.page_items = items;
    }

    /// What was written since this was last asked, in its order.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Does what time to live does: the items of a table whose number `attribute` is below `now` go.
    ///
    /// # Panics
    /// Where there is no such table.
    pub fn expire(&mut self, table: &str, attribute: &str, now: i128) {
        let number = self.tables.iter().position(|known| known.shape.name == table);
        let number = number.expect("somebody who clears a table knows its name");
        let table = &self.tables[number];
        let over = |item: &&Item| item.number(attribute).is_some_and(|at| at < now);
        let keys: Vec<Key> = table.items().filter(over).filter_map(|item| table.key_of(item).ok()).collect();
        for key in keys {
            self.put(number, key, None);
        }
    }

    /// Has `item` stand at a key of the table of that number, or nothing.
    fn put(&mut self, table: usize, key: Key, after: Option<Item>) {
        let table = &mut self.tables[table];
        let before = table.write(key, after.as_ref());
        self.changes.push(Change { of: Arc::clone(&table.shape), before, after });
    }

    /// What stands in a table, in the order of the keys.
    ///
    /// # Panics
    /// Where there is no such table.
    pub fn items(&self, table: &str) -> impl Iterator<Item = &Item> {
        let table = self.tables.iter().find(|known| known.shape.name == table);
        table.expect("somebody who looks into a table knows its name").items()
    }

    /// The item of a table whose key is the one attribute `id`, and that text.
    #[must_use]
    pub fn item(&self, table: &str, id: &str) -> Option<&Item> {
        let table = self.tables.iter().find(|known| known.shape.name == table)?;
        table.get(&Key { hash: KeyValue::Text(id.into()), range: None })
    }

    /// The item of a table whose key is `id` and `part`, two texts.
    pub(crate) fn part(&self, table: &str, id: &str, part: &str) -> Option<&Item> {
        let table = self.tables.iter().find(|known| known.shape.name == table)?;
        let [hash, range] = [id, part].map(|text| KeyValue::Text(text.into()));
        table.get(&Key { hash, range: Some(range) })
    }

    /// A number that two databases share when, and for all practical purposes only when, the same stands
    /// in them. It is the same on every machine.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut fingerprint = value::Fingerprint::default();
        for table in &self.tables {
            fingerprint.text(&table.shape.name);
            for item in table.items() {
                fingerprint.item(item);
            }
        }
        fingerprint.finish()
    }

    fn table_number(&self, name: &str) -> Result<usize, Failure> {
        self.tables.iter().position(|table| table.shape.name == name).ok_or(Failure::NoSuchTable)
    }
}

impl Default for Database {
    fn default() -> Database {
        Database::new()
    }
}
