//! The operator's reading: whole tables by `Scan`, and single things as the audit wants them.
//!
//! A scan costs what a table weighs, and grows with it. So none of this is in the `Store` trait, and no
//! function can reach it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::cafe::audit::{Account, Binding, Booked, Discrepancy, Holding, Line, Table};
use cafe_core::cafe::{MemberId, StoreError, UserId};
use cafe_core::payment::{BoxError, OrderId};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde::de::DeserializeOwned;

use crate::books::Filed;
use crate::dynamo::Tables;
use crate::item::{
    BINDING, BindingItem, EntryItem, Item, MemberItem, Numbered, OrderItem, binding_key, read, text,
};

/// How many parts of a table are read at once.
const SEGMENTS: i32 = 8;

/// The three tables, read as they stand. Every read is consistent.
#[derive(Clone)]
pub(crate) struct Shelf {
    pub(crate) client: Client,
    pub(crate) tables: Tables,
}

/// Why something was not read.
#[derive(Debug)]
pub(crate) enum NotRead {
    /// It is there, and cannot be made out.
    Unreadable(Discrepancy),
    /// Nothing is known.
    Store(StoreError),
}

/// What stands in the table of members.
pub(crate) enum Kept {
    /// A number: who joined with it, and whose it is.
    Number(Numbered),
    /// A chatbot user's binding.
    Binding(Binding),
}

/// How a table's scan went.
#[derive(Default)]
pub(crate) struct Scanned {
    /// How many items there are.
    pub(crate) items: u64,
    /// Those that cannot be made out.
    pub(crate) unreadable: Vec<Discrepancy>,
}

/// A table could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the table {table} could not be read")]
struct TableNotRead {
    table: String,
    #[source]
    source: BoxError,
}

/// One page of a segment.
struct Page {
    segment: i32,
    items: Vec<Item>,
    /// Where the next begins.
    next: Option<Item>,
}

impl Shelf {
    /// Gives every member and every binding to `each`, in no order, and tells how many have been read.
    pub(crate) async fn members(
        &self,
        each: impl FnMut(Kept),
        read: impl FnMut(u64),
    ) -> Result<Scanned, StoreError> {
        self.scan(Table::Members, kept, each, read).await
    }

    /// Gives every ledger line to `each`, likewise.
    pub(crate) async fn all_lines(
        &self,
        each: impl FnMut(Line),
        read: impl FnMut(u64),
    ) -> Result<Scanned, StoreError> {
        self.scan(Table::Ledger, made_out::<EntryItem, Line>, each, read).await
    }

    /// Gives every order to `each`, likewise.
    pub(crate) async fn orders(
        &self,
        each: impl FnMut(Booked),
        read: impl FnMut(u64),
    ) -> Result<Scanned, StoreError> {
        self.scan(Table::Orders, made_out::<OrderItem, Booked>, each, read).await
    }

    /// Gives every order with what is written beside it to `each`, likewise.
    pub(crate) async fn filed(
        &self,
        each: impl FnMut(Filed),
        read: impl FnMut(u64),
    ) -> Result<Scanned, StoreError> {
        self.scan(Table::Orders, made_out::<OrderItem, Filed>, each, read).await
    }

    /// Reads all segments of a table side by side, each page by page.
    async fn scan<T>(
        &self,
        table: Table,
        make_out: fn(Table, Item) -> Result<T, Discrepancy>,
        mut each: impl FnMut(T),
        mut read: impl FnMut(u64),
    ) -> Result<Scanned, StoreError> {
        let mut scanned = Scanned::default();
        let mut pages: FuturesUnordered<_> =
            (0..SEGMENTS).map(|segment| self.page(table, segment, None)).collect();
        while let Some(page) = pages.next().await {
            let Page { segment, items, next } = page?;
            if next.is_some() {
                pages.push(self.page(table, segment, next));
            }
            for item in items {
                scanned.items += 1;
                match make_out(table, item) {
                    Ok(item) => each(item),
                    Err(unreadable) => scanned.unreadable.push(unreadable),
                }
            }
            read(scanned.items);
        }
        Ok(scanned)
    }

    async fn page(&self, table: Table, segment: i32, from: Option<Item>) -> Result<Page, StoreError> {
        let page = self
            .client
            .scan()
            .table_name(self.name(table))
            .consistent_read(true)
            .segment(segment)
            .total_segments(SEGMENTS)
            .set_exclusive_start_key(from)
            .send()
            .await
            .map_err(|error| self.not_read(table, error))?;
        Ok(Page { segment, items: page.items.unwrap_or_default(), next: page.last_evaluated_key })
    }

    /// A member, if they are one or were.
    pub(crate) async fn account(&self, id: &MemberId) -> Result<Option<Account>, NotRead> {
        Ok(self.number(id).await?.and_then(|numbered| numbered.account))
    }

    /// Whose a number is, where it is another's than who joined with it.
    pub(crate) async fn holding(&self, number: &MemberId) -> Result<Option<Holding>, NotRead> {
        Ok(self.number(number).await?.and_then(|numbered| numbered.holding))
    }

    async fn number(&self, tag: &MemberId) -> Result<Option<Numbered>, NotRead> {
        let item = self.get(Table::Members, &[("id", text(tag.as_str()))]).await?;
        Ok(item.map(|item| made_out::<MemberItem, _>(Table::Members, item)).transpose()?)
    }

    /// A chatbot user's binding, if they have one.
    pub(crate) async fn binding(&self, user: &UserId) -> Result<Option<Binding>, NotRead> {
        let item = self.get(Table::Members, &[("id", text(binding_key(user)))]).await?;
        Ok(item.map(|item| made_out::<BindingItem, _>(Table::Members, item)).transpose()?)
    }

    /// An order, if there is one.
    pub(crate) async fn order(&self, id: OrderId) -> Result<Option<Booked>, NotRead> {
        let item = self.get(Table::Orders, &[("id", text(id.to_string()))]).await?;
        Ok(item.map(|item| made_out::<OrderItem, _>(Table::Orders, item)).transpose()?)
    }

    /// An order with what is written beside it, if there is one.
    pub(crate) async fn filed_order(&self, id: OrderId) -> Result<Option<Filed>, NotRead> {
        let item = self.get(Table::Orders, &[("id", text(id.to_string()))]).await?;
        Ok(item.map(|item| made_out::<OrderItem, _>(Table::Orders, item)).transpose()?)
    }

    /// A line of a member's ledger, if it stands there.
    pub(crate) async fn line(&self, member: &MemberId, key: &str) -> Result<Option<Line>, NotRead> {
        let key = [("member", text(member.as_str())), ("entry", text(key))];
        let item = self.get(Table::Ledger, &key).await?;
        Ok(item.map(|item| made_out::<EntryItem, _>(Table::Ledger, item)).transpose()?)
    }

    /// The lines of a member's ledger: all, or those of one order.
    pub(crate) async fn lines(
        &self,
        member: &MemberId,
        order: Option<OrderId>,
    ) -> Result<Vec<Line>, NotRead> {
        let query = self
            .client
            .query()
            .table_name(&self.tables.ledger)
            .consistent_read(true)
            .expression_attribute_names("#member", "member")
            .expression_attribute_values(":member", text(member.as_str()));
        let query = match order {
            None => query.key_condition_expression("#member = :member"),
            Some(order) => query
                .key_condition_expression("#member = :member AND begins_with(#entry, :order)")
                .expression_attribute_names("#entry", "entry")
                .expression_attribute_values(":order", text(format!("{order}#"))),
        };
        let mut found = query.into_paginator().items().send();
        let mut lines = Vec::new();
        while let Some(item) = found.next().await {
            let item = item.map_err(|error| self.not_read(Table::Ledger, error))?;
            lines.push(made_out::<EntryItem, Line>(Table::Ledger, item)?);
        }
        Ok(lines)
    }

    async fn get(&self, table: Table, key: &[(&str, AttributeValue)]) -> Result<Option<Item>, NotRead> {
        let key = key.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let got = self
            .client
            .get_item()
            .table_name(self.name(table))
            .set_key(Some(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| self.not_read(table, error))?;
        Ok(got.item)
    }

    /// AWS's own words do not say which table is not there.
    fn not_read(&self, table: Table, error: impl Into<BoxError>) -> StoreError {
        let table = self.name(table).to_owned();
        StoreError::Unavailable(Box::new(TableNotRead { table, source: error.into() }))
    }

    fn name(&self, table: Table) -> &str {
        match table {
            Table::Members => &self.tables.members,
            Table::Ledger => &self.tables.ledger,
            Table::Orders => &self.tables.orders,
        }
    }
}

impl From<Discrepancy> for NotRead {
    fn from(unreadable: Discrepancy) -> NotRead {
        NotRead::Unreadable(unreadable)
    }
}

impl From<StoreError> for NotRead {
    fn from(error: StoreError) -> NotRead {
        NotRead::Store(error)
    }
}

fn kept(table: Table, item: Item) -> Result<Kept, Discrepancy> {
    if key(table, &item).starts_with(BINDING) {
        made_out::<BindingItem, _>(table, item).map(Kept::Binding)
    } else {
        made_out::<MemberItem, _>(table, item).map(Kept::Number)
    }
}

/// What an item stands for, or that it cannot be read.
fn made_out<T, U>(table: Table, item: Item) -> Result<U, Discrepancy>
where
    T: DeserializeOwned,
    U: TryFrom<T, Error = BoxError>,
{
    let key = key(table, &item);
    read::<T, U>(&key, item).map_err(|error| Discrepancy::Unreadable { table, key, why: why(&error) })
}

/// The item's key, as a person looks for it: both parts of a ledger line's.
fn key(table: Table, item: &Item) -> String {
    let names: &[&str] = match table {
        Table::Members | Table::Orders => &["id"],
        Table::Ledger => &["member", "entry"],
    };
    let parts = names.iter().map(|name| match item.get(*name) {
        Some(AttributeValue::S(part)) => part.as_str(),
        Some(_) | None => "?",
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// Why an item cannot be read. A value of the wrong type is not repeated: it may be what nobody should see.
fn why(error: &StoreError) -> String {
    let StoreError::Unreadable { source, .. } = error else { return error.to_string() };
    let told = source.to_string();
    if source.is::<serde_dynamo::Error>() && !told.starts_with("missing field") {
        return "an attribute is of another type than it should be".to_owned();
    }
    told
}
