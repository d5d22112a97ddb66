//! The store's promises in the plainest words: everything in two maps, one request at a time.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use cafe_core::cafe::{
    Approving, AttemptToken, Begun, Capture, Closed, Effect, Entry, Joined, Kept, Late, Looks, Member,
    MemberId, NewMember, Opened, Order, Paid, Points, Quoted, RefundId, Store, StoreError, Turn, Watch,
    Watched, look_again_at,
};
use cafe_core::payment::{OrderId, Proof};
use jiff::Timestamp;

use super::shop::{review_since, seconds, watch_from};

/// A store in memory, to compare the real one with.
#[derive(Default)]
pub(super) struct Model(Mutex<Books>);

#[derive(Default)]
struct Books {
    members: BTreeMap<MemberId, (Member, Vec<Entry>)>,
    orders: BTreeMap<OrderId, Order>,
    looks: BTreeMap<OrderId, Looks>,
    watch: BTreeMap<OrderId, Watch>,
}

/// How an order is watched that has just come so far.
fn watch_of(order: &Order) -> Option<Watch> {
    match order {
        Order::Opened(opened) => Some(watch_from(opened.abandoned_at())),
        Order::Approving(approving) => Some(watch_from(approving.attempt.until)),
        Order::Paid(paid) => paid.refunding.as_ref().map(|running| watch_from(running.run.until)),
        Order::Closed(Closed { closed_at, late: Some(Late { capture, .. }), .. }) => match capture {
            Capture::Possible => Some(watch_from(look_again_at(*closed_at, *closed_at))),
            Capture::Returning => Some(watch_from(*closed_at)),
            Capture::Returned(_) => None,
        },
        Order::Quoted(_) | Order::Closed(Closed { late: None, .. }) => None,
    }
}

impl Books {
    fn stands(&self, id: OrderId) -> Option<Box<Order>> {
        self.orders.get(&id).cloned().map(Box::new)
    }

    /// The attempt as it stands, if it is this one.
    fn own(&mut self, approving: &Approving) -> Option<&mut Approving> {
        match self.orders.get_mut(&approving.opened.quote.id) {
            Some(Order::Approving(stands)) if stands.attempt.token == approving.attempt.token => Some(stands),
            Some(_) | None => None,
        }
    }

    fn keep(&mut self, order: Order) {
        match watch_of(&order) {
            Some(watch) => self.watch.insert(order.id(), watch),
            None => self.watch.remove(&order.id()),
        };
        self.orders.insert(order.id(), order);
    }

    /// The orders that are watched as `at` tells, by when, and no more of them than that.
    fn watched_as(&self, at: impl Fn(Watch) -> Option<Timestamp>, most: u32) -> Vec<OrderId> {
        let at = |(id, watch): (&OrderId, &Watch)| Some((at(*watch)?, *id));
        let mut watched: Vec<_> = self.watch.iter().filter_map(at).collect();
        watched.sort_unstable();
        watched.into_iter().take(usize::try_from(most).unwrap()).map(|(_, id)| id).collect()
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
        self.keep(wanted);
        Kept::Done
    }
}

#[async_trait]
impl Store for Model {
    async fn member(&self, id: &MemberId) -> Result<Option<Member>, StoreError> {
        Ok(self.0.lock().unwrap().members.get(id).map(|(member, _)| member.clone()))
    }

    async fn balance(&self, id: &MemberId, quoted_at: Timestamp) -> Result<Points, StoreError> {
        let books = self.0.lock().unwrap();
        let since = books.members.get(id).filter(|(member, _)| member.joined_at <= quoted_at);
        Ok(since.map_or(Points::ZERO, |(member, _)| member.balance))
    }

    async fn join(&self, new: &NewMember) -> Result<Joined, StoreError> {
        let mut books = self.0.lock().unwrap();
        if let Some((member, _)) = books.members.get(&new.id) {
            return Ok(match (member.is_of(&new.user), member.phone == new.phone) {
                (true, true) => Joined::New,
                (true, false) => Joined::Already(member.clone()),
                (false, _) => Joined::NumberTaken,
            });
        }
        if books.members.values().any(|(member, _)| member.is_of(&new.user)) {
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

    async fn begin(&self, id: OrderId, turn: &Turn, proof: Option<&Proof>) -> Result<Begun, StoreError> {
        let mut books = self.0.lock().unwrap();
        let begun = |opened: &Opened, kept: &Option<Proof>| Approving {
            opened: opened.clone(),
            attempt: turn.attempt.clone(),
            proof: proof.or(kept.as_ref()).cloned(),
        };
        let (approving, first) = match books.orders.get(&id) {
            Some(Order::Opened(opened)) => (begun(opened, &None), true),
            Some(Order::Approving(before)) if before.attempt.until <= turn.now => {
                (begun(&before.opened, &before.proof), false)
            }
            // Nothing new is written: the attempt stands as it was begun.
            Some(Order::Approving(before)) if before.attempt.token == turn.attempt.token => {
                return Ok(Begun::Again(begun(&before.opened, &before.proof)));
            }
            Some(_) | None => return Ok(Begun::Otherwise(books.stands(id))),
        };
        books.keep(Order::Approving(approving.clone()));
        Ok(if first { Begun::First(approving) } else { Begun::Again(approving) })
    }

    async fn give_up(&self, approving: &Approving) -> Result<bool, StoreError> {
        let mut books = self.0.lock().unwrap();
        if let Some(stands) = books.own(approving).cloned() {
            books.keep(Order::Opened(stands.opened));
        }
        Ok(matches!(books.orders.get(&approving.opened.quote.id), Some(Order::Opened(_))))
    }

    async fn leave_in_doubt(&self, approving: &Approving, now: Timestamp) -> Result<(), StoreError> {
        let mut books = self.0.lock().unwrap();
        if let Some(stands) = books.own(approving) {
            stands.attempt.until = now;
            stands.proof.clone_from(&approving.proof);
            books.watch.insert(approving.opened.quote.id, watch_from(now + seconds(5)));
        }
        Ok(())
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

    async fn follow_up(&self, closed: &Closed) -> Result<Kept, StoreError> {
        let returned = matches!(closed.late, Some(Late { capture: Capture::Returned(_), .. }));
        let from = |order: &Order| match order {
            Order::Closed(Closed { late: Some(late), .. }) => match late.capture {
                Capture::Possible => true,
                Capture::Returning => returned,
                Capture::Returned(_) => false,
            },
            Order::Quoted(_)
            | Order::Opened(_)
            | Order::Approving(_)
            | Order::Paid(_)
            | Order::Closed(Closed { late: None, .. }) => false,
        };
        Ok(self.0.lock().unwrap().step(from, Order::Closed(closed.clone()), Vec::new()))
    }

    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<OrderId>, StoreError> {
        let due = |watch| match watch {
            Watch::From(at) => (at <= now).then_some(at),
            Watch::Review(_) => None,
        };
        Ok(self.0.lock().unwrap().watched_as(due, most))
    }

    async fn in_review(&self, most: u32) -> Result<Vec<OrderId>, StoreError> {
        let since = |watch| match watch {
            Watch::From(_) => None,
            Watch::Review(since) => Some(since),
        };
        Ok(self.0.lock().unwrap().watched_as(since, most))
    }

    async fn watched(&self, id: OrderId) -> Result<Option<Watched>, StoreError> {
        let books = self.0.lock().unwrap();
        Ok(books.orders.get(&id).map(|order| Watched {
            order: order.clone(),
            looks: books.looks.get(&id).cloned().unwrap_or_default(),
            watch: books.watch.get(&id).copied(),
        }))
    }

    async fn keep_watching(&self, watched: &Watched) -> Result<(), StoreError> {
        let mut books = self.0.lock().unwrap();
        let id = watched.order.id();
        let watch = match watched.watch {
            Some(Watch::From(at)) => watch_from(at),
            Some(Watch::Review(since)) => review_since(since),
            None => return Ok(()),
        };
        let attempt = |order: &Order| match order {
            Order::Approving(approving) => Some(approving.attempt.token.clone()),
            Order::Quoted(_) | Order::Opened(_) | Order::Paid(_) | Order::Closed(_) => None,
        };
        let stays = books.orders.get(&id).is_some_and(|order| {
            order.stage() == watched.order.stage() && attempt(order) == attempt(&watched.order)
        });
        if stays && books.watch.contains_key(&id) {
            books.watch.insert(id, watch);
            books.looks.insert(id, watched.looks.clone());
        }
        Ok(())
    }

    async fn begin_refund(&self, paid: &Paid) -> Result<Kept, StoreError> {
        let mut books = self.0.lock().unwrap();
        let begins = |order: &Order| match order {
            Order::Paid(stands) => stands.refunding.is_none() && stands.refunds == paid.refunds,
            Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) | Order::Closed(_) => false,
        };
        if books.orders.get(&paid.quote.id).is_some_and(begins) {
            // What was seen before was seen of a payment, and not of its refund.
            books.looks.remove(&paid.quote.id);
        }
        Ok(books.step(begins, Order::Paid(paid.clone()), Vec::new()))
    }

    async fn resume_refund(&self, paid: &Paid, now: Timestamp) -> Result<Kept, StoreError> {
        let Some(refunding) = &paid.refunding else { return Ok(Kept::Done) };
        let mut books = self.0.lock().unwrap();
        let over = |order: &Order| match order {
            Order::Paid(Paid { refunding: Some(running), refunds, .. }) => {
                let same = running.id == refunding.id && running.asked_at == refunding.asked_at;
                same && running.run.until <= now && *refunds == paid.refunds
            }
            Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) | Order::Paid(_) | Order::Closed(_) => {
                false
            }
        };
        Ok(books.step(over, Order::Paid(paid.clone()), Vec::new()))
    }

    async fn give_up_refund(&self, paid: &Paid) -> Result<(), StoreError> {
        let mut books = self.0.lock().unwrap();
        let of_run = |paid: &Paid| {
            paid.refunding.as_ref().map(|running| (running.id.clone(), running.run.token.clone()))
        };
        if let Some(Order::Paid(stands)) = books.orders.get(&paid.quote.id).cloned()
            && of_run(&stands) == of_run(paid)
        {
            books.keep(Order::Paid(Paid { refunding: None, ..stands }));
        }
        Ok(())
    }

    async fn settle_refund(&self, paid: &Paid, running: &RefundId) -> Result<Kept, StoreError> {
        let Some((_, before)) = paid.refunds.split_last() else { return Ok(Kept::Done) };
        let from = |order: &Order| match order {
            Order::Paid(stands) => {
                stands.refunds == before && stands.refunding.as_ref().is_some_and(|one| one.id == *running)
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
