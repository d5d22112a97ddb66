//! The audit of whole tables, while the cafe goes on.
//!
//! Tables that are being written are no snapshot: what looks wrong may have changed between two reads. So all
//! of it goes through a [`Sieve`] once, and what looked wrong is read again by itself until it adds up, or
//! stays wrong.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::AsyncSleep;
use cafe_core::cafe::StoreError;
use cafe_core::cafe::audit::{
    Discrepancy, Sieve, Suspect, Table, of_binding, of_holding, of_line, of_member, of_order,
};
use futures_util::{StreamExt, stream};

use crate::dynamo::Tables;
use crate::shelf::{Kept, NotRead, Shelf};

/// How many suspects are looked at together.
const TOGETHER: usize = 64;

/// How often a suspect is looked at, at most.
const LOOKS: u32 = 7;

/// How many looks in a row must show something wrong, where it is something else each time.
const STAYS: u32 = 4;

/// Before the second look. It doubles with each, so that they go on for some seconds: longer than any
/// transaction takes to be seen everywhere.
const PAUSE: Duration = Duration::from_millis(100);

/// Audits whole tables. It scans them, so it is for an operator, and for no function.
#[derive(Clone)]
pub struct Auditor {
    shelf: Shelf,
}

/// How far an audit has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many items of this table have been read.
    Read(Table, u64),
    /// So many of all that looked wrong have been looked at again.
    LookedAt(usize, usize),
}

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audited {
    /// How many members there are.
    pub members: u64,
    /// How many lines the ledger has.
    pub lines: u64,
    /// How many orders there are.
    pub orders: u64,
    /// What does not add up.
    pub discrepancies: BTreeSet<Discrepancy>,
    /// What changed whenever it was looked at, so that nothing can be said of it.
    pub unsettled: BTreeSet<Suspect>,
}

/// What the looks at one suspect came to.
enum Looked {
    /// This is wrong with it: nothing, for most.
    Settled(BTreeSet<Discrepancy>),
    /// It changed under every look.
    Unsettled(Suspect),
}

impl Auditor {
    /// Of `tables`, which must exist.
    #[must_use]
    pub fn new(client: Client, tables: Tables) -> Auditor {
        Auditor { shelf: Shelf { client, tables } }
    }

    /// Reads everything once, and what looks wrong again. Every request is consistent, none writes.
    ///
    /// # Errors
    /// [`StoreError`]: a table could not be read to its end, so nothing can be said.
    pub async fn audit(&self, mut progress: impl FnMut(Progress)) -> Result<Audited, StoreError> {
        let (mut sieve, mut audited) = (Sieve::default(), Audited::default());
        let members = |kept| match kept {
            Kept::Number(numbered) => {
                if let Some(account) = &numbered.account {
                    audited.members += u64::from(numbered.is_member);
                    sieve.member(account);
                }
                if let Some(holding) = &numbered.holding {
                    sieve.holding(holding);
                }
            }
            Kept::Binding(binding) => sieve.binding(&binding),
        };
        let members =
            self.shelf.members(members, |read| progress(Progress::Read(Table::Members, read))).await?;
        // Before the lines, which name them.
        let orders = |booked| sieve.order(&booked);
        let orders = self.shelf.orders(orders, |read| progress(Progress::Read(Table::Orders, read))).await?;
        let lines = |line| sieve.line(&line);
        let lines = self.shelf.all_lines(lines, |read| progress(Progress::Read(Table::Ledger, read))).await?;
        (audited.orders, audited.lines) = (orders.items, lines.items);
        for scanned in [members, orders, lines] {
            audited.discrepancies.extend(scanned.unreadable);
        }

        let suspects = sieve.suspects();
        let all = suspects.len();
        let mut looks =
            stream::iter(suspects).map(|suspect| self.look_until_settled(suspect)).buffer_unordered(TOGETHER);
        let mut looked_at = 0;
        while let Some(looked) = looks.next().await {
            match looked? {
                Looked::Settled(wrong) => audited.discrepancies.extend(wrong),
                Looked::Unsettled(suspect) => drop(audited.unsettled.insert(suspect)),
            }
            looked_at += 1;
            progress(Progress::LookedAt(looked_at, all));
        }
        Ok(audited)
    }

    /// Looks until nothing is wrong, or the same is wrong twice in a row, or something is every time.
    async fn look_until_settled(&self, suspect: Suspect) -> Result<Looked, StoreError> {
        let mut before = BTreeSet::new();
        let mut wrong_looks = 0;
        for look in 0..LOOKS {
            if look > 0 {
                self.pause(PAUSE * (1 << (look - 1))).await;
            }
            let wrong = match self.look(&suspect).await {
                Ok(Some(wrong)) => wrong,
                Ok(None) => continue,
                Err(NotRead::Unreadable(wrong)) => BTreeSet::from([wrong]),
                Err(NotRead::Store(error)) => return Err(error),
            };
            wrong_looks += 1;
            if wrong.is_empty() || wrong == before || wrong_looks == STAYS {
                return Ok(Looked::Settled(wrong));
            }
            before = wrong;
        }
        Ok(Looked::Unsettled(suspect))
    }

    /// What is wrong with a suspect, from reads that belong together; none where it changed meanwhile.
    async fn look(&self, suspect: &Suspect) -> Result<Option<BTreeSet<Discrepancy>>, NotRead> {
        let tables = &self.shelf;
        match suspect {
            Suspect::Member(id) => {
                // Lines are only ever added, and none without its member. So where there are the same before
                // and after, there were just these when the member was read between.
                let before = tables.lines(id, None).await?;
                let account = tables.account(id).await?;
                let lines = tables.lines(id, None).await?;
                let binding = match account.as_ref().and_then(|account| account.user.as_ref()) {
                    Some(user) => tables.binding(user).await?,
                    None => None,
                };
                let holding = match account.as_ref().filter(|account| account.number != *id) {
                    Some(account) => tables.holding(&account.number).await?,
                    None => None,
                };
                // Who is bound or has another number meanwhile is read again: a look that shows nothing wrong ends it.
                let same = before == lines;
                Ok(same.then(|| of_member(id, account.as_ref(), &lines, binding.as_ref(), holding.as_ref())))
            }
            Suspect::Order(id) => {
                // An order's lines change only with the order, which never goes back to what it was before.
                let Some(before) = tables.order(*id).await? else { return Ok(Some(BTreeSet::new())) };
                let lines = match &before.order.quote().member {
                    Some(member) => tables.lines(member, Some(*id)).await?,
                    None => Vec::new(),
                };
                let same = tables.order(*id).await?.as_ref() == Some(&before);
                Ok(same.then(|| of_order(&before, &lines)))
            }
            Suspect::Line(member, key) => {
                let Some(line) = tables.line(member, key).await? else { return Ok(Some(BTreeSet::new())) };
                let order = match line.order {
                    Some(order) => tables.order(order).await?,
                    None => None,
                };
                Ok(Some(of_line(&line, order.as_ref())))
            }
            Suspect::Number(number) => {
                let Some(holding) = tables.holding(number).await? else { return Ok(Some(BTreeSet::new())) };
                let holder = tables.account(&holding.holder).await?;
                Ok(Some(of_holding(&holding, holder.as_ref())))
            }
            Suspect::Binding(user) => {
                let Some(binding) = tables.binding(user).await? else { return Ok(Some(BTreeSet::new())) };
                let account = tables.account(&binding.member).await?;
                Ok(Some(of_binding(&binding, account.as_ref())))
            }
        }
    }

    async fn pause(&self, pause: Duration) {
        if let Some(sleep) = self.shelf.client.config().sleep_impl() {
            sleep.sleep(pause).await;
        }
    }
}

impl fmt::Debug for Auditor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auditor").field("tables", &self.shelf.tables).finish_non_exhaustive()
    }
}
