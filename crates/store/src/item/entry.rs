//! Ledger lines: under their member, each under a key made of its cause.

use cafe_core::cafe::audit::Line;
use cafe_core::cafe::{Entry, EntryKind, MemberId, Points, RefundId};
use cafe_core::payment::{BoxError, OrderId};
use serde::Deserialize;

use super::{Item, VERSION, number, read_time, text, time};

/// A ledger line.
#[derive(Deserialize)]
pub(crate) struct EntryItem {
    member: String,
    entry: String,
    kind: String,
    points: u32,
    order: Option<String>,
    refund: Option<String>,
    at: String,
}

impl EntryItem {
    pub(crate) fn of(entry: &Entry) -> Item {
        let mut item = Item::from([
            ("member".to_owned(), text(entry.member.as_str())),
            ("entry".to_owned(), text(entry.key())),
            ("v".to_owned(), number(VERSION)),
            ("kind".to_owned(), text(entry.kind.as_str())),
            ("points".to_owned(), number(entry.points.get())),
            ("at".to_owned(), time(entry.at)),
        ]);
        if let Some(order) = &entry.order {
            item.insert("order".to_owned(), text(order.to_string()));
        }
        if let Some(refund) = &entry.refund {
            item.insert("refund".to_owned(), text(refund.as_str()));
        }
        item
    }
}

impl TryFrom<EntryItem> for Entry {
    type Error = BoxError;

    fn try_from(item: EntryItem) -> Result<Entry, BoxError> {
        let Line { member, order, refund, kind, points, at, .. } = Line::try_from(item)?;
        let kind = EntryKind::from_name(&kind).ok_or("the kind is not known")?;
        Ok(Entry { member, order, refund, kind, points, at })
    }
}

impl TryFrom<EntryItem> for Line {
    type Error = BoxError;

    fn try_from(item: EntryItem) -> Result<Line, BoxError> {
        Ok(Line {
            member: MemberId::new(item.member),
            key: item.entry,
            kind: item.kind,
            order: item.order.map(|order| OrderId::parse(&order)).transpose()?,
            refund: item
                .refund
                .map(|id| RefundId::parse(&id).ok_or("the refund's id is not one"))
                .transpose()?,
            points: Points::new(item.points),
            at: read_time(&item.at)?,
        })
    }
}
