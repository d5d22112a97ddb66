//! Whole tables for a person to read: every order with what was seen of it, and every member's points.

use std::cmp::Reverse;
use std::fmt;

use aws_sdk_dynamodb::Client;
use cafe_core::cafe::audit::{Account, Discrepancy};
use cafe_core::cafe::{StoreError, Watched};
use cafe_core::payment::OrderId;
use jiff::Timestamp;

use crate::dynamo::Tables;
use crate::shelf::{Kept, NotRead, Shelf};

/// Reads whole tables. It scans them, so it is for an operator, and for no function.
#[derive(Clone)]
pub struct Books {
    pub(crate) shelf: Shelf,
}

/// An order with all that is written beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// The order, and what look-ups showed of it.
    pub watched: Watched,
    /// When it was opened, which a later stage has no use for, and a person has.
    pub opened_at: Option<Timestamp>,
}

/// Every order.
#[derive(Clone, Debug, Default)]
pub struct Orders {
    /// Newest first.
    pub filed: Vec<Filed>,
    /// Items that cannot be made out.
    pub unreadable: Vec<Discrepancy>,
}

impl Filed {
    /// Its name.
    #[must_use]
    pub fn id(&self) -> OrderId {
        self.watched.order.id()
    }
}

impl Books {
    /// Of `tables`, which must exist.
    #[must_use]
    pub fn new(client: Client, tables: Tables) -> Books {
        Books { shelf: Shelf { client, tables } }
    }

    /// Every order, newest first.
    ///
    /// # Errors
    /// [`StoreError`]: the table could not be read to its end.
    pub async fn orders(&self) -> Result<Orders, StoreError> {
        let mut filed: Vec<Filed> = Vec::new();
        let scanned = self.shelf.filed(|order| filed.push(order), |_| ()).await?;
        newest(&mut filed, usize::MAX);
        Ok(Orders { filed, unreadable: scanned.unreadable })
    }

    /// The newest orders that `wanted` takes, at most `most`, newest first, telling how many have been read. All
    /// are read, and not more are kept than are wanted.
    ///
    /// # Errors
    /// [`StoreError`]: the table could not be read to its end.
    pub async fn latest(
        &self,
        most: usize,
        wanted: impl Fn(&Filed) -> bool,
        read: impl FnMut(u64),
    ) -> Result<Orders, StoreError> {
        let mut filed: Vec<Filed> = Vec::new();
        let each = |order: Filed| {
            if wanted(&order) {
                filed.push(order);
            }
            if filed.len() > most.saturating_mul(2) {
                newest(&mut filed, most);
            }
        };
        let scanned = self.shelf.filed(each, read).await?;
        newest(&mut filed, most);
        Ok(Orders { filed, unreadable: scanned.unreadable })
    }

    /// One order, if there is one.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known, or the item cannot be made out.
    pub async fn order(&self, id: OrderId) -> Result<Option<Filed>, StoreError> {
        self.shelf.filed_order(id).await.map_err(|error| match error {
            NotRead::Store(error) => error,
            NotRead::Unreadable(wrong) => {
                StoreError::Unreadable { key: id.to_string(), source: wrong.to_string().into() }
            }
        })
    }

    /// Every member's points as they stand, and those of who were forgotten, in no order. An item that cannot be made out is left out.
    ///
    /// # Errors
    /// [`StoreError`]: the table could not be read to its end.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let mut accounts = Vec::new();
        let each = |kept| match kept {
            Kept::Number(numbered) => accounts.extend(numbered.account),
            Kept::Binding(_) => {}
        };
        self.shelf.members(each, |_| ()).await?;
        Ok(accounts)
    }
}

/// Leaves the newest, newest first: an id begins with the time at which it was made.
fn newest(filed: &mut Vec<Filed>, most: usize) {
    filed.sort_unstable_by_key(|order| Reverse(order.id()));
    filed.truncate(most);
}

impl fmt::Debug for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Books").field("tables", &self.shelf.tables).finish_non_exhaustive()
    }
}
