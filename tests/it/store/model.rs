//! The store's promises in the plainest words: everything in two maps, one request at a time.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use cafe_core::cafe::{
    Approving, Attempt, AttemptToken, Begun, Closed, Effect, Entry, Joined, Kept, Member, MemberId,
    NewMember, Opened, Order, Paid, Points, Quoted, Store, StoreError,
};
use cafe_core::payment::OrderId;
use jiff::Timestamp;

/// A store in memory, to compare the real one with.
#[derive(Default)]
pub(super) struct Model(Mutex<Books>);

#[derive(Default)]
struct Books {
    members: BTreeMap<MemberId, (Member, Vec<Entry>)>,
    orders: BTreeMap<OrderId, Order>,
    look_at: BTreeMap<OrderId, Timestamp>,
}

impl Books {
    fn stands(&self, id: OrderId) -> Option<Box<Order>> {
        self.orders.get(&id).cloned().map(Box::new)
    }

    /// From one of the stages that `from` names to `wanted`, moving points by `entries`.
    fn step(&mut self, from: impl Fn(&Order) -> bool, wanted: Order, entries: Vec<Entry>) -> Kept {
        let id = wanted.id();
        match self.orders.get(&id) {
            Some(stands) if from(stands) => {}
            Some(stands) if *stands == wanted => return Kept::Done,
            Some(_) | None => return Kept::Otherwise(self.stands(id)),
        }
        if let Some(first) = entries.first() {
            let Some((member, ledger)) = self.members.get_mut(&first.member) else {
                return Kept::PointsShort;
            };
            let effect = Effect::of(&entries);
            let moved =
                |points: Points, by: i64| u32::try_from(i64::from(points.get()) + by).map(Points::new);
            let (Ok(balance), Ok(held)) =
                (moved(member.balance, effect.balance), moved(member.held, effect.held))
            else {
                return Kept::PointsShort;
            };
            (member.balance, member.held) = (balance, held);
            ledger.extend(entries);
        }
        match &wanted {
            Order::Opened(opened) => self.look_at.insert(id, opened.abandoned_at()),
            Order::Quoted(_) | Order::Approving(_) | Order::Paid(_) | Order::Closed(_) => {
                self.look_at.remove(&id)
            }
        };
        self.orders.insert(id, wanted);
        Kept::Done
    }
}

#[async_trait]
impl Store for Model {
    async fn member(&self, id: &MemberId) -> Result<Option<Member>, StoreError> {
        Ok(self.0.lock().unwrap().members.get(id).map(|(member, _)| member.clone()))
    }

    async fn join(&self, new: &NewMember) -> Result<Joined, StoreError> {
        let mut books = self.0.lock().unwrap();
        if let Some((member, _)) = books.members.get(&new.id) {
            return Ok(match (member.user == new.user, member.phone == new.phone) {
                (true, true) => Joined::New,
                (true, false) => Joined::Already(member.clone()),
                (false, _) => Joined::NumberTaken,
            });
        }
        if books.members.values().any(|(member, _)| member.user == new.user) {
            return Ok(Joined::UserTaken);
        }
        books.members.insert(new.id.clone(), (new.clone().into_member(), vec![new.entry()]));
        Ok(Joined::New)
    }

    async fn quote(&self, quoted: &Quoted) -> Result<(), StoreError> {
        let mut books = self.0.lock().unwrap();
        let stands = books.orders.entry(quoted.quote.id).or_insert_with(|| Order::Quoted(quoted.clone()));
        if *stands == Order::Quoted(quoted.clone()) {
            return Ok(());
        }
        Err(StoreError::Unavailable("another order has that name".into()))
    }

    async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        Ok(self.0.lock().unwrap().orders.get(&id).cloned())
    }

    async fn open(&self, opened: &Opened) -> Result<Kept, StoreError> {
        let from = |order: &Order| matches!(order, Order::Quoted(_));
        let wanted = Order::Opened(opened.clone());
        Ok(self.0.lock().unwrap().step(from, wanted, opened.entries()))
    }

    async fn begin(&self, id: OrderId, attempt: &Attempt, now: Timestamp) -> Result<Begun, StoreError> {
        let mut books = self.0.lock().unwrap();
        let approving = |opened: &Opened| Approving { opened: opened.clone(), attempt: attempt.clone() };
        let begun = match books.orders.get(&id) {
            Some(Order::Opened(opened)) => Begun::First(approving(opened)),
            Some(Order::Approving(before)) if before.attempt.until < now => {
                Begun::Again(approving(&before.opened))
            }
            // Nothing new is written: the attempt stands as it was begun.
            Some(Order::Approving(before)) if before.attempt.token == attempt.token => {
                return Ok(Begun::Again(approving(&before.opened)));
            }
            Some(_) | None => return Ok(Begun::Otherwise(books.stands(id))),
        };
        if let Begun::First(approving) | Begun::Again(approving) = &begun {
            books.orders.insert(id, Order::Approving(approving.clone()));
            books.look_at.insert(id, attempt.until);
        }
        Ok(begun)
    }

    async fn give_up(&self, approving: &Approving) -> Result<bool, StoreError> {
        let mut books = self.0.lock().unwrap();
        let opened = &approving.opened;
        let id = opened.quote.id;
        if let Some(Order::Approving(stands)) = books.orders.get(&id)
            && stands.attempt.token == approving.attempt.token
        {
            let opened = stands.opened.clone();
            books.look_at.insert(id, opened.abandoned_at());
            books.orders.insert(id, Order::Opened(opened));
        }
        Ok(matches!(books.orders.get(&id), Some(Order::Opened(_))))
    }

    async fn settle(&self, paid: &Paid) -> Result<Kept, StoreError> {
        let from = |order: &Order| matches!(order, Order::Opened(_) | Order::Approving(_));
        Ok(self.0.lock().unwrap().step(from, Order::Paid(paid.clone()), paid.entries()))
    }

    async fn close(&self, closed: &Closed, attempt: Option<&AttemptToken>) -> Result<Kept, StoreError> {
        let from = |order: &Order| match order {
            Order::Opened(_) => attempt.is_none(),
            Order::Approving(approving) => Some(&approving.attempt.token) == attempt,
            Order::Quoted(_) | Order::Paid(_) | Order::Closed(_) => false,
        };
        Ok(self.0.lock().unwrap().step(from, Order::Closed(closed.clone()), closed.entries()))
    }

    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<OrderId>, StoreError> {
        let books = self.0.lock().unwrap();
        let mut due: Vec<_> = books.look_at.iter().map(|(id, at)| (at.as_second(), *id)).collect();
        due.retain(|(second, _)| *second <= now.as_second());
        due.sort_unstable();
        Ok(due.into_iter().take(usize::try_from(most).unwrap()).map(|(_, id)| id).collect())
    }

    async fn look_again(&self, id: OrderId, at: Timestamp) -> Result<(), StoreError> {
        self.0.lock().unwrap().look_at.entry(id).and_modify(|look_at| *look_at = at);
        Ok(())
    }

    async fn begin_refund(&self, paid: &Paid) -> Result<Kept, StoreError> {
        let from = |order: &Order| match order {
            Order::Paid(stands) => stands.refunding.is_none() && stands.refunds == paid.refunds,
            Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) | Order::Closed(_) => false,
        };
        Ok(self.0.lock().unwrap().step(from, Order::Paid(paid.clone()), Vec::new()))
    }

    async fn give_up_refund(&self, paid: &Paid) -> Result<(), StoreError> {
        let mut books = self.0.lock().unwrap();
        if let Some(Order::Paid(stands)) = books.orders.get_mut(&paid.quote.id)
            && stands.refunding.as_ref().map(|running| &running.id)
                == paid.refunding.as_ref().map(|running| &running.id)
        {
            stands.refunding = None;
        }
        Ok(())
    }

    async fn settle_refund(&self, paid: &Paid) -> Result<Kept, StoreError> {
        let Some((latest, before)) = paid.refunds.split_last() else { return Ok(Kept::Done) };
        let from = |order: &Order| match order {
            Order::Paid(stands) => {
                stands.refunds == before
                    && stands.refunding.as_ref().is_some_and(|running| running.id == latest.id)
            }
            Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) | Order::Closed(_) => false,
        };
        Ok(self.0.lock().unwrap().step(from, Order::Paid(paid.clone()), paid.refund_entries()))
    }

    async fn entries(&self, member: &MemberId) -> Result<Vec<Entry>, StoreError> {
        let books = self.0.lock().unwrap();
        let mut entries = books.members.get(member).map(|(_, entries)| entries.clone()).unwrap_or_default();
        entries.sort_by_key(Entry::key);
        Ok(entries)
    }
}
